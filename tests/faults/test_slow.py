"""Servers that stall or drip: the whole request has one deadline, whatever the bytes do, and nobody else waits for it."""

import gc
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from tests.faults.documents import BOX
from tests.faults.stage import LONG_AFTER_S, READ_TOOLS, Faulty, OpenFaulty, ReadTool, served
from tests.faults.upstream import Act, Raw, Upstream, sends, stalls

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    # The HTTP library leaves a socket to the garbage collector when a handshake is cancelled, which closes it with a warning,
    # whenever that is.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TIMEOUT_S = 1.5
TIMEOUT = {"SANDSCOPE_TIMEOUT_S": str(TIMEOUT_S)}
SAYS = f"did not answer within {TIMEOUT_S:g} s. Call again once; if that is too slow too, raise SANDSCOPE_TIMEOUT_S."
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: 900\r\n\r\n"


def drips(before: bytes, dripped: bytes) -> Act:
    """Sends the beginning at once, and then a byte now and then, each soon enough for a clock that starts anew at every read."""
    return sends(before, *(bytes([byte]) for byte in dripped), gap_s=0.05)


SLOW: dict[str, Act] = {
    "stalls before headers": stalls,
    "drips headers": drips(b"", HEAD + b"X-Long: " + b"x" * 900),
    "drips body": drips(HEAD + LENGTH, b" " * 900),
    "drips chunks": sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\n \r\n"] * 900, gap_s=0.05),
    "stalls in body": sends(HEAD + LENGTH, b"{", b"}", gap_s=60),
    "drips words of a refusal": drips(b"HTTP/1.1 404 Not Found\r\n" + LENGTH, b"x" * 900),
    "promises an answer for ever": sends(*[b"HTTP/1.1 102 Processing\r\n\r\n"] * 900, gap_s=0.05),
}


async def warm(faulty: Faulty) -> None:
    """Asks everything once: what is loaded with the first answer is no part of a deadline."""
    for tool in READ_TOOLS:
        await faulty.recovers(tool)
    faulty.time.ahead_s += LONG_AFTER_S


async def all_time_out(faulty: Faulty) -> None:
    """Every tool at once, each within the deadline and a second."""

    async def times_out(tool: ReadTool) -> None:
        told = await faulty.fails(tool, "timeout", SAYS)
        assert TIMEOUT_S * 0.9 <= told.seconds < TIMEOUT_S + 1, tool.name

    async with anyio.create_task_group() as tasks:
        for tool in READ_TOOLS:
            tasks.start_soon(times_out, tool)


@pytest.mark.parametrize("act", SLOW.values(), ids=SLOW)
async def test_every_tool_gives_up_at_the_deadline_and_answers_the_next_call(open_faulty: OpenFaulty, act: Act) -> None:
    async with open_faulty(None, **TIMEOUT) as faulty:
        await warm(faulty)
        faulty.upstream.act = act
        await all_time_out(faulty)
        for tool in READ_TOOLS:
            await faulty.recovers(tool)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that takes no connection and refuses none: its queue is full."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
        for each in waiting:
            each.close()


@pytest.mark.skipif(
    sys.platform != "linux", reason="how a full queue of connections behaves is the system's own affair"
)
async def test_a_connection_that_is_neither_made_nor_refused_is_given_up_at_the_deadline(
    deaf_port: int, state_folder: Path
) -> None:
    async with served(Upstream(), f"http://127.0.0.1:{deaf_port}", state_folder, **TIMEOUT) as faulty:
        await all_time_out(faulty)


async def test_a_tls_handshake_that_is_never_answered_is_given_up_at_the_deadline(state_folder: Path) -> None:
    async def greet(stream: Raw) -> None:
        while True:
            await stream.receive()

    upstream = Upstream(greet=greet)
    async with (
        upstream.listening() as address,
        served(upstream, address.replace("http:", "https:"), state_folder, **TIMEOUT) as faulty,
    ):
        await all_time_out(faulty)
    gc.collect()


async def test_while_one_platform_stalls_the_others_answer(open_faulty: OpenFaulty) -> None:
    async with open_faulty(None, **TIMEOUT) as faulty:
        await warm(faulty)
        faulty.upstream.act = stalls
        faulty.upstream.only = f"/agentbox/v1/sandboxes/{BOX}/logs"
        answered: list[str] = []
        stalled, *others = (tool for tool in READ_TOOLS)

        async def call(tool: ReadTool) -> None:
            told = await faulty.call(tool.name, **tool.arguments)
            assert told.result.is_error == (tool is stalled)
            answered.append(tool.name)

        async with anyio.create_task_group() as tasks:
            for tool in (stalled, *others):
                tasks.start_soon(call, tool)
        assert answered[-1] == stalled.name
        assert len(answered) == len(READ_TOOLS)
