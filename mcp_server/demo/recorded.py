"""Recorded logs: read once from the package, then moved in time so that the story happened just now."""

import lzma
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files

# Length of `2026-11-21T20:18:49`, the part of a timestamp that moves; its nanoseconds stay.
_SECOND = 19


@cache
def recording(name: str) -> tuple[str, ...]:
    """Return a recording's lines, each with an RFC3339Nano timestamp and a space before its text."""
    packed = files("mcp_server.demo").joinpath("recordings", f"{name}.log.xz").read_bytes()
    text = lzma.decompress(packed).decode("utf-8", "replace")
    return tuple(text.removesuffix("\n").split("\n"))


def shifted(lines: Sequence[str], end: datetime) -> tuple[str, ...]:
    """Move all lines by whole seconds so that the last one happened at `end` (aware, UTC)."""
    last = datetime.fromisoformat(lines[-1][:_SECOND])
    move = timedelta(seconds=round((end.replace(tzinfo=None) - last).total_seconds()))
    moved: dict[str, str] = {}
    out: list[str] = []
    for line in lines:
        second = line[:_SECOND]
        if second not in moved:
            moved[second] = (datetime.fromisoformat(second) + move).isoformat(timespec="seconds")
        out.append(moved[second] + line[_SECOND:])
    return tuple(out)


def planted(lines: Sequence[str], texts: Sequence[str], *, at: float) -> tuple[str, ...]:
    """Insert lines at a share `at` (0 to 1) of the log, each with the timestamp of the line before it."""
    index = max(1, round(at * len(lines)))
    timestamp = lines[index - 1].partition(" ")[0]
    return (*lines[:index], *(f"{timestamp} {text}" for text in texts), *lines[index:])
