"""A client of the first protocol revision, 2024-11-05, on the SDK of its time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.calls import CALLS, FAILING, UNCONFIGURED, asked
from tests.conformance.serving import SERVE, ClientScript

pytestmark = [pytest.mark.judge, pytest.mark.slow]

SCRIPT = Path(__file__).with_name("old_client.py")
# What 2024-11-05 knows; audio and links to resources came later.
KNOWN_BLOCKS = {"text", "image", "resource"}


@pytest.fixture
def old_client(judges: Path) -> ClientScript:
    """The script."""
    return ClientScript([str(judges / "mcp" / "bin" / "python"), str(SCRIPT)])


def blocks(results: list[dict[str, Any]]) -> set[str]:
    return {block["type"] for result in results for block in result["content"]}


@pytest.mark.parametrize("transport", ["stdio", "sse", "http"])
def test_all_it_knows_is_served_in_its_own_terms(
    old_client: ClientScript,
    transport: str,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("judge", f"mcp 1.8.0 {transport}")
    found = old_client.saw(asked(CALLS, FAILING), transport)
    assert found["protocol"] == "2024-11-05"
    answers = found["answers"]
    assert sorted(answers) == sorted(found["tools"])
    assert not any(answer["isError"] for answer in answers.values())
    assert blocks([*answers.values(), *found["failures"]]) <= KNOWN_BLOCKS
    for failing, failure in zip(FAILING, found["failures"], strict=True):
        assert failure["isError"]
        assert failing.words in failure["content"][0]["text"]
    assert [len(found[kind]) for kind in ("prompts", "resources", "templates")] == [4, 4, 4]
    assert {message["content"]["type"] for message in found["prompt"]["messages"]} <= KNOWN_BLOCKS
    assert found["resource"]["contents"][0]["text"]
    record_property("score", f"2024-11-05, {len(answers)} tools answer, {len(FAILING)} calls fail in words")


def test_a_server_without_keys_says_which_to_set(old_client: ClientScript) -> None:
    found = old_client.saw(asked({}, UNCONFIGURED), "stdio", SERVE)
    for failing, failure in zip(UNCONFIGURED, found["failures"], strict=True):
        assert failure["isError"]
        assert failing.words in failure["content"][0]["text"]
