"""Private keys in PEM form, which run over many lines, become as many redacted lines."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.logs.linear import linear

# A blank may be escaped as in a URL; RFC 4716 has four dashes and a blank.
_BLANK: Final = rb"(?:[ +]|%20)"
_DASHES: Final = rb"-{4,5}[ ]?"
_LABEL: Final = _BLANK + rb"[A-Z0-9 +%]{0,40}PRIVATE" + _BLANK + rb"KEY[A-Z ]{0,10}-----?"
_BEGIN: Final = linear(_DASHES + rb"BEGIN" + _LABEL + rb"|PuTTY-User-Key-File-[0-9]|Private-Lines:")
_END: Final = linear(_DASHES + rb"END" + _LABEL + rb"|Private-MAC:")
_INLINE: Final = linear(_DASHES + rb"BEGIN" + _LABEL + rb"([^\n]{16,}?)(?:----[ -]?END|$)")
_TOLD: Final = linear(rb"PRIVATE(?: |%20|\+)KEY|Private-(?:Lines|MAC):")
# What a line of a body ends with, behind whatever a collector wrote in front of it.
_BODY: Final = linear(rb"""(?:^|[\s"'|>+:-])[0-9A-Za-z+/=]{16,}(?:\\+[nr])*["'\\,\s]{0,8}$""")
_PATH: Final = linear(rb"""(?:^|\s)[/.][\w./+-]*$""")
_MAX_LINES: Final = 400
"""A 16,384-bit key has 200 lines; beyond this an END belongs to something else."""

Mark = Callable[[str, bytes], bytes]


def redact_pem(data: bytes, mark: Mark, counts: Counter[str]) -> bytes:
    """Replace the bodies of private keys: on one line, over lines, and of blocks that lost their begin or their end."""
    told = [match.start() for match in _TOLD.finditer(data)]
    lines = data.split(b"\n")
    closed = 0
    for index in _lines_at(data, told):
        line = lines[index]
        if index < closed:
            continue
        if _BEGIN.search(line):
            lines[index] = _redact_inline(line, mark, counts)
            closed = _redact_body(lines, range(index + 1, _end_of_body(lines, index + 1)), mark, counts)
        elif _END.search(line):
            first = index
            while first > closed and index - first < _MAX_LINES and _is_body(lines[first - 1]):
                first -= 1
            _redact_body(lines, range(first, index), mark, counts)
    redacted = b"\n".join(lines)
    return data if redacted == data else redacted


def _lines_at(data: bytes, positions: list[int]) -> Iterator[int]:
    """The numbers of the lines in which positions lie, each once, from 0."""
    line, done = 0, 0
    last = -1
    for position in positions:
        line += data.count(b"\n", done, position)
        done = position
        if line != last:
            yield line
        last = line


def _redact_inline(line: bytes, mark: Mark, counts: Counter[str]) -> bytes:
    match = _INLINE.search(line)
    if match is None or b"[redacted:" in match.group(1):
        return line
    counts["private-key"] += 1
    return line[: match.start(1)] + mark("private-key", match.group(1)) + line[match.end(1) :]


def _end_of_body(lines: list[bytes], start: int) -> int:
    for index in range(start, min(start + _MAX_LINES, len(lines))):
        if _END.search(lines[index]):
            return index
        if _BEGIN.search(lines[index]):
            break
    index = start
    while index < min(start + _MAX_LINES, len(lines)) and _is_body(lines[index]):
        index += 1
    return index


def _is_body(line: bytes) -> bool:
    return (
        (_BODY.search(line) is not None and _PATH.search(line) is None)
        or line.startswith((b"Proc-Type:", b"DEK-Info:"))
        or not line.strip()
    )


def _redact_body(lines: list[bytes], body: range, mark: Mark, counts: Counter[str]) -> int:
    told = [index for index in body if lines[index].strip() and b"[redacted:" not in lines[index]]
    if told:
        replacement = mark("private-key", b"\n".join(lines[index] for index in told))
        counts["private-key"] += 1
        for index in told:
            lines[index] = replacement
    return body.stop
