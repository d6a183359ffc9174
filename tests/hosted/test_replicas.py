"""Three replicas over one Redis: one budget, one look for all, and whichever is left goes on with what another began."""

import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, cast

import anyio
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from mcp_server.demo import ids
from mcp_server.server.results import text_of
from tests.hosted.fleet import Fleet, fleet, needs_redis, until
from tests.hosted.proxy import balancing
from tests.server.hearing import LEGACY, MODERN, hearing
from tests.tasks.client import Ask, Document, KnowsTasks, call

pytestmark = [
    pytest.mark.anyio,
    # What is tested are processes of their own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.slow,
    needs_redis,
]

WAIT = {"run_id": ids.RUN_RUNNING, "wait_seconds": 30}
LONG_S = 1000.0
# Between two looks of one poller, at the least; a tenth of chance apart.
LOOK_S = 3.0
SHARED_END_S = 4.0
TOO_MANY = 429


def facts(result: CallToolResult) -> dict[str, Any]:
    return cast("dict[str, Any]", result.structured_content or {})


async def asked(client: Client, tool: str, **arguments: Any) -> CallToolResult:
    """The answer to a call, which must succeed."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    return result


async def everywhere(machines: Fleet, do: Callable[[str], Coroutine[Any, Any, None]]) -> None:
    """Does something with each replica at once."""
    async with anyio.create_task_group() as tasks:
        for url in machines.urls:
            tasks.start_soon(do, url)


async def test_a_replica_that_dies_does_not_take_along_a_call_that_waits() -> None:
    answers: list[CallToolResult] = []

    async def wait(client: Client) -> None:
        answers.append(await asked(client, "get_run", **WAIT))

    async with fleet() as machines, balancing([each.port for each in machines.replicas]) as proxy:
        async with Client(proxy.url) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(wait, client)
            await until(lambda: machines.upstream.looks)
            await machines.replicas[proxy.replicas_of("get_run")[0]].kill()
            await until(lambda: len(proxy.replicas_of("get_run")) > 1)
            machines.upstream.ahead(LONG_S)
        assert facts(answers[0])["status"] == "completed"
        served, other = proxy.replicas_of("get_run")
        assert other == (served + 1) % 3


async def test_a_client_that_was_told_of_progress_hears_at_once_that_its_replica_died_and_asks_another() -> None:
    under_way, failed = anyio.Event(), anyio.Event()

    async def note(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001  the SDK's names
        under_way.set()

    async def wait(client: Client) -> None:
        with pytest.raises(MCPError):
            await client.call_tool("get_run", WAIT, progress_callback=note)
        failed.set()

    async with (
        fleet() as machines,
        balancing([each.port for each in machines.replicas]) as proxy,
        Client(proxy.url) as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(wait, client)
        await under_way.wait()
        await machines.replicas[proxy.replicas_of("get_run")[0]].kill()
        with anyio.fail_after(5):
            await failed.wait()
        machines.upstream.ahead(LONG_S)
        assert facts(await asked(client, "get_run", **WAIT))["status"] == "completed"


async def test_a_task_outlives_the_replica_that_gave_it() -> None:
    async with fleet() as machines:
        first, second, third = machines.replicas
        async with Client(first.url, extensions=[KnowsTasks()]) as client:
            task = await call(client, "get_run", **WAIT)
            await first.kill()
        machines.upstream.ahead(LONG_S)
        told: list[dict[str, Any]] = []
        about = Ask(method="tasks/get", params={"taskId": task.task_id})
        for replica in (second, third):
            async with Client(replica.url, extensions=[KnowsTasks()]) as client:
                with anyio.fail_after(15):
                    while not told or told[-1]["status"] == "working":
                        told.append((await client.session.send_request(about, Document)).root)
                        await anyio.sleep(0.1)
                told.append((await client.session.send_request(about, Document)).root)
    ends = [each for each in told if each["status"] == "completed"]
    assert len(ends) >= 3
    assert ends[0]["result"]["structuredContent"]["status"] == "completed"
    assert all(end == ends[0] for end in ends)


async def test_a_log_is_read_at_any_replica_without_asking_for_it_again() -> None:
    async with fleet() as machines:
        async with Client(machines.urls[0]) as client:
            captured = await asked(client, "get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)
        known = len(machines.upstream.journal)
        assert known > 0
        log_id = (captured.meta or {})["sandscope/log"]["log_id"]
        for url in machines.urls[1:]:
            async with Client(url) as client:
                read = await asked(client, "read_log", log_id=log_id, start_line=1390)
            assert "1390 | " in text_of(read)
        assert len(machines.upstream.journal) == known


async def test_replicas_keep_to_one_budget_together() -> None:
    codes: list[str] = []

    async def spend(url: str) -> None:
        async with Client(url) as client:
            for run_id in (ids.RUN_FAILED, ids.RUN_COMPLETED, ids.RUN_LINKED, ids.RUN_CANCELLED, ids.RUN_PR_FAILED):
                result = await client.call_tool("get_run", {"run_id": run_id})
                codes.append((result.meta or {}).get("sandscope/error", {}).get("code", "fine"))

    # A wait for a slot would be longer than a call has patience for.
    async with fleet(SANDSCOPE_LIMITS="codegen.reads=9/300") as machines:
        await everywhere(machines, spend)
        assert sorted(codes) == ["fine"] * 9 + ["rate_budget_spent"] * 6
        assert machines.upstream.looks == 9
        assert TOO_MANY not in [each.status for each in machines.upstream.journal]


async def test_one_question_at_three_replicas_at_once_is_one_request_though_it_is_the_first_of_each() -> None:
    answers: list[str] = []

    async def ask(url: str) -> None:
        async with Client(url) as client:
            answers.append(text_of(await asked(client, "get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)))

    async with fleet() as machines, anyio.create_task_group() as tasks:
        with machines.upstream.holding() as waiting:
            tasks.start_soon(everywhere, machines, ask)
            await until(waiting)
            # The one that asks says so every 50 ms, two look every 25 ms whether there is an answer.
            before = scripts(machines)
            await until(lambda: scripts(machines) > before + 10)
        await until(lambda: len(answers) == 3)
        assert len(machines.upstream.journal) == len({asked.template for asked in machines.upstream.journal}) == 2


def scripts(machines: Fleet) -> int:
    """How often cells were read or changed."""
    return machines.redis.ask("INFO", "commandstats")["cmdstat_evalsha"]["calls"]


async def test_who_waits_at_three_replicas_costs_the_looks_of_one() -> None:
    statuses: list[str] = []

    async def wait(url: str) -> None:
        async with Client(url) as client:
            answer = await asked(client, "get_run", **WAIT)
            statuses.append(facts(answer)["status"])

    async with fleet() as machines:
        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for url in machines.urls:
                tasks.start_soon(wait, url)
            await until(lambda: machines.upstream.looks > 2)
            machines.upstream.ahead(LONG_S)
        assert statuses == ["completed"] * 3
        assert machines.upstream.looks <= looks_in(time.monotonic() - began)


def looks_in(seconds: float) -> int:
    """The most looks of one poller: at once, and after each interval."""
    return 1 + int(seconds / (LOOK_S * 0.9))


async def test_subscribers_of_every_replica_are_told_of_an_end_by_the_looks_of_one() -> None:
    heard: list[float] = []
    listening = anyio.Semaphore(0)
    uri = f"codegen://runs/{ids.RUN_RUNNING}"

    async def listen(url: str, mode: str) -> None:
        async with hearing(url, mode, uri) as updates:
            listening.release()
            assert await updates.receive() == uri
            heard.append(time.monotonic())

    async with fleet() as machines:
        began = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for url, mode in zip(machines.urls, (MODERN, LEGACY, MODERN), strict=True):
                tasks.start_soon(partial(listen, url, mode))
            for _ in machines.urls:
                await listening.acquire()
            machines.upstream.ahead(LONG_S)
        assert machines.upstream.looks <= looks_in(time.monotonic() - began)
        assert max(heard) - min(heard) < SHARED_END_S


async def test_without_redis_replicas_go_on_with_an_eighth_each_and_share_again_when_it_is_back() -> None:
    fine: list[int] = []
    warnings: list[list[str]] = []

    async def spend(url: str) -> None:
        async with Client(url) as client:
            results = [await client.call_tool("get_run", {"run_id": ids.RUN_FAILED}) for _ in range(5)]
            fine.append(sum(not result.is_error for result in results))

    async def warned(url: str) -> None:
        async with Client(url) as client:
            warnings.append(facts(await asked(client, "whoami")).get("warnings", []))

    async def works_again(url: str) -> None:
        async with Client(url) as client:
            while facts(await asked(client, "whoami")).get("warnings"):  # noqa: ASYNC110  it happens in another process
                await anyio.sleep(0.2)

    async with fleet(SANDSCOPE_LIMITS="codegen.reads=16/300,codegen.shared=off") as machines:
        await anyio.to_thread.run_sync(machines.redis.kill)
        await everywhere(machines, warned)
        assert all("SANDSCOPE_REDIS_URL: Redis: ConnectionError" in "".join(each) for each in warnings)
        await everywhere(machines, spend)
        assert fine == [2, 2, 2]
        await anyio.to_thread.run_sync(machines.redis.start)
        await everywhere(machines, works_again)
        async with Client(machines.urls[0]) as client:
            captured = await asked(client, "get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)
        async with Client(machines.urls[1]) as client:
            await asked(client, "read_log", log_id=(captured.meta or {})["sandscope/log"]["log_id"])
        assert TOO_MANY not in [each.status for each in machines.upstream.journal]
