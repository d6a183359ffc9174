import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.sse import sse_client
from mcp_types import TextContent

from mcp_server.errors import NotConfigured
from mcp_server.server.build import build
from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.serving import (
    _listening,  # pyright: ignore[reportPrivateUsage]  what a connection takes over is not seen from its other end
    serve,
)
from mcp_server.server.hosted.tenants import only
from mcp_server.settings import Settings
from tests.server.processes import INITIALIZE, Started, started

pytestmark = [
    pytest.mark.anyio,
    # What is tested is a process of its own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
]

SOON_S = 2.0
ACCEPT = {"accept": "application/json, text/event-stream"}


@asynccontextmanager
async def hosting(transport: str, *arguments: str) -> AsyncGenerator[tuple[Started, str]]:
    """A server of the demo at a free port, and its address as it says itself."""
    async with started("serve", "--demo", "--transport", transport, "--port", "0", *arguments) as server:
        first = (await server.line("stderr")).split()
        assert first[:4] == ["sandscope:", "serving", "MCP", "at"]
        yield server, first[4]


async def asks(client: Client) -> None:
    """Lists the tools and calls one."""
    assert len((await client.list_tools()).tools) == 13
    answer = await client.call_tool("whoami", {})
    assert isinstance(answer.content[0], TextContent)
    assert answer.content[0].text.startswith("demo: built-in stand-ins answer\n")


async def ends(server: Started) -> None:
    server.process.send_signal(signal.SIGTERM)
    assert await server.ends(SOON_S) == -signal.SIGTERM


@pytest.mark.slow
async def test_clients_of_both_protocol_eras_are_served_over_http() -> None:
    async with hosting("http") as (server, url):
        assert url.endswith("/mcp")
        for mode in ("auto", "legacy"):
            async with Client(url, mode=mode) as client:
                await asks(client)
        await ends(server)


@pytest.mark.slow
async def test_old_clients_are_served_over_sse() -> None:
    async with hosting("sse") as (server, url):
        assert url.endswith("/sse")
        async with Client(sse_client(url), mode="legacy") as client:
            await asks(client)
        await ends(server)


@pytest.mark.slow
async def test_only_requests_for_this_host_from_this_host_are_answered() -> None:
    async with hosting("http") as (server, url), httpx2.AsyncClient(headers=ACCEPT, trust_env=False) as client:
        port = httpx2.URL(url).port

        async def status(**headers: str) -> int:
            return (await client.post(url, json=INITIALIZE, headers=headers)).status_code

        for name in ("127.0.0.1", "localhost", "[::1]"):
            assert await status(host=f"{name}:{port}", origin=f"http://{name}:{port}") == 200
            assert await status(host=name) == 200
        for name in ("sandscope.evil.net", f"sandscope.evil.net:{port}", f"localhost.evil.net:{port}", "10.0.0.1"):
            assert await status(host=name) == 421
        assert await status(origin="http://evil.net") == 403
        assert await status(origin=f"https://localhost:{port}") == 403
        await ends(server)


@pytest.mark.slow
async def test_ipv6_loopback_is_served_too() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    async with hosting("http", "--host", "::1") as (server, url):
        assert url.startswith("http://[::1]:")
        async with Client(url) as client:
            await asks(client)
        await ends(server)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize(("received", "status"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
@pytest.mark.parametrize("calling", [False, True], ids=["idle", "calling"])
async def test_a_signal_ends_the_server_soon(received: signal.Signals, status: int, *, calling: bool) -> None:
    async with (
        hosting("http") as (server, url),
        Client(url, mode="legacy") as client,
        anyio.create_task_group() as tasks,
    ):
        under_way = anyio.Event()
        # A client that does not know the tools asks for them to check an answer.
        await client.list_tools()

        async def note(progress: float, total: float | None, message: str | None) -> None:  # noqa: ARG001  the SDK's names
            under_way.set()

        async def call() -> None:
            answer = await client.call_tool("get_run", {"run_id": 103, "wait_seconds": 55}, progress_callback=note)
            assert answer.structured_content is not None
            assert answer.structured_content["finished"] is False
            assert answer.structured_content["next"] == "get_run(run_id=103, wait_seconds=25)"

        if calling:
            tasks.start_soon(call)
            await under_way.wait()
        server.process.send_signal(received)
        assert await server.ends(SOON_S) == status


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
async def test_a_request_that_never_ends_does_not_hold_the_server() -> None:
    async with hosting("http") as (server, url):
        host, port = httpx2.URL(url).host, httpx2.URL(url).port or 0
        async with await anyio.connect_tcp(host, port) as connection:
            head = f"POST /mcp HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n"
            await connection.send(head.encode())
            assert (await connection.receive()).startswith(b"HTTP/1.1 100 ")
            await ends(server)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sandscope.example.com", ""])  # noqa: S104  a host that is refused
async def test_real_keys_are_served_on_loopback_alone(host: str) -> None:
    sandscope = build(Settings.from_env({}))
    with pytest.raises(NotConfigured, match=r"is reachable from other machines, and anybody there could call"):
        serve(only(sandscope), Hosting(transport="http", host=host, port=0))
    await sandscope.aclose()


async def test_a_port_that_is_taken_is_named() -> None:
    sandscope = build(Settings.from_env({}))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NotConfigured, match=f"Cannot listen on localhost port {port}: Address already in use"):
            serve(only(sandscope), Hosting(transport="sse", host="localhost", port=port))
    await sandscope.aclose()


async def test_a_part_of_an_answer_does_not_wait_for_the_one_before_it_to_be_acknowledged() -> None:
    with (
        _listening(Hosting(transport="http", port=0)) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
