"""The clients `install` knows: where each keeps its servers, how it names one, and where it takes the keys from.

From the clients' own pages: code.claude.com/docs/en/mcp, modelcontextprotocol.io/docs/develop/connect-local-servers,
cursor.com/docs/mcp, code.visualstudio.com/docs/copilot/reference/mcp-configuration, developers.openai.com/codex/mcp.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mcp_server.commands.clients.asked import ASKED
from mcp_server.commands.clients.machine import Machine, Wish
from mcp_server.errors import NotConfigured

Json = dict[str, Any]
Server = Callable[[list[str], Wish], Json]


@dataclass(frozen=True, slots=True)
class Client:
    """One client.

    Attributes:
        title: For people.
        mine: Its file for all projects of a user.
        project: Its file within a project; empty where it has none.
        servers: The key under which it keeps servers.
        server: An entry from a command line.
        keys: Where it takes the keys from, for people.
        short: The one line that does the same, given the name and the entry; a list is a command line.
        full_path: Whether it knows no `PATH`.
        asks: Whether it asks for values it is told to.
    """

    title: str
    mine: Callable[[Machine], Path]
    project: str
    servers: str
    server: Server
    keys: str
    short: Callable[[str, Json, Wish], list[str] | str]
    full_path: bool = False
    asks: bool = False

    def file(self, machine: Machine, wish: Wish) -> Path:
        """Where the entry belongs.

        Raises:
            NotConfigured: The client knows no projects.
        """
        if not wish.project:
            return self.mine(machine)
        if not self.project:
            raise NotConfigured(f"{self.title} has no settings of a project: leave out --project.")
        return machine.folder / self.project

    def document(self, machine: Machine, wish: Wish) -> Json:
        """What the file holds if there is nothing else in it.

        Raises:
            NotConfigured: There is no clone to run from.
        """
        server = self.server(wish.command(machine, full_path=self.full_path), wish)
        asked = [each.input() for each in ASKED] if self.asks and not wish.demo else []
        return {**({"inputs": asked} if asked else {}), self.servers: {wish.name: server}}


def _with_env(value: Callable[[str], str], *, typed: bool = True, project_only: bool = False) -> Server:
    """Entries whose `env` says for each variable where its value is."""

    def server(command: list[str], wish: Wish) -> Json:
        env = (
            {} if wish.demo or (project_only and not wish.project) else {each.name: value(each.name) for each in ASKED}
        )
        kind = {"type": "stdio"} if typed else {}
        return {**kind, "command": command[0], "args": command[1:], **({"env": env} if env else {})}

    return server


def _codex(command: list[str], wish: Wish) -> Json:
    names = {} if wish.demo else {"env_vars": [each.name for each in ASKED]}
    # The first start downloads the package or builds the environment; no call of ours lasts over 55 s.
    return {"command": command[0], "args": command[1:], **names, "startup_timeout_sec": 60, "tool_timeout_sec": 60}


def _command_of(entry: Json) -> list[str]:
    return [entry["command"], *entry["args"]]


def _claude(name: str, entry: Json, wish: Wish) -> list[str]:
    scope = "project" if wish.project else "user"
    return ["claude", "mcp", "add", "--scope", scope, name, "--", *_command_of(entry)]


def _code(name: str, entry: Json, _: Wish) -> list[str]:
    return ["code", "--add-mcp", json.dumps({"name": name, "command": entry["command"], "args": entry["args"]})]


def _bundle(_name: str, _entry: Json, _wish: Wish) -> str:
    return "the bundle sandscope.mcpb, which asks for the keys and keeps them in the system's key store"


def _cursor_link(name: str, entry: Json, _: Wish) -> str:
    config = base64.b64encode(json.dumps(entry).encode()).decode()
    return f"cursor://anysphere.cursor-deeplink/mcp/install?name={name}&config={quote(config, safe='')}"


CLIENTS = {
    "claude-code": Client(
        title="Claude Code",
        mine=lambda machine: (machine.folder_from("CLAUDE_CONFIG_DIR") or machine.home) / ".claude.json",
        project=".mcp.json",
        servers="mcpServers",
        # What Claude Code runs has its environment anyway. A project's file says which variables there are, with an
        # empty value for those that are not set; whether it expands them in the user's own file differs by version.
        server=_with_env(lambda name: f"${{{name}:-}}", project_only=True),
        keys="from the environment Claude Code is started in",
        short=_claude,
    ),
    "claude-desktop": Client(
        title="Claude Desktop",
        mine=lambda machine: machine.settings() / "Claude" / "claude_desktop_config.json",
        project="",
        servers="mcpServers",
        server=_with_env(lambda _: "", typed=False),
        keys="from the file alone: write them between the quotes, keep the file to yourself, then quit and start it again",
        short=_bundle,
        full_path=True,
    ),
    "cursor": Client(
        title="Cursor",
        mine=lambda machine: machine.home / ".cursor" / "mcp.json",
        project=".cursor/mcp.json",
        servers="mcpServers",
        server=_with_env(lambda name: f"${{env:{name}}}"),
        keys="from the environment Cursor is started in",
        short=_cursor_link,
    ),
    "vscode": Client(
        title="VS Code",
        mine=lambda machine: machine.settings() / "Code" / "User" / "mcp.json",
        project=".vscode/mcp.json",
        servers="servers",
        server=_with_env(lambda name: f"${{input:{name.lower().replace('_', '-')}}}"),
        keys="VS Code asks for them at the first start and keeps them in its secret store; leave empty what you do not use",
        short=_code,
        asks=True,
    ),
    "codex": Client(
        title="Codex",
        mine=lambda machine: (machine.folder_from("CODEX_HOME") or machine.home / ".codex") / "config.toml",
        project=".codex/config.toml",
        servers="mcp_servers",
        server=_codex,
        keys="from the environment Codex is started in, of which it hands on what `env_vars` names",
        short=lambda name, entry, _: ["codex", "mcp", "add", name, "--", *_command_of(entry)],
    ),
}
