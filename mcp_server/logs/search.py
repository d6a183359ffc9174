"""Search of a captured log by an expression in linear time, and what to offer when nothing matches."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final

from mcp_server.errors import InvalidArgument
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.linear import LinearError, Pattern, linear
from mcp_server.logs.sanitise import sanitise

_CHUNK_LINES: Final = 8192
_MAX_FIND: Final = 2000
_REASON_CHARS: Final = 80
FIND_CHARS: Final = 120
"""Characters up to which an expression is repeated in an answer."""
_NEEDS_LINES: Final = (b"\\A", b"\\z", b"(?-", b"-m")
"""Parts of an expression that mean the whole text, which must then be the line."""
_TERM: Final = linear(
    rb"\b(?:FATAL|CRITICAL|ERROR|WARN(?:ING)?|FAIL(?:ED|URE)?|(?:fatal|critical|error|fail(?:ed|ure)|warning|panic|killed)"
    rb"|[Tt]raceback|OOMKilled|[Tt]imed? ?out|E[A-Z]{4,12}|SIG[A-Z]{3,4}|[A-Z]\w{1,40}(?:Error|Exception|Failure)"
    rb"|exit(?:ed)? (?:with )?(?:code|status) [0-9]+)\b"
)


def compile_find(find: str) -> Pattern:
    """Compile a `find` expression, matched case-sensitively against one cleaned line at a time.

    Raises:
        InvalidArgument: It is empty, too long, or not RE2.
    """
    if not find or len(find) > _MAX_FIND:
        raise InvalidArgument(f"`find` must have 1 to {_MAX_FIND} characters.")
    try:
        return linear(f"(?m){find}", one_line=True)
    except LinearError as error:
        clean, _ = sanitise(" ".join(str(error).split()))
        raise InvalidArgument(
            f"`find` is not a valid RE2 expression ({clean[:_REASON_CHARS]}). RE2 has no lookaround and no backreferences;"
            " escape literal ( ) [ ] { } . * + ? | \\ with a backslash."
        ) from None


def quoted(find: str) -> str:
    """An expression as it is told: on one line, cut where it is long."""
    return json.dumps(find if len(find) <= FIND_CHARS else f"{find[:FIND_CHARS]}…", ensure_ascii=False)[1:-1]


def matches(log: CapturedLog, pattern: Pattern) -> list[int]:
    """Numbers of all lines that match, ascending."""
    found: list[int] = []
    to_line_end = _to_line_end(pattern)
    for start, data in _chunks(log):
        found.extend(start + index + 1 for index in _matching(data, pattern, to_line_end))
    return found


def terms(log: CapturedLog, limit: int = 12) -> list[tuple[str, int]]:
    """The severity words and telling names (`KeyError`, `ENOENT`, `OOMKilled`) that do occur, most frequent first."""
    counts: Counter[bytes] = Counter()
    for _, data in _chunks(log):
        counts.update(match.group() for match in _TERM.finditer(data))
    return [(term.decode("utf-8", "replace"), count) for term, count in counts.most_common(limit)]


def _chunks(log: CapturedLog) -> Iterator[tuple[int, bytes]]:
    """Index of a first line, and the lines from it on, joined."""
    for start in range(0, len(log.lines), _CHUNK_LINES):
        yield start, "\n".join(log.lines[start : start + _CHUNK_LINES]).encode("utf-8", "replace")


def _to_line_end(pattern: Pattern) -> Pattern | None:
    """The expression made to go on to the end of the line, so that one pass finds one match a line; None if it must be a line's alone."""
    if any(mark in pattern.pattern for mark in _NEEDS_LINES):
        return None
    try:
        return linear(b"(?:" + pattern.pattern + b")(?-s:.*)", one_line=True)
    except LinearError:
        # Its end quotes whatever follows.
        return None


def _matching(data: bytes, pattern: Pattern, to_line_end: Pattern | None) -> Iterator[int]:
    if to_line_end is None:
        yield from (index for index, line in enumerate(data.split(b"\n")) if pattern.search(line) is not None)
        return
    position, index, ended = 0, 0, -1
    for match in to_line_end.finditer(data):
        start, end = match.span()
        # At the end of a line that was matched already, an empty match is of the same line.
        if start != ended:
            index += data.count(b"\n", position, start)
            yield index
            position = start
        ended = end
