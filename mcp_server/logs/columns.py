"""Columns of a captured log as bytes: a string object for each line would take more memory than most lines do."""

from abc import ABC, abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice, repeat, starmap
from operator import eq, sub
from typing import Final, cast, overload

_BLOCK: Final = 1 << 14
"""Bytes decoded at once when a line is read; a longer line is a block of its own."""
_JOINED: Final = 4096
"""Lines of a plain sequence that are joined at once."""


class _Column(Sequence[str], ABC):
    """What both kinds share."""

    __slots__ = ("_ends",)
    # Number of lines up to and with each block or stretch.
    _ends: "array[int]"

    @abstractmethod
    def _stretch(self, start: int, stop: int) -> tuple[str, ...]: ...

    @abstractmethod
    def _at(self, place: int) -> str: ...

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._stretch(start, stop) if step == 1 else tuple(map(self._at, range(start, stop, step)))
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return self._at(place)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        strings = cast("Sequence[object]", other)
        return len(self) == len(strings) and all(map(eq, self, strings))

    def __hash__(self) -> int:
        # A tuple of the same strings is equal.
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"


class Lines(_Column):
    """Lines in blocks of UTF-8; the block that was read last stays decoded.

    Args:
        blocks: Lines joined by newlines, without the last one's; a block holds at least one line.
    """

    __slots__ = ("_blocks", "_open")

    def __init__(self, blocks: Iterable[bytes] = ()) -> None:
        self._blocks = tuple(blocks)
        self._ends = array("Q", accumulate(block.count(b"\n") + 1 for block in self._blocks))
        # Number, lines and place of the first: one tuple, so that threads never see parts of two blocks.
        self._open: tuple[int, list[str], int] = (-1, [], 0)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(map(self._lines, range(len(self._blocks))))

    def blocks(self) -> Iterator[bytes]:
        """All lines as UTF-8, each with a newline behind it, in pieces of about 16 kB."""
        for block in self._blocks:
            yield block
            yield b"\n"

    @property
    def size(self) -> int:
        """Bytes of the lines."""
        return sum(map(len, self._blocks))

    def _first(self, number: int) -> int:
        return self._ends[number - 1] if number else 0

    def _lines(self, number: int) -> list[str]:
        opened, lines, _ = self._open
        if opened != number:
            lines = self._blocks[number].decode("utf-8", "surrogatepass").split("\n")
            self._open = number, lines, self._first(number)
        return lines

    def _at(self, place: int) -> str:
        _, lines, first = self._open
        # Whoever reads one line mostly reads its neighbours.
        if 0 <= place - first < len(lines):
            return lines[place - first]
        number = bisect_right(self._ends, place)
        return self._lines(number)[place - self._first(number)]

    def _stretch(self, start: int, stop: int) -> tuple[str, ...]:
        taken: list[str] = []
        number = bisect_right(self._ends, start)
        while start < stop:
            first, end = self._first(number), min(self._ends[number], stop)
            taken += self._lines(number)[start - first : end - first]
            start, number = end, number + 1
        return tuple(taken)


class Labels(_Column):
    """One short string per line, where neighbours are often equal: each stretch of equal ones is kept once.

    Args:
        values: The string of each stretch.
        ends: Number of lines up to the end of each stretch.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Lines, ends: "array[int]") -> None:
        self._values = values
        self._ends = ends

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(starmap(repeat, self.stretches()))

    def stretches(self) -> Iterator[tuple[str, int]]:
        """Each string and on how many lines in a row it stands."""
        return zip(self._values, map(sub, self._ends, chain((0,), self._ends)), strict=False)

    @property
    def size(self) -> int:
        """Bytes of the strings and of where they stand."""
        return self._values.size + self._ends.itemsize * len(self._ends)

    def _at(self, place: int) -> str:
        return self._values[bisect_right(self._ends, place)]

    def _stretch(self, start: int, stop: int) -> tuple[str, ...]:
        taken: list[str] = []
        number = bisect_right(self._ends, start)
        while start < stop:
            end = min(self._ends[number], stop)
            taken += repeat(self._values[number], end - start)
            start, number = end, number + 1
        return tuple(taken)


class LabelsBuilder:
    """Collects labels stretch by stretch."""

    __slots__ = ("_blocks", "_ends", "_last", "_waiting")

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._waiting: list[str] = []
        self._ends = array("Q")
        self._last: str | None = None

    def add(self, value: str, count: int) -> None:
        """The next `count` (at least one) lines have this label, which holds no newline."""
        end = (self._ends[-1] if self._ends else 0) + count
        if value == self._last:
            self._ends[-1] = end
            return
        self._ends.append(end)
        self._waiting.append(value)
        self._last = value
        if len(self._waiting) >= _JOINED:
            self._pack()

    def add_each(self, values: Iterable[str]) -> None:
        """Each value is the label of one line."""
        # As `add` would, without a call for each of a million lines.
        last, waiting, ends = self._last, self._waiting, self._ends
        for end, value in enumerate(values, (ends[-1] if ends else 0) + 1):
            if value == last:
                ends[-1] = end
            else:
                last = value
                waiting.append(value)
                ends.append(end)
        self._last = last
        if len(waiting) >= _JOINED:
            self._pack()

    def labels(self) -> Labels:
        """All of them."""
        if self._waiting:
            self._pack()
        return Labels(Lines(self._blocks), self._ends)

    def _pack(self) -> None:
        self._blocks.append("\n".join(self._waiting).encode("utf-8", "surrogatepass"))
        self._waiting.clear()


def blocks_of(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Lines joined by newlines, `data[start:end]`, cut into blocks where lines end."""
    while (stop := data.find(b"\n", start + _BLOCK, end)) >= 0:
        yield data[start:stop]
        start = stop + 1
    yield data[start:end]


def joined(column: Sequence[str]) -> Iterator[bytes]:
    """A column as UTF-8, each line with a newline behind it, in pieces; lone surrogates pass."""
    if isinstance(column, Lines):
        yield from column.blocks()
        return
    strings = iter(column)
    while part := list(islice(strings, _JOINED)):
        yield "\n".join((*part, "")).encode("utf-8", "surrogatepass")


def stretches_of(column: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each string of a column and on how many lines in a row it stands."""
    return column.stretches() if isinstance(column, Labels) else ((value, 1) for value in column)


def size_of(column: Sequence[str]) -> int:
    """About how many bytes of memory a column takes."""
    return column.size if isinstance(column, Lines | Labels) else sum(map(len, column)) + 64 * len(column)
