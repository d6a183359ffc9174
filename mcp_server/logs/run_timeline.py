"""A run as rows on a time axis: when each step began, how long it took, whether it failed, and the figures of all of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mcp_server.logs.run_facts import facts_of
from mcp_server.logs.runs import CapturedRun

Json = dict[str, Any]


def timeline_of(run: CapturedRun) -> tuple[Json, list[Json]]:
    """The figures of a run, and its steps; what is unknown is absent.

    Returns:
        Figures: `failed_steps`, `error_rate` (0 to 1), `wall_s` from the first dated step to the last, `types` with their counts,
        `tools` with `calls`, `failed`, `total_s` and `longest_s`, the most used first. Steps: `n`, `at`, `type`, `tool`,
        `seconds` until the next step began, `failed`.
    """
    facts = facts_of(run)
    steps: list[Json] = []
    for position, entry in enumerate(run.entries):
        following = run.entries[position + 1 : position + 2]
        # Where steps are missing, nobody knows when the next one began.
        gap = facts.gaps[position + 1] if following and following[0].number == entry.number + 1 else None
        step: Json = {"n": entry.number, "at": entry.time, "type": entry.type, "tool": entry.tool}
        # Of a clock that was set back meanwhile nothing is told.
        step |= {"seconds": round(gap, 3)} if gap is not None and gap >= 0 else {}
        step |= {"failed": True} if position in facts.failing else {}
        steps.append({name: value for name, value in step.items() if value != ""})
    failed = len(facts.failing)
    figures: Json = {"failed_steps": failed, "error_rate": round(failed / len(steps), 4) if steps else 0.0}
    if facts.wall is not None:
        figures["wall_s"] = round(facts.wall, 3)
    return {**figures, "types": dict(facts.types.most_common()), "tools": _tools(facts.tools, steps)}, steps


def _tools(counts: Counter[str], steps: Sequence[Json]) -> dict[str, Json]:
    tools: dict[str, Json] = {name: {"calls": calls, "failed": 0} for name, calls in counts.most_common()}
    for step in steps:
        if (name := step.get("tool")) is None:
            continue
        tool = tools[name]
        tool["failed"] += step.get("failed", False)
        if (seconds := step.get("seconds")) is not None:
            tool["total_s"] = round(tool.get("total_s", 0.0) + seconds, 3)
            tool["longest_s"] = max(tool.get("longest_s", 0.0), seconds)
    return tools
