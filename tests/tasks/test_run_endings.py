"""How a task of a run ends, and stays ended."""

from collections.abc import AsyncGenerator
from functools import partial

import httpx2
import pytest

from mcp_server.store.sightings import Sightings
from tests.stage import OpenStage, Stage
from tests.tasks.answering import Answering, answering
from tests.tasks.client import KnowsTasks, created, ended, get

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncGenerator[Stage]:
    """The demo world, for a client that knows tasks."""
    async with open_stage(extensions=[KnowsTasks()]) as opened:
        yield opened


async def test_what_time_mends_is_not_the_end_of_a_task(open_stage: OpenStage) -> None:
    wires: list[Answering] = []
    async with open_stage(wire=partial(answering, wires), extensions=[KnowsTasks()]) as stage:
        made = await created(stage.client, "analyze_logs", sandbox_id=201)
        wires[0].answer = httpx2.Response(503)
        stage.time.seconds += 60
        told = await get(stage.client, made.task_id)
        assert told["status"] == "working"
        assert told["statusMessage"].startswith("Codegen ")
        wires[0].answer = None
        assert (await ended(stage, made.task_id))["status"] == "completed"


async def test_a_task_whose_run_is_gone_ends_with_the_error_its_call_would_have_given(open_stage: OpenStage) -> None:
    wires: list[Answering] = []
    async with open_stage(wire=partial(answering, wires), extensions=[KnowsTasks()]) as stage:
        made = await created(stage.client, "analyze_logs", sandbox_id=201)
        wires[0].answer = httpx2.Response(404, json={"detail": "Agent run not found"})
        stage.time.seconds += 60
        told = await get(stage.client, made.task_id)
        assert told["status"] == "completed"
        assert told["result"]["isError"] is True
        assert told["result"]["_meta"]["sandscope/error"]["code"] == "not_found"
        assert "structuredContent" not in told["result"]
        # Nobody looks so soon after, and nothing that is seen later changes it.
        assert await get(stage.client, made.task_id) == told
        wires[0].answer = None
        stage.time.seconds += 60
        assert await get(stage.client, made.task_id) == told


async def test_how_a_run_ended_is_not_told_before_it_is_known(open_stage: OpenStage) -> None:
    wires: list[Answering] = []
    alone = {"SANDSCOPE_CACHE": "memory"}
    async with open_stage(environ=alone, wire=partial(answering, wires), extensions=[KnowsTasks()]) as stage:
        made = await created(stage.client, "analyze_logs", sandbox_id=201)
        run = int(made.task_id.split(".")[1].split("-")[1])
        stage.time.seconds += 30
        # Another process, with which it shares no text, has seen the end.
        poller = stage.sandscope.platforms[0].account
        await Sightings(stage.sandscope.state.cells, stage.time.clock).turn(poller, f"1 {run}", 1.0)
        await Sightings(stage.sandscope.state.cells, stage.time.clock).saw(
            poller, f"1 {run}", "COMPLETE", finished=True
        )
        wires[0].answer = httpx2.Response(503)
        assert (await get(stage.client, made.task_id))["status"] == "working"
        wires[0].answer = None
        told = await ended(stage, made.task_id)
        assert "urllib3" in told["result"]["structuredContent"]["result"]


async def test_a_result_that_is_not_kept_any_more_does_not_reopen_a_task(stage: Stage) -> None:
    made = await created(stage.client, "analyze_logs", sandbox_id=201)
    await ended(stage, made.task_id)
    await stage.sandscope.state.blobs.clear()
    told = await get(stage.client, made.task_id)
    assert told["status"] == "completed"
    assert told["result"]["_meta"]["sandscope/error"]["code"] == "expired_handle"
