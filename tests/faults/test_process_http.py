"""Over HTTP whoever leaves in the middle of a call ends its waiting: nothing is asked for it any more, what was is charged."""

import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import httpx2
import pytest
from mcp_types import CLIENT_CAPABILITIES_META_KEY, PROTOCOL_VERSION_META_KEY

from tests.faults.standing import standing
from tests.server.processes import Started, started

pytestmark = [
    pytest.mark.anyio,
    # What is tested is a process of its own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's"),
]

MODERN = "2026-07-28"
# As many requests as may be in flight for one key.
IN_FLIGHT = 8
# Two and a half times what lies between two looks at a run.
LOOKS_S = 10.0


@asynccontextmanager
async def hosting(*arguments: str) -> AsyncGenerator[tuple[Started, str]]:
    """A server at a free port, and its address as it says itself."""
    async with started("serve", "--transport", "http", "--port", "0", *arguments) as server:
        yield server, (await server.line("stderr")).split()[4]


def request(method: str, about: str, **params: Any) -> tuple[bytes, dict[str, str]]:
    """Body and headers as 2026-07-28 has them."""
    meta: dict[str, Any] = {PROTOCOL_VERSION_META_KEY: MODERN, CLIENT_CAPABILITIES_META_KEY: {}}
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**params, "_meta": meta}}
    accept = "application/json, text/event-stream"
    headers = {"accept": accept, "content-type": "application/json", "mcp-protocol-version": MODERN}
    return json.dumps(body).encode(), {**headers, "mcp-method": method, "mcp-name": about}


def calling(tool: str, **arguments: Any) -> tuple[bytes, dict[str, str]]:
    return request("tools/call", tool, name=tool, arguments=arguments)


@asynccontextmanager
async def connected(url: str, asked: tuple[bytes, dict[str, str]]) -> AsyncGenerator[anyio.abc.SocketStream]:
    """A connection of its own on which a request has been sent; closed at the end, whatever is answered."""
    target = httpx2.URL(url)
    host, port = target.host, target.port or 0
    body, headers = asked
    named = {"host": f"{host}:{port}", "content-length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    async with await anyio.connect_tcp(host, port) as stream:
        await stream.send(f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        yield stream


async def answered(url: str, asked: tuple[bytes, dict[str, str]]) -> dict[str, Any]:
    body, headers = asked
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        text = (await client.post(url, content=body, headers=headers)).text
    return json.loads([line for line in text.splitlines() if line.strip()][-1].removeprefix("data: "))


async def budget(url: str) -> dict[str, Any]:
    read = request("resources/read", "sandscope://budget", uri="sandscope://budget")
    return json.loads((await answered(url, read))["result"]["contents"][0]["text"])


async def test_callers_that_leave_give_their_places_back_and_what_was_sent_is_charged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with standing(monkeypatch, tmp_path) as upstream, hosting() as (_, url):
        for _ in range(2):
            async with anyio.create_task_group() as callers:

                async def leaves(run_id: int) -> None:
                    async with connected(url, calling("get_run", run_id=run_id)):
                        await upstream.until_kept(IN_FLIGHT)

                for run_id in range(IN_FLIGHT):
                    callers.start_soon(leaves, run_id + 1)
            # The server lets go of each request upstream.
            await upstream.until_kept(0)
        upstream.answers = True
        told = await answered(url, calling("get_run", run_id=99))
        assert told["result"]["_meta"]["sandscope/error"]["code"] == "not_found"
        groups = await budget(url)
        assert groups["codegen.reads"]["used_here"] == upstream.asked == 2 * IN_FLIGHT + 1


async def test_a_caller_that_leaves_while_its_run_goes_on_leaves_no_poller_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with standing(monkeypatch, tmp_path) as upstream, hosting() as (_, url):
        upstream.running = True
        async with connected(url, calling("get_run", run_id=7, wait_seconds=55)):
            await upstream.until_asked(2)
        await budget(url)
        at = upstream.asked
        # Time for several looks, had anybody gone on looking; one may have been on its way.
        with pytest.raises(TimeoutError), anyio.fail_after(LOOKS_S):
            await upstream.until_asked(at + 2)
        groups = await budget(url)
        assert groups["codegen.reads"]["used_here"] == upstream.asked
