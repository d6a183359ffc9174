"""Cells that let time pass: the moment of a rule is that of the cells underneath, and a shift."""

import dataclasses
from collections.abc import Callable, Sequence

from mcp_server.state.cells import Cell, Cells, Moment, ResultT, Rule


class ShiftedCells:
    """Cells whose clock is set forth by hand.

    Attributes:
        ahead: Seconds between the moment a rule is told and the true one.
        moment: What the last rule was told.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self.ahead = 0.0
        self.moment = Moment(0.0, 0.0, b"")

    async def change(self, names: Sequence[str], rule: Rule[ResultT], keep_s: float) -> ResultT:
        """Applies the rule at the shifted moment."""

        def later(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], ResultT]:
            self.moment = dataclasses.replace(moment, now=moment.now + self.ahead, wall=moment.wall + self.ahead)
            return rule(self.moment, cells)

        return await self._cells.change(names, later, keep_s)

    async def rewrite(self, rule: Callable[[bytes], Cell]) -> None:
        """Applies the rule."""
        await self._cells.rewrite(rule)

    async def aclose(self) -> None:
        """Lets go of what is open."""
        await self._cells.aclose()
