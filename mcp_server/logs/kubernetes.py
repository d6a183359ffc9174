"""Kubernetes Secrets written out as YAML: every value under `data:` or `stringData:` is secret, whatever its name."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from mcp_server.logs.judge import is_placeholder
from mcp_server.logs.linear import linear

Mark = Callable[[str, bytes], bytes]

_KIND: Final = linear(rb"""(?i)\bkind:[ \t]*["']?secret["']?[ \t]*$""")
_DATA: Final = linear(rb"(?i)^(?P<indent>[ \t]*)(?:string)?data:[ \t]*$")
_ENTRY: Final = linear(rb"""^[ \t]*["']?[\w.-]+["']?:[ \t]*(?:[|>][+-]?|["']?(?P<s>[^\s"'#]+)["']?)?[ \t]*$""")
_BLOCK: Final = linear(rb"^[ \t]+(?P<s>[^\s:]+)[ \t]*$")
_INDENT: Final = linear(rb"^[ \t]*")
_NEAR: Final = 30
"""Lines between `kind:` and `data:` at most."""
_MOST: Final = 200
"""Lines of data at most."""


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
