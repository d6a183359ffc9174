"""The page as a document and as a resource; what it does in a browser is tested beside this."""

import base64
import hashlib
import json
import re
from typing import Any

import pytest
from mcp_types import TextResourceContents

from benchmarks.long_runs import RUN, LongRun, long_run
from mcp_server.apps import run_timeline
from mcp_server.demo import ids
from tests.stage import OpenStage, Stage

PAGE = "ui://sandscope/run-timeline.html"
MODES = pytest.mark.parametrize("mode", ["legacy", "auto"])
HOSTILE = "</script><!--<script>&\u2028<img src=x onerror=alert(1)>"


def element(page: str, name: str) -> str:
    """The text of the last element of that name."""
    return re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)[-1]


@pytest.mark.parametrize("data", [None, {"title": "x"}])
def test_nothing_runs_and_nothing_is_styled_but_what_the_policy_names(data: dict[str, Any] | None) -> None:
    page = run_timeline(data)
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0]
    for directive, name in (("script-src", "script"), ("style-src", "style")):
        digest = base64.b64encode(hashlib.sha256(element(page, name).encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_the_page_names_no_other_address() -> None:
    assert set(re.findall(r"\w+://[^\s\"'`$]+", run_timeline())) == {"http://www.w3.org/2000/svg", "codegen://runs/"}
    assert not re.search(
        r"@import|url\(|\bfetch\(|XMLHttpRequest|innerHTML|insertAdjacentHTML|\beval\(", run_timeline()
    )


def test_data_ends_no_element_and_comes_back_as_it_was() -> None:
    page = run_timeline({"title": HOSTILE, HOSTILE: [HOSTILE]}, HOSTILE)
    island = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[0]
    assert json.loads(island) == {"title": HOSTILE, HOSTILE: [HOSTILE]}
    assert not set("<>&\u2028") & set(island)
    assert "<img" not in page


async def opened(stage: Stage) -> TextResourceContents:
    (contents,) = (await stage.client.read_resource(PAGE)).contents
    assert isinstance(contents, TextResourceContents)
    return contents


@pytest.mark.anyio
@MODES
async def test_the_tool_names_its_page_and_the_page_asks_for_no_domain(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        tools = {tool.name: tool.meta for tool in (await stage.client.list_tools()).tools}
        assert {name: meta for name, meta in tools.items() if meta} == {"get_run_logs": {"ui": {"resourceUri": PAGE}}}
        contents = await opened(stage)
        assert contents.mime_type == "text/html;profile=mcp-app"
        assert contents.text == run_timeline()
        assert {name: value for name, value in (contents.meta or {})["ui"]["csp"].items() if value} == {}
        # Extensions are named by servers since 2026-07-28.
        assert set(stage.client.server_capabilities.extensions or {"io.modelcontextprotocol/ui"}) >= {
            "io.modelcontextprotocol/ui"
        }


@pytest.mark.anyio
async def test_a_client_without_pages_gets_the_whole_answer(open_stage: OpenStage) -> None:
    async with open_stage(mode="legacy") as stage:
        text = await stage.text("get_run_logs", run_id=ids.RUN_FAILED)
        assert "conflicting dependencies" in text


async def timeline(stage: Stage, run_id: int) -> dict[str, Any]:
    (contents,) = (await stage.client.read_resource(f"codegen://runs/{run_id}/timeline")).contents
    assert isinstance(contents, TextResourceContents)
    assert len(json.dumps(contents.text)) <= 900_000
    return json.loads(contents.text)


@pytest.mark.anyio
async def test_a_timeline_tells_what_failed_and_the_figures(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        told = await timeline(stage, ids.RUN_FAILED)
        assert [step["n"] for step in told["steps"] if step.get("failed")] == [4, 7, 8]
        assert told["figures"]["failed_steps"] == 3
        assert told["figures"]["tools"]["run_command"]["failed"] == 3


@pytest.mark.anyio
@pytest.mark.slow
async def test_a_timeline_of_5000_steps_fits_into_one_reply(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: LongRun(long_run(5000))) as stage:
        # Codegen allows 60 pages a minute, some of which are left to others; what was read is kept.
        assert "rate_budget_spent" in (await timeline(stage, RUN))["warning"]
        stage.time.seconds += 61
        told = await timeline(stage, RUN)
        assert (len(told["steps"]), told["figures"]["total"], "cut" in told) == (5000, 5000, False)


@pytest.mark.anyio
async def test_the_figures_of_a_run_with_a_new_tool_at_each_step_leave_room_for_steps(open_stage: OpenStage) -> None:
    steps = [{"message_type": f"KIND_{n}", "tool_name": f"tool_{n}", "observation": str(n)} for n in range(300)]
    async with open_stage(wire=lambda _: LongRun(steps)) as stage:
        told = await timeline(stage, RUN)
        assert {name: len(told["figures"][name]) for name in ("types", "tools")} == {"types": 100, "tools": 100}
        assert len(told["steps"]) == 300
