"""The four tools that wait, for a client that knows tasks: the call ends at once, and the task ends as the call would have."""

from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.extension import advertise
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from mcp_server.demo import ids
from mcp_server.server.build import Choice
from tests.stage import OpenStage, Stage
from tests.tasks.answering import Answering, answering
from tests.tasks.client import ID, KnowsTasks, ask, call, created, ended, get

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncGenerator[Stage]:
    """The demo world, for a client that knows tasks."""
    async with open_stage(extensions=[KnowsTasks()]) as opened:
        yield opened


async def test_the_server_says_that_it_knows_tasks(stage: Stage) -> None:
    extensions = stage.client.server_capabilities.extensions
    assert extensions is not None
    assert extensions[ID] == {}


async def test_a_call_that_would_wait_becomes_a_task_which_ends_as_the_call_would(
    stage: Stage, open_stage: OpenStage
) -> None:
    made = await created(stage.client, "analyze_logs", sandbox_id=201)
    assert made.status == "working"
    assert made.status_message is not None
    assert made.status_message.startswith("Codegen (demo) run 111: running · created at ")
    assert made.created_at == made.last_updated_at == "2023-11-14T22:30:00.000Z"
    assert made.ttl_ms == 24 * 3600 * 1000
    assert made.poll_interval_ms >= 3000
    assert made.meta is not None
    assert "sandscope/budget" in made.meta
    told = await ended(stage, made.task_id)
    assert told["status"] == "completed"
    assert told["createdAt"] == made.created_at < told["lastUpdatedAt"]
    async with open_stage(beside=stage) as waits:
        waited = await waits.client.call_tool("analyze_logs", {"sandbox_id": 201})
    as_called = waited.model_dump(by_alias=True, mode="json", exclude_none=True)
    assert told["result"]["structuredContent"] == as_called["structuredContent"]
    note, _, text = as_called["content"][0]["text"].partition("\n")
    assert note.startswith("Analysis 111 of this sandbox was already started")
    assert told["result"]["content"] == [{"type": "text", "text": text}]
    assert told["result"]["_meta"].keys() == as_called["_meta"].keys() - {"io.modelcontextprotocol/serverInfo"}


async def test_what_has_ended_stays_as_it_ended(stage: Stage) -> None:
    made = await created(stage.client, "analyze_logs", sandbox_id=201)
    first = await ended(stage, made.task_id)
    stage.time.seconds += 3600
    again = await get(stage.client, made.task_id)
    assert {**again, "result": None} == {**first, "result": None}
    assert again["result"]["structuredContent"] == first["result"]["structuredContent"]


async def test_a_run_that_is_resumed_later_does_not_change_how_the_task_ended(stage: Stage) -> None:
    made = await created(stage.client, "create_run", prompt="Fix it", repo_id=301, wait_seconds=25)
    first = await ended(stage, made.task_id)
    run_id = first["result"]["structuredContent"]["run_id"]
    second = await created(stage.client, "create_run", prompt="Go on", resume_run_id=run_id, wait_seconds=25)
    assert second.task_id != made.task_id
    assert (await get(stage.client, second.task_id))["status"] == "working"
    assert (await get(stage.client, made.task_id))["status"] == "completed"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("generate_setup_commands", {"repo_id": 301}),
        ("create_run", {"prompt": "Fix it", "repo_id": 301, "wait_seconds": 1}),
        ("get_run", {"run_id": ids.RUN_RUNNING, "wait_seconds": 25}),
    ],
)
async def test_every_tool_that_waits_can_be_a_task(stage: Stage, tool: str, arguments: dict[str, Any]) -> None:
    made = await created(stage.client, tool, **arguments)
    told = await ended(stage, made.task_id)
    assert told["status"] == "completed"
    assert told["result"]["structuredContent"]["finished"] is True


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("create_run", {"prompt": "Fix it", "repo_id": 301}),
        ("analyze_logs", {"sandbox_id": 201, "wait_seconds": 0}),
        ("get_run", {"run_id": ids.RUN_FAILED, "wait_seconds": 25}),
        ("whoami", {}),
    ],
)
async def test_a_call_that_need_not_wait_is_answered(stage: Stage, tool: str, arguments: dict[str, Any]) -> None:
    answer = await call(stage.client, tool, **arguments)
    assert isinstance(answer, CallToolResult)
    assert not answer.is_error


@pytest.mark.parametrize("wait", [56, -1, True, "soon"])
async def test_a_time_that_cannot_be_waited_is_refused_and_nothing_begins(stage: Stage, wait: object) -> None:
    answer = await call(stage.client, "analyze_logs", sandbox_id=201, wait_seconds=wait)
    assert isinstance(answer, CallToolResult)
    assert answer.is_error
    assert not [path for path in stage.paths() if "analyze-logs" in path]


async def test_a_call_that_fails_is_no_task(stage: Stage) -> None:
    answer = await call(stage.client, "analyze_logs", sandbox_id=ids.CODEGEN_NO_LOGS)
    assert isinstance(answer, CallToolResult)
    assert answer.meta is not None
    assert answer.meta["sandscope/error"]["code"] == "no_logs"


async def test_a_client_that_does_not_know_tasks_waits(open_stage: OpenStage) -> None:
    for mode in ("auto", "legacy"):
        async with open_stage(mode=mode) as stage:
            assert (await stage.facts("analyze_logs", sandbox_id=201))["finished"] is True


async def test_an_old_client_that_declares_tasks_waits_too(open_stage: OpenStage) -> None:
    async with open_stage(mode="legacy", extensions=[advertise(ID)]) as stage:
        answer = await stage.client.call_tool("analyze_logs", {"sandbox_id": 201})
        assert answer.structured_content is not None
        assert answer.structured_content["finished"] is True


@pytest.mark.parametrize(("named", "ends"), [({"org_id": 1}, "run_id=103, org_id=1)"), ({}, "run_id=103)")])
async def test_the_next_call_names_the_organisation_if_the_caller_had(
    open_stage: OpenStage, named: dict[str, int], ends: str
) -> None:
    wires: list[Answering] = []
    async with open_stage(wire=partial(answering, wires), extensions=[KnowsTasks()]) as stage:
        made = await created(stage.client, "get_run", run_id=ids.RUN_RUNNING, wait_seconds=25, **named)
        wires[0].answer = httpx2.Response(200, json={"id": ids.RUN_RUNNING, "organization_id": 1, "status": "FAILED"})
        told = await ended(stage, made.task_id)
        assert told["result"]["structuredContent"]["next"].endswith(ends)


async def test_a_task_outlives_the_process_that_made_it(open_stage: OpenStage, tmp_path: Path) -> None:
    installed = {"SANDSCOPE_STATE_DIR": str(tmp_path)}
    async with open_stage(environ=installed, demo=False, extensions=[KnowsTasks()]) as stage:
        made = await created(stage.client, "analyze_logs", sandbox_id=201)
        async with open_stage(beside=stage, environ=installed, demo=False, extensions=[KnowsTasks()]) as other:
            assert (await ended(other, made.task_id))["status"] == "completed"


async def test_a_task_that_is_given_up_says_that_the_run_goes_on(stage: Stage) -> None:
    made = await created(stage.client, "analyze_logs", sandbox_id=201)
    ack = await ask(stage.client, "tasks/cancel", made.task_id)
    assert ack.keys() == {"resultType", "_meta"}
    told = await get(stage.client, made.task_id)
    assert told["status"] == "cancelled"
    assert "run 111 goes on, and get_run(run_id=111)" in told["statusMessage"]
    stage.time.seconds += 60
    assert await get(stage.client, made.task_id) == told
    # Giving up twice, or after the end, changes nothing.
    await ask(stage.client, "tasks/cancel", made.task_id)
    assert await get(stage.client, made.task_id) == told


async def test_a_task_that_has_ended_cannot_be_given_up(stage: Stage) -> None:
    made = await created(stage.client, "analyze_logs", sandbox_id=201)
    await ended(stage, made.task_id)
    await ask(stage.client, "tasks/cancel", made.task_id)
    assert (await get(stage.client, made.task_id))["status"] == "completed"


async def test_answers_to_nothing_that_was_asked_are_ignored(stage: Stage) -> None:
    made = await created(stage.client, "analyze_logs", sandbox_id=201)
    ack = await ask(stage.client, "tasks/update", made.task_id, inputResponses={"who": {"action": "accept"}})
    assert ack.keys() == {"resultType", "_meta"}
    assert (await get(stage.client, made.task_id))["status"] == "working"


async def test_a_task_waits_for_a_slot_as_a_call_does(open_stage: OpenStage) -> None:
    limits = {"SANDSCOPE_LIMITS": "codegen.analyze=1/5"}
    async with open_stage(environ=limits, extensions=[KnowsTasks()]) as stage:
        await created(stage.client, "analyze_logs", sandbox_id=201)
        began = stage.time.seconds
        await created(stage.client, "analyze_logs", sandbox_id=202)
        assert 4 < stage.time.seconds - began < 10


async def test_a_task_says_only_calls_that_can_be_made(open_stage: OpenStage) -> None:
    for choice, org, said in (
        (Choice(names=("create_run",)), {}, "run 111 goes on."),
        (Choice(), {"org_id": 1}, "run 111 goes on, and get_run(run_id=111, org_id=1) shows its state."),
    ):
        async with open_stage(choice=choice, extensions=[KnowsTasks()]) as stage:
            made = await created(stage.client, "create_run", prompt="Fix it", repo_id=301, wait_seconds=9, **org)
            await ask(stage.client, "tasks/cancel", made.task_id)
            assert (await get(stage.client, made.task_id))["statusMessage"].endswith(said)


async def test_looks_of_many_clients_are_shared(stage: Stage) -> None:
    made = await created(stage.client, "analyze_logs", sandbox_id=201)
    before = len(stage.journal)
    for _ in range(20):
        await get(stage.client, made.task_id)
    assert len(stage.journal) - before <= 1


async def test_a_task_of_a_tool_that_is_not_offered_is_unknown(open_stage: OpenStage, tmp_path: Path) -> None:
    installed = {"SANDSCOPE_STATE_DIR": str(tmp_path)}
    async with open_stage(environ=installed, demo=False, extensions=[KnowsTasks()]) as stage:
        made = await created(stage.client, "analyze_logs", sandbox_id=201)
        readers = Choice(read_only=True)
        async with open_stage(
            beside=stage, environ=installed, demo=False, choice=readers, extensions=[KnowsTasks()]
        ) as other:
            with pytest.raises(MCPError, match="No such task"):
                await get(other.client, made.task_id)
