"""AgentBox's own document, served by a mock of others: what we ask is as it says, and what it answers is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from mcp_types import TextContent

from tests.live.prism import Mock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from tests.live.conftest import Connect

pytestmark = [pytest.mark.anyio, pytest.mark.live, pytest.mark.node]

SANDBOX = "cluster1.5de15c92-8fb5-440f-a9ea-7f62f734f1b9"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("whoami", {"platform": "agentbox"}),
    ("list_sandboxes", {"platform": "agentbox"}),
    ("get_sandbox_logs", {"sandbox_id": SANDBOX}),
    ("get_sandbox_logs", {"sandbox_id": SANDBOX, "container": "egress-proxy", "lines": 10_000}),
    ("get_sandbox_logs", {"sandbox_id": SANDBOX, "source": "envd", "lines": 1}),
]
SEEDS = 5
LOGS = ".*/logs"


@pytest.fixture(scope="module")
def served(serve_document: Callable[[str, str], AbstractContextManager[Mock]]) -> Generator[Mock]:
    with serve_document("SANDSCOPE_AGENTBOX_OPENAPI", "/v1") as mock:
        yield mock


@pytest.fixture
def mock(served: Mock) -> Mock:
    served.begin()
    return served


def environ(mock: Mock) -> dict[str, str]:
    """What points our server at the mock."""
    return {"AGENTBOX_API_KEY": "agbx_a-key-of-nobody", "AGENTBOX_ENDPOINT": mock.url}


async def text(connect: Connect, mock: Mock, tool: str = "get_sandbox_logs", **arguments: Any) -> str:
    """What a tool says; the call must succeed, and nothing it asked be objected to."""
    async with connect(environ(mock)) as client:
        result = await client.call_tool(tool, arguments)
    (block,) = result.content
    assert isinstance(block, TextContent)
    assert mock.asked
    assert mock.objections == []
    assert not result.is_error, block.text
    told: dict[str, Any] = result.structured_content or {}
    assert "error" not in told.get("platforms", [{}])[0], block.text
    if tool == "list_sandboxes":
        assert len(told["sandboxes"]) == len(mock.answers[0]["items"])
    return block.text


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
async def test_what_a_tool_asks_is_as_documented_and_the_documents_example_is_read(
    mock: Mock, connect: Connect, tool: str, arguments: dict[str, Any]
):
    assert await text(connect, mock, tool, **arguments)


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize(("tool", "arguments"), CALLS)
async def test_whatever_fits_the_document_is_read(
    mock: Mock, connect: Connect, tool: str, arguments: dict[str, Any], seed: int
):
    # Clusters have an example, but no schema to make one of.
    mock.preferences |= {"/clusters": "code=200", ".*": f"dynamic=true, seed={seed}"}
    assert await text(connect, mock, tool, **arguments)


@pytest.mark.parametrize(
    ("example", "shown"),
    [
        ("live", "npm ERR! code ELIFECYCLE"),
        ("nullEntries", "0 lines"),
        ("central", "source: central"),
        ("runtime", "started"),
    ],
)
async def test_every_example_of_logs_is_read_as_what_it_is(mock: Mock, connect: Connect, example: str, shown: str):
    mock.preferences[LOGS] = f"example={example}"
    assert shown in await text(connect, mock, sandbox_id=SANDBOX)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid_argument"),
        (401, "unauthorized"),
        (404, "not_found"),
        (500, "upstream_error"),
        (502, "upstream_unavailable"),
    ],
)
async def test_every_documented_refusal_of_logs_is_told_by_its_code(
    mock: Mock, connect: Connect, status: int, code: str
):
    mock.preferences |= {LOGS: f"code={status}", ".*": "code=404"}
    async with connect(environ(mock)) as client:
        result = await client.call_tool("get_sandbox_logs", {"sandbox_id": SANDBOX})
    assert result.is_error, result.content
    assert result.meta is not None
    assert result.meta["sandscope/error"]["code"] == code
    assert mock.objections == []


async def test_logs_that_are_gone_leave_the_state_to_tell(mock: Mock, connect: Connect):
    mock.preferences[LOGS] = "code=404"
    shown = await text(connect, mock, sandbox_id=SANDBOX)
    assert "the logs are gone" in shown
    assert "state: " in shown


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_a_state_that_cannot_be_read_leaves_the_logs_to_tell(mock: Mock, connect: Connect, status: int):
    mock.preferences |= {LOGS: "example=live", ".*": f"code={status}"}
    shown = await text(connect, mock, sandbox_id=SANDBOX)
    assert "npm ERR! code ELIFECYCLE" in shown
    assert "the state could not be read" in shown


async def test_the_mock_objects_to_a_request_without_the_header_of_the_document(mock: Mock, connect: Connect):
    async with connect({**environ(mock), "AGENTBOX_AUTH": "bearer"}) as client:
        result = await client.call_tool("get_sandbox_logs", {"sandbox_id": SANDBOX})
    assert result.is_error
    assert len(mock.objections) == 2
