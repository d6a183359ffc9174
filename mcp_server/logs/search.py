"""Search of a captured log by an expression in linear time, and what to offer when nothing matches."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from mcp_server.errors import InvalidArgument
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.linear import LinearError, Pattern, linear
from mcp_server.logs.sanitise import sanitise

_CHUNK_LINES: Final = 8192
_MAX_FIND: Final = 2000
_REASON_CHARS: Final = 80
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


def matches(log: CapturedLog, pattern: Pattern) -> list[int]:
    """Numbers of all lines that match, ascending."""
    found: list[int] = []
    for start in range(0, len(log.lines), _CHUNK_LINES):
        chunk = log.lines[start : start + _CHUNK_LINES]
        found.extend(start + index + 1 for index in _matching(chunk, pattern))
    return found


def terms(log: CapturedLog, limit: int = 12) -> list[tuple[str, int]]:
    """The severity words and telling names (`KeyError`, `ENOENT`, `OOMKilled`) that do occur, most frequent first."""
    counts: Counter[bytes] = Counter()
    for start in range(0, len(log.lines), _CHUNK_LINES):
        data = "\n".join(log.lines[start : start + _CHUNK_LINES]).encode("utf-8", "replace")
        counts.update(match.group() for match in _TERM.finditer(data))
    return [(term.decode("utf-8", "replace"), count) for term, count in counts.most_common(limit)]


def _matching(lines: Sequence[str], pattern: Pattern) -> Iterator[int]:
    encoded = [line.encode("utf-8", "replace") for line in lines]
    if any(mark in pattern.pattern for mark in _NEEDS_LINES):
        yield from (index for index, line in enumerate(encoded) if pattern.search(line) is not None)
        return
    data = b"\n".join(encoded)
    position = index = 0
    while position <= len(data) and (match := pattern.search(data, position)) is not None:
        # An empty match right before a newline belongs to the line it ends.
        index += data.count(b"\n", position, match.start())
        yield index
        end = data.find(b"\n", match.start())
        if end < 0:
            return
        position = end + 1
        index += 1
