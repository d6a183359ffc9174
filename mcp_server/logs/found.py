"""The lines a search found, laid out with their context as far as there is room."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.logs.blocks import Block, cut_around, numbered, row_cost, runs_of, usual_opening_tokens
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.linear import Pattern
from mcp_server.logs.signals import span_in

_MAX_CONTEXT: Final = 200
_FEW: Final = 3
"""Matches up to which each may take a large part of the room."""
_LINE_OF_FEW: Final = 1000
_LINE: Final = 400
"""Tokens a line may take."""
_LEAST_LINE: Final = 24


class Allowed:
    """Lines a search keeps to: those of given stretches, or all."""

    __slots__ = ("_firsts", "_spans")

    def __init__(self, spans: Sequence[tuple[int, int]] | None) -> None:
        self._spans = None if spans is None else sorted(spans)
        self._firsts = [first for first, _ in self._spans or ()]

    def __contains__(self, number: int) -> bool:
        if self._spans is None:
            return True
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._spans[at][1]

    def only(self, numbers: list[int]) -> list[int]:
        """Those of the line numbers that are allowed."""
        return numbers if self._spans is None else [number for number in numbers if number in self]

    def total(self, log: CapturedLog) -> int:
        """How many lines these are."""
        return len(log.lines) if self._spans is None else sum(last - first + 1 for first, last in self._spans)


@dataclass(frozen=True, slots=True)
class Found:
    """What of the matches is shown.

    Attributes:
        blocks: In line order.
        shown: Log lines in them.
        told: Matches in them.
        following: Number of the first match that has no room; 0 if all have.
    """

    blocks: list[Block]
    shown: int
    told: int
    following: int


def found_blocks(
    log: CapturedLog, found: Sequence[int], start: int, pattern: Pattern, allowed: Allowed, context: int, room: int
) -> Found:
    """Lay out the matches from line `start` on until `room` tokens are used; no line is read that is not near a shown one."""
    at = begin = bisect_left(found, start)
    layout = _Layout(log, pattern, allowed, room, len(found) - begin)
    radius = max(min(context, _MAX_CONTEXT), 0)
    goes_on = True
    # A match that is context of the one before is shown already; behind the last that has room it needs no context.
    while at < len(found) and (found[at] in layout.rows or goes_on):
        if goes_on:
            goes_on = layout.take(found[at]) and layout.surround(found[at], radius)
            if found[at] not in layout.rows:
                break
        at += 1
    blocks = [
        Block("match", first, last, tuple(layout.rows[n] for n in range(first, last + 1)))
        for first, last in runs_of(sorted(layout.rows))
    ]
    return Found(blocks, len(layout.rows), at - begin, found[at] if at < len(found) else 0)


class _Layout:
    """Rows taken so far, by line number, and the tokens that are left."""

    __slots__ = ("_allowed", "_left", "_limit", "_log", "_opening", "_pattern", "rows")

    def __init__(self, log: CapturedLog, pattern: Pattern, allowed: Allowed, room: int, matches: int) -> None:
        self._log = log
        self._pattern = pattern
        self._allowed = allowed
        self._left = room
        self._opening = usual_opening_tokens(log)
        most = _LINE_OF_FEW if matches <= _FEW else _LINE
        self._limit = max(min(room // min(matches + 1, _FEW + 1), most), _LEAST_LINE)
        self.rows: dict[int, str] = {}

    def take(self, number: int) -> bool:
        """Take a line if it fits; the first one is cut until it does."""
        if number in self.rows:
            return True
        beside = (number - 1 in self.rows) + (number + 1 in self.rows)
        # A line of its own opens a block; one between two blocks joins them.
        opening = self._opening * (1 - beside)
        row = self._row(number, self._limit)
        if not self.rows and row_cost(row) + opening > self._left:
            row = self._row(number, max(self._left - opening - row_cost(numbered(number, "")) - 1, 1))
        cost = row_cost(row) + opening
        if cost > self._left:
            return False
        self.rows[number] = row
        self._left -= cost
        return True

    def surround(self, number: int, radius: int) -> bool:
        """Take the lines around a line, the near ones first; whether all fit."""
        whole = True
        for step in (1, -1):
            for near in range(number + step, number + step * (radius + 1), step):
                if not 1 <= near <= len(self._log.lines) or near not in self._allowed:
                    break
                if not self.take(near):
                    whole = False
                    break
        return whole

    def _row(self, number: int, limit: int) -> str:
        line = self._log.lines[number - 1]
        span = span_in(self._pattern, line) if len(line) > limit else (0, 0)
        return numbered(number, cut_around(line, limit, span))
