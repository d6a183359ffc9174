"""Two servers with one key: what one knows the other need not ask, what one spends the other does not have."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.platforms.codegen.models import LogEntry, RunLogs
from mcp_server.platforms.codegen.run_pages import Page
from mcp_server.state.blobs import MemoryBlobs
from mcp_server.store.sightings import Sightings
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio

RUN = "GET /codegen/v1/organizations/{org_id}/agent/run/{agent_run_id}"
LOGS = "GET /codegen/v1/alpha/organizations/{org_id}/agent/run/{agent_run_id}/logs"
HOUR_S = 3600.0


@asynccontextmanager
async def two(open_stage: OpenStage) -> AsyncGenerator[tuple[Stage, Stage]]:
    async with open_stage() as one, open_stage(beside=one) as other:
        yield one, other


class Away(httpx2.AsyncBaseTransport):
    """Starts what it is asked to start, as run 103, and tells nothing of it."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            return httpx2.Response(200, json={"agent_run_id": ids.RUN_RUNNING})
        return httpx2.Response(403, json={"message": "no"})


async def found_by_four(one: Stage, other: Stage) -> list[str]:
    """The states of the running run, as four calls at once are told that wait for its end."""
    found: list[str] = []

    async def wait(stage: Stage) -> None:
        found.append((await stage.facts("get_run", run_id=ids.RUN_RUNNING, wait_seconds=40))["status"])

    async with anyio.create_task_group() as tasks:
        for stage in (one, other, one, other):
            tasks.start_soon(wait, stage)
    return found


def asked(stage: Stage, what: str) -> int:
    return stage.paths().count(what)


async def test_a_log_captured_by_one_is_read_on_by_the_other(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        captured = await one.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)
        before = len(one.journal)
        again = await other.call("read_log", log_id=captured.log_id, find="getaddrinfo|resolve")
        assert again.figures["lines"] == captured.figures["lines"]
        assert len(one.journal) == before


async def test_but_only_with_the_key_it_was_captured_with(open_stage: OpenStage) -> None:
    async with open_stage() as one:
        captured = await one.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)
        async with open_stage(beside=one, environ={"AGENTBOX_API_KEY": "agbx_of_somebody_else"}) as other:
            assert (await other.error("read_log", log_id=captured.log_id))["code"] == "expired_handle"


@pytest.mark.parametrize(
    ("tool", "arguments", "requests"),
    [
        ("get_sandbox_logs", {"sandbox_id": ids.AGENTBOX_DNS}, 2),
        ("get_diagnostics", {"sandbox_id": ids.OPENSANDBOX_OOM}, 4),
    ],
)
async def test_two_who_ask_for_the_same_log_within_two_seconds_share_one_capture(
    open_stage: OpenStage, tool: str, arguments: dict[str, str], requests: int
) -> None:
    async with two(open_stage) as (one, other):
        first = await one.text(tool, **arguments)
        one.time.seconds += 1.9
        second = await other.text(tool, **arguments)
        # All but the boundary, which is new in every answer.
        assert first.splitlines()[:3] == second.splitlines()[:3]
        assert len(one.journal) <= requests
        asked_before = len(one.journal)
        one.time.seconds += 0.2
        await other.text(tool, **arguments)
        assert len(one.journal) == 2 * asked_before


async def test_the_pages_of_a_run_that_has_ended_are_asked_for_once_but_for_how_it_stands(
    open_stage: OpenStage,
) -> None:
    async with two(open_stage) as (one, other):
        first = await one.call("get_run_logs", run_id=ids.RUN_LOOPING)
        pages = asked(one, LOGS)
        for _ in range(3):
            one.time.seconds += 60
            again = await other.call("get_run_logs", run_id=ids.RUN_LOOPING)
            assert again.log_id == first.log_id
        assert asked(one, LOGS) == pages + 3
        one.time.seconds += HOUR_S
        await other.text("get_run_logs", run_id=ids.RUN_LOOPING)
        assert asked(one, LOGS) == pages + 3


async def test_those_of_a_run_that_goes_on_are_asked_for_again_after_two_seconds(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        await one.text("get_run_logs", run_id=ids.RUN_RUNNING)
        await other.text("get_run_logs", run_id=ids.RUN_RUNNING)
        assert asked(one, LOGS) == 1
        one.time.seconds += 2
        await other.text("get_run_logs", run_id=ids.RUN_RUNNING)
        assert asked(one, LOGS) == 2


async def test_a_part_that_is_no_whole_page_is_asked_for_each_time(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        for stage in (one, other):
            await stage.text("get_run_logs", run_id=ids.RUN_FAILED, skip=2, limit=3)
        assert asked(one, LOGS) == 1


async def test_an_analysis_started_by_one_is_the_others_too(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        first = await one.facts("analyze_logs", sandbox_id=201, wait_seconds=0)
        second = await other.call("analyze_logs", sandbox_id=201, wait_seconds=0)
        assert second.facts["run_id"] == first["run_id"]
        assert second.text.startswith(f"Analysis {first['run_id']} of this sandbox was already started")
        one.time.seconds += 601
        assert (await other.facts("analyze_logs", sandbox_id=201, wait_seconds=0))["run_id"] != first["run_id"]


async def test_those_who_wait_for_the_same_run_look_at_it_together(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        assert await found_by_four(one, other) == ["completed"] * 4
        # It runs for 15 s at most: a look every 3 s, and one more for whoever came first.
        assert asked(one, RUN) <= 8


async def test_a_run_that_somebody_has_just_seen_is_not_looked_at_again_by_who_waits(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        await one.facts("get_run", run_id=ids.RUN_RUNNING, wait_seconds=1)
        looks = asked(one, RUN)
        assert (await other.facts("get_run", run_id=ids.RUN_RUNNING, wait_seconds=1))["status"] == "running"
        assert asked(one, RUN) <= looks + 1


async def test_who_does_not_wait_is_told_how_it_stands_now(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        for stage in (one, other, one):
            await stage.facts("get_run", run_id=ids.RUN_FAILED)
        assert asked(one, RUN) == 3


async def test_each_sees_what_the_other_has_spent(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        for sandbox_id in (201, 204, 205):
            await one.facts("analyze_logs", sandbox_id=sandbox_id, wait_seconds=0)
        whoami = await other.text("whoami", platform="codegen")
        assert "codegen.analyze 2 of 5 per 60 s left, used 0 here, 3 elsewhere" in whoami
        for sandbox_id in (206, 208):
            await other.facts("analyze_logs", sandbox_id=sandbox_id, wait_seconds=0)
        error = await other.error("analyze_logs", sandbox_id=209, wait_seconds=0)
        assert (error["code"], error["retry_after_s"]) == ("rate_budget_spent", 61)
        assert "2 by this server and 3 by others with the same key" in error["text"]
        assert 429 not in [request.status for request in one.journal]


async def test_people_are_asked_for_once_in_a_while(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        for stage in (one, other, one):
            await stage.text("whoami", platform="codegen")
            await stage.text("list_users")
        me, users = "GET /codegen/v1/users/me", "GET /codegen/v1/organizations/{org_id}/users"
        assert (asked(one, me), asked(one, users)) == (1, 1)
        one.time.seconds += 60
        await other.text("list_users")
        await other.text("whoami", platform="codegen")
        assert (asked(one, me), asked(one, users)) == (1, 2)
        one.time.seconds += 240
        await other.text("whoami", platform="codegen")
        assert asked(one, me) == 2


async def test_a_slack_token_is_never_kept(open_stage: OpenStage) -> None:
    async with two(open_stage) as (one, other):
        tokens = {(await stage.facts("connect_slack"))["token"] for stage in (one, other, one)}
        assert len(tokens) == 3


async def test_where_nothing_can_be_kept_those_who_wait_are_told_the_state_and_ask_for_the_end_themselves(
    open_stage: OpenStage,
) -> None:
    async with two(open_stage) as (one, other):
        blobs = one.sandscope.state.blobs
        assert isinstance(blobs, MemoryBlobs)
        blobs.quota = 0
        assert await found_by_four(one, other) == ["completed"] * 4
        # Every 3 s for all, at the beginning and at the end each for itself.
        assert asked(one, RUN) <= 14


async def test_an_end_that_cannot_be_read_is_told_as_it_was_seen(open_stage: OpenStage) -> None:
    async with open_stage() as one, open_stage(beside=one, wire=lambda _: Away()) as other:
        blobs = one.sandscope.state.blobs
        assert isinstance(blobs, MemoryBlobs)
        codegen = next(platform.account for platform in one.sandscope.platforms if platform.name == "codegen")
        sightings = Sightings(one.sandscope.state.cells, one.time.clock)
        await sightings.turn(codegen, f"1 {ids.RUN_RUNNING}", 1.0)
        await sightings.saw(codegen, f"1 {ids.RUN_RUNNING}", "FAILED", finished=True)
        started = await other.facts("analyze_logs", sandbox_id=201, wait_seconds=0)
        assert started["status"] == "failed"


@pytest.mark.parametrize(
    ("steps", "told", "age_s", "ended_ago_s", "total", "first", "holds"),
    [
        (100, 250, 1.9, None, 250, False, True),
        (100, 250, 2.0, None, 250, False, False),
        (100, 250, 60.0, 60.0, 250, False, True),
        (100, 250, 60.0, 60.0, 300, False, True),
        (50, 250, 60.0, 60.0, 250, False, True),
        (50, 250, 60.0, 60.0, 300, False, False),
        (50, 250, 60.0, 60.0, None, True, False),
        (50, 250, 60.0, 3599.0, None, True, False),
        (50, 250, 60.0, 3600.0, None, True, True),
        (50, 250, -1.0, None, 250, False, False),
    ],
)
def test_a_page_holds_as_long_as_it_cannot_have_changed(
    steps: int, told: int, age_s: float, ended_ago_s: float | None, total: int | None, *, first: bool, holds: bool
) -> None:
    logs = RunLogs(id=1, logs=(LogEntry(),) * steps, total_logs=told)
    page = Page(logs, 10_000 - age_s, None if ended_ago_s is None else 10_000 - ended_ago_s)
    assert page.holds(10_000, total, first=first) == holds
