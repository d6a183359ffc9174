"""Waiting as a task: from one process, from two, given up; in Python and in TypeScript."""

import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.conformance.serving import serving

pytestmark = pytest.mark.slow

Run = Callable[..., subprocess.CompletedProcess[str]]

CAUSE = "requirements.txt pins urllib3==2.2.2"


@pytest.fixture
def url() -> Generator[str]:
    """A demo server that runs already, with a world of its own."""
    with serving("http") as address:
        yield address


def test_a_task_ends_with_what_the_call_would_have_given(run_example: Run) -> None:
    done = run_example("wait_as_task", "analyze_logs", "sandbox_id=201", "--demo")
    assert done.returncode == 0, done.stderr
    assert CAUSE in done.stdout
    assert "run 111: running" in done.stderr


def test_a_task_is_asked_about_from_another_process(run_example: Run, url: str) -> None:
    done = run_example("wait_as_task", "analyze_logs", "sandbox_id=201", "--patience", 0, "--url", url)
    assert done.returncode == 1
    task_id = done.stderr.split("To ask again: --again ")[1].strip()
    again = run_example("wait_as_task", "--again", task_id, "--url", url)
    assert again.returncode == 0, again.stderr
    assert CAUSE in again.stdout


def test_a_task_that_is_given_up_says_what_becomes_of_its_run(run_example: Run, url: str) -> None:
    done = run_example("wait_as_task", "get_run", "run_id=103", "--patience", 0, "--url", url)
    task_id = done.stderr.split("--again ")[1].strip()
    given_up = run_example("wait_as_task", "--again", task_id, "--give-up", "--url", url)
    assert given_up.returncode == 1
    assert "error: the task is cancelled. Waiting has stopped." in given_up.stderr
    assert "run 103 goes on" in given_up.stderr


@pytest.mark.parametrize("arguments", [(), ("get_run", "run_id=1", "--again", "x")])
def test_neither_or_both_of_tool_and_task_is_wrong_usage(run_example: Run, arguments: tuple[str, ...]) -> None:
    done = run_example("wait_as_task", *arguments, "--demo")
    assert done.returncode == 2
    assert "give a tool or --again TASK_ID" in done.stderr


@pytest.mark.node
@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["analyze_logs", "sandbox_id=201"], 0, CAUSE),
        (["get_run", "run_id=101"], 0, "run 101: failed"),
        (["get_run", "run_id=999"], 1, "Look up the id with list_runs"),
    ],
)
def test_the_official_typescript_client_takes_our_tasks(
    examples: Path, tmp_path: Path, url: str, arguments: list[str], status: int, told: str
) -> None:
    node, prefix = os.environ.get("SANDSCOPE_NODE"), os.environ.get("SANDSCOPE_NPM_PREFIX")
    if not node or not prefix:
        pytest.skip("SANDSCOPE_NODE and SANDSCOPE_NPM_PREFIX are not set: no TypeScript (.ci/install_node sets them)")
    # As `npm install` would leave it.
    for path in (examples / "typescript").iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "node_modules").symlink_to(Path(prefix) / "node_modules")
    command = [node, str(tmp_path / "wait_as_task.ts"), url, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", timeout=60)
    assert done.returncode == status, done.stderr
    assert told in done.stdout
