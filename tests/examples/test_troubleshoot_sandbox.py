"""The way from a failed sandbox to its cause to a fix."""

import re
import subprocess
from collections.abc import Callable

import pytest

from mcp_server.demo import ids

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]


def lines_under(heading: str, text: str) -> dict[int, str]:
    """The numbered log lines under a heading, up to the next line of the example's own."""
    below = text[text.index(heading) :].splitlines()[1:]
    rows: dict[int, str] = {}
    for line in below:
        row = re.match(r"\s*(\d+) \| (.*)", line)
        if row is None:
            break
        rows[int(row[1])] = row[2]
    return rows


def test_without_an_id_the_first_failed_sandbox_is_explained_and_nothing_is_started(run_example: Run):
    done = run_example("troubleshoot_sandbox", "--demo")
    assert done.returncode == 0
    assert done.stdout.startswith("11 failed sandboxes:\n")
    assert f"get_diagnostics(sandbox_id='{ids.OPENSANDBOX_OOM}')" in done.stdout
    chosen = lines_under("→ ", done.stdout)
    assert "Event:      OOMKilled - container was killed due to out-of-memory" in chosen.values()
    around = lines_under("Around block", done.stdout)
    assert min(around) == max(min(chosen) - 10, 1)
    assert set(around) & set(chosen)
    assert "Fix: run" not in done.stdout


@pytest.mark.parametrize(
    ("sandbox_id", "cause"),
    [
        (ids.OPENSANDBOX_OOM, "Event:      OOMKilled - container was killed due to out-of-memory"),
        (ids.OPENSANDBOX_PORT_IN_USE, "[Errno 98] error while attempting to bind on address ('127.0.0.1', 8473)"),
        (ids.AGENTBOX_GCC, "undeclared (first use in this function); did you mean"),
    ],
)
def test_the_cause_of_a_named_sandbox_is_shown(run_example: Run, sandbox_id: str, cause: str):
    done = run_example("troubleshoot_sandbox", sandbox_id, "--demo")
    assert done.returncode == 0
    assert cause in done.stdout


def test_another_block_of_the_evidence_can_be_looked_around(run_example: Run):
    done = run_example("troubleshoot_sandbox", ids.OPENSANDBOX_DEPENDENCY_CONFLICT, "--demo", "--block", 1)
    assert done.returncode == 0
    assert "→ 1. " in done.stdout
    assert "Around block 1, from line " in done.stdout


def test_a_fix_is_a_run_that_was_given_the_evidence(run_example: Run):
    done = run_example("troubleshoot_sandbox", ids.OPENSANDBOX_DEPENDENCY_CONFLICT, "--demo", "--fix", "--repo-id", 301)
    assert done.returncode == 0
    assert re.search(r"^Fix: run \d+ completed$", done.stdout, re.MULTILINE)
    # The demo's agent works this out from the log lines of the prompt alone.
    assert "Changed requirements.txt: urllib3==2.2.2 -> urllib3<2.1,>=1.25.4." in done.stdout
    assert "running" in done.stderr


def test_a_sandbox_without_logs_is_told_by_its_state(run_example: Run):
    done = run_example("troubleshoot_sandbox", ids.AGENTBOX_RECYCLED, "--demo")
    assert done.returncode == 1
    assert "reason: OOMKilled" in done.stdout
    assert done.stderr == f"error: {ids.AGENTBOX_RECYCLED} wrote no log; what there is to know stands above.\n"


def test_a_log_that_is_shown_whole_needs_no_second_look(run_example: Run):
    done = run_example("troubleshoot_sandbox", ids.OPENSANDBOX_SILENT, "--demo")
    assert done.returncode == 0
    assert "→ 1. whole log" in done.stdout
    assert "Around block" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-sandbox"], "no-such-sandbox is not among the newest 17 sandboxes."),
        (["no-such-sandbox", "--platform", "agentbox"], "AgentBox has nothing with this id"),
        (["no-such-sandbox", "--platform", "opensandbox"], "OpenSandbox has nothing with this id"),
        ([ids.OPENSANDBOX_SILENT, "--block", "7"], "--block must be 1 to 1"),
    ],
)
def test_what_cannot_be_looked_at_is_an_error_with_what_to_do(run_example: Run, arguments: list[str], words: str):
    done = run_example("troubleshoot_sandbox", *arguments, "--demo")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
