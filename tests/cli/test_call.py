"""`sandscope call`, over the demo world."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from mcp_server.commands.call_values import described, values_of
from mcp_server.errors import InvalidArgument

Run = Callable[..., tuple[int, str, str]]

SCHEMA = {
    "properties": {
        "prompt": {"type": "string", "description": "The task"},
        "run_id": {"type": "integer", "description": "A run"},
        "share": {"type": "number"},
        "force": {"type": "boolean", "default": False},
        "types": {"type": "array", "items": {"type": "string"}},
        "ids": {"type": "array", "items": {"type": "integer"}},
        "metadata": {"type": "object"},
        "kind": {"type": "string", "enum": ["all", "logs"]},
    },
    "required": ["prompt"],
}


def test_the_text_is_what_an_agent_reads(sandscope: Run) -> None:
    status, out, err = sandscope("call", "list_sandboxes", "state=Failed", "limit=1", "--demo")
    assert (status, err) == (0, "")
    assert out.startswith("1 of 11 matching (demo), failed first")


def test_json_is_everything_an_agent_gets(sandscope: Run) -> None:
    status, out, _ = sandscope("call", "--demo", "--json", "get_run_logs", "run_id=4711")
    answer = json.loads(out)
    assert (status, set(answer)) == (1, {"text", "structured", "meta", "is_error"})
    assert answer["is_error"]
    assert answer["structured"] is None
    assert answer["meta"]["sandscope/error"]["code"] == "not_found"
    status, out, _ = sandscope("call", "list_runs", "--demo", "limit=1", "--json")
    answer = json.loads(out)
    assert (status, answer["is_error"]) == (0, False)
    assert len(answer["structured"]["runs"]) == 1
    assert "codegen.reads" in answer["meta"]["sandscope/budget"]


def test_an_error_of_the_tool_is_its_text_and_exit_1(sandscope: Run) -> None:
    status, out, err = sandscope("call", "get_run", "run_id=4711", "--demo")
    assert (status, err) == (1, "")
    assert out.startswith("Codegen has nothing with this id")


def test_what_is_not_configured_is_told_by_the_tool(sandscope: Run) -> None:
    status, out, _ = sandscope("call", "list_runs")
    assert status == 1
    assert out.startswith("Codegen is not configured. Set CODEGEN_API_TOKEN")


WRONG: dict[str, tuple[list[str], str]] = {
    "a tool that is mistyped": (["get_runlogs"], "sandscope: there is no tool 'get_runlogs'; did you mean get_run_logs?"),
    "no tool": ([], "sandscope: which tool?"),
    "a tool that is left out": (["create_run", "--read-only"], "sandscope: there is no tool 'create_run'"),
    "an argument that is mistyped": (["get_run", "runid=5"], "sandscope: get_run: there is no argument 'runid'; did you mean run_id?"),
    "an argument like no other": (["get_run", "x=5"], "sandscope: get_run: there is no argument 'x'."),
    "a missing one": (["get_run"], "sandscope: get_run: run_id is missing: Codegen run."),
    "no pair": (["get_run", "5"], "sandscope: get_run: arguments are given as key=value: run_id=5?"),
    "no number": (["get_run", "run_id=five"], "sandscope: get_run: run_id must be a whole number."),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_wrong_usage_is_told_with_what_there_is_and_exits_with_2(
    sandscope: Run, arguments: list[str], told: str
) -> None:
    status, out, err = sandscope("call", *arguments, "--demo")
    assert (status, out) == (2, "")
    first, *others = err.splitlines()
    assert first.startswith(told)
    assert not first.endswith("?.")
    tools = any("list_runs " in line for line in others)
    assert tools or "  run_id=N                 Codegen run (required)" in others


def test_help_shows_what_a_tool_takes(sandscope: Run) -> None:
    status, out, _ = sandscope("call", "create_run", "--help")
    assert status == 0
    assert out.startswith("create_run: Starts a Codegen agent")
    assert "  prompt=TEXT              The whole task; quote the evidence it rests on (required)\n" in out


def test_help_without_a_tool_is_that_of_the_command(sandscope: Run) -> None:
    status, out, _ = sandscope("call", "-h")
    assert status == 0
    assert out.startswith("usage: sandscope call ")


def test_a_secret_that_was_asked_for_is_on_stdout_alone(sandscope: Run) -> None:
    status, out, err = sandscope("call", "connect_slack", "--demo", "--log-level", "debug")
    assert status == 0
    token = out.split()[-1]
    assert len(token) > 10
    assert token not in err


def test_waiting_is_told_in_the_log_where_there_is_no_terminal(sandscope: Run) -> None:
    status, out, err = sandscope(
        "call", "analyze_logs", "sandbox_id=208", "wait_seconds=10", "--demo", "--log-level", "info"
    )
    assert (status, "progress" in out) == (0, False)
    assert "logger=sandscope.progress" in err
    assert "Calling analyze_logs" in err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_ctrl_c_ends_a_call_that_waits_without_a_traceback() -> None:
    command = ["call", "analyze_logs", "sandbox_id=208", "wait_seconds=55", "--demo", "--log-level", "info"]
    calling = subprocess.Popen(
        [sys.executable, "-m", "mcp_server", *command],
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert calling.stderr
    for line in calling.stderr:
        if "Calling analyze_logs" in line:
            break
    calling.send_signal(signal.SIGINT)
    out, err = calling.communicate(timeout=15)
    assert (calling.returncode, out) == (130, "")
    assert "Traceback" not in err


def given(*pairs: str) -> Mapping[str, object]:
    return values_of(["prompt=x", *pairs], SCHEMA)


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("run_id=-5", -5),
        ("share=0.5", 0.5),
        ("force=Yes", True),
        ("force=0", False),
        ("types=ERROR, ACTION", ["ERROR", "ACTION"]),
        ('types=["a,b"]', ["a,b"]),
        ("ids=1,2", [1, 2]),
        ('metadata={"a": [1]}', {"a": [1]}),
        ("kind=a=b", "a=b"),
        ("kind=@@x", "@x"),
        ("kind=null", "null"),
    ],
)
def test_values_are_what_the_schema_asks_for(pair: str, value: object) -> None:
    assert given(pair)[pair.partition("=")[0]] == value


def test_a_text_may_stand_in_a_file_or_come_from_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "task.md").write_text("Fix it: größer\nnow\n", encoding="utf-8")
    assert values_of([f"prompt=@{tmp_path / 'task.md'}"], SCHEMA) == {"prompt": "Fix it: größer\nnow"}
    monkeypatch.setattr(sys, "stdin", io.StringIO("from a pipe\n"))
    assert values_of(["prompt=@-"], SCHEMA) == {"prompt": "from a pipe"}


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("share=half", "share must be a number."),
        ("force=perhaps", "force must be true or false."),
        ("ids=1,b", "ids must be a whole number."),
        ("types=[1", "types must be a list, as a,b or as JSON."),
        ("metadata=[1]", "metadata must be an object as JSON"),
        ("metadata=a", "metadata must be an object as JSON"),
        ("prompt=y", "prompt is given twice."),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_one_it_must_be(pair: str, told: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        given(pair)
    assert str(refused.value).startswith(told)


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidArgument, match=r"^kind: cannot read /nowhere/x: No such file .*write @@\.$"):
        given("kind=@/nowhere/x")
    with pytest.raises(InvalidArgument, match=r"image: it is not UTF-8\."):
        given(f"kind=@{tmp_path / 'image'}")


def test_a_tool_without_arguments_takes_none() -> None:
    assert values_of([], {}) == {}
    with pytest.raises(InvalidArgument, match=r"^arguments are given as key=value: key=5\?$"):
        values_of(["5"], {})


def test_what_a_tool_takes_is_a_line_each() -> None:
    assert described(SCHEMA)[0] == "  prompt=TEXT              The task (required)"
    assert described(SCHEMA)[3] == "  force=true|false          (default: false)"
    assert described(SCHEMA)[7] == "  kind=all|logs            "
