"""The official Inspector as a client: both protocol eras, every transport, every tool."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcp_server.demo import ids

pytestmark = [pytest.mark.node, pytest.mark.slow]

SERVE = [sys.executable, "-m", "mcp_server", "serve", "--demo"]
ERAS = ("modern", "legacy")

CALLS: dict[str, dict[str, Any]] = {
    "get_sandbox_logs": {"sandbox_id": ids.AGENTBOX_MISSING_ENV},
    "get_diagnostics": {"sandbox_id": ids.OPENSANDBOX_OOM},
    "get_run_logs": {"run_id": ids.RUN_FAILED},
    "analyze_logs": {"sandbox_id": ids.CODEGEN_DEPENDENCY_CONFLICT, "wait_seconds": 0},
    "generate_setup_commands": {"repo_id": 301, "wait_seconds": 0},
    "get_run": {"run_id": ids.RUN_FAILED},
    "list_runs": {},
    "create_run": {"prompt": "Fix the pins", "repo_id": 301},
    "list_sandboxes": {},
    "whoami": {},
    "list_users": {},
    "connect_slack": {},
}


class Inspector:
    """Runs the Inspector's command line against one target."""

    def __init__(self, program: list[str], target: list[str]) -> None:
        self.program = program
        self.target = target

    def run(self, era: str, *options: str) -> "subprocess.CompletedProcess[str]":
        command = [*self.program, "--cli", "--protocol-era", era, "--quiet", *options, *self.target]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=dict(os.environ))

    def result(self, era: str, *options: str) -> dict[str, Any]:
        done = self.run(era, *options)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def call(self, era: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        asked = ("--tool-name", tool, "--tool-args-json", json.dumps(arguments))
        return self.result(era, "--method", "tools/call", *asked)


@pytest.fixture(scope="module")
def program() -> list[str]:
    node, prefix = os.environ.get("SANDSCOPE_NODE"), os.environ.get("SANDSCOPE_NPM_PREFIX")
    if not node or not prefix:
        pytest.skip("SANDSCOPE_NODE and SANDSCOPE_NPM_PREFIX are not set: no Inspector (.ci/install_node sets them)")
    return [node, str(Path(prefix) / "node_modules" / ".bin" / "mcp-inspector")]


@pytest.fixture(scope="module", params=["stdio", "http", "sse"])
def inspector(program: list[str], request: pytest.FixtureRequest) -> Iterator[Inspector]:
    if request.param == "stdio":
        yield Inspector(program, ["--", *SERVE])
        return
    command = [*SERVE, "--transport", request.param, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ)) as server:
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found
        yield Inspector(program, ["--server-url", found[0], "--transport", request.param])
        server.terminate()


@pytest.fixture
def eras(inspector: Inspector) -> tuple[str, ...]:
    # SSE is the transport of old clients only.
    return ("legacy",) if "sse" in inspector.target else ERAS


def test_the_tool_list_has_no_portability_problem(inspector: Inspector, eras: tuple[str, ...]) -> None:
    for era in eras:
        tools = inspector.result(era, "--method", "tools/list", "--strict")["tools"]
        assert len(tools) == 13


def test_every_tool_answers(inspector: Inspector, eras: tuple[str, ...]) -> None:
    for era in eras:
        for tool, arguments in CALLS.items():
            result = inspector.call(era, tool, arguments)
            assert not result.get("isError")
            assert result["content"][0]["text"]


def test_a_captured_log_is_read_again_where_the_server_lives_on(inspector: Inspector, eras: tuple[str, ...]) -> None:
    for era in eras:
        captured = inspector.call(era, "get_sandbox_logs", CALLS["get_sandbox_logs"])
        log_id = captured["_meta"]["sandscope/log"]["log_id"]
        asked = ("--tool-name", "read_log", "--tool-args-json", json.dumps({"log_id": log_id, "start_line": -2}))
        done = inspector.run(era, "--method", "tools/call", *asked)
        if "--" in inspector.target:
            # Each run starts a server of its own, which has captured nothing.
            assert "log_id is unknown" in done.stdout + done.stderr
        else:
            assert done.returncode == 0
            assert log_id in done.stdout
