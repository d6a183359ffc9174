"""Unrelated processes with one key and one folder: never more than the limit in any window, whoever dies where."""

import contextlib
import random
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import pytest
from anyio.streams.text import TextReceiveStream

from benchmarks.limit_algorithms import SlidingLog
from mcp_server.budget.groups import Charge
from mcp_server.errors import RateBudgetSpent
from tests.budget.counting_server import CountingServer, serving
from tests.budget.worker import GROUP, budget

# The processes that matter run on asyncio, as the server does.
pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

LIMIT, WINDOW_S = GROUP.limit or 0, GROUP.window_s


class Worker:
    """A process and what it says."""

    def __init__(self, process: anyio.abc.Process) -> None:
        assert process.stdout is not None
        self.process = process
        self._words = TextReceiveStream(process.stdout)
        self._rest = ""

    async def word(self) -> str:
        """The next word it says; empty at its end."""
        while "\n" not in self._rest:
            try:
                self._rest += await self._words.receive()
            except anyio.EndOfStream:
                return ""
        word, _, self._rest = self._rest.partition("\n")
        return word

    async def until(self, wanted: str) -> None:
        while (word := await self.word()) != wanted:
            assert word, f"it ended before it said {wanted!r}"

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()


@asynccontextmanager
async def working(directory: Path, server: CountingServer, *arguments: str) -> AsyncGenerator[Worker]:
    command = [sys.executable, "-m", "tests.budget.worker"]
    command += ["--directory", str(directory), "--port", str(server.port), *arguments]
    async with await anyio.open_process(command, stderr=None) as process:
        worker = Worker(process)
        await worker.until("ready")
        yield worker
        worker.kill()


async def drained(worker: Worker, server: CountingServer, count: int) -> None:
    """Lets a worker go on until the server has seen so many."""
    while len(server.seen) < count and await worker.word():
        pass


@pytest.mark.bound(110)
async def test_32_processes_never_send_more_than_the_limit_in_any_window(tmp_path: Path) -> None:
    async with serving(SlidingLog(LIMIT, WINDOW_S)) as server, anyio.create_task_group() as tasks:

        async def one() -> None:
            async with working(tmp_path, server) as worker:
                await drained(worker, server, LIMIT * 8)

        for _ in range(32):
            tasks.start_soon(one)
    assert server.refused == 0
    assert server.most_in(WINDOW_S) <= LIMIT


@pytest.mark.bound(110)
async def test_nor_while_one_of_them_is_killed_again_and_again(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311  the same victims in every run
    alive: list[Worker] = []
    killed: list[Worker] = []

    async with serving(SlidingLog(LIMIT, WINDOW_S)) as server:

        def kill_one() -> None:
            if len(server.seen) % (LIMIT // 4) == 0 and alive:
                killed.append(chance.choice(alive))
                killed[-1].kill()

        async def one() -> None:
            while len(server.seen) < LIMIT * 4:
                async with working(tmp_path, server) as worker:
                    alive.append(worker)
                    await drained(worker, server, LIMIT * 4)
                    alive.remove(worker)

        server.on_request = kill_one
        async with anyio.create_task_group() as tasks:
            for _ in range(4):
                tasks.start_soon(one)
    assert len(killed) >= LIMIT // 4
    assert server.refused == 0
    assert server.most_in(WINDOW_S) <= LIMIT


@pytest.mark.parametrize(
    ("step", "held_s"),
    [
        ("ready", 0.0),
        ("taken", WINDOW_S + 0.5),
        ("sent", WINDOW_S + 0.5),
        ("answered", WINDOW_S + 0.5),
        ("done", WINDOW_S + 0.05),
    ],
)
async def test_wherever_a_process_is_killed_its_slot_is_free_in_time_and_not_before(
    tmp_path: Path, step: str, held_s: float
) -> None:
    async with serving() as server:
        async with working(tmp_path, server, "--requests", "1") as worker:
            if step != "ready":
                await worker.until(step)
            worker.kill()
            await worker.process.wait()
        state = (await budget(tmp_path).states("https://a me", (GROUP.name,)))[GROUP.name]
    assert state.used_elsewhere == (step != "ready")
    assert state.resets_in_s <= held_s


async def test_two_keys_are_independent(tmp_path: Path) -> None:
    async with serving() as server:
        async with working(tmp_path, server, "--patience", "0") as worker:
            await worker.until("spent")
        other = budget(tmp_path)
        async with other.lease("https://a you", Charge((GROUP.name,), max_wait_s=0)) as lease:
            await lease.unsent()
        with pytest.raises(RateBudgetSpent, match=f"{LIMIT} by others with the same key"):
            async with other.lease("https://a me", Charge((GROUP.name,), max_wait_s=0)):
                pass
