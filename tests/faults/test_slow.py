"""Servers that stall or drip: the whole request has one deadline, whatever the bytes do, and nobody else waits for it."""

import socket
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import anyio
import pytest

from tests.faults.stage import READ_TOOLS, Faulty, OpenFaulty, ReadTool, served
from tests.faults.upstream import Act, Upstream, sends, stalls

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

TIMEOUT_S = 1.5
TIMEOUT = {"SANDSCOPE_TIMEOUT_S": str(TIMEOUT_S)}
SAYS = f"did not answer within {TIMEOUT_S:g} s. Try again, or raise SANDSCOPE_TIMEOUT_S."
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
    async with open_faulty(**TIMEOUT) as faulty:
        # What is loaded with the first answer is no part of a deadline.
        for tool in READ_TOOLS:
            await faulty.recovers(tool)
        faulty.time.ahead_s += 200_000
        faulty.upstream.act = act
        await all_time_out(faulty)
        for tool in READ_TOOLS:
            await faulty.recovers(tool)
