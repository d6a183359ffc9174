"""Blocks made to fill a room: shortened where they take too much, widened by their neighbours where some is left."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from mcp_server.logs.blocks import Block, cost_in, cut_around, number_of, numbered, opening, row_cost
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.tokens import cut

_LEAST_ROW: Final = 12
"""Tokens of a row below which it is not worth its number."""
_NEIGHBOUR: Final = 200
"""Tokens from which a line that is shown for its neighbour is cut."""


def filled(log: CapturedLog, blocks: Sequence[Block], room: int, best: int, reach: int | None = None) -> list[Block]:
    """Fill `room` tokens, exactly counted, and never with more.

    Args:
        log: Where the blocks are from.
        blocks: In line order, without overlap.
        room: Tokens there are.
        best: Number of the line that is kept before any other.
        reach: Lines by which a block may grow each way; None for no bound.
    """
    fitting = _shortened(log, blocks, room, best)
    left = room - sum(cost_in(block, log) for block in fitting)
    return _Widening(log, fitting, left, reach).widened(best)


def _shortened(log: CapturedLog, blocks: Sequence[Block], room: int, best: int) -> list[Block]:
    """The blocks that fit, in line order; of those that do not, what fits: first that with the best line, then the end."""
    if sum(cost_in(block, log) for block in blocks) <= room:
        return list(blocks)
    kept: list[Block] = []
    last = blocks[-1].last
    for block in sorted(blocks, key=lambda b: (not b.first <= best <= b.last, b.last != last, -b.last)):
        part: Block | None = block
        if cost_in(block, log) > room:
            part = _part(log, block, room, best)
        if part is not None:
            kept.append(part)
            room -= cost_in(part, log)
    return sorted(kept, key=lambda block: block.first)


def _part(log: CapturedLog, block: Block, room: int, best: int) -> Block | None:
    """The rows of a block that fit, from its best line on, else its last ones; None where not even one does."""
    rows: Iterable[str] = reversed(block.rows)
    if holds := block.first <= best <= block.last:
        # A line inside a fold is not shown: then the block is cut from its beginning.
        at = next((n for n, row in enumerate(block.rows) if number_of(row) == best), 0)
        rows = block.rows[at:]
    room -= row_cost(opening(block, log))
    kept: list[str] = []
    for row in rows:
        fitting = row if row_cost(row) <= room else cut(row, room - 1) if room > _LEAST_ROW and not kept else ""
        if not fitting:
            break
        kept.append(fitting)
        room -= row_cost(fitting)
    while kept and not number_of(kept[-1]):
        kept.pop()
    if not kept:
        return None
    ordered = kept if holds else kept[::-1]
    return Block(block.reason, number_of(ordered[0]), number_of(ordered[-1]), tuple(ordered))


@dataclass(eq=False, slots=True)
class _Stretch:
    """A block that grows."""

    reason: str
    first: int
    last: int
    rows: deque[str]
    limits: tuple[int, int]
    """Numbers of the lines up to which it may grow."""
    closed: set[int] = field(default_factory=set[int])
    """Steps (1, -1) in which it grows no further."""

    def opening_cost(self, log: CapturedLog) -> int:
        return row_cost(opening(Block(self.reason, self.first, self.last, ()), log))


class _Widening:
    """Stretches that take in lines around them, turn by turn, until nothing fits any more."""

    def __init__(self, log: CapturedLog, blocks: Iterable[Block], left: int, reach: int | None) -> None:
        self._log = log
        self._left = left
        total = len(log.lines)
        reach = total if reach is None else reach
        self._stretches = [
            _Stretch(b.reason, b.first, b.last, deque(b.rows), (max(b.first - reach, 1), min(b.last + reach, total)))
            for b in blocks
        ]

    def widened(self, best: int) -> list[Block]:
        # What is around the best line tells most.
        turns = sorted(self._stretches, key=lambda s: not s.first <= best <= s.last)
        while self._left >= _LEAST_ROW and any(len(stretch.closed) < 2 for stretch in turns):  # noqa: PLR2004 - both ways
            for stretch in turns:
                for step in (1, -1):
                    if step not in stretch.closed and not self._grow(stretch, step):
                        stretch.closed.add(step)
        blocks: list[Block] = []
        for stretch in self._stretches:
            block = Block(stretch.reason, stretch.first, stretch.last, tuple(stretch.rows))
            if blocks and blocks[-1].last + 1 == block.first:
                block = _merged(blocks.pop(), block)
            blocks.append(block)
        return blocks

    def _grow(self, stretch: _Stretch, step: int) -> bool:
        number = stretch.last + 1 if step > 0 else stretch.first - 1
        lowest, highest = stretch.limits
        if not lowest <= number <= highest or any(s.first <= number <= s.last for s in self._stretches):
            return False
        before = stretch.opening_cost(self._log)
        row = numbered(number, cut_around(self._log.lines[number - 1], _NEIGHBOUR))
        first, last = stretch.first, stretch.last
        stretch.first, stretch.last = min(first, number), max(last, number)
        cost = row_cost(row) + stretch.opening_cost(self._log) - before
        if cost > self._left:
            stretch.first, stretch.last = first, last
            return False
        self._left -= cost
        if step > 0:
            stretch.rows.append(row)
        else:
            stretch.rows.appendleft(row)
        return True


def _merged(one: Block, other: Block) -> Block:
    reasons = dict.fromkeys((*one.reason.split(", "), *other.reason.split(", ")))
    return Block(", ".join(reasons), one.first, other.last, (*one.rows, *other.rows))
