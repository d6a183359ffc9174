"""Clients on the official TypeScript SDKs: the one most hosts have, and its successor in both protocol eras."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.calls import CALLS, FAILING, UNCONFIGURED, asked
from tests.conformance.conftest import Node
from tests.conformance.serving import SERVE, ClientScript

pytestmark = [
    pytest.mark.node,
    pytest.mark.slow,
    pytest.mark.parametrize(("sdk", "era"), [("1", "legacy"), ("2", "legacy"), ("2", "modern")]),
]

SCRIPT = Path(__file__).parent / "typescript" / "every_tool.mjs"


@pytest.fixture
def every_tool(node: Node, sdk: str, era: str) -> ClientScript:
    """The script."""
    return ClientScript([node.program, str(SCRIPT), node.prefix, sdk, era])


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_every_tool_answers_and_fails_in_words(
    every_tool: ClientScript,
    sdk: str,
    era: str,
    transport: str,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("judge", f"typescript {sdk}.x {era} {transport}")
    found = every_tool.saw(asked(CALLS, FAILING), transport)
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


def test_a_server_without_keys_says_which_to_set(every_tool: ClientScript) -> None:
    found = every_tool.saw(asked({}, UNCONFIGURED), "stdio", SERVE)
    for failing, failure in zip(UNCONFIGURED, found["failures"], strict=True):
        assert failure["isError"]
        assert failing.words in failure["text"]
