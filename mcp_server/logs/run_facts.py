"""What a run's entries say by themselves: times, counts, failing steps, repeats, and what each step is about."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from mcp_server.logs.runs import CapturedRun, EntrySpan
from mcp_server.logs.signals import SIGNS, bad_lines, signs_of

_MINUTE: Final = 60
_HOUR: Final = 3600
_LOOP: Final = 3
"""Equal calls from which they are named a repetition."""
_FAILING: Final = frozenset(
    number
    for number, (name, _) in enumerate(SIGNS)
    if name
    in [
        "trace_head",
        "camel_colon",
        "exit_bad",
        "fatal",
        "panic",
        "killed",
        "compile_error",
        "npm_err",
        "command_failed",
        "level",
        "level_bracket",
        "error_start",
    ]
)
# A tool's answer tells how its command ended in a field of its own.
_EXIT_CODE: Final = re.compile(r"\b(?:exit_?code|exit_?status|return_?code)\b\W{1,4}[1-9]", re.IGNORECASE)
_HARMLESS: Final = frozenset(
    number for number, (name, _) in enumerate(SIGNS) if name in {"zero_bad", "good_mark", "exit_good"}
)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Facts by position in `CapturedRun.entries` (0-based).

    Attributes:
        failing: Position -> line of the first sign of failure in its answer (the entry's first line for an error entry).
        gaps: Seconds since the entry before, None where a time is missing.
        wall: Seconds from the first to the last timed entry, None with fewer than two.
        usual_type: The type of more than half of the entries, empty when there is none.
        loops: Positions of equal calls, most repeated first.
    """

    failing: dict[int, int]
    gaps: list[float | None]
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
    return RunFacts(
        failing=_failing(run),
        gaps=[None, *(_between(a, b) for a, b in pairwise(moments))][: len(moments)],
        wall=_between(known[0], known[-1]) if len(known) > 1 else None,
        loops=sorted((steps for steps in calls.values() if len(steps) >= _LOOP), key=len, reverse=True),
        types=types,
        usual_type=usual if count * 2 > len(run.entries) else "",
        tools=Counter(entry.tool for entry in run.entries if entry.tool),
    )


def is_error_type(entry: EntrySpan) -> bool:
    """Whether the entry's own type says that something failed (ERROR, PR_CREATION_FAILED)."""
    kind = entry.type.upper()
    return kind == "ERROR" or kind.endswith(("_FAILED", "_ERROR"))


def span_text(seconds: float) -> str:
    """A duration to read: `12s`, `4m05s`, `2h10m`."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE:02}s"
    return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02}m"


def _failing(run: CapturedRun) -> dict[int, int]:
    failing: dict[int, int] = {}
    for position, entry in enumerate(run.entries):
        line = _first_failure(run.log.lines[entry.answer - 1 : entry.last])
        if line is not None:
            failing[position] = entry.answer + line
        elif is_error_type(entry):
            failing[position] = entry.first
    return failing


def _first_failure(lines: Sequence[str]) -> int | None:
    """The first line with a sign of failure, else the one that gives an exit code other than 0."""
    for index in bad_lines(lines):
        signs = frozenset(signs_of(lines[index][:1000]))
        if signs & _FAILING and not signs & _HARMLESS:
            return index
    return next((index for index, line in enumerate(lines) if _EXIT_CODE.search(line[:1000])), None)


def _moment(time: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return None
    # A time without a zone is taken as UTC, as the platform writes it.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _between(first: datetime | None, second: datetime | None) -> float | None:
    return (second - first).total_seconds() if first is not None and second is not None else None
