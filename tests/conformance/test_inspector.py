"""The official Inspector as a client: both protocol eras, every transport, every tool, prompt and resource."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.calls import CALLS, FAILING, PROMPT, RESOURCE, UNCONFIGURED, Failing
from tests.conformance.conftest import Node
from tests.conformance.serving import SERVE, SERVE_DEMO, serving

pytestmark = [pytest.mark.node, pytest.mark.slow]

# SSE is the transport of old clients only.
WAYS = [("modern", "stdio"), ("legacy", "stdio"), ("modern", "http"), ("legacy", "http"), ("legacy", "sse")]
# Each call starts Node; the clients beside this one make the other calls too.
REFUSED = (FAILING[0], FAILING[3])
# The Inspector's own: a result that says it is an error.
TOOL_ERROR = 5

Record = Callable[[str, object], None]


class Inspector:
    """Runs the Inspector's command line against one target, in one protocol era."""

    def __init__(self, node: Node, era: str, target: list[str]) -> None:
        inspector = Path(node.prefix) / "node_modules" / ".bin" / "mcp-inspector"
        self.command = [node.program, str(inspector), "--cli", "--protocol-era", era, "--quiet"]
        self.era = era
        self.target = target

    def run(self, method: str, *options: str) -> "subprocess.CompletedProcess[str]":
        command = [*self.command, "--method", method, *options, *self.target]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=dict(os.environ))

    def result(self, method: str, *options: str) -> dict[str, Any]:
        done = self.run(method, *options)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return self.result("tools/call", *_asked(tool, arguments))

    def fails(self, failing: Failing) -> bool:
        """Whether the call fails, with words that say what to do."""
        done = self.run("tools/call", *_asked(failing.tool, failing.arguments))
        result = json.loads(done.stdout)
        assert result["isError"]
        assert "structuredContent" not in result
        assert failing.words in result["content"][0]["text"]
        return done.returncode == TOOL_ERROR


def _asked(tool: str, arguments: dict[str, Any]) -> tuple[str, ...]:
    return ("--tool-name", tool, "--tool-args-json", json.dumps(arguments))


@pytest.fixture(scope="module", params=WAYS, ids="-".join)
def inspector(node: Node, request: pytest.FixtureRequest) -> Iterator[Inspector]:
    era, transport = request.param
    with ExitStack() as stack:
        if transport == "stdio":
            yield Inspector(node, era, ["--", *SERVE_DEMO])
        else:
            url = stack.enter_context(serving(transport))
            yield Inspector(node, era, ["--server-url", url, "--transport", transport])


@pytest.fixture(autouse=True)
def judged(inspector: Inspector, record_property: Record) -> None:
    transport = "stdio" if "--" in inspector.target else inspector.target[-1]
    record_property("judge", f"inspector {inspector.era} {transport}")


def test_the_tool_list_has_no_portability_problem(inspector: Inspector, record_property: Record) -> None:
    tools = inspector.result("tools/list", "--strict")["tools"]
    assert len(tools) == 13
    record_property("score", "strict: 13 tools without a problem")


def test_every_tool_answers(inspector: Inspector, record_property: Record) -> None:
    for tool, arguments in CALLS.items():
        result = inspector.call(tool, arguments)
        assert not result.get("isError")
        assert result["content"][0]["text"]
    record_property("score", f"{len(CALLS)} answer")


def test_calls_fail_in_words(inspector: Inspector, record_property: Record) -> None:
    for failing in REFUSED:
        assert inspector.fails(failing)
    record_property("score", f"{len(REFUSED)} fail in words")


def test_a_captured_log_is_read_again_where_the_server_lives_on(inspector: Inspector) -> None:
    captured = inspector.call("get_sandbox_logs", CALLS["get_sandbox_logs"])
    log_id = captured["_meta"]["sandscope/log"]["log_id"]
    done = inspector.run("tools/call", *_asked("read_log", {"log_id": log_id, "start_line": -2}))
    if "--" in inspector.target:
        # Each run starts a server of its own, which has captured nothing.
        assert "log_id is unknown" in done.stdout + done.stderr
    else:
        assert done.returncode == 0
        assert log_id in done.stdout


def test_prompts_and_resources_are_listed_and_read(inspector: Inspector, record_property: Record) -> None:
    listed = {
        kind: inspector.result(f"{method}/list")[kind]
        for kind, method in (
            ("prompts", "prompts"),
            ("resources", "resources"),
            ("resourceTemplates", "resources/templates"),
        )
    }
    assert {kind: len(entries) for kind, entries in listed.items()} == {
        "prompts": 4,
        "resources": 4,
        "resourceTemplates": 4,
    }
    name, arguments = PROMPT
    given = [f"{key}={value}" for key, value in arguments.items()]
    prompt = inspector.result("prompts/get", "--prompt-name", name, "--prompt-args", *given)
    assert "get_run_logs(run_id=101)" in prompt["messages"][0]["content"]["text"]
    assert inspector.result("resources/read", "--uri", RESOURCE)["contents"][0]["text"]
    record_property("score", "4 prompts, 4 resources, 4 templates")


def test_a_resource_that_is_not_there_is_named_as_such(inspector: Inspector) -> None:
    done = inspector.run("resources/read", "--uri", "codegen://runs/999999")
    assert done.returncode != 0
    assert "Codegen has nothing with this id" in done.stderr + done.stdout


@pytest.mark.parametrize("inspector", [("modern", "stdio"), ("legacy", "stdio")], indirect=True, ids="-".join)
def test_a_server_without_keys_says_which_to_set(node: Node, inspector: Inspector) -> None:
    bare = Inspector(node, inspector.era, ["--", *SERVE])
    assert bare.fails(UNCONFIGURED[0])
