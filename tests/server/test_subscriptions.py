"""Subscriptions: a live run tells of itself, in both eras, at the cost of the looks that all who wait for it share."""

import anyio
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import EmptyResult, SubscriptionFilter, SubscriptionsListenRequest, SubscriptionsListenRequestParams

from mcp_server.demo import ids
from tests.server.hearing import (
    LEGACY,
    LOGS,
    MODERN,
    RUN,
    TIMELINE,
    Heard,
    Runs,
    hearing,
    refused,
    status,
    subscribe,
)
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio
eras = pytest.mark.parametrize("mode", [LEGACY, MODERN])

RUNNING = status("running")
ENDED = status("completed", result="done")


async def all_heard(heard: Heard) -> list[str]:
    """What was heard by the time nobody does anything any more: no watch goes on, or it waits for an answer."""
    await anyio.wait_all_tasks_blocked()
    return [heard.receive_nowait() for _ in range(heard.statistics().current_buffer_used)]


@eras
async def test_the_end_of_a_run_is_told_once_for_each_of_its_resources_and_nothing_after(
    open_stage: OpenStage, mode: str
) -> None:
    uris = (LOGS, RUN, f"{TIMELINE}?org_id=1", f"{LOGS}?skip=2&limit=5")
    runs = Runs({1: [RUNNING, RUNNING, ENDED]})
    async with open_stage(wire=runs.wire) as stage, hearing(stage.sandscope.server, mode, *uris) as heard:
        runs.tell()
        assert sorted(await all_heard(heard)) == sorted(uris)
        stage.time.seconds += 60
        assert await all_heard(heard) == []
    assert runs.asked == [1, 1, 1]


@eras
async def test_every_half_minute_of_a_run_that_goes_on_its_log_is_told_and_its_state_is_not(
    open_stage: OpenStage, mode: str
) -> None:
    runs = Runs({1: [RUNNING] * 22})
    async with open_stage(wire=runs.wire) as stage, hearing(stage.sandscope.server, mode, LOGS, RUN, TIMELINE) as heard:
        runs.tell()
        assert sorted(await all_heard(heard)) == [LOGS, LOGS, TIMELINE, TIMELINE]
        # The look in hand is the 23rd.
        assert len(runs.asked) == 23


@eras
async def test_a_change_of_state_is_told_of_the_run_and_its_log(open_stage: OpenStage, mode: str) -> None:
    pull = status("running", github_pull_requests=[{"url": "https://example.com/1"}])
    answers = [status("queued"), status("queued"), RUNNING, RUNNING, pull, status("failed")]
    runs = Runs({1: answers})
    async with open_stage(wire=runs.wire) as stage, hearing(stage.sandscope.server, mode, RUN, LOGS) as heard:
        for changed in (False, True, False, True, True):
            runs.tell(1)
            assert sorted(await all_heard(heard)) == ([RUN, LOGS] if changed else [])


@eras
async def test_what_never_changes_is_subscribed_to_in_silence_and_asks_nobody(stage: Stage, mode: str) -> None:
    silent = ("sandscope://guide", "sandscope://budget", "codegen://runs", "log://log_1?start=5")
    async with hearing(stage.sandscope.server, mode, *silent) as heard:
        assert await all_heard(heard) == []
    assert stage.journal == []


@eras
async def test_a_run_that_has_ended_is_looked_at_once_and_never_told(stage: Stage, mode: str) -> None:
    uri = f"codegen://runs/{ids.RUN_FAILED}/logs"
    async with hearing(stage.sandscope.server, mode, uri) as heard:
        assert await all_heard(heard) == []
        stage.time.seconds += 3600
        assert await all_heard(heard) == []
    assert len(stage.journal) == 1


@eras
@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("codegen://runs/999/logs", "has nothing with this id"),
        ("codegen://runs/abc", "run_id"),
        ("codegen://runs/1/logs?org_id=x", "org_id"),
        ("codegen://runs/1/logs?limit=0", "limit"),
        ("codegen://runs/1/logs/", "templates are: codegen://runs/{run_id}"),
        ("codegen://runs/", "run_id"),
        ("log://..%2F..%2Fetc", "templates are"),
        ("file:///etc/passwd", "templates are"),
        ("sandscope://guide?x=1", "templates are"),
        ("", "templates are"),
        ("codegen://runs/" + "1" * 70_000, "templates are"),
    ],
)
async def test_what_cannot_be_told_is_refused_and_says_why(stage: Stage, mode: str, uri: str, told: str) -> None:
    async with Client(stage.sandscope.server, mode=mode) as client:
        failure = await refused(client, mode, "sandscope://guide", uri)
    assert failure.code == -32602
    assert told in failure.message
    assert "passwd" not in failure.message


@eras
async def test_a_key_that_is_not_accepted_is_said_at_once(open_stage: OpenStage, mode: str) -> None:
    async with (
        open_stage(environ={"CODEGEN_API_TOKEN": "wrong-0123456789"}) as stage,
        Client(stage.sandscope.server, mode=mode) as client,
    ):
        failure = await refused(client, mode, RUN)
    assert failure.code == -32603
    assert failure.error.data["sandscope/error"]["code"] == "unauthorized"


@eras
async def test_a_platform_that_is_not_configured_is_said_at_once(open_stage: OpenStage, mode: str) -> None:
    async with (
        open_stage(environ={"CODEGEN_API_TOKEN": None}) as stage,
        Client(stage.sandscope.server, mode=mode) as client,
    ):
        failure = await refused(client, mode, RUN)
    assert "CODEGEN_API_TOKEN" in failure.message


@eras
async def test_a_run_that_vanishes_is_told_once_and_no_more(open_stage: OpenStage, mode: str) -> None:
    runs = Runs({1: [RUNNING, RUNNING, 404]})
    async with open_stage(wire=runs.wire) as stage, hearing(stage.sandscope.server, mode, LOGS) as heard:
        runs.tell()
        assert await all_heard(heard) == [LOGS]
    assert len(runs.asked) == 3


@eras
async def test_a_platform_that_fails_for_a_while_does_not_end_a_subscription(open_stage: OpenStage, mode: str) -> None:
    runs = Runs({1: [*[503] * 9, RUNNING, RUNNING, ENDED]}, told=3)
    async with open_stage(wire=runs.wire) as stage, hearing(stage.sandscope.server, mode, LOGS) as heard:
        runs.tell()
        # What it was before it was first seen nobody knows.
        assert await all_heard(heard) == [LOGS]
    assert len(runs.asked) == 12


@eras
async def test_after_an_hour_a_run_is_watched_no_longer_which_is_told(open_stage: OpenStage, mode: str) -> None:
    runs = Runs({1: [RUNNING] * 3000})
    async with open_stage(wire=runs.wire) as stage:
        began = stage.time.seconds
        async with hearing(stage.sandscope.server, mode, RUN) as heard:
            runs.tell()
            assert await all_heard(heard) == [RUN]
        assert stage.time.seconds - began == pytest.approx(3600, abs=4)
        assert len(runs.asked) == 1200


async def waits_for_the_end(stage: Stage) -> None:
    assert (await stage.facts("get_run", run_id=1, wait_seconds=50))["finished"]


@eras
async def test_a_subscriber_is_told_what_a_call_that_waits_has_seen(open_stage: OpenStage, mode: str) -> None:
    runs = Runs({1: [RUNNING, ENDED]})
    async with open_stage(wire=runs.wire) as stage, anyio.create_task_group() as tasks:
        tasks.start_soon(waits_for_the_end, stage)
        await anyio.wait_all_tasks_blocked()
        # The call has seen that it runs, and is looking again.
        async with hearing(stage.sandscope.server, mode, RUN) as heard:
            runs.tell()
            assert await all_heard(heard) == [RUN]
    assert runs.asked == [1, 1]


@eras
async def test_a_run_somebody_is_looking_at_for_the_first_time_is_subscribed_to(
    open_stage: OpenStage, mode: str
) -> None:
    runs = Runs({1: [ENDED]}, told=0)
    async with open_stage(wire=runs.wire) as stage, anyio.create_task_group() as tasks:
        tasks.start_soon(waits_for_the_end, stage)
        await anyio.wait_all_tasks_blocked()
        async with hearing(stage.sandscope.server, mode, RUN) as heard:
            runs.tell()
            assert await all_heard(heard) == [RUN]
    assert runs.asked == [1]


@eras
async def test_who_leaves_takes_the_watch_along(open_stage: OpenStage, mode: str) -> None:
    runs = Runs({1: [RUNNING]})
    async with open_stage(wire=runs.wire) as stage:
        async with hearing(stage.sandscope.server, mode, RUN, LOGS) as heard:
            assert await all_heard(heard) == []
            assert (len(runs.asked), runs.left) == (2, [])
        await anyio.wait_all_tasks_blocked()
        assert (len(runs.asked), runs.left) == (2, [1])


async def test_what_an_era_does_not_have_it_does_not_serve(stage: Stage) -> None:
    wanted = SubscriptionsListenRequestParams(notifications=SubscriptionFilter(resource_subscriptions=[RUN]))
    async with Client(stage.sandscope.server, mode=LEGACY) as client:
        assert client.server_capabilities.resources
        assert client.server_capabilities.resources.subscribe
        with pytest.raises(MCPError) as caught:
            await client.session.send_request(SubscriptionsListenRequest(params=wanted), EmptyResult)
        assert caught.value.code == -32601
    async with Client(stage.sandscope.server) as client:
        assert client.server_capabilities.resources
        assert client.server_capabilities.resources.subscribe
        with pytest.raises(MCPError) as caught:
            await subscribe(client, RUN)
        assert caught.value.code == -32601
