"""A run's report: its figures are those of the log."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from mcp_server.demo.world import world
from mcp_server.platforms.codegen.stand_in_data import Step

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def steps() -> Callable[[int], tuple[Step, ...]]:
    """What a run of the demo really did."""
    runs = {run.id: run for run in world().codegen.runs}
    return lambda run_id: runs[run_id].work().steps


def exit_code(step: Step) -> int:
    return (step.tool_output or {}).get("exit_code", 0)


@pytest.mark.slow
@pytest.mark.parametrize("run_id", [101, 104])
def test_the_figures_match_the_log(run_example: Run, steps: Callable[[int], tuple[Step, ...]], run_id: int):
    done = run_example("run_report", run_id, "--json", "--demo")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    really = steps(run_id)
    assert (report["run_id"], report["status"], report["steps"], report["missing"]) == (
        run_id,
        "failed",
        len(really),
        0,
    )
    assert report["types"] == Counter(step.message_type for step in really)
    assert {name: tool["calls"] for name, tool in report["tools"].items()} == Counter(
        step.tool_name for step in really if step.tool_name
    )
    failed = {n for n, step in enumerate(really, 1) if step.message_type == "ERROR" or exit_code(step)}
    assert {row["n"] for row in report["timeline"] if row["failed"]} == failed
    assert report["failed_steps"] == len(failed)
    assert report["error_rate"] == round(len(failed) / len(really), 4)
    assert report["wall_s"] == pytest.approx(sum(row["seconds"] or 0 for row in report["timeline"]))


@pytest.mark.slow
def test_a_step_without_a_time_is_shown_and_its_time_counted_to_the_one_before(run_example: Run):
    done = run_example("run_report", 105, "--demo")
    assert done.returncode == 0
    assert done.stdout.startswith("Run 105: failed\n\nSteps: 8, failed: 4 (50%)\n")
    assert "Slowest: #6 1 min 15 s, " in done.stdout
    assert re.search(r"^7 +- +INITIAL_PR_GENERATION +The branch should be there now\.$", done.stdout, re.MULTILINE)
    assert re.search(r"^run_command +4 +3 +3 min 8 s +1 min 15 s$", done.stdout, re.MULTILINE)


@pytest.mark.slow
def test_markdown_has_the_same_rows_as_tables(run_example: Run):
    done = run_example("run_report", 101, "--markdown", "--demo")
    assert done.returncode == 0
    assert done.stdout.startswith("# Run 101: failed\n\n- Steps: 8, failed: 3 (38%)\n")
    assert "\n## Tools\n\n| tool | calls | failed | total | longest |\n|---|---|---|---|---|\n" in done.stdout
    assert re.search(
        r"^\| 4 \| [\d:]{8} \| 1 min 8 s \| ACTION \| run_command \| failed \| pip install -v -r requirements\.txt \|$",
        done.stdout,
        re.MULTILINE,
    )


@pytest.mark.slow
def test_an_unknown_run_is_an_error_in_the_servers_words(run_example: Run):
    done = run_example("run_report", 9999, "--demo")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Agent run not found" in done.stderr


@pytest.fixture
def example(load_example: Callable[[str], ModuleType]) -> ModuleType:
    return load_example("run_report")


def test_a_run_without_steps_has_a_report(example: ModuleType):
    report = example.report_of({"run_id": 1, "status": "running", "missing": 0, "steps": []}, {})
    assert (report["error_rate"], report["wall_s"], report["tools"]) == (0.0, None, {})
    assert "Began -; from the first step to the last: -" in example.printed(report, markdown=True)


def test_what_a_log_says_stays_text_in_markdown(example: ModuleType):
    row = example.markdown_table(("what",), [("a | b <img> ![x](https://x.example) `c`",)])[-1]
    assert row == r"| a \| b \<img> !\[x](https://x.example) \`c\` |"


@pytest.mark.parametrize(
    ("entry", "failed"),
    [
        ({"message_type": "PR_CREATION_FAILED"}, True),
        ({"message_type": "ACTION", "tool_output": {"exit_code": 2}}, True),
        ({"message_type": "ACTION", "tool_output": {"exit_code": 0}, "observation": {"status": "error"}}, True),
        ({"message_type": "ACTION", "observation": "an error was expected"}, False),
        ({}, False),
    ],
)
def test_a_step_fails_by_its_type_or_by_what_it_carries(example: ModuleType, entry: dict[str, Any], *, failed: bool):
    assert example.failed(entry) is failed
