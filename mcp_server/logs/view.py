"""The answers an agent reads: the first answer, a search, a window; each one bounded text block."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from mcp_server.logs.blocks import Block, cost_in, cut_around, number_of, numbered, opening, row_cost
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.digest import Digest, Evidence
from mcp_server.logs.filling import filled
from mcp_server.logs.found import Allowed, Found, found_blocks
from mcp_server.logs.frame import framed
from mcp_server.logs.header import Header
from mcp_server.logs.search import FIND_CHARS, compile_find, matches, quoted
from mcp_server.logs.tokens import estimate
from mcp_server.logs.unmatched import offer

_DENSEST: Final = 64
"""No character costs less than such a part of a token: what is longer cannot fit."""
_EMPTY: Final = "The log is empty: no line was written or kept. Look at the state and events of the sandbox, or read another source."
_WHOLE: Final = "The whole log is shown."

ViewKind = Literal["evidence", "find", "window", "entries"]


@dataclass(frozen=True, slots=True)
class View:
    """One answer.

    Attributes:
        text: The whole text block.
        kind: How its lines were chosen.
        shown_lines: Log lines in it.
        tokens: Its estimated o200k tokens, from above.
    """

    text: str
    kind: ViewKind
    shown_lines: int
    tokens: int


def first_answer(log: CapturedLog, header: Header, *, max_tokens: int, boundary: str) -> View:
    """Show the lines that explain the failure; a log that fits is shown whole."""
    shown = 0
    # Most logs are short and shown whole: only the others are worth being read for what tells most.
    digest = cache(lambda: Digest(log))

    def footer(left: int, bad: int, start: int) -> str:
        return (
            f"Left out: {left:,} of {len(log.lines):,} lines; {bad:,} carry a sign of failure. "
            f"Next: {call(header, start_line=start)} or find=<RE2>."
        )

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        shown = 0
        if not log.lines:
            return (), _EMPTY
        total = len(log.lines)
        if whole := _whole(log, room - estimate(_WHOLE)):
            shown = total
            return (whole,), _WHOLE
        evidence, blocks = _evidence(log, digest(), room - estimate(footer(total, total, total)))
        shown = sum(number_of(row) > 0 for block in blocks for row in block.rows)
        return blocks, footer(total - shown, evidence.bad_total, max(evidence.best - 20, 1))

    text, tokens, fits = framed(log, header, body, max_tokens=max_tokens, boundary=boundary)
    return View(text, "evidence", shown if fits else 0, tokens)


def find_view(
    log: CapturedLog,
    header: Header,
    *,
    find: str,
    start_line: int | None,
    context_lines: int,
    max_tokens: int,
    boundary: str,
    spans: Sequence[tuple[int, int]] | None = None,
) -> View:
    """Show the lines that match an RE2 expression, with context, from `start_line` on; all matches are counted.

    `spans` keeps to stretches of lines (first and last number of each): no other line is shown, not even as context.

    Raises:
        InvalidArgument: `find` is not RE2.
    """
    allowed = Allowed(spans)
    pattern = compile_find(find)
    found = allowed.only(matches(log, pattern))
    start = _start(log, start_line) if start_line is not None else 1
    shown = 0

    @cache
    def unmatched() -> str:
        offered = offer(log, find, lambda other: len(allowed.only(matches(log, compile_find(other)))))
        told = f"None of {allowed.total(log):,} lines matches `{quoted(find)}` (RE2, case-sensitive). {offered.said}"
        return f"{told} Next: {call(header, find=offered.find)}" if 0 < len(offered.find) <= FIND_CHARS else told

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        shown = 0
        if not found:
            return (), unmatched()
        worst = _found_footer(header, find, found, start, Found([], 0, len(found), len(log.lines)))
        part = found_blocks(log, found, start, pattern, allowed, context_lines, room - estimate(worst))
        shown = part.shown
        return part.blocks, _found_footer(header, find, found, start, part)

    text, tokens, fits = framed(log, header, body, max_tokens=max_tokens, boundary=boundary)
    return View(text, "find", shown if fits else 0, tokens)


def _found_footer(header: Header, find: str, found: Sequence[int], start: int, part: Found) -> str:
    noun = "line matches" if len(found) == 1 else "lines match"
    footer = f"{len(found):,} {noun} `{quoted(find)}`, {part.told:,} shown here."
    following = part.following
    if not part.told and found[-1] < start:
        footer += f" The last is line {found[-1]:,}, before the line where the search began ({start:,})."
        following = found[0]
    if not following:
        return footer
    if len(find) > FIND_CHARS:
        return f"{footer} Next: {call(header, start_line=following)} with the same find."
    return f"{footer} Next: {call(header, find=find, start_line=following)}"


def window_view(log: CapturedLog, header: Header, *, start_line: int, max_tokens: int, boundary: str) -> View:
    """Show contiguous lines from `start_line` (negative: from the end), whole while they fit, nothing collapsed."""
    shown = 0
    total = len(log.lines)
    start = _start(log, start_line)

    def footer(after: int) -> str:
        if after > total:
            return f"This is the end of the log (line {total:,})."
        return f"Lines {start:,}-{after - 1:,} of {total:,}. Next: {call(header, start_line=after)}"

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        shown = 0
        if not log.lines:
            return (), "The log is empty."
        if start > total:
            return (
                (),
                f"Line {start:,} is beyond the end: the log has {total:,} lines. {call(header, start_line=-50)} reads its end.",
            )
        block = _window(log, start, room - estimate(footer(total)))
        if block is None:
            return (), f"No room for line {start:,} of {total:,}: raise max_tokens."
        shown = len(block.rows)
        return (block,), footer(start + shown)

    text, tokens, fits = framed(log, header, body, max_tokens=max_tokens, boundary=boundary)
    return View(text, "window", shown if fits else 0, tokens)


def call(header: Header, **arguments: str | int) -> str:
    """The exact text of a `read_log` call."""
    told = "".join(f", {name}={json.dumps(value)}" for name, value in arguments.items())
    return f'read_log(log_id="{header.log_id[:40]}"{told})'


def _start(log: CapturedLog, start_line: int) -> int:
    return max(start_line if start_line >= 0 else len(log.lines) + start_line + 1, 1)


def _whole(log: CapturedLog, room: int) -> Block | None:
    if len(log.lines) > room or sum(map(len, log.lines)) > _DENSEST * room:
        return None
    rows = tuple(numbered(n, line) for n, line in enumerate(log.lines, 1))
    block = Block("whole log", 1, len(rows), rows)
    return block if cost_in(block, log) <= room else None


def _evidence(log: CapturedLog, digest: Digest, room: int) -> tuple[Evidence, list[Block]]:
    """What was chosen, and its blocks as they fill the room."""
    evidence = digest.choose(max(room, 0))
    blocks = evidence.blocks
    if not blocks:
        # Hardly any room: the most telling line, cut.
        number = evidence.best or len(log.lines)
        blocks = (Block("cut to fit", number, number, (numbered(number, log.lines[number - 1]),)),)
    return evidence, filled(log, blocks, room, evidence.best)


def _window(log: CapturedLog, start: int, room: int) -> Block | None:
    opened = row_cost(opening(Block("window", start, start, ()), log))
    left = room - opened
    rows: list[str] = []
    for number in range(start, len(log.lines) + 1):
        line = log.lines[number - 1]
        if not rows:
            line = cut_around(line, max(left - row_cost(numbered(number, "")), 0))
        elif len(line) > _DENSEST * max(left, 1):
            break
        row = numbered(number, line)
        if row_cost(row) > left:
            break
        left -= row_cost(row)
        rows.append(row)
    # The lines may be from more sources than the first one.
    more = row_cost(opening(Block("window", start, start + len(rows) - 1, ()), log)) - opened
    while len(rows) > 1 and left < more:
        left += row_cost(rows.pop())
    return Block("window", start, start + len(rows) - 1, tuple(rows)) if rows else None
