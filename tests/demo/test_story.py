"""`sandscope demo` as a user runs it: real processes, text for a terminal, every cause shown."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mcp_server.demo.causes import CAUSES
from mcp_server.demo.terminal import Page

pytestmark = pytest.mark.slow

SANDSCOPE = [sys.executable, "-m", "mcp_server"]


@pytest.fixture(scope="module")
def story() -> str:
    done = subprocess.run(
        [*SANDSCOPE, "demo"], check=False, capture_output=True, text=True, timeout=110, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_story_goes_from_the_symptom_to_the_fix(story: str) -> None:
    chapters = [line for line in story.splitlines() if line[:2] in {f"{number}." for number in range(1, 6)}]
    assert len(chapters) == 5
    assert "OOMKilled" in story
    assert "run 112: completed" in story
    assert "pull request: " in story


def test_the_cause_of_every_failure_is_in_its_first_answer(story: str) -> None:
    unwrapped = story.replace("\n│ ", "")
    assert "[not shown" not in story
    for cause in CAUSES.values():
        assert cause in unwrapped


def test_waiting_shows_progress_and_the_end_what_it_cost(story: str) -> None:
    assert "… 0 of 40 s: run 111: running" in story
    assert " tokens at most, 0 refused for a rate limit." in story.replace("\n", " ")
    assert "codegen.analyze: 4 of 5 per 60 s" in story


def test_without_a_terminal_there_are_no_colours(story: str) -> None:
    assert "\x1b" not in story


class Terminal(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_unless_it_wants_none() -> None:
    coloured, plain = Terminal(), Terminal()
    Page.on(coloured, plain=False).chapter(1, "Title")
    Page.on(plain, plain=True).chapter(1, "Title")
    assert coloured.getvalue() == "\n\x1b[1m1. Title\x1b[0m\n"
    assert plain.getvalue() == "\n1. Title\n"


def test_a_long_line_goes_on_below_itself() -> None:
    out = io.StringIO()
    Page(out, width=12).answer("0123456789abc\n\nx")
    assert out.getvalue() == "│ 0123456789\n│ abc\n│ \n│ x\n"


@pytest.fixture
def served() -> Iterator[tuple[dict[str, str], "subprocess.Popen[str]"]]:
    process = subprocess.Popen([*SANDSCOPE, "demo", "--serve"], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stdout.readline().startswith("# Three stand-ins at http://127.0.0.1:")
    variables: dict[str, str] = {}
    for _ in range(9):
        name, value = process.stdout.readline().removeprefix("export ").strip().split("=", 1)
        variables[name] = value
    yield variables, process
    process.kill()
    process.wait(timeout=10)
    process.stdout.close()


def doctor(variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*SANDSCOPE, "doctor"], check=False, capture_output=True, text=True, timeout=60, env={**os.environ, **variables}
    )


def test_the_served_stand_ins_pass_the_doctor_and_count_their_requests(
    served: tuple[dict[str, str], "subprocess.Popen[str]"],
) -> None:
    variables, process = served
    done = doctor(variables)
    assert done.returncode == 0, done.stdout
    assert [line.split(" (")[0] for line in done.stdout.splitlines()] == [
        "ok   Codegen",
        "ok   AgentBox",
        "ok   OpenSandbox",
    ]
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "# 7 requests answered, 0 of them with 429\n"
    assert process.wait(timeout=10) == 0


@pytest.mark.parametrize("variable", ["CODEGEN_API_TOKEN", "AGENTBOX_API_KEY", "OPEN_SANDBOX_API_KEY"])
def test_one_wrong_key_is_named_by_its_variable(
    served: tuple[dict[str, str], "subprocess.Popen[str]"], variable: str
) -> None:
    variables, _ = served
    done = doctor({**variables, variable: "wrong-key-0123456789"})
    assert done.returncode == 1
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert len(failed) == 1
    assert variable in failed[0]
    assert "wrong-key" not in done.stdout
