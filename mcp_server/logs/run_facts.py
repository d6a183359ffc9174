"""What a run's entries say by themselves: times, counts, failing steps, repeats."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from mcp_server.logs.run_failures import failures_of
from mcp_server.logs.runs import CapturedRun

_SLOW_S: Final = 10
"""Seconds from which a wait between steps is told."""
_UNUSUAL: Final = 2.5
"""Times the usual wait from which it is: waits that are all alike tell nothing."""
_MINUTE: Final = 60
_HOUR: Final = 3600
_LOOP: Final = 3
"""Equal calls from which they are named a repetition."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Facts by position in `CapturedRun.entries` (0-based).

    Attributes:
        failing: Position -> the lines of its answer that tell of a failure (none for an entry that is an error by its type).
        gaps: Seconds since the entry before, None where a time is missing.
        slow: Seconds from which a gap is worth telling: a few, and more than is usual in this run.
        wall: Seconds from the first to the last timed entry, None with fewer than two.
        usual_type: The type of more than half of the entries, empty when there is none.
        loops: Positions of equal calls, most repeated first.
    """

    failing: dict[int, tuple[int, ...]]
    gaps: list[float | None]
    slow: float
    wall: float | None
    loops: list[list[int]]
    types: Counter[str]
    usual_type: str
    tools: Counter[str]


def facts_of(run: CapturedRun) -> RunFacts:
    """Read a run once for all its facts."""
    moments = [_moment(entry.time) for entry in run.entries]
    known = [moment for moment in moments if moment is not None]
    calls: dict[int, list[int]] = {}
    for position, entry in enumerate(run.entries):
        if entry.call:
            calls.setdefault(entry.call, []).append(position)
    types = Counter(entry.type for entry in run.entries if entry.type)
    usual, count = next(iter(types.most_common(1)), ("", 0))
    gaps = [None, *(_between(a, b) for a, b in pairwise(moments))][: len(moments)]
    timed = sorted(gap for gap in gaps if gap is not None)
    return RunFacts(
        failing=failures_of(run),
        gaps=gaps,
        slow=max(_SLOW_S, _UNUSUAL * timed[(len(timed) - 1) // 2]) if timed else _SLOW_S,
        wall=_between(known[0], known[-1]) if len(known) > 1 else None,
        loops=sorted((steps for steps in calls.values() if len(steps) >= _LOOP), key=len, reverse=True),
        types=types,
        usual_type=usual if count * 2 > len(run.entries) else "",
        tools=Counter(entry.tool for entry in run.entries if entry.tool),
    )


def span_text(seconds: float) -> str:
    """A duration to read: `12s`, `4m05s`, `2h10m`."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE:02}s"
    return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02}m"


def _moment(time: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    # A time without a zone is taken as UTC, as the platform writes it.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _between(first: datetime | None, second: datetime | None) -> float | None:
    return (second - first).total_seconds() if first is not None and second is not None else None
