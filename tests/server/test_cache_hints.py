"""How long clients may keep what they were told: what has ended long, what goes on not at all, and for themselves alone."""

import httpx2
import pytest
from mcp_types import CacheableResult

from mcp_server.demo import ids
from tests.server.hearing import Runs, status
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio

MINUTES_MS = 300_000
HOUR_MS = 3_600_000


async def hint(stage: Stage, uri: str) -> tuple[int, str]:
    return kept(await stage.client.session.read_resource(uri))


def kept(result: CacheableResult) -> tuple[int, str]:
    return result.ttl_ms, result.cache_scope


async def test_lists_are_kept_an_hour(stage: Stage) -> None:
    session = stage.client.session
    results = (
        await session.list_tools(),
        await session.list_prompts(),
        await session.list_resources(),
        await session.list_resource_templates(),
    )
    assert [kept(result) for result in results] == [(HOUR_MS, "private")] * 4
    assert kept(await session.discover()) == (HOUR_MS, "private")


@pytest.mark.parametrize("run_id", [ids.RUN_FAILED, ids.RUN_COMPLETED, ids.RUN_CANCELLED])
@pytest.mark.parametrize("part", ["", "/logs", "/logs?skip=1&limit=2", "/timeline"])
async def test_what_a_run_that_has_ended_tells_is_kept_for_minutes_because_it_may_be_resumed(
    stage: Stage, run_id: int, part: str
) -> None:
    assert await hint(stage, f"codegen://runs/{run_id}{part}") == (300_000, "private")


@pytest.mark.parametrize("part", ["", "/logs", "/timeline"])
async def test_what_a_live_run_tells_is_not_kept_and_after_its_end_it_is(stage: Stage, part: str) -> None:
    uri = f"codegen://runs/{ids.RUN_RUNNING}{part}"
    assert await hint(stage, uri) == (0, "private")
    stage.time.seconds += 30
    assert await hint(stage, uri) == (MINUTES_MS, "private")


async def test_a_run_of_unknown_status_may_go_on(open_stage: OpenStage) -> None:
    async with open_stage(wire=Runs({1: [status("thinking")]}).wire) as stage:
        assert await hint(stage, "codegen://runs/1") == (0, "private")


class SecondPageMissing(httpx2.AsyncBaseTransport):
    """A run that has ended, of whose log one page cannot be read."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.params["skip"] != "0":
            return httpx2.Response(500, json={"message": "no"})
        logs = [{"message_type": "ACTION"}] * 100
        return httpx2.Response(200, json={"id": 1, "status": "completed", "logs": logs, "total_logs": 150})


@pytest.mark.parametrize("uri", ["codegen://runs/1/timeline", "codegen://runs/1/logs?skip=60&limit=100"])
async def test_what_could_not_be_read_whole_is_not_kept(open_stage: OpenStage, uri: str) -> None:
    async with open_stage(wire=lambda _: SecondPageMissing()) as stage:
        assert await hint(stage, uri) == (0, "private")


async def test_lines_of_a_log_are_kept_a_day_the_guide_an_hour_and_the_budget_not(stage: Stage) -> None:
    captured = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)
    assert await hint(stage, f"log://{captured.log_id}?count=2") == (24 * HOUR_MS, "private")
    assert await hint(stage, "sandscope://guide") == (HOUR_MS, "private")
    # Nothing of what was read before is left over.
    assert await hint(stage, "sandscope://budget") == (0, "private")
    assert await hint(stage, "codegen://runs") == (0, "private")


async def test_a_client_that_keeps_what_it_may_reads_a_run_that_has_ended_once(stage: Stage) -> None:
    for _ in range(3):
        await stage.client.read_resource(f"codegen://runs/{ids.RUN_FAILED}")
        await stage.client.read_resource(f"codegen://runs/{ids.RUN_RUNNING}")
    assert len(stage.journal) == 1 + 3


async def test_older_clients_are_told_nothing_of_it(open_stage: OpenStage) -> None:
    async with open_stage(mode="legacy") as stage:
        result = await stage.client.session.read_resource("sandscope://guide")
        assert {"ttl_ms", "cache_scope"}.isdisjoint(result.model_fields_set)
