"""Codegen's own document, served by a mock of others: what we ask is as it says, and what it answers is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.live.prism import Mock

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from tests.live.conftest import Connect

pytestmark = [pytest.mark.anyio, pytest.mark.live, pytest.mark.node]

# Every tool, in every way it asks.
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("whoami", {"platform": "codegen"}),
    ("list_users", {}),
    ("list_users", {"user_id": 7}),
    ("list_users", {"role": "ADMIN"}),
    ("list_users", {"skip": 100, "limit": 1}),
    ("list_runs", {}),
    ("list_runs", {"status": "failed"}),
    ("list_runs", {"source_type": "SETUP_COMMANDS", "skip": 3, "limit": 100}),
    ("get_run", {"run_id": 5}),
    ("get_run_logs", {"run_id": 5}),
    ("get_run_logs", {"run_id": 5, "skip": 2, "limit": 3}),
    ("create_run", {"prompt": "Mend it."}),
    ("create_run", {"prompt": "Mend it.", "repo_id": 3, "metadata": {"cause": ["a", {"b": None}]}}),
    ("create_run", {"prompt": "Go on.", "resume_run_id": 5}),
    ("analyze_logs", {"sandbox_id": 9, "force": True, "wait_seconds": 0}),
    ("generate_setup_commands", {"repo_id": 3, "wait_seconds": 0}),
    ("generate_setup_commands", {"repo_id": 3, "prompt": "Node 22", "trigger_source": "ci", "wait_seconds": 0}),
    ("connect_slack", {}),
]
SEEDS = 3

# What each tool is told for the statuses that the document names for its endpoint.
ALWAYS = {403: "forbidden", 422: "invalid_argument", 429: "rate_limited"}
REFUSALS: list[tuple[str, dict[str, Any], dict[int, str]]] = [
    ("list_users", {}, ALWAYS),
    ("list_users", {"user_id": 7}, ALWAYS | {404: "not_found"}),
    ("list_runs", {}, ALWAYS),
    ("get_run", {"run_id": 5}, ALWAYS | {404: "not_found"}),
    ("get_run_logs", {"run_id": 5}, ALWAYS | {404: "not_found"}),
    ("create_run", {"prompt": "Mend it."}, ALWAYS | {402: "plan_limit", 404: "not_found"}),
    ("create_run", {"prompt": "Go on.", "resume_run_id": 5}, ALWAYS | {404: "not_found"}),
    ("analyze_logs", {"sandbox_id": 9, "wait_seconds": 0}, ALWAYS | {400: "no_logs", 404: "not_found"}),
    (
        "generate_setup_commands",
        {"repo_id": 3, "wait_seconds": 0},
        {400: "invalid_argument", 404: "not_found", 422: "invalid_argument", 500: "upstream_error"},
    ),
    ("connect_slack", {}, {422: "invalid_argument"}),
]


@pytest.fixture(scope="module")
def served(serve_document: Callable[[str, str], AbstractContextManager[Mock]]) -> Generator[Mock]:
    with serve_document("SANDSCOPE_CODEGEN_OPENAPI", "") as mock:
        yield mock


@pytest.fixture
def mock(served: Mock) -> Mock:
    served.begin()
    return served


def environ(mock: Mock, org: str | None = "1") -> dict[str, str]:
    """What points our server at the mock."""
    known = {"CODEGEN_API_TOKEN": "a-token-of-nobody", "CODEGEN_API_BASE_URL": mock.url}
    return known if org is None else known | {"CODEGEN_ORG_ID": org}


async def agree(connect: Connect, mock: Mock, tool: str, arguments: dict[str, Any]) -> None:
    """Calls a tool: the mock must object to nothing, and the tool read all that the mock answers."""
    # whoami compares the organisation with those of the token.
    async with connect(environ(mock, None if tool == "whoami" else "1")) as client:
        result = await client.call_tool(tool, arguments)
    assert mock.asked
    assert mock.objections == []
    assert not result.is_error, result.content
    told: dict[str, Any] = result.structured_content or {}
    assert "error" not in told.get("platforms", [{}])[0], told
    for rows in ("runs", "users"):
        if rows in told and "items" in mock.answers[-1] and "scanned" not in told:
            assert len(told[rows]) == len(mock.answers[-1]["items"])


@pytest.mark.parametrize(("tool", "arguments"), CALLS)
async def test_what_a_tool_asks_is_as_documented_and_the_documents_example_is_read(
    mock: Mock, connect: Connect, tool: str, arguments: dict[str, Any]
):
    await agree(connect, mock, tool, arguments)


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize(("tool", "arguments"), CALLS)
async def test_whatever_fits_the_document_is_read(
    mock: Mock, connect: Connect, tool: str, arguments: dict[str, Any], seed: int
):
    mock.preferences[".*"] = f"dynamic=true, seed={seed}"
    await agree(connect, mock, tool, arguments)


@pytest.mark.parametrize(
    ("tool", "arguments", "status", "code"),
    [(tool, arguments, status, code) for tool, arguments, told in REFUSALS for status, code in told.items()],
)
async def test_every_documented_refusal_is_told_by_its_code(
    mock: Mock, connect: Connect, tool: str, arguments: dict[str, Any], status: int, code: str
):
    mock.preferences[".*"] = f"code={status}"
    async with connect(environ(mock)) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error, result.content
    assert result.meta is not None
    assert result.meta["sandscope/error"]["code"] == code
    assert result.meta["sandscope/error"]["platform"] == "codegen"
    assert len(mock.asked) == 1
    assert mock.objections == []


async def test_the_only_organisation_of_the_token_is_found(mock: Mock, connect: Connect):
    async with connect(environ(mock, org=None)) as client:
        result = await client.call_tool("get_run", {"run_id": 5})
    assert not result.is_error, result.content
    assert [asked.split("?")[0] for asked in mock.asked] == [
        "GET /v1/organizations",
        "GET /v1/organizations/0/agent/run/5",
    ]
    assert mock.objections == []


async def test_the_mock_objects_to_what_the_document_forbids(mock: Mock, connect: Connect):
    async with connect(environ(mock)) as client:
        await client.call_tool("list_runs", {"source_type": "NOWHERE"})
    (objection,) = mock.objections
    assert "source_type" in objection
