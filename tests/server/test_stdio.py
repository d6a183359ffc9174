import json
import os
import signal
import socket
import subprocess
import sys

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import TextContent

from tests.server.processes import INITIALIZE, INITIALIZED, SERVE_DEMO, WAITING_CALL, Started, started

pytestmark = [
    pytest.mark.anyio,
    # What is tested is a process of its own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes are POSIX's"),
]

SOON_S = 2.0
# A server that is still starting.
START_S = 20.0
idle_or_calling = pytest.mark.parametrize("calling", [False, True], ids=["idle", "calling"])


async def test_a_client_lists_the_tools_of_a_real_process_and_calls_one() -> None:
    server = StdioServerParameters(command=sys.executable, args=["-m", "mcp_server", *SERVE_DEMO], env=dict(os.environ))
    async with Client(stdio_client(server)) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool("whoami", {})
    assert len(tools) == 13
    assert isinstance(answer.content[0], TextContent)
    assert answer.content[0].text.startswith("demo: built-in stand-ins answer\ncodegen (CODEGEN_API_TOKEN): user ")


@idle_or_calling
async def test_the_end_of_stdin_ends_the_server(*, calling: bool) -> None:
    async with started(*SERVE_DEMO) as server:
        await server.initialize(calling=calling)
        await server.close()
        assert await server.ends(SOON_S) == 0


@idle_or_calling
@pytest.mark.parametrize("received", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_server_while_stdin_is_still_open(received: signal.Signals, *, calling: bool) -> None:
    async with started(*SERVE_DEMO) as server:
        await server.initialize(calling=calling)
        server.process.send_signal(received)
        assert await server.ends(SOON_S) == 128 + received


@idle_or_calling
async def test_a_client_that_no_longer_reads_ends_the_server_while_stdin_is_still_open(*, calling: bool) -> None:
    ours, theirs = os.pipe()
    async with started(*SERVE_DEMO, stdout=theirs) as server:
        os.close(theirs)
        with os.fdopen(ours, "rb") as answers:
            await server.send(INITIALIZE, INITIALIZED, *([WAITING_CALL] if calling else []))
            for _ in range(1 + calling):
                assert await anyio.to_thread.run_sync(answers.readline)
        assert await server.ends(SOON_S) == 128 + signal.SIGPIPE


async def test_the_same_holds_where_the_host_uses_sockets_for_pipes() -> None:
    ours, theirs = socket.socketpair()
    async with started(*SERVE_DEMO, stdout=theirs.fileno()) as server:
        theirs.close()
        await server.send(INITIALIZE)
        assert json.loads(await first_line(ours))["id"] == 1
        ours.close()
        assert await server.ends(SOON_S) == 128 + signal.SIGPIPE


async def test_one_socket_for_both_directions_serves_until_its_end() -> None:
    ours, theirs = socket.socketpair()
    async with started(*SERVE_DEMO, stdin=theirs.fileno(), stdout=theirs.fileno()) as server:
        theirs.close()
        ours.sendall(json.dumps(INITIALIZE).encode() + b"\n")
        assert json.loads(await first_line(ours))["id"] == 1
        ours.close()
        assert await server.ends(SOON_S) == 0


async def test_an_output_that_nobody_can_leave_serves_until_the_end_of_stdin() -> None:
    async with started(*SERVE_DEMO, stdout=subprocess.DEVNULL) as server:
        await server.send(INITIALIZE)
        await server.close()
        assert await server.ends(START_S) == 0


async def test_stdout_carries_the_protocol_alone_whatever_is_logged() -> None:
    async with started("--log-level", "debug", "--demo") as server:
        await server.initialize()
        await server.send({**WAITING_CALL, "id": 3, "params": {"name": "whoami", "arguments": {}}})
        assert (await server.message())["id"] == 3
        await silent(server)


async def first_line(connection: socket.socket) -> bytes:
    """What comes first; short answers come in one piece."""
    with connection.makefile("rb") as lines:
        return await anyio.to_thread.run_sync(lines.readline)


async def silent(server: Started) -> None:
    """Nothing more comes until the end."""
    assert server.process.stdin is not None
    await server.process.stdin.aclose()
    with pytest.raises(anyio.IncompleteRead):
        await server.line()
