"""Secrets that another line tells: the one before, or the kind of a Kubernetes object (all values of a Secret are secret)."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from mcp_server.logs.assignments import CALLED, HELD, IS, PLAIN_NAME, QUOTE, QUOTED, Shape, shape
from mcp_server.logs.issuer_keys import is_issued, issuer_in
from mcp_server.logs.judge import is_placeholder, is_secret
from mcp_server.logs.linear import linear, replaced
from mcp_server.logs.pem import Mark

_WORD: Final = r"""[^\s"'`<>;,&|()\[\]{}\\]+"""
# The end of a line that leaves its value to the next one. In a command that goes on, a blank stands between.
_OPEN_END: Final = rf"{PLAIN_NAME}{QUOTE}?(?:(?P<sep>[ \t]{{0,3}}(?:>|:|=|=>|:=))[ \t]{{0,3}}(?:[|>][+-]?[0-9]?|\\)?|[ \t]{{1,3}}\\)[ \t]{{0,3}}$"
_PAIR_END: Final = rf"(?:\b{CALLED}{IS}|<name>){QUOTE}?{PLAIN_NAME}(?:{QUOTE}?[ \t]{{0,3}}[,;]?|</name>)[ \t]{{0,3}}$"
_OPENS: Final = (linear(f"(?im){_OPEN_END}"), linear(f"(?im){_PAIR_END}"))
_BREAK: Final = r"\n(?:[ \t]*\n)?"
_FORMS: Final = (
    shape(
        "assigned",
        rf"{_OPEN_END}{_BREAK}[ \t]*(?:[-+>|#*][ \t]{{1,3}})?(?:{QUOTED}|{QUOTE}?(?P<s>{_WORD})){QUOTE}?[ \t]{{0,3}}[,;]?[ \t]{{0,3}}\\?[ \t]{{0,3}}$",
    ),
    shape(
        "assigned",
        rf"\b{CALLED}{IS}{QUOTE}?{PLAIN_NAME}{QUOTE}?[ \t]{{0,3}}[,;]?[ \t]{{0,3}}\n[^\n]{{0,60}}?\b{HELD}(?P<sep>{IS})(?:{QUOTED}|{QUOTE}?(?P<s>{_WORD}))",
    ),
    shape("assigned", rf"<name>{PLAIN_NAME}</name>[ \t]{{0,3}}\n?[^\n]{{0,60}}?<value(?P<sep>>)(?P<s>[^\s<>]+)<"),
)
_KIND: Final = linear(rb"""(?i)\bkind:[ \t]*["']?secret["']?[ \t]*$""")
_DATA: Final = linear(rb"(?i)^(?P<indent>[ \t]*)(?:string)?data:[ \t]*$")
_ENTRY: Final = linear(rb"""^[ \t]*["']?[\w.-]+["']?:[ \t]*(?:[|>][+-]?|["']?(?P<s>[^\s"'#]+)["']?)?[ \t]*$""")
_BLOCK: Final = linear(rb"^[ \t]+(?P<s>[^\s:]+)[ \t]*$")
_INDENT: Final = linear(rb"^[ \t]*")
_NEAR: Final = 30
"""Lines between `kind:` and `data:` at most."""
_MOST: Final = 200
"""Lines of data at most."""


def redact_next_lines(data: bytes, lines: Iterable[tuple[int, int]], mark: Mark, counts: Counter[str]) -> bytes:
    """Replace secrets on the line after one of `lines` (spans in `data`, in order) that ends with their name."""

    def marks() -> Iterator[tuple[int, int, bytes]]:
        done = 0
        for start, end in _open_lines(data, list(lines)):
            block = data[start : _end_of_lines(data, end, 2)]
            found = next(filter(None, (_secret_in(form, block) for form in _FORMS)), None)
            if found is not None and start + found[0] >= done:
                counts["assigned"] += 1
                done = start + found[1]
                yield start + found[0], done, mark("assigned", block[found[0] : found[1]])

    return replaced(data, marks())


def _open_lines(data: bytes, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of the lines that end with a name; all are searched at once, since most do not."""
    joined = b"\n".join(data[start:end] for start, end in spans)
    ends = list(accumulate(end - start + 1 for start, end in spans))
    found = {bisect_right(ends, match.end() - 1) for opens in _OPENS for match in opens.finditer(joined)}
    return [spans[index] for index in sorted(found)]


def _secret_in(form: Shape, block: bytes) -> tuple[int, int] | None:
    match = form.pattern.search(block)
    if match is None:
        return None
    group, quoted = next((group, quoted) for group, quoted in form.values if match.start(group) >= 0)
    value = match.group(group)
    parted = form.groups[b"sep"]
    separator = match.group(parted).strip() if match.start(parted) >= 0 else b""
    if is_placeholder(value) or value.endswith(b":"):
        return None
    called = match.group(form.groups[b"name"])
    if not is_secret(called, separator or b":", value, quoted=quoted):
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


def redact_kubernetes(data: bytes, mark: Mark, counts: Counter[str]) -> bytes:
    """Replace the values of the Secrets in a text."""
    lines = data.split(b"\n")
    kinds = [index for index, line in enumerate(lines) if b"ind:" in line and _KIND.search(line)]
    changed = False
    done = 0
    for kind in kinds:
        for index in range(max(kind - _NEAR, done), min(kind + _NEAR, len(lines))):
            opened = _DATA.search(lines[index])
            if opened is not None and not _parted(lines, index, kind):
                changed |= _redact_entries(lines, index + 1, opened.end(1), mark, counts)
                done = index + 1
    return b"\n".join(lines) if changed else data


def _parted(lines: list[bytes], one: int, other: int) -> bool:
    """Whether another document begins between two lines."""
    return any(line.startswith(b"---") for line in lines[min(one, other) : max(one, other)])


def _redact_entries(lines: list[bytes], first: int, indent: int, mark: Mark, counts: Counter[str]) -> bool:
    changed = False
    for index in range(first, min(first + _MOST, len(lines))):
        line = lines[index]
        if not line.strip() or line.lstrip().startswith(b"#"):
            continue
        inner = _INDENT.search(line)
        if inner is None or inner.end() <= indent:
            break
        match = _ENTRY.search(line) or _BLOCK.search(line)
        if match is None or match.start(1) < 0 or is_placeholder(match.group(1)):
            continue
        lines[index] = line[: match.start(1)] + mark("kubernetes", match.group(1)) + line[match.end(1) :]
        counts["kubernetes"] += 1
        changed = True
    return changed
