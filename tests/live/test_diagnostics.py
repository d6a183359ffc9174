"""What `get_diagnostics` makes of the sandboxes of genuine OpenSandbox servers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from mcp_types import CallToolResult, TextContent

if TYPE_CHECKING:
    from mcp import Client

    from tests.live.conftest import Connect, Genuine, Show

pytestmark = [pytest.mark.anyio, pytest.mark.live]

ESCAPE = "\x1b"


async def ask(client: Client, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    """A tool's text and its `sandscope/log`; the call must succeed."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert result.meta is not None
    return text_of(result), result.meta["sandscope/log"]


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


def everything(text: str, log: dict[str, Any]) -> str:
    """All that an agent or its host could see, escapes of JSON undone where they matter."""
    return text + json.dumps(log, ensure_ascii=False)


async def test_the_first_answer_about_a_sandbox_killed_for_memory_names_the_kill(
    genuine: Genuine, connect: Connect, show: Show
):
    async with connect(genuine.environ) as client:
        text, log = await ask(client, "get_diagnostics", sandbox_id=genuine.sandboxes["oom"])
    show(f"first answer about an OOM-killed sandbox of a genuine OpenSandbox {genuine.release}", text)
    assert "OOM" not in genuine.says("oom")
    assert "OOMKilled" in text
    assert "Failed" in text
    assert "137" in text
    assert log["platform"] == "opensandbox"
    assert log["subject"] == genuine.sandboxes["oom"]


async def test_a_server_without_scopes_is_read_by_its_plain_form_and_warnings_say_so(
    genuine: Genuine, connect: Connect
):
    own = json.loads(genuine.says("oom", "/diagnostics/events?scope=runtime"))
    assert (own.get("code") == "DIAGNOSTICS_NOT_IMPLEMENTED") == (not genuine.scoped)
    async with connect(genuine.environ) as client:
        _, log = await ask(client, "get_diagnostics", sandbox_id=genuine.sandboxes["oom"])
    for kind in ("logs", "events"):
        told = f"{kind} were read through the server's deprecated plain form" in log["warnings"]
        assert told == (not genuine.scoped), log["warnings"]


async def test_escapes_and_secrets_of_a_crash_stay_out_and_its_exit_code_is_told(genuine: Genuine, connect: Connect):
    own = genuine.says("crash", "/diagnostics/logs")
    assert ESCAPE in own
    assert "\r\n" in own
    assert genuine.planted_secret in own
    assert "\N{REPLACEMENT CHARACTER}" in own
    async with connect(genuine.environ) as client:
        text, log = await ask(client, "get_diagnostics", sandbox_id=genuine.sandboxes["crash"])
        window, _ = await ask(client, "read_log", log_id=log["log_id"], start_line=1)
    for shown in (everything(text, log), window):
        assert ESCAPE not in shown
        assert "\r" not in shown
        assert genuine.planted_secret not in shown
    assert "FATAL login refused" in text
    assert "17" in text
    assert "bad bytes:" in window
    assert sum(log["redactions"].values()) == 1
    assert log["sanitised"] >= 1


@pytest.mark.parametrize("max_tokens", [200, 2000, 20000])
async def test_lines_of_40_kb_stay_within_max_tokens_and_the_answer_says_what_was_cut(
    newest: Genuine, connect: Connect, max_tokens: int
):
    async with connect(newest.environ) as client:
        text, log = await ask(client, "get_diagnostics", sandbox_id=newest.sandboxes["big"], max_tokens=max_tokens)
    assert log["tokens"] <= max_tokens
    # Eight characters a token is more than any tokenizer makes of runs of one letter.
    assert len(text) <= 8 * max_tokens
    # The server's scoped answer holds 34 of the 300 lines and calls that not truncated.
    assert log["lines"] >= 300
    assert log["bytes"] > 300 * 40_000
    assert log["shown_lines"] < log["lines"]
    assert f"{log['lines'] - log['shown_lines']} of {log['lines']} lines" in text
    assert f'read_log(log_id="{log["log_id"]}"' in text


async def test_the_last_of_many_long_lines_can_be_found(newest: Genuine, connect: Connect):
    async with connect(newest.environ) as client:
        text, log = await ask(client, "get_diagnostics", sandbox_id=newest.sandboxes["big"], find="end 300 of 300")
    assert "end 300 of 300" in text
    assert log["view"] == "find"
    assert log["tokens"] <= 2000


async def test_a_log_beyond_100_lines_is_read_by_the_deprecated_plain_form_and_warnings_say_so(
    genuine: Genuine, connect: Connect
):
    if genuine.scoped:
        scoped = json.loads(genuine.says("logger", "/diagnostics/logs?scope=container"))
        assert len(scoped["content"].splitlines()) == 100
        assert "step 1 of 130" not in scoped["content"]
    async with connect(genuine.environ) as client:
        text, log = await ask(client, "get_diagnostics", sandbox_id=genuine.sandboxes["logger"])
        first_step, _ = await ask(client, "read_log", log_id=log["log_id"], find="step 1 of 130")
    assert "npm ERR! code ELIFECYCLE" in text
    assert log["lines"] >= 132
    assert any("plain" in warning for warning in log["warnings"]), log["warnings"]
    assert "step 1 of 130 ok" in first_step


async def test_a_running_sandbox_that_wrote_nothing_is_told_as_such(genuine: Genuine, connect: Connect):
    async with connect(genuine.environ) as client:
        text, _ = await ask(client, "get_diagnostics", sandbox_id=genuine.sandboxes["quiet"])
    assert "Running" in text
    assert "(no logs)" not in text


@pytest.mark.parametrize(
    ("kind", "present", "absent"), [("logs", "allocating", "OOMKilled"), ("events", "OOMKilled", "allocating")]
)
async def test_one_kind_alone_can_be_asked_for(
    genuine: Genuine, connect: Connect, kind: str, present: str, absent: str
):
    async with connect(genuine.environ) as client:
        text, _ = await ask(client, "get_diagnostics", sandbox_id=genuine.sandboxes["oom"], kind=kind)
    assert present in text
    assert absent not in text


async def test_a_scope_only_one_kind_knows_shows_that_kind_and_says_how_to_get_the_other(
    genuine: Genuine, connect: Connect
):
    async with connect(genuine.environ) as client:
        text, log = await ask(client, "get_diagnostics", sandbox_id=genuine.sandboxes["oom"], scope="runtime")
    assert "OOMKilled" in text
    how = "container, all" if genuine.scoped else "without `scope`"
    assert any(how in warning for warning in log["warnings"]), log["warnings"]
