"""The answers an agent reads: the first answer, a search, a window; each one bounded text block."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from mcp_server.logs.blocks import OPENING_TOKENS, Block, cut_around, numbered, row_cost, runs_of
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.digest import Digest
from mcp_server.logs.frame import framed
from mcp_server.logs.header import Header
from mcp_server.logs.linear import Pattern
from mcp_server.logs.search import compile_find, matches, terms
from mcp_server.logs.signals import span_in

_FOOTER_TOKENS: Final = 64
_FIND_CHARS: Final = 120
_MAX_CONTEXT: Final = 200

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

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        if not log.lines:
            shown = 0
            return (
                (),
                "The log is empty: no line was written or kept. Look at the state and events of the sandbox, or ask for another source.",
            )
        if whole := _whole(log, room):
            shown = len(log.lines)
            return (whole,), "The whole log is shown."
        evidence = digest.choose(max(room - _FOOTER_TOKENS, 0))
        shown = evidence.shown
        left = len(log.lines) - shown
        start = max(evidence.best - 20, 1)
        return evidence.blocks, (
            f"Left out: {left:,} of {len(log.lines):,} lines; {evidence.bad_total:,} carry a sign of failure. "
            f"Next: {call(header, start_line=start)} or find=<RE2>."
        )

    digest = Digest(log)
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
    allowed = None if spans is None else frozenset(n for first, last in spans for n in range(first, last + 1))
    pattern = compile_find(find)
    found = [number for number in matches(log, pattern) if allowed is None or number in allowed]
    start = _start(log, start_line) if start_line is not None else 1
    ahead = [number for number in found if number >= start]
    quoted = find if len(find) <= _FIND_CHARS else f"{find[:_FIND_CHARS]}…"
    shown = 0

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        if not found:
            shown = 0
            return (), _no_match(log, quoted)
        blocks, shown, following = _found_blocks(log, ahead, pattern, allowed, context_lines, room - _FOOTER_TOKENS)
        noun = "line matches" if len(found) == 1 else "lines match"
        footer = f"{len(found):,} {noun} `{_plain(quoted)}`, {sum(1 for n in ahead if n < following):,} shown here."
        if following <= len(log.lines):
            if quoted == find:
                footer += f" Next: {call(header, find=find, start_line=following)}"
            else:
                footer += f" Next: {call(header, start_line=following)} with the same find."
        return blocks, footer

    text, tokens, fits = framed(log, header, body, max_tokens=max_tokens, boundary=boundary)
    return View(text, "find", shown if fits else 0, tokens)


def window_view(log: CapturedLog, header: Header, *, start_line: int, max_tokens: int, boundary: str) -> View:
    """Show contiguous lines from `start_line` (negative: from the end), whole while they fit, nothing collapsed."""
    shown = 0

    def body(room: int) -> tuple[Sequence[Block], str]:
        nonlocal shown
        shown = 0
        if not log.lines:
            return (), "The log is empty."
        start = _start(log, start_line)
        if start > len(log.lines):
            return (
                (),
                f"Line {start:,} is beyond the end: the log has {len(log.lines):,} lines. {call(header, start_line=-50)} reads its end.",
            )
        block = _window(log, start, room - _FOOTER_TOKENS)
        shown = len(block.rows)
        after = start + shown
        if after > len(log.lines):
            return (block,), f"The end of the log is reached (line {len(log.lines):,})."
        return (block,), f"Lines {start:,}-{after - 1:,} of {len(log.lines):,}. Next: {call(header, start_line=after)}"

    text, tokens, fits = framed(log, header, body, max_tokens=max_tokens, boundary=boundary)
    return View(text, "window", shown if fits else 0, tokens)


def call(header: Header, **arguments: str | int) -> str:
    """The exact text of a `read_log` call."""
    told = "".join(f", {name}={json.dumps(value)}" for name, value in arguments.items())
    return f'read_log(log_id="{header.log_id[:40]}"{told})'


def _plain(find: str) -> str:
    return json.dumps(find)[1:-1]


def _start(log: CapturedLog, start_line: int) -> int:
    return max(start_line if start_line >= 0 else len(log.lines) + start_line + 1, 1)


def _whole(log: CapturedLog, room: int) -> Block | None:
    # No character costs less than a sixty-fourth of a token: what is longer cannot fit.
    if len(log.lines) > room or sum(map(len, log.lines)) > 64 * room:
        return None
    rows = tuple(numbered(n, line) for n, line in enumerate(log.lines, 1))
    cost = sum(map(row_cost, rows)) + 16
    return Block("whole log", 1, len(rows), rows) if cost + 8 <= room else None


def _window(log: CapturedLog, start: int, room: int) -> Block:
    rows: list[str] = []
    left = room - 16
    for number in range(start, len(log.lines) + 1):
        line = log.lines[number - 1]
        if not rows:
            line = cut_around(line, max(left - 8, 8))
        elif len(line) > 64 * max(left, 1):
            break
        row = numbered(number, line)
        left -= row_cost(row)
        if left < 0 and rows:
            break
        rows.append(row)
    return Block("window", start, start + len(rows) - 1, tuple(rows))


def _found_blocks(
    log: CapturedLog, ahead: Sequence[int], pattern: Pattern, allowed: frozenset[int] | None, context: int, room: int
) -> tuple[list[Block], int, int]:
    """Blocks of matches with context that fit, lines shown, and the number of the first match that does not fit."""
    radius = max(min(context, _MAX_CONTEXT), 0)
    line_limit = max(min(room // (4 if len(ahead) > 1 else 2), 400), 24)
    rows: dict[int, str] = {}
    spent = 0
    following = len(log.lines) + 1

    def around(number: int, radius: int) -> tuple[dict[int, str], int]:
        first, last = max(number - radius, 1), min(number + radius, len(log.lines))
        numbers = [n for n in range(first, last + 1) if n not in rows and (allowed is None or n in allowed)]
        new = {n: _found_row(log.lines[n - 1], n, pattern, line_limit) for n in numbers}
        return new, sum(map(row_cost, new.values())) + (0 if first - 1 in rows or first in rows else OPENING_TOKENS)

    for number in ahead:
        new, cost = around(number, radius)
        while not rows and spent + cost > room and radius:
            # The first match is shown with what context there is room for.
            radius //= 2
            new, cost = around(number, radius)
        if rows and spent + cost > room:
            following = number
            break
        rows.update(new)
        spent += cost
    blocks = [Block("match", a, b, tuple(rows[n] for n in range(a, b + 1))) for a, b in runs_of(sorted(rows))]
    return blocks, len(rows), following


def _found_row(line: str, number: int, pattern: Pattern, limit: int) -> str:
    return numbered(number, cut_around(line, limit, span_in(pattern, line) if len(line) > limit else (0, 0)))


def _no_match(log: CapturedLog, quoted: str) -> str:
    offered = terms(log)
    told = ", ".join(f"{term} ({count:,})" for term, count in offered) or "none of the usual words for failure"
    return f"No line of {len(log.lines):,} matches `{_plain(quoted)}` (RE2, case-sensitive; (?i) ignores case). What does occur: {told}."
