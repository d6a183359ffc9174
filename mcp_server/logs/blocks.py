"""The pieces a view's body is made of, and what each costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.tokens import cut, estimate

_LEAST: Final = 12
"""Tokens of a line below which a note on its length is not worth it."""
OPENING_TOKENS: Final = 12
"""About what opening a block costs, and the most each of time and container may take of it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines shown together and why; text lines are already numbered and cut.

    Attributes:
        reason: A word or two on why they are shown.
        first: Number of the first line; 0 if the rows are not log lines.
        last: Number of the last line.
        rows: As they are shown.
    """

    reason: str
    first: int
    last: int
    rows: tuple[str, ...]


def numbered(number: int, text: str) -> str:
    """A log line as it is shown: its stable 1-based number, a bar, its text."""
    return f"  {number} | {text}"


def row_cost(row: str) -> int:
    """Tokens of one shown row with its newline."""
    return estimate(row) + 1


def number_of(row: str) -> int:
    """The number of the log line a row shows, 0 if it shows none."""
    number, bar, _ = row[2:].partition(" | ")
    return int(number) if bar and row.startswith("  ") and number.isdecimal() else 0


def block_cost(block: Block, opening_tokens: int = OPENING_TOKENS) -> int:
    """About the tokens of a block as it is shown."""
    return opening_tokens + sum(map(row_cost, block.rows))


def cost_in(block: Block, log: CapturedLog) -> int:
    """Tokens of a block as it is shown, with the opening it has in this log."""
    return block_cost(block, row_cost(opening(block, log)))


def usual_opening_tokens(log: CapturedLog) -> int:
    """What opening a block costs in this log, where its lines have times and sources or not."""
    total = len(log.lines)
    places = {1, (total + 1) // 2, total} if total else set[int]()
    return max((row_cost(opening(Block("error", n, n, ()), log)) for n in places), default=OPENING_TOKENS)


def opening(block: Block, log: CapturedLog) -> str:
    """The unnumbered line above a block: why it is shown, when its first line was written, in which container."""
    parts = [block.reason]
    if 0 < block.first <= len(log.lines):
        if time := short_time(log.times[block.first - 1]):
            parts.append(cut(time, OPENING_TOKENS))
        # A stretch may begin in one source and go on in another.
        if sources := ", ".join(dict.fromkeys(filter(None, log.sources[block.first - 1 : block.last]))):
            parts.append(cut(sources, OPENING_TOKENS))
    return f"[{' · '.join(parts)}]"


def short_time(time: str) -> str:
    """The time of day of an RFC 3339 timestamp, to the second."""
    return time[11:19] if time[10:11] == "T" else time


def cut_around(text: str, limit: int, keep: tuple[int, int] = (0, 0)) -> str:
    """A line cut to about `limit` tokens, keeping its beginning and what is around the span `keep`; says its length."""
    # Every token is at least one character, and few take more than 16: what is farther away cannot be shown.
    if len(text) <= 16 * limit and estimate(text) <= limit:
        return text
    note = f" …[{len(text):,} characters]… "
    room = limit - estimate(note)
    if room < _LEAST:
        return cut(text, limit)
    start, end = keep
    if end <= 0 or end < room:
        head = cut(text[: 16 * room], room * 2 // 3).removesuffix("…")
        return head + note + _ending(text[len(head) :], room // 3)
    head = cut(text[: 4 * room], room // 4).removesuffix("…")
    begin = max(len(head), start - room // 8)
    return head + note + cut(text[begin : begin + 16 * room], room * 3 // 4)


def _ending(text: str, limit: int) -> str:
    end = text[-4 * limit :] if limit > 0 else ""
    while end and estimate(end) > limit:
        end = end[max(len(end) // 4, 1) :]
    return end


def runs_of(numbers: Sequence[int], gap: int = 1) -> list[tuple[int, int]]:
    """Ascending numbers as stretches whose neighbours are at most `gap` apart."""
    stretches: list[tuple[int, int]] = []
    for number in numbers:
        if stretches and number - stretches[-1][1] <= gap:
            stretches[-1] = (stretches[-1][0], number)
        else:
            stretches.append((number, number))
    return stretches
