import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

STARTING = {"analyze_logs", "generate_setup_commands", "create_run", "connect_slack"}
COUNTED = Path(__file__).parent.parent / "surface" / "tokens.json"


def listed(out: str) -> dict[str, int]:
    """Tool and tokens of every line but the last."""
    return {name: int(tokens) for name, tokens in (line.split() for line in out.splitlines()[:-1])}


def test_every_tool_is_listed_with_its_tokens_and_the_total(sandscope: Run) -> None:
    status, out, err = sandscope("tools")
    tools = listed(out)
    assert (status, err) == (0, "")
    assert (len(tools), [*tools][-1]) == (13, "connect_slack")
    assert out.splitlines()[-1] == f"13 tools, about {sum(tools.values())} tokens in tools/list"


def test_the_tokens_are_near_those_counted(sandscope: Run) -> None:
    _, out, _ = sandscope("tools", "--json")
    counted = json.loads(COUNTED.read_text(encoding="utf-8"))
    assert json.loads(out)["total"] == pytest.approx(sum(counted["tools"].values()), rel=0.1)


def test_json_says_the_same(sandscope: Run) -> None:
    _, out, _ = sandscope("tools")
    status, text, _ = sandscope("tools", "--json")
    assert status == 0
    assert json.loads(text) == {"tools": listed(out), "total": sum(listed(out).values())}


def test_read_only_leaves_out_what_starts_or_changes_something(sandscope: Run) -> None:
    everything = set(listed(sandscope("tools")[1]))
    assert set(listed(sandscope("tools", "--read-only")[1])) == everything - STARTING


def test_only_the_tools_named_are_registered_in_the_usual_order(sandscope: Run) -> None:
    assert list(listed(sandscope("tools", "--tools", " whoami, read_log,,")[1])) == ["read_log", "whoami"]


def test_a_choice_may_leave_no_tool(sandscope: Run) -> None:
    status, out, _ = sandscope("tools", "--read-only", "--tools", "create_run")
    assert (status, out) == (0, "0 tools, about 0 tokens in tools/list\n")


def test_an_unknown_tool_is_refused_with_those_there_are(sandscope: Run) -> None:
    status, out, err = sandscope("tools", "--tools", "whoami,get_logs")
    assert (status, out) == (1, "")
    assert err.startswith("sandscope: --tools names the unknown tool get_logs; the tools are: get_sandbox_logs, ")
    assert err.count(",") == 12
