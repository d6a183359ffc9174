"""Subscriptions to a real process: over stdio, Streamable HTTP and SSE, with clients of both eras."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client

from mcp_server.demo import ids
from tests.server.hearing import LEGACY, MODERN, hearing, listener, subscribe
from tests.server.processes import SERVE_DEMO
from tests.server.test_hosted import ends, hosting

pytestmark = [
    pytest.mark.anyio,
    # What is tested is a process of its own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.slow,
]

URI = f"codegen://runs/{ids.RUN_RUNNING}/logs"


@asynccontextmanager
async def targets(transport: str) -> AsyncGenerator[list[tuple[Any, str]]]:
    """What clients connect to, and the eras to do so in."""
    if transport == "stdio":
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "mcp_server", *SERVE_DEMO], env=dict(os.environ)
        )
        yield [(stdio_client(server), LEGACY), (stdio_client(server), MODERN)]
        return
    async with hosting(transport) as (server, url):
        yield [(sse_client(url), LEGACY)] if transport == "sse" else [(url, LEGACY), (url, MODERN), (url, LEGACY)]
        if sys.platform != "win32":
            await ends(server)


@pytest.mark.bound(60)
@pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
async def test_clients_of_each_era_hear_the_end_of_a_run(transport: str) -> None:
    heard: list[str] = []

    async def hears(target: Any, mode: str) -> None:
        async with hearing(target, mode, URI, "sandscope://guide") as updates:
            heard.append(await updates.receive())

    async with targets(transport) as clients:
        async with anyio.create_task_group() as tasks:
            for target, mode in clients:
                tasks.start_soon(partial(hears, target, mode))
        assert heard == [URI] * len(clients)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
async def test_a_signal_ends_a_server_that_watches() -> None:
    async with (
        hosting("http") as (server, url),
        listener(url) as (older, _),
        Client(url) as newer,
        newer.listen(resource_subscriptions=[URI]),
    ):
        await subscribe(older, URI)
        await ends(server)
