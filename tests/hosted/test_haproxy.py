"""What `deploy/haproxy.cfg` does when a replica dies, with a real HAProxy and real replicas."""

import http.client
import json
from collections.abc import AsyncGenerator
from typing import Any

import anyio
import anyio.to_thread
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult

from tests.hosted.fleet import Fleet, fleet, needs_redis, until
from tests.hosted.haproxy import Balancer, haproxy, needs_haproxy
from tests.hosted.served import HEADERS, MODERN, envelope
from tests.hosted.test_replicas import LONG_S, WAIT, asked, facts
from tests.server.hearing import LEGACY

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.slow,
    needs_redis,
    needs_haproxy,
]

Behind = tuple[Fleet, Balancer]
NAMED = {"mcp-protocol-version": MODERN, "mcp-method": "tools/call", "mcp-name": "get_run"}


def call_of(tool: str, **arguments: Any) -> dict[str, Any]:
    """A request of 2026-07-28."""
    params = {"name": tool, "arguments": arguments, "_meta": envelope(tasks=True)}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


@pytest.fixture
async def behind() -> AsyncGenerator[Behind]:
    """Three replicas behind a HAProxy."""
    async with fleet() as machines, haproxy([each.port for each in machines.replicas]) as balancer:
        yield machines, balancer


async def test_haproxy_sends_a_call_that_waits_to_the_next_replica_as_often_as_its_own_dies(behind: Behind) -> None:
    machines, balancer = behind
    answers: list[CallToolResult] = []

    async def wait(client: Client) -> None:
        answers.append(await asked(client, "get_run", **WAIT))

    async with Client(balancer.url) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(wait, client)
        await until(lambda: machines.upstream.looks)
        for repeated in (1, 2):
            await machines.replicas[balancer.replicas("scur").index(1)].kill()
            await until(lambda: balancer.repeated() >= repeated)  # noqa: B023  asked within the turn
            await until(lambda: 1 in balancer.replicas("scur"))
        machines.upstream.ahead(LONG_S)
    assert facts(answers[0])["status"] == "completed"


async def test_haproxy_repeats_a_call_whose_body_came_after_its_head(behind: Behind) -> None:
    machines, balancer = behind
    asking = http.client.HTTPConnection("127.0.0.1", balancer.port, timeout=30)
    body = json.dumps(call_of("get_run", **WAIT)).encode()
    asking.putrequest("POST", "/mcp")
    for name, value in {**HEADERS, **NAMED, "content-length": str(len(body))}.items():
        asking.putheader(name, value)
    before = balancer.begun()
    asking.endheaders()
    await until(lambda: balancer.begun() > before)
    asking.send(body)
    await until(lambda: machines.upstream.looks)
    await machines.replicas[balancer.replicas("scur").index(1)].kill()
    await until(lambda: balancer.repeated() or 1 not in balancer.replicas("scur"))
    machines.upstream.ahead(LONG_S)
    answer = await anyio.to_thread.run_sync(lambda: asking.getresponse().read())
    assert b'"status":"completed"' in answer


async def test_haproxy_does_not_send_twice_what_starts_work_that_is_paid_for(behind: Behind) -> None:
    machines, balancer = behind
    heard = anyio.Event()

    async def create(client: Client) -> None:
        with pytest.raises(MCPError):
            await client.call_tool("create_run", {"prompt": "mend it"})
        heard.set()

    async with Client(balancer.url) as client, anyio.create_task_group() as tasks:
        await asked(client, "whoami")
        machines.upstream.journal.clear()
        with machines.upstream.holding() as waiting:
            tasks.start_soon(create, client)
            await until(waiting)
            await machines.replicas[balancer.replicas("scur").index(1)].kill()
            with anyio.fail_after(5):
                await heard.wait()
            assert waiting() == 1
    assert balancer.repeated() == 0


async def test_haproxy_keeps_a_session_of_an_older_client_where_it_began(behind: Behind) -> None:
    machines, balancer = behind
    async with Client(balancer.url, mode=LEGACY) as client:
        before = balancer.replicas("stot")
        for _ in range(4):
            await asked(client, "whoami")
        served = [after - earlier for earlier, after in zip(before, balancer.replicas("stot"), strict=True)]
    # The stream that listens may have been opened meanwhile, also there.
    assert sorted(served)[:2] == [0, 0]
    assert max(served) >= len(machines.replicas)
