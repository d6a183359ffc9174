"""What an agent sees of this server, kept as files: a change shows in review with what it costs in tokens.

`pytest tests/test_surface.py --update-surface` writes them; the token counts need Node (`.ci/install_node`).
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from mcp_server.commands.tools import about
from mcp_server.server.build import build
from mcp_server.settings import Settings

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

SURFACE = Path(__file__).parent / "surface"
TOKENS = SURFACE / "tokens.json"

# Every tool is sent to the model on every request, by every user.
MOST_TOKENS = 3_700
MOST_TOKENS_OF_ONE = 450

Document = dict[str, Any]


Counter = Callable[[Sequence[str]], list[int]]


async def test_tools_prompts_and_resources_are_the_reviewed_ones(request: pytest.FixtureRequest) -> None:
    tools, prompts, resources = await seen_by_a_client()
    surface = {f"{tool['name']}.json": pretty(tool) for tool in tools}
    surface |= {"prompts.json": pretty(prompts), "resources.json": pretty(resources)}
    if request.config.getoption("--update-surface"):
        write(surface)
    assert kept() == surface


@pytest.mark.node
async def test_the_tool_list_costs_what_was_reviewed_and_no_more_than_allowed(
    request: pytest.FixtureRequest, count_o200k: Counter
) -> None:
    tools, _, _ = await seen_by_a_client()
    total, *each = count_o200k([compact(tools), *map(compact, tools)])
    costs: dict[str, int] = dict(zip((tool["name"] for tool in tools), each, strict=True))
    if request.config.getoption("--update-surface"):
        TOKENS.write_text(pretty({"total": total, "tools": costs}), encoding="utf-8")
    assert json.loads(TOKENS.read_text(encoding="utf-8")) == {"total": total, "tools": costs}
    assert total <= MOST_TOKENS
    assert {name: cost for name, cost in costs.items() if cost > MOST_TOKENS_OF_ONE} == {}


async def test_every_tool_has_its_token_count() -> None:
    tools, _, _ = await seen_by_a_client()
    assert list(json.loads(TOKENS.read_text(encoding="utf-8"))["tools"]) == [tool["name"] for tool in tools]


async def seen_by_a_client() -> tuple[list[Document], Document, Document]:
    sandscope = build(Settings.from_env({}))
    async with Client(sandscope.server) as client:
        tools = (await client.list_tools()).tools
        prompts = (await client.list_prompts()).prompts
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
    await sandscope.aclose()
    return (
        [document(tool) for tool in tools],
        {"prompts": [document(prompt) for prompt in prompts]},
        {
            "resources": [document(resource) for resource in resources],
            "templates": [document(template) for template in templates],
        },
    )


def document(listed: Any) -> Document:
    return listed.model_dump(mode="json", by_alias=True, exclude_none=True)


def pretty(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def compact(document: Document | list[Document]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def kept() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in SURFACE.glob("*.json") if path != TOKENS}


def write(surface: dict[str, str]) -> None:
    for orphan in kept().keys() - surface.keys():
        (SURFACE / orphan).unlink()
    for name, text in surface.items():
        (SURFACE / name).write_text(text, encoding="utf-8")


async def test_the_command_that_lists_tools_counts_nearly_as_the_tokenizer_does() -> None:
    tools, _, _ = await seen_by_a_client()
    exact = json.loads(TOKENS.read_text(encoding="utf-8"))["tools"]
    counted = {tool["name"]: about(compact(tool)) for tool in tools}
    assert sum(counted.values()) == pytest.approx(sum(exact.values()), rel=0.02)
    assert all(counted[name] == pytest.approx(exact[name], rel=0.06) for name in exact)
