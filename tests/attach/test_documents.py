"""What an entry says: how the server is started, and that it holds no key."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mcp_server.commands.clients.asked import ASKED
from mcp_server.commands.clients.known import CLIENTS
from mcp_server.commands.clients.machine import Wish
from mcp_server.errors import NotConfigured
from mcp_server.platforms import PLATFORMS
from tests.attach.machines import machine

every_client = pytest.mark.parametrize("client", CLIENTS)


def entry(client: str, wish: Wish, **where: Any) -> dict[str, Any]:
    return CLIENTS[client].document(machine(**where), wish)[CLIENTS[client].servers][wish.name]


def command(client: str, wish: Wish, **where: Any) -> list[str]:
    server = entry(client, wish, **where)
    return [server["command"], *server["args"]]


@every_client
def test_the_released_package_is_started_unless_the_clone_is_asked_for(client: str):
    assert command(client, Wish()) == ["uvx", "sandscope"]
    clone = ["uv", "run", "--directory", "/path/to/sandscope", "sandscope"]
    assert command(client, Wish(from_checkout=True)) == clone


@every_client
def test_options_follow_the_command(client: str):
    assert command(client, Wish(read_only=True)) == ["uvx", "sandscope", "--read-only"]
    both = Wish(demo=True, read_only=True)
    assert command(client, both) == ["uvx", "sandscope", "serve", "--demo", "--read-only"]


@every_client
def test_the_demo_stands_beside_and_asks_for_nothing(client: str):
    document = CLIENTS[client].document(machine(), Wish(demo=True))
    assert list(document) == [CLIENTS[client].servers]
    [(name, server)] = document[CLIENTS[client].servers].items()
    assert name == "sandscope-demo"
    assert not {"env", "env_vars"} & set(server)


@every_client
def test_only_claude_desktop_needs_the_programs_path(client: str):
    programs = {"uvx": "/opt/uv/bin/uvx", "uv": "/opt/uv/bin/uv"}
    started = (
        command(client, Wish(), programs=programs)[0],
        command(client, Wish(from_checkout=True), programs=programs)[0],
    )
    known = client == "claude-desktop"
    assert started == (("/opt/uv/bin/uvx", "/opt/uv/bin/uv") if known else ("uvx", "uv"))


def test_there_is_no_clone_where_the_package_was_installed():
    with pytest.raises(NotConfigured, match="this is none"):
        entry("codex", Wish(from_checkout=True), checkout=None)


@every_client
@pytest.mark.parametrize("project", [False, True])
def test_no_entry_takes_a_value_from_the_environment_of_who_writes_it(client: str, *, project: bool):
    environ = {each.name: "s3cret" for each in ASKED}
    document = CLIENTS[client].document(machine(environ=environ), Wish(project=project))
    assert "s3cret" not in json.dumps(document)


def test_who_is_asked_is_asked_for_variables_of_platforms_and_keys_are_hidden():
    known = {variable.name: variable.secret for platform in PLATFORMS for variable in platform.variables}
    asked = {each.name: each.secret for each in ASKED}
    assert asked.items() <= known.items()
    assert {name for name, secret in known.items() if secret} == {
        name for name in known if name.endswith(("_KEY", "_TOKEN"))
    }


def test_claude_code_says_in_a_project_which_variables_there_are_and_hands_on_its_own_elsewhere():
    assert "env" not in entry("claude-code", Wish())
    assert entry("claude-code", Wish(project=True))["env"]["AGENTBOX_API_KEY"] == "${AGENTBOX_API_KEY:-}"


def test_one_line_does_the_same():
    def short(client: str, wish: Wish) -> Any:
        return CLIENTS[client].short(wish.name, entry(client, wish), wish)

    added = ["sandscope", "--", "uvx", "sandscope"]
    assert short("claude-code", Wish()) == ["claude", "mcp", "add", "--scope", "user", *added]
    assert short("claude-code", Wish(project=True)) == ["claude", "mcp", "add", "--scope", "project", *added]
    assert short("codex", Wish()) == ["codex", "mcp", "add", *added]
    program, option, server = short("vscode", Wish(demo=True))
    assert (program, option) == ("code", "--add-mcp")
    assert json.loads(server) == {"name": "sandscope-demo", "command": "uvx", "args": ["sandscope", "serve", "--demo"]}
    link: str = short("cursor", Wish())
    asked = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert asked["name"] == ["sandscope"]
    assert json.loads(base64.b64decode(asked["config"][0], validate=True)) == entry("cursor", Wish())
    assert ".mcpb" in short("claude-desktop", Wish())
