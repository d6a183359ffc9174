"""The entries that attach sandscope to clients: they parse, hold no secret, and start a server that answers."""

import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from mcp import Client, StdioServerParameters

from mcp_server.platforms import PLATFORMS

ROOT = Path(__file__).parent.parent.parent
ATTACH = ROOT / "examples" / "attach"
STARTS = (["uvx", "sandscope"], ["uv", "run", "--directory", "/path/to/sandscope", "sandscope"])
# The ways the clients write a variable; none of them is set.
PLACEHOLDERS = re.compile(r"\$\{(\w+):-\}|\$\{env:(\w+)\}|\$\{input:([\w-]+)\}|")


@dataclass(frozen=True)
class Entry:
    """One server as a client's file names it; `env` maps variables to what stands in the file."""

    path: str
    name: str
    command: list[str]
    env: dict[str, str]

    def __str__(self) -> str:
        return f"{self.path}:{self.name}"

    @property
    def arguments(self) -> list[str]:
        """What follows `sandscope` on its command line."""
        start = next(start for start in STARTS if self.command[: len(start)] == start)
        return self.command[len(start) :]


def files() -> list[Path]:
    return sorted(path for path in ATTACH.rglob("*") if path.suffix in {".json", ".toml"})


def parsed(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)


def entries() -> Iterator[Entry]:
    for path in files():
        data = parsed(path)
        servers = cast(
            "dict[str, dict[str, Any]]", data.get("servers") or data.get("mcpServers") or data["mcp_servers"]
        )
        for name, server in servers.items():
            # Codex hands on what it has under these names.
            env = server.get("env") or dict.fromkeys(server.get("env_vars", ()), "")
            yield Entry(path.relative_to(ATTACH).as_posix(), name, [server["command"], *server["args"]], env)


every_entry = pytest.mark.parametrize("entry", list(entries()), ids=str)


def test_six_clients_have_an_entry_for_the_release_and_one_for_a_checkout():
    clients = {"claude-code", "claude-desktop", "codex", "cursor", "inspector", "vscode"}
    for start, prefix in zip(STARTS, (False, True), strict=True):
        mine = [entry for entry in entries() if Path(entry.path).name.startswith("from-checkout") is prefix]
        assert {entry.path.partition("/")[0] for entry in mine} == clients
        assert all(entry.command[: len(start)] == start for entry in mine)


@every_entry
def test_an_entry_names_variables_the_server_reads_and_holds_no_value(entry: Entry):
    known = {variable.name for platform in PLATFORMS for variable in platform.variables}
    assert set(entry.env) <= known
    for name, value in entry.env.items():
        placeholder = PLACEHOLDERS.fullmatch(value)
        assert placeholder is not None, name
        named = next((group for group in placeholder.groups() if group), name)
        assert named.upper().replace("-", "_") == name


@every_entry
@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.bound(60)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_entry_starts_a_server_that_answers_and_takes_empty_variables_as_not_set(entry: Entry):
    env = {**os.environ, **dict.fromkeys(entry.env, "")}
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


@pytest.mark.parametrize("path", [path for path in files() if path.parent.name == "vscode"], ids=lambda path: path.name)
def test_vs_code_asks_for_every_input_it_uses_and_hides_the_secrets(path: Path):
    data = parsed(path)
    asked = {each["id"]: each.get("password", False) for each in data["inputs"]}
    used = {value[len("${input:") : -1] for value in data["servers"]["sandscope"]["env"].values()}
    assert set(asked) == used
    assert {name for name, hidden in asked.items() if hidden} == {
        name for name in asked if name.endswith(("-token", "-key"))
    }


def test_the_readme_says_where_every_file_belongs():
    readme = (ATTACH / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w-]+/[\w.]+)`", readme))
    assert named == {
        path.relative_to(ATTACH).as_posix() for path in files() if not path.name.startswith("from-checkout")
    }
