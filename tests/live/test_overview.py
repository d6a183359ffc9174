"""What the tools and commands that span platforms tell about genuine OpenSandbox servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import TextContent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.live.conftest import Connect, Genuine

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.anyio, pytest.mark.live]


async def facts(connect: Connect, environ: Mapping[str, str], tool: str) -> dict[str, Any]:
    """The structured content of a tool asked about OpenSandbox alone."""
    async with connect(environ) as client:
        result = await client.call_tool(tool, {"platform": "opensandbox"})
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


def identity(genuine: Genuine) -> dict[str, str]:
    """What a server says of itself; 0.2.0 tells its version nowhere."""
    return {"health": "healthy"} | ({"version": genuine.release} if genuine.scoped else {})


def examined(environ: Mapping[str, str], state: Path) -> tuple[int, dict[str, Any]]:
    """The exit code of `sandscope doctor`, and what it found about OpenSandbox."""
    ended = subprocess.run(
        [sys.executable, "-m", "mcp_server", "doctor", "--json"],
        env={**os.environ, **environ, "SANDSCOPE_STATE_DIR": str(state)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    (found,) = [found for found in json.loads(ended.stdout)["platforms"] if found["platform"] == "opensandbox"]
    return ended.returncode, found


async def test_all_sandboxes_are_listed_and_the_failed_ones_come_first(genuine: Genuine, connect: Connect):
    listed = await facts(connect, genuine.environ, "list_sandboxes")
    rows = [(row["sandbox_id"], row["state"]) for row in listed["sandboxes"]]
    named = genuine.sandboxes
    assert set(rows[:2]) == {(named["crash"], "Failed"), (named["oom"], "Failed")}
    assert set(rows[2:]) == {(named[name], "Running") for name in ("logger", "big", "quiet")}
    assert listed["scanned"] == 5


async def test_whoami_finds_the_server_healthy(genuine: Genuine, connect: Connect):
    (told,) = (await facts(connect, genuine.environ, "whoami"))["platforms"]
    assert "error" not in told
    assert told["identity"] == identity(genuine)


def test_doctor_finds_the_server_healthy_and_a_wrong_key_wrong(genuine: Genuine, tmp_path: Path):
    healthy, found = examined(genuine.environ, tmp_path)
    assert (healthy, found["state"], found["identity"]) == (0, "ok", identity(genuine))
    broken, found = examined(genuine.environ | {"OPEN_SANDBOX_API_KEY": "wrong-key-0f9e8d7c6b"}, tmp_path)
    assert (broken, found["state"], found["code"]) == (1, "failed", "unauthorized")
    assert "wrong-key-0f9e8d7c6b" not in str(found)


async def test_whoami_tells_a_wrong_key_though_the_servers_health_needs_none(genuine: Genuine, connect: Connect):
    environ = genuine.environ | {"OPEN_SANDBOX_API_KEY": "wrong-key-0f9e8d7c6b"}
    (told,) = (await facts(connect, environ, "whoami"))["platforms"]
    assert "OPEN_SANDBOX_API_KEY" in told["error"]
    assert "wrong-key-0f9e8d7c6b" not in str(told)
    assert "identity" not in told


async def test_the_command_over_stdio_tells_why_the_sandbox_was_killed(newest: Genuine, tmp_path: Path):
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "mcp_server"],
        env=newest.environ | {"SANDSCOPE_STATE_DIR": str(tmp_path)},
        cwd=ROOT,
    )
    async with Client(command) as client:
        result = await client.call_tool("get_diagnostics", {"sandbox_id": newest.sandboxes["oom"]})
    (block,) = result.content
    assert isinstance(block, TextContent)
    assert "OOMKilled" in block.text
    assert "137" in block.text
