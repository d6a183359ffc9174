"""What the examples share: which server they talk to, and what they say when it is not there or says no."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from types import ModuleType

import pytest

from tests.conformance.serving import serving

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("complete_workflow", 301),
        ("run_report", 101),
        ("setup_environments", 301, "--into", "nowhere"),
        ("slack_onboarding",),
        ("team_directory",),
        ("troubleshoot_sandbox",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_without_keys_each_example_ends_with_the_variables_to_set(run_example: Run, arguments: tuple[object, ...]):
    done = run_example(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.search(r"^error: .* is (?:not )?configured\. Set [A-Z_]+", done.stderr, re.MULTILINE)


@pytest.fixture(scope="module")
def url() -> Generator[str]:
    """A demo server that runs already."""
    with serving("http") as address:
        yield address


@pytest.mark.slow
def test_a_server_that_runs_already_is_used_by_its_address(run_example: Run, url: str):
    done = run_example("team_directory", "--url", url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Team directory: 8 members\n")


@pytest.mark.slow
def test_another_installation_is_started_by_its_command_line(run_example: Run):
    done = run_example("team_directory", "--command", f"{sys.executable} -m mcp_server")
    assert done.returncode == 1
    assert "Codegen is not configured" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "where", [("--url", "http://127.0.0.1:9/mcp"), ("--command", "no-such-command-here")], ids=["url", "command"]
)
def test_where_no_server_is_the_example_says_so(run_example: Run, where: tuple[str, str]):
    done = run_example("team_directory", *where)
    assert done.returncode == 1
    assert done.stderr.startswith("error: no sandscope server there: ")


@pytest.mark.slow
def test_a_server_that_refuses_to_start_is_heard(run_example: Run):
    done = run_example("team_directory", "--demo", SANDSCOPE_LIMITS="nonsense")
    assert done.returncode == 1
    assert "SANDSCOPE_LIMITS" in done.stderr
    assert "error: no sandscope server there: " in done.stderr


@pytest.mark.slow
def test_only_one_server_can_be_named(run_example: Run):
    assert run_example("team_directory", "--demo", "--url", "http://127.0.0.1:9/mcp").returncode == 2


@pytest.mark.slow
def test_a_reader_that_has_seen_enough_is_no_error(examples: Path):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, examples / "team_directory.py", "--demo"],
            cwd=examples.parent,
            env={**os.environ, "PYTHONPATH": str(examples.parent)},
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.fixture
def connection(load_example: Callable[[str], ModuleType]) -> ModuleType:
    return load_example("connection")


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("get_run(run_id=7, wait_seconds=25)", ("get_run", {"run_id": 7, "wait_seconds": 25})),
        ('read_log(log_id="log_x", start_line=-5)', ("read_log", {"log_id": "log_x", "start_line": -5})),
        ("list_runs()", ("list_runs", dict[str, object]())),
    ],
)
def test_a_next_call_is_taken_apart(connection: ModuleType, text: str, call: tuple[str, dict[str, object]]):
    assert connection.parse_call(text) == call


@pytest.mark.parametrize("text", ["done", "a.b(c=1)", "get_run(run_id=print(1))", "get_run(run_id=__import__('os'))"])
def test_what_is_no_plain_call_is_never_run(connection: ModuleType, text: str):
    with pytest.raises(ValueError, match=r"not a tool call|malformed"):
        connection.parse_call(text)
