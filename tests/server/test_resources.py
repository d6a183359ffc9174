"""Resources: data of runs, captured logs, budget and guide, read through a client of both eras."""

import json
from typing import Any

import httpx2
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import TextResourceContents

from mcp_server.demo import ids
from mcp_server.demo.app import Options
from tests.stage import OpenStage, Stage

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("mode", ["auto", "legacy"])]


async def read(stage: Stage, uri: str) -> str:
    contents = (await stage.client.read_resource(uri)).contents[0]
    assert isinstance(contents, TextResourceContents)
    return contents.text


async def error(stage: Stage, uri: str) -> Any:
    with pytest.raises(MCPError) as caught:
        await stage.client.read_resource(uri)
    return caught.value.error


async def test_every_resource_and_template_is_listed(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        listed = (await stage.client.list_resources()).resources
        templates = (await stage.client.list_resource_templates()).resource_templates
        assert [resource.uri for resource in listed] == [
            "codegen://runs",
            "sandscope://budget",
            "sandscope://guide",
            "ui://sandscope/run-timeline.html",
        ]
        assert [template.uri_template for template in templates] == [
            "codegen://runs/{run_id}{?org_id}",
            "codegen://runs/{run_id}/logs{?skip,limit,message_type,org_id}",
            "codegen://runs/{run_id}/timeline{?org_id}",
            "log://{log_id}{?start,count}",
        ]


async def test_runs_and_one_run_are_the_facts_of_the_tools(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        runs = json.loads(await read(stage, "codegen://runs"))
        assert ids.RUN_FAILED in {run["run_id"] for run in runs["runs"]}
        run = json.loads(await read(stage, f"codegen://runs/{ids.RUN_FAILED}"))
        assert run == (await stage.facts("get_run", run_id=ids.RUN_FAILED))
        assert json.loads(await read(stage, "codegen://runs/101?org_id=1"))["next"].endswith("org_id=1)")


async def test_steps_are_data_chosen_by_place_and_type(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        steps = json.loads(await read(stage, "codegen://runs/101/logs?skip=1&limit=3"))
        assert [step["n"] for step in steps["logs"]] == [2, 3, 4]
        assert steps["logs"][0]["tool_input"] == {"path": "requirements.txt"}
        errors = json.loads(await read(stage, "codegen://runs/101/logs?message_type=error"))
        assert [step["message_type"] for step in errors["logs"]] == ["ERROR"]
        assert "cut" not in errors


async def test_no_planted_secret_is_in_the_data_of_any_run(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        for run_id in (ids.RUN_COMPLETED, ids.RUN_MISSING_ENV, ids.RUN_PR_FAILED):
            text = await read(stage, f"codegen://runs/{run_id}/logs")
            assert json.loads(text)["logs"]
            for secret in stage.world.secrets:
                assert secret not in text


async def test_a_timeline_holds_every_step(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        timeline = json.loads(await read(stage, f"codegen://runs/{ids.RUN_LOOPING}/timeline"))
        assert timeline["missing"] == 0
        assert [step["n"] for step in timeline["steps"]] == list(range(1, len(timeline["steps"]) + 1))
        assert {"n", "at", "type"} <= set(timeline["steps"][0])


async def test_a_captured_log_is_read_by_lines(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)
        log_id = result.figures["log_id"]
        text = await read(stage, f"log://{log_id}?start=1397&count=2")
        assert [line.split(" | ")[0] for line in text.splitlines()] == ["1397", "1398"]
        assert (await read(stage, f"log://{log_id}")).startswith("1 | ")


class LongLines(httpx2.AsyncBaseTransport):
    """A sandbox whose log lines are long."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/logs"):
            entries = [{"container": "sandbox", "log": "long " * 20_000} for _ in range(12)]
            return httpx2.Response(200, json={"entries": entries, "source": "live"})
        return httpx2.Response(404, json={"error": "gone"})


async def test_a_reply_stays_under_what_clients_accept(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode, wire=lambda _: LongLines()) as stage:
        captured = await stage.call("get_sandbox_logs", sandbox_id="sb-1")
        text = await read(stage, f"log://{captured.log_id}")
        assert len(text.encode()) < 901_000
        assert text.endswith("[cut at 900000 bytes; read on from start=9]\n")


class BigSteps(httpx2.AsyncBaseTransport):
    """A run whose steps are large."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert request.url.path.endswith("/logs")
        logs = [{"agent_run_id": 1, "observation": ["y" * 100_000]} for _ in range(20)]
        return httpx2.Response(200, json={"id": 1, "organization_id": 1, "logs": logs, "total_logs": 20})


async def test_steps_that_do_not_fit_are_counted(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode, wire=lambda _: BigSteps()) as stage:
        answer = json.loads(await read(stage, "codegen://runs/1/logs"))
        assert len(answer["logs"]) == 8
        assert answer["cut"].startswith("12 left out")


async def test_the_budget_and_the_guide_cost_nothing(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        budget = json.loads(await read(stage, "sandscope://budget"))
        assert budget["codegen.analyze"]["limit"] == 5
        assert budget["agentbox.all"]["limit"] is None
        assert "read_log" in await read(stage, "sandscope://guide")
        assert stage.journal == []


@pytest.mark.parametrize(
    ("uri", "before_2026", "told"),
    [
        ("codegen://runs/abc", -32602, "run_id"),
        ("codegen://runs/999", -32002, "not"),
        ("codegen://runs/101/logs?limit=0", -32602, "limit"),
        ("log://log_nothing", -32002, "log_id"),
        ("log://log_nothing?start=0", -32602, "start"),
        ("sandscope://nothing", -32002, "nothing"),
    ],
)
async def test_what_cannot_be_read_says_why(
    open_stage: OpenStage, mode: str, uri: str, before_2026: int, told: str
) -> None:
    async with open_stage(mode=mode) as stage:
        failure = await error(stage, uri)
        assert failure.code == (before_2026 if mode == "legacy" else -32602)
        assert told in failure.message
        assert failure.data["uri"] == uri
        assert await read(stage, "sandscope://guide")


async def test_a_platform_failure_is_an_internal_protocol_error_with_our_code(open_stage: OpenStage, mode: str) -> None:
    environ = {"CODEGEN_API_TOKEN": "wrong-0123456789"}
    async with open_stage(mode=mode, environ=environ, options=Options()) as stage:
        failure = await error(stage, "codegen://runs")
        assert failure.code == -32603
        assert failure.data["sandscope/error"]["code"] == "unauthorized"
