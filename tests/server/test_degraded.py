"""A state that cannot be shared: the server answers all the same, more slowly, and says so."""

import json
import os
import signal
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp_types import TextContent, TextResourceContents

from mcp_server.demo import ids
from mcp_server.demo.in_process import demo_environment, demo_wire
from mcp_server.server.build import Sandscope, build
from mcp_server.settings import Settings
from tests.server.processes import INITIALIZE, INITIALIZED, started

pytestmark = pytest.mark.anyio

CAPTURE = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "get_sandbox_logs", "arguments": {"sandbox_id": ids.AGENTBOX_DNS}},
}


def server(state_dir: Path) -> Sandscope:
    environ = demo_environment({"SANDSCOPE_STATE_DIR": str(state_dir)})
    return build(Settings.from_env(environ, demo=True), wire=demo_wire())


def a_file(tmp_path: Path) -> Path:
    (tmp_path / "state").write_text("mine")
    return tmp_path / "state"


def a_link(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "elsewhere")
    return tmp_path / "state"


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*")}


def mode_of(folder: Path) -> int:
    return folder.stat().st_mode & 0o777


@pytest.mark.parametrize(("make", "why"), [(a_file, "it cannot be made"), (a_link, "it is a symbolic link")])
async def test_a_folder_that_cannot_be_used_is_a_warning_and_an_eighth_of_each_limit(
    tmp_path: Path, make: type[Path], why: str
) -> None:
    sandscope = server(make(tmp_path))
    async with Client(sandscope.server) as client:
        logs = await client.call_tool("get_sandbox_logs", {"sandbox_id": ids.AGENTBOX_DNS})
        assert not logs.is_error
        whoami = await client.call_tool("whoami", {})
        assert isinstance(whoami.content[0], TextContent)
        assert whoami.structured_content
        (warning,) = whoami.structured_content["warnings"]
        assert warning.startswith(f"SANDSCOPE_STATE_DIR: {why}")
        assert f"warning: {warning}" in whoami.content[0].text
        assert "codegen.logs 6 of 6 per 60 s left" in whoami.content[0].text
        told = (await client.read_resource("sandscope://budget")).contents[0]
        assert isinstance(told, TextResourceContents)
        assert json.loads(told.text)["warnings"] == [warning]
    await sandscope.aclose()
    assert names_in(tmp_path / "elsewhere") == set()


async def test_a_folder_that_can_be_used_is_no_warning(tmp_path: Path) -> None:
    sandscope = server(tmp_path / "deep" / "state")
    async with Client(sandscope.server) as client:
        whoami = await client.call_tool("whoami", {})
        assert whoami.structured_content
        assert "warnings" not in whoami.structured_content
    await sandscope.aclose()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("end", ["eof", "signal"])
@pytest.mark.slow
async def test_a_demo_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with started("serve", "--demo") as demo:
        await demo.send(INITIALIZE, INITIALIZED, CAPTURE)
        for _ in range(2):
            await demo.line()
        (name,) = names_in(tmp_path)
        assert name.startswith("sandscope-demo-")
        assert {"cells.db", "cache.db"} <= names_in(tmp_path / name)
        assert mode_of(tmp_path / name) == 0o700
        if end == "signal":
            os.kill(demo.process.pid, signal.SIGTERM)
        else:
            assert demo.process.stdin is not None
            await demo.process.stdin.aclose()
        with anyio.fail_after(10):
            await demo.process.wait()
    assert names_in(tmp_path) == set()
