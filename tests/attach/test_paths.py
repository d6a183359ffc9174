"""Where each client keeps its settings, on each system."""

from pathlib import Path

import pytest

from mcp_server.commands.clients.known import CLIENTS
from mcp_server.commands.clients.machine import Wish
from mcp_server.errors import NotConfigured
from tests.attach.machines import machine

HOME = Path("/home/me")
LIBRARY = "Library/Application Support"
MINE = {
    ("claude-code", "linux"): ".claude.json",
    ("claude-code", "darwin"): ".claude.json",
    ("claude-code", "win32"): ".claude.json",
    ("claude-desktop", "linux"): ".config/Claude/claude_desktop_config.json",
    ("claude-desktop", "darwin"): f"{LIBRARY}/Claude/claude_desktop_config.json",
    ("claude-desktop", "win32"): "AppData/Roaming/Claude/claude_desktop_config.json",
    ("cursor", "linux"): ".cursor/mcp.json",
    ("cursor", "darwin"): ".cursor/mcp.json",
    ("cursor", "win32"): ".cursor/mcp.json",
    ("vscode", "linux"): ".config/Code/User/mcp.json",
    ("vscode", "darwin"): f"{LIBRARY}/Code/User/mcp.json",
    ("vscode", "win32"): "AppData/Roaming/Code/User/mcp.json",
    ("codex", "linux"): ".codex/config.toml",
    ("codex", "darwin"): ".codex/config.toml",
    ("codex", "win32"): ".codex/config.toml",
}
PROJECT = {
    "claude-code": ".mcp.json",
    "cursor": ".cursor/mcp.json",
    "vscode": ".vscode/mcp.json",
    "codex": ".codex/config.toml",
}


def test_every_client_has_a_place_on_every_system():
    assert {client for client, _ in MINE} == set(CLIENTS)


@pytest.mark.parametrize(("client", "platform"), MINE, ids=str)
def test_a_users_file_is_where_the_client_looks(client: str, platform: str):
    assert CLIENTS[client].file(machine(HOME, platform), Wish()) == HOME / MINE[client, platform]


@pytest.mark.parametrize("client", PROJECT)
def test_a_projects_file_is_in_the_current_folder(client: str):
    assert CLIENTS[client].file(machine(HOME), Wish(project=True)) == HOME / "project" / PROJECT[client]


def test_claude_desktop_knows_no_projects():
    with pytest.raises(NotConfigured, match="leave out --project"):
        CLIENTS["claude-desktop"].file(machine(), Wish(project=True))


@pytest.mark.parametrize(
    ("client", "platform", "variable", "file"),
    [
        ("claude-code", "linux", "CLAUDE_CONFIG_DIR", ".claude.json"),
        ("claude-code", "win32", "CLAUDE_CONFIG_DIR", ".claude.json"),
        ("codex", "darwin", "CODEX_HOME", "config.toml"),
        ("vscode", "linux", "XDG_CONFIG_HOME", "Code/User/mcp.json"),
        ("claude-desktop", "linux", "XDG_CONFIG_HOME", "Claude/claude_desktop_config.json"),
        ("vscode", "win32", "APPDATA", "Code/User/mcp.json"),
        ("claude-desktop", "win32", "APPDATA", "Claude/claude_desktop_config.json"),
    ],
)
def test_a_variable_moves_it_where_it_names_a_whole_path(client: str, platform: str, variable: str, file: str):
    moved = machine(HOME, platform, {variable: "/moved"})
    assert CLIENTS[client].file(moved, Wish()) == Path("/moved") / file
    for idle in ("", "relative/folder"):
        assert CLIENTS[client].file(machine(HOME, platform, {variable: idle}), Wish()).is_relative_to(HOME)


@pytest.mark.parametrize(("platform", "variable"), [("darwin", "XDG_CONFIG_HOME"), ("linux", "APPDATA")])
def test_a_variable_of_another_system_moves_nothing(platform: str, variable: str):
    assert CLIENTS["vscode"].file(machine(HOME, platform, {variable: "/moved"}), Wish()).is_relative_to(HOME)
