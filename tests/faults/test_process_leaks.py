"""Nothing is left of calls that are over, whether they were answered, refused or cancelled: no file, no thread, no memory."""

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_process_frames import memory, opened
from tests.server.processes import WAITING_CALL, Started

pytestmark = [
    pytest.mark.anyio,
    # What is tested is a process of its own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc"),
]

MB = 1024 * 1024
BATCH = 30
LEAST_CANCELLED = 5
CALLS: list[dict[str, Any]] = [
    {"name": "whoami", "arguments": {}},
    {"name": "get_run", "arguments": {"run_id": 101}},
    {"name": "get_run", "arguments": {"run_id": 4711}},
    {"name": "get_run", "arguments": {"run_id": "x"}},
    {"name": "read_log", "arguments": {"log_id": "nothing"}},
    {"name": "nothing", "arguments": {}},
]


def held(server: Started) -> tuple[int, int]:
    """Open files and threads of a process."""
    process = Path(f"/proc/{server.process.pid}")
    return len(list((process / "fd").iterdir())), len(list((process / "task").iterdir()))


async def batch(server: Started, number: int) -> bool:
    """Calls that end in every way; and one that is cancelled, if the budget lets it begin."""
    for params in CALLS:
        await server.send({"jsonrpc": "2.0", "id": f"a{number}", "method": "tools/call", "params": params})
        assert (await server.message())["id"] == f"a{number}"
    await server.send({**WAITING_CALL, "id": f"w{number}"})
    begun = "method" in await server.message()
    if begun:
        cancelled = {"requestId": f"w{number}"}
        await server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled})
    return begun


async def test_a_process_holds_after_many_calls_what_it_held_after_a_few() -> None:
    async with opened() as server:
        # Whatever is opened once and kept.
        begun = [await batch(server, number) for number in range(BATCH)]
        assert sum(begun) >= LEAST_CANCELLED
        files, threads = held(server)
        before = memory(server)
        for number in range(BATCH, 5 * BATCH):
            await batch(server, number)
        assert held(server)[0] <= files
        # Threads that are idle for a while end; a few more may be at work at once.
        assert held(server)[1] <= threads + 2
        assert memory(server) - before < 8 * MB
