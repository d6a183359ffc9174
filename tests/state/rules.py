"""Rules for cells, as small as can be."""

from collections.abc import Callable, Sequence
from typing import NoReturn

from mcp_server.state.cells import Cell, Moment

# Longer than any test.
KEEP_S = 1000.0


def look(_: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], list[Cell]]:
    """What the cells hold."""
    return cells, list(cells)


def when(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], Moment]:
    """The moment."""
    return cells, moment


def add_one(_: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
    """Counts in every cell; gives the first one's new count."""
    counts = [int(cell or b"0") + 1 for cell in cells]
    return [b"%d" % count for count in counts], counts[0]


def put(*values: Cell) -> Callable[[Moment, Sequence[Cell]], tuple[Sequence[Cell], None]]:
    """Puts values into the cells."""
    return lambda _, __: (values, None)


def fail(_: Moment, __: Sequence[Cell]) -> NoReturn:
    """Raises."""
    raise ArithmeticError
