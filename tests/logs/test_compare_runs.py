"""Two runs as steps: where they part, what failed in one alone, and which lines tell more than by their words."""

from mcp_server.logs.compare import About
from mcp_server.logs.compare_runs import about_run
from mcp_server.logs.redact import Redactor
from mcp_server.logs.runs import CapturedRun, RunEntry, capture_run

FAILED = "exit_code: 1\nstderr:\nKeyError: 'KWD'"
WENT_WELL = "exit_code: 0\nstdout: fine"


def step(number: int, command: str, output: str = WENT_WELL, thought: str = "as before") -> RunEntry:
    return RunEntry(number, "ACTION", "shell", f"2026-11-21T10:{number:02}:00Z", thought, command, output)


def run(*entries: RunEntry) -> CapturedRun:
    return capture_run(entries, Redactor([], key=b"k"))


def test_without_steps_on_both_sides_nothing_is_told():
    some = run(step(1, "ls"))
    assert [about_run(*pair) for pair in ((some, None), (run(), some), (some, run()))] == [About()] * 3


def test_the_same_steps_are_only_counted():
    assert about_run(run(step(1, "ls")), run(step(1, "ls"))).rows == ("steps: 1; good: 1",)


def test_a_run_that_ended_early_is_said_to_have_ended():
    long = run(step(1, "ls"), step(2, "make"), step(3, "make test"))
    rows = about_run(run(step(1, "ls")), long).rows
    assert rows == (
        "steps: 1; good: 3 in 2m00s",
        "same steps up to #1; then here ended; good #2 shell make",
        "tools, here/good: shell 1/3",
    )


def test_what_failed_here_only_is_named_and_its_lines_are_worth_more():
    bad = run(step(1, "make", FAILED), step(2, "pytest", FAILED.replace("KWD", "EUR")))
    told = about_run(bad, run(step(1, "make", FAILED), step(2, "pytest")))
    assert "failed here only: #2 shell" in told.rows
    (index,) = [n for n, line in enumerate(bad.log.lines) if "EUR" in line]
    thoughts = [n for n, line in enumerate(bad.log.lines) if "as before" in line]
    assert told.worth[index] > 0
    assert all(told.worth[n] < 0 for n in thoughts)


def test_every_line_of_an_error_is_worth_more():
    error = RunEntry(2, "ERROR", thought="the sandbox\nwent away", observation="gone")
    bad = run(step(1, "ls"), error)
    told = about_run(bad, run(step(1, "ls")))
    span = bad.entries[1]
    assert {told.worth.get(n) for n in range(span.first - 1, span.last)} == {300}


def test_many_new_steps_are_counted_not_listed():
    told = about_run(run(*(step(n, f"run {'abcdefghijkl'[n]}") for n in range(1, 11))), run(step(1, "ls")))
    assert told.rows[-2].startswith("new steps (tool and input): #1 shell, #2 shell")
    assert told.rows[-2].endswith("#8 shell and 2 more")
