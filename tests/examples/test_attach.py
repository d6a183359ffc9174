"""The entries that attach sandscope to clients are what `sandscope install` writes, and start a server that answers."""

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from mcp_server.commands.clients.json_merge import rendered
from mcp_server.commands.clients.known import CLIENTS
from mcp_server.commands.clients.machine import Wish
from mcp_server.commands.install import text_of
from tests.attach.machines import machine

ROOT = Path(__file__).parent.parent.parent
ATTACH = ROOT / "examples" / "attach"
# In a project Claude Code's file says more than in the user's own.
FILES = {
    "claude-code/.mcp.json": ("claude-code", Wish(project=True)),
    "claude-desktop/claude_desktop_config.json": ("claude-desktop", Wish()),
    "codex/config.toml": ("codex", Wish()),
    "cursor/mcp.json": ("cursor", Wish()),
    "vscode/mcp.json": ("vscode", Wish()),
}
INSPECTOR = "inspector/mcp.json"


@dataclass(frozen=True)
class Entry:
    """One server as a client's file names it."""

    file: str
    name: str
    server: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file}:{self.name}"

    @property
    def arguments(self) -> list[str]:
        """What follows `sandscope` on its command line."""
        assert [self.server["command"], *self.server["args"][:1]] == ["uvx", "sandscope"]
        return self.server["args"][1:]

    @property
    def variables(self) -> list[str]:
        """What is handed on; none of it is set."""
        return [*self.server.get("env", {}), *self.server.get("env_vars", ())]


def inspector() -> dict[str, Any]:
    """The Inspector has the shape of Claude Desktop's entries, and wants to know which age of the protocol is spoken."""
    kinds: dict[str, Any] = {}
    for wish in (Wish(demo=True), Wish()):
        kinds |= CLIENTS["claude-desktop"].document(machine(), wish)["mcpServers"]
    return {"mcpServers": {name: {"type": "stdio", **each, "protocolEra": "auto"} for name, each in kinds.items()}}


def entries() -> Iterator[Entry]:
    for file, (client, wish) in FILES.items():
        known = CLIENTS[client]
        for name, server in known.document(machine(), wish)[known.servers].items():
            yield Entry(file, name, server)
    for name, server in inspector()["mcpServers"].items():
        yield Entry(INSPECTOR, name, server)


def test_every_file_is_what_install_writes():
    written = {
        file: text_of(CLIENTS[client], "", CLIENTS[client].document(machine(), wish))
        for file, (client, wish) in FILES.items()
    }
    written[INSPECTOR] = rendered(inspector()) + "\n"
    there = {path.relative_to(ATTACH).as_posix(): path.read_text(encoding="utf-8") for path in ATTACH.glob("*/*")}
    assert there == written


@pytest.mark.parametrize("entry", list(entries()), ids=str)
@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.bound(60)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_entry_starts_a_server_that_answers_and_takes_empty_variables_as_not_set(entry: Entry):
    env = {**os.environ, **dict.fromkeys(entry.variables, "")}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "mcp_server", *entry.arguments], env=env, cwd=ROOT
    )
    async with Client(server) as client:
        tools = await client.list_tools()
        who = await client.call_tool("whoami", {})
    assert len(tools.tools) == 13
    assert who.structured_content is not None
    platforms = who.structured_content["platforms"]
    assert [("configured_by" in platform) for platform in platforms] == [entry.name.endswith("demo")] * 3


def test_vs_code_asks_for_every_input_it_uses_and_hides_the_secrets():
    data = json.loads((ATTACH / "vscode" / "mcp.json").read_text(encoding="utf-8"))
    asked = {each["id"]: each.get("password", False) for each in data["inputs"]}
    used = {value[len("${input:") : -1] for value in data["servers"]["sandscope"]["env"].values()}
    assert set(asked) == used
    assert {name for name, hidden in asked.items() if hidden} == {
        name for name in asked if name.endswith(("-token", "-key"))
    }


def test_the_readme_names_every_file():
    readme = (ATTACH / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`([\w-]+/[\w.]+)`", readme)) == {*FILES, INSPECTOR}
