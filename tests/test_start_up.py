"""Starting over stdio costs little more than the SDK itself: hosts start one server per window."""

import json
import subprocess
import sys

import pytest

from tests.untraced import untraced

# What a server of one tool imports is the SDK's business; what we add is ours.
BARE = """
from mcp.server.mcpserver import MCPServer

server = MCPServer("bare")


@server.tool()
async def ping() -> str:
    return "pong"
"""
OURS = """
import mcp_server.cli
import mcp_server.commands.serve
from mcp_server.server.build import build
from mcp_server.settings import Settings

build(Settings.from_env({}))
"""
REPORT = """
import json, sys
print(json.dumps(sorted(sys.modules)))
"""
COLLECTED = """
import gc
from mcp_server.cli import main

try:
    main(["tools", "--json"])
except SystemExit:
    print()
    print(gc.get_freeze_count(), gc.isenabled())
"""

MOST_MODULES = 120
WEB = {
    "aiohttp",
    "h11",
    "httpcore2",
    "httptools",
    "httpx",
    "httpx2",
    "sse_starlette",
    "starlette",
    "uvicorn",
    "websockets",
}
# A part of a module's name: what these hold is needed by the demo or by a hosted server.
LATER = ("benchmarks", "demo", "hosted", "redis", "stand_in")


@pytest.fixture(scope="module")
def added() -> list[str]:
    return sorted(imported_by(OURS) - imported_by(BARE))


def test_stdio_starts_without_what_only_the_demo_or_a_hosted_server_needs(added: list[str]) -> None:
    assert [module for module in added if any(part.startswith(LATER) for part in module.split("."))] == []


def test_stdio_imports_no_web_module_that_the_sdk_does_not_import_by_itself(added: list[str]) -> None:
    assert [module for module in added if module.partition(".")[0] in WEB] == []


def test_stdio_adds_at_most_120_modules_to_a_bare_server(added: list[str]) -> None:
    assert len(added) <= MOST_MODULES, added


def test_what_looks_for_secrets_comes_with_the_first_text(added: list[str]) -> None:
    assert {"re2", "mcp_server.logs.redaction", "mcp_server.logs.linear"}.isdisjoint(added)


def test_the_garbage_collector_passes_over_what_a_command_imports_and_looks_at_the_rest() -> None:
    frozen, works = run(COLLECTED)[-1].split()

    assert int(frozen) > 10_000
    assert works == "True"


def imported_by(program: str) -> set[str]:
    return set(json.loads(run(program + REPORT)[-1]))


def run(program: str) -> list[str]:
    """The lines a program prints."""
    done = subprocess.run([sys.executable, "-c", program], env=untraced(), capture_output=True, check=True, text=True)
    return done.stdout.splitlines()
