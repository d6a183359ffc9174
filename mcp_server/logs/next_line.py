"""Secrets whose name stands on the line before: YAML and JSON pairs of name and value, XML elements, block scalars."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import Final

from mcp_server.logs.assignments import CALLED, HELD, IS
from mcp_server.logs.issuer_keys import is_issued, issuer_in
from mcp_server.logs.judge import is_placeholder, is_secret
from mcp_server.logs.linear import Pattern, linear
from mcp_server.logs.names import PLAIN_NAME, QUOTE, QUOTED

Mark = Callable[[str, bytes], bytes]

_WORD: Final = r"""[^\s"'`<>;,&|()\[\]{}\\]+"""
# The end of a line that leaves its value to the next one. In a command that goes on, a blank stands between.
_OPEN_END: Final = rf"{PLAIN_NAME}{QUOTE}?(?:(?P<sep>[ \t]{{0,3}}(?:>|:|=|=>|:=))[ \t]{{0,3}}(?:[|>][+-]?[0-9]?|\\)?|[ \t]{{1,3}}\\)[ \t]{{0,3}}$"
_PAIR_END: Final = rf"(?:\b{CALLED}{IS}|<name>){QUOTE}?{PLAIN_NAME}(?:{QUOTE}?[ \t]{{0,3}}[,;]?|</name>)[ \t]{{0,3}}$"
_OPENS: Final = (linear(f"(?im){_OPEN_END}"), linear(f"(?im){_PAIR_END}"))
_BREAK: Final = r"\n(?:[ \t]*\n)?"
_FORMS: Final = (
    linear(
        rf"(?im){_OPEN_END}{_BREAK}[ \t]*(?:[-+>|#*][ \t]{{1,3}})?(?:{QUOTED}|{QUOTE}?(?P<s>{_WORD})){QUOTE}?[ \t]{{0,3}}[,;]?[ \t]{{0,3}}\\?[ \t]{{0,3}}$"
    ),
    linear(
        rf"(?im)\b{CALLED}{IS}{QUOTE}?{PLAIN_NAME}{QUOTE}?[ \t]{{0,3}}[,;]?[ \t]{{0,3}}\n[^\n]{{0,60}}?\b{HELD}(?P<sep>{IS})(?:{QUOTED}|{QUOTE}?(?P<s>{_WORD}))"
    ),
    linear(rf"(?im)<name>{PLAIN_NAME}</name>[ \t]{{0,3}}\n?[^\n]{{0,60}}?<value(?P<sep>>)(?P<s>[^\s<>]+)<"),
)
_GROUPS: Final = (b"s", b"q", b"q2")


def redact_next_lines(data: bytes, lines: Iterable[tuple[int, int]], mark: Mark, counts: Counter[str]) -> bytes:
    """Replace secrets on the line after one of `lines` (spans in `data`, in order) that ends with their name."""
    spans = list(lines)
    pieces: list[bytes] = []
    done = 0
    for start, end in _open_lines(data, spans):
        block = data[start : _end_of_lines(data, end, 2)]
        found = next(filter(None, (_secret_in(form, block) for form in _FORMS)), None)
        if found is not None and start + found[0] >= done:
            secret = block[found[0] : found[1]]
            pieces += (data[done : start + found[0]], mark("assigned", secret))
            done = start + found[1]
            counts["assigned"] += 1
    return b"".join([*pieces, data[done:]]) if pieces else data


def _open_lines(data: bytes, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of the lines that end with a name; all are searched at once, since most do not."""
    joined = b"\n".join(data[start:end] for start, end in spans)
    ends = list(accumulate(end - start + 1 for start, end in spans))
    found = {bisect_right(ends, match.end() - 1) for opens in _OPENS for match in opens.finditer(joined)}
    return [spans[index] for index in sorted(found)]


def _secret_in(form: Pattern, block: bytes) -> tuple[int, int] | None:
    match = form.search(block)
    if match is None:
        return None
    index = form.groupindex
    name, group = next((name, index[name]) for name in _GROUPS if name in index and match.start(index[name]) >= 0)
    value = match.group(group)
    separator = match.group(index[b"sep"]).strip() if match.start(index[b"sep"]) >= 0 else b""
    if is_placeholder(value) or value.endswith(b":"):
        return None
    called = match.group(index[b"name"])
    if not is_secret(called, separator or b":", value, quoted=name != b"s"):
        issuer = issuer_in(called)
        if not issuer or not is_issued(issuer, value):
            return None
    return match.span(group)


def _end_of_lines(data: bytes, end: int, more: int) -> int:
    """Where the line ends that is `more` lines below the one that ends at `end`."""
    for _ in range(more):
        following = data.find(b"\n", end + 1)
        if following < 0:
            return len(data)
        end = following
    return end
