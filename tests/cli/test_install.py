"""`sandscope install` as people run it, in a home of its own."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcp_server.commands.clients.asked import ASKED
from mcp_server.commands.clients.known import CLIENTS
from mcp_server.commands.install import command_line

Run = Callable[..., tuple[int, str, str]]
KEYS = {each.name: "s3cret" for each in ASKED}
FILES = {
    "claude-code": ".claude.json",
    "claude-desktop": ".config/Claude/claude_desktop_config.json",
    "cursor": ".cursor/mcp.json",
    "vscode": ".config/Code/User/mcp.json",
    "codex": ".codex/config.toml",
}

every_client = pytest.mark.parametrize("client", FILES)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and keys in the environment that no output may show."""
    for name in ("APPDATA", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**KEYS, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", "linux")
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


def files(home: Path) -> dict[str, str]:
    return {str(path.relative_to(home)): path.read_text(encoding="utf-8") for path in home.rglob("*") if path.is_file()}


def servers(text: str, client: str) -> dict[str, Any]:
    data = tomllib.loads(text) if client == "codex" else json.loads(text)
    return data[CLIENTS[client].servers]


def test_the_parser_knows_the_clients_that_are_known(sandscope: Run):
    status, _, err = sandscope("install", "emacs")
    assert status == 2
    assert "choose from " + ", ".join(map(repr, CLIENTS)) in err


@every_client
def test_without_write_it_shows_the_entry_and_its_place_and_touches_nothing(sandscope: Run, home: Path, client: str):
    status, out, err = sandscope("install", client)
    assert (status, err, files(home)) == (0, "", {})
    assert f"{CLIENTS[client].title}: put this into {home / FILES[client]}" in out
    assert "Or, instead:\n  " in out
    assert f"Keys: {CLIENTS[client].keys}." in out
    assert "s3cret" not in out


@every_client
def test_what_is_shown_is_what_is_written(sandscope: Run, home: Path, client: str):
    _, shown, _ = sandscope("install", client)
    status, out, _ = sandscope("install", client, "--write")
    [(name, text)] = files(home).items()
    assert (status, name) == (0, FILES[client])
    assert f"\n{text}\n" in shown
    assert (home / name).stat().st_mode & 0o777 == 0o600
    assert out.startswith(f"sandscope is in {home / name}.\n")
    assert "s3cret" not in out + text


@every_client
def test_a_second_time_nothing_changes(sandscope: Run, home: Path, client: str):
    sandscope("install", client, "--write")
    once = files(home)
    status, out, _ = sandscope("install", client, "--write")
    assert (status, files(home)) == (0, once)
    assert "has sandscope already. Nothing was changed." in out


@every_client
def test_what_was_there_is_kept_beside_and_within(sandscope: Run, home: Path, client: str):
    path = home / FILES[client]
    path.parent.mkdir(parents=True, exist_ok=True)
    old = (
        '[mcp_servers.a]\nurl = "u"\n'
        if client == "codex"
        else json.dumps({CLIENTS[client].servers: {"a": {"url": "u"}}})
    )
    path.write_text(old, encoding="utf-8")
    status, out, _ = sandscope("install", client, "--write")
    assert status == 0
    assert f"What it was is kept as {path.name}.bak-1." in out
    assert path.with_name(f"{path.name}.bak-1").read_text(encoding="utf-8") == old
    assert list(servers(path.read_text(encoding="utf-8"), client)) == ["a", "sandscope"]


@every_client
@pytest.mark.parametrize("content", [b"\xff\xfe", b"{[k3y", b"mcpServers = servers = 1"])
def test_a_broken_file_stays_and_the_entry_is_given_to_be_added_by_hand(
    sandscope: Run, home: Path, client: str, content: bytes
):
    path = home / FILES[client]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    status, out, err = sandscope("install", client, "--write")
    assert (status, out) == (1, "")
    assert f"{path} was not changed: it is no " in err
    assert "Mend it, or add this by hand:" in err
    assert "uvx" in err
    assert "k3y" not in err
    assert [each.read_bytes() for each in home.rglob("*") if each.is_file()] == [content]


@pytest.mark.parametrize("client", [name for name, client in CLIENTS.items() if client.project])
def test_a_projects_file_can_be_read_by_all_who_work_on_it(sandscope: Run, home: Path, client: str):
    sandscope("install", client, "--project", "--write")
    [name] = files(home)
    assert name == f"project/{CLIENTS[client].project}"
    assert (home / name).stat().st_mode & 0o777 == 0o644


def test_the_demo_stands_beside_and_says_that_it_needs_no_keys(sandscope: Run, home: Path):
    sandscope("install", "cursor", "--write")
    _, out, _ = sandscope("install", "cursor", "--demo", "--read-only", "--write")
    assert "sandscope-demo is in" in out
    assert "It needs no keys" in out
    text = (home / FILES["cursor"]).read_text(encoding="utf-8")
    assert list(servers(text, "cursor")) == ["sandscope", "sandscope-demo"]


def test_a_command_is_quoted_as_the_system_wants_it():
    words = ["code", "--add-mcp", '{"name": "x"}']
    assert command_line(words, "darwin") == """code --add-mcp '{"name": "x"}'"""
    assert command_line(words, "win32") == r'''code --add-mcp "{\"name\": \"x\"}"'''
