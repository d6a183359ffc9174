from typing import Any

import pytest

from mcp_server.logs.redact import Redactor
from mcp_server.logs.run_timeline import timeline_of
from mcp_server.logs.runs import RunEntry, capture_run


def timeline(*entries: RunEntry) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return timeline_of(capture_run(entries, Redactor([], key=lambda: b"k" * 32)))


def step(number: int, at: str = "", tool: str = "", output: str = "", kind: str = "ACTION") -> RunEntry:
    return RunEntry(number, kind, tool, at, tool_output=output)


def test_a_step_lasts_until_the_next_begins_and_the_last_one_has_no_length() -> None:
    _, steps = timeline(step(1, "2026-11-21T10:00:00Z"), step(2, "2026-11-21T10:00:01.250Z"))
    assert steps == [
        {"n": 1, "at": "2026-11-21T10:00:00Z", "type": "ACTION", "seconds": 1.25},
        {"n": 2, "at": "2026-11-21T10:00:01.250Z", "type": "ACTION"},
    ]


@pytest.mark.parametrize("later", ["", "2026-11-21T09:59:59Z"])
def test_of_a_time_that_is_missing_or_runs_backwards_no_length_is_told(later: str) -> None:
    _, steps = timeline(step(1, "2026-11-21T10:00:00Z"), step(2, later))
    assert "seconds" not in steps[0]


def test_before_missing_steps_no_length_is_told() -> None:
    _, steps = timeline(step(1, "2026-11-21T10:00:00Z"), step(9, "2026-11-21T11:00:00Z"))
    assert "seconds" not in steps[0]


def test_a_step_whose_answer_tells_of_a_failure_is_marked() -> None:
    figures, steps = timeline(step(1, output="exit_code: 0"), step(2, output="exit_code: 1"), step(3, kind="ERROR"))
    assert [one.get("failed", False) for one in steps] == [False, True, True]
    assert (figures["failed_steps"], figures["error_rate"]) == (2, 0.6667)


def test_tools_are_counted_with_their_failures_and_times_the_most_used_first() -> None:
    figures, _ = timeline(
        step(1, "2026-11-21T10:00:00Z", "grep"),
        step(2, "2026-11-21T10:00:02Z", "shell", "exit_code: 1"),
        step(3, "2026-11-21T10:00:03Z", "shell"),
        step(4, "2026-11-21T10:00:07Z", "late"),
        step(5, "2026-11-21T10:00:07Z"),
    )
    assert list(figures["tools"].items()) == [
        ("shell", {"calls": 2, "failed": 1, "total_s": 5.0, "longest_s": 4.0}),
        ("grep", {"calls": 1, "failed": 0, "total_s": 2.0, "longest_s": 2.0}),
        ("late", {"calls": 1, "failed": 0, "total_s": 0.0, "longest_s": 0.0}),
    ]
    assert (figures["wall_s"], figures["types"]) == (7.0, {"ACTION": 5})


def test_a_tool_without_times_has_calls_alone() -> None:
    figures, _ = timeline(step(1, tool="shell"))
    assert figures == {
        "failed_steps": 0,
        "error_rate": 0.0,
        "types": {"ACTION": 1},
        "tools": {"shell": {"calls": 1, "failed": 0}},
    }


def test_a_run_without_steps_has_figures_of_nothing() -> None:
    assert timeline() == ({"failed_steps": 0, "error_rate": 0.0, "types": {}, "tools": {}}, [])
