import pytest

from mcp_server.logs.redact import Redactor
from mcp_server.logs.run_failures import failures_of
from mcp_server.logs.runs import RunEntry, capture_run


def telling(output: str, kind: str = "ACTION") -> list[str] | None:
    run = capture_run([RunEntry(1), RunEntry(2, kind, "shell", tool_output=output)], Redactor([], key=b"k"))
    failures = failures_of(run)
    return [run.log.lines[number - 1] for number in failures[1]] if 1 in failures else None


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("all is well", None),
        (
            "exit_code: 1\nTraceback (most recent call last):\n  File x\nKeyError: 'a'\nValueError: b",
            ["output: exit_code: 1", "ValueError: b"],
        ),
        (
            "a\nmain.c:3:1: error: no x\nmain.c:9:1: error: no y\nmake: *** [all]",
            ["main.c:3:1: error: no x", "make: *** [all]"],
        ),
        ("npm ERR! code E1\nnpm ERR! more", ["output: npm ERR! code E1"]),
        ("bash: jq: command not found\nexit_code: 127", ["output: bash: jq: command not found", "exit_code: 127"]),
        (" ! [rejected] main\nexit_code: 1", ["output: ! [rejected] main", "exit_code: 1"]),
        ("exit_status: 2", ["output: exit_status: 2"]),
        ("exited with code 137", ["output: exited with code 137"]),
        ("tests: 3 failed, 2 passed", ["output: tests: 3 failed, 2 passed"]),
        ("Traceback (most recent call last):\n  File x", ["output: Traceback (most recent call last):"]),
        ("done, 0 errors and no failures\nERROR: 0", None),
        ("PASSED test_error: FAILED is shown", None),
        ("12 rows [ERROR] in a table\nexit_code: 0", None),
        ("fatal: bad object\nexit_code: 0", ["output: fatal: bad object"]),
    ],
)
def test_the_telling_lines_of_an_answer_are_found(output: str, lines: list[str] | None):
    assert telling(output) == lines


def test_an_error_by_type_needs_no_sign():
    assert telling("nothing to see", "PR_CREATION_FAILED") == []
    assert telling("nothing to see", "error") == []
    assert telling("nothing to see", "TOOL_ERROR") == []


def test_what_the_agent_thinks_is_no_failure():
    run = capture_run([RunEntry(1, thought="ERROR: so it says", tool_input="fatal: x")], Redactor([], key=b"k"))
    assert failures_of(run) == {}


def test_the_end_of_an_answer_with_many_signs_is_looked_at():
    many = "\n".join(f"ERROR: row {n}" for n in range(5000))
    assert telling(f"{many}\nKeyError: 'a'\nexit_code: 1") == ["output: ERROR: row 0", "KeyError: 'a'"]
    # Those between are not.
    assert telling(f"{many}\nKeyError: 'a'\n{many}") == ["output: ERROR: row 0"]


def test_an_answer_longer_than_is_read_at_once_is_read_to_its_end():
    assert telling("fine\n" * 20_000 + "KeyError: 'a'") == ["KeyError: 'a'"]
