"""Clients on the official TypeScript SDKs: the one most hosts have, and its successor in both protocol eras."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.calls import CALLS, FAILING, UNCONFIGURED, asked
from tests.conformance.conftest import Node
from tests.conformance.serving import SERVE, SERVE_DEMO, serving

pytestmark = [
    pytest.mark.node,
    pytest.mark.slow,
    pytest.mark.parametrize(("sdk", "era"), [("1", "legacy"), ("2", "legacy"), ("2", "modern")]),
]

SCRIPT = Path(__file__).parent / "typescript" / "every_tool.mjs"


@pytest.fixture
def every_tool(node: Node, sdk: str, era: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Runs the script, and gives what a model would see."""

    def run(given: dict[str, Any]) -> dict[str, Any]:
        command = [node.program, str(SCRIPT), node.prefix, sdk, era]
        done = subprocess.run(
            command,
            input=json.dumps(given),
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env=dict(os.environ),
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_every_tool_answers_and_fails_in_words(
    every_tool: Callable[[dict[str, Any]], dict[str, Any]],
    sdk: str,
    era: str,
    transport: str,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("judge", f"typescript {sdk}.x {era} {transport}")
    given = asked(CALLS, FAILING)
    if transport == "stdio":
        found = every_tool({**given, "command": SERVE_DEMO})
    else:
        with serving(transport) as url:
            found = every_tool({**given, "url": url})
    # The SDK has checked each structured answer; here only that it had something to check.
    structured = {tool["name"]: tool["structured"] for tool in found["tools"]}
    assert found["answers"].keys() == structured.keys()
    for tool, answer in found["answers"].items():
        assert not answer["isError"], answer["text"]
        assert answer["text"]
        assert answer["structured"] == structured[tool]
    for failing, failure in zip(FAILING, found["failures"], strict=True):
        assert failure["isError"]
        assert not failure["structured"]
        assert failing.words in failure["text"]
    record_property("score", f"{len(structured)} tools answer, {len(FAILING)} calls fail in words")


def test_a_server_without_keys_says_which_to_set(every_tool: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    found = every_tool({**asked({}, UNCONFIGURED), "command": SERVE})
    for failing, failure in zip(UNCONFIGURED, found["failures"], strict=True):
        assert failure["isError"]
        assert failing.words in failure["text"]
