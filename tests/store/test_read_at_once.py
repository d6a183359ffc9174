"""Several who want the same at the same time: one asks, and whatever becomes of it, the others get their answer."""

import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import anyio
import pytest

from mcp_server.errors import UpstreamError
from mcp_server.state.blobs import MemoryBlobs
from mcp_server.state.cells import Cells, MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.store.read_through import ReadThrough
from tests.store.upstream import Upstream

pytestmark = pytest.mark.anyio


def unhurried() -> Clock:
    """A clock that goes slowly: where other tests keep the machine busy, nobody is taken for gone."""
    return Clock(now=lambda: time.monotonic() / 100)


class Waiting:
    """A clock of this machine that tells when somebody sleeps."""

    def __init__(self) -> None:
        self.sleeping = anyio.Event()
        self.clock = Clock(sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.sleeping.set()
        await anyio.sleep(seconds)


class Reader:
    """Reads, in a task that can be cancelled.

    Attributes:
        answers: What came of it.
    """

    def __init__(self, reader: ReadThrough, upstream: Upstream) -> None:
        self.reader = reader
        self.upstream = upstream
        self.scope = anyio.CancelScope()
        self.answers: list[str] = []

    async def read(self) -> None:
        with self.scope:
            try:
                self.answers.append(await self.reader.read(self.upstream.question()))
            except UpstreamError as exc:
                self.answers.append(str(exc))


# Who reads: in one process that shares nothing, in one that does, or each in a process of its own.
@pytest.fixture(params=["alone", "one process", "processes"])
def readers(request: pytest.FixtureRequest) -> Callable[[Upstream, int], list[Reader]]:
    def opened(upstream: Upstream, count: int) -> list[Reader]:
        clock = unhurried()
        cells: Cells | None = None if request.param == "alone" else MemoryCells(clock)
        blobs = MemoryBlobs(clock)
        one = ReadThrough(cells, blobs, clock)
        each = request.param == "processes"
        return [Reader(ReadThrough(cells, blobs, clock) if each else one, upstream) for _ in range(count)]

    return opened


async def started(stack: AsyncExitStack, readers: Sequence[Reader]) -> anyio.abc.TaskGroup:
    """Lets the first lead and the others come when it is asking."""
    tasks = await stack.enter_async_context(anyio.create_task_group())
    tasks.start_soon(readers[0].read)
    await readers[0].upstream.under_way.wait()
    for reader in readers[1:]:
        tasks.start_soon(reader.read)
    await anyio.wait_all_tasks_blocked()
    return tasks


Readers = Callable[[Upstream, int], list[Reader]]


async def test_all_get_the_answer_to_what_one_has_asked(readers: Readers) -> None:
    upstream = Upstream(go_on=anyio.Event())
    several = readers(upstream, 5)
    async with AsyncExitStack() as stack:
        await started(stack, several)
        assert upstream.go_on
        upstream.go_on.set()
    assert [reader.answers for reader in several] == [["answer 1"]] * 5
    assert upstream.asked == 1


async def test_if_the_one_who_asks_is_cancelled_another_asks(readers: Readers) -> None:
    upstream = Upstream(go_on=anyio.Event())
    several = readers(upstream, 3)
    async with AsyncExitStack() as stack:
        await started(stack, several)
        several[0].scope.cancel()
    assert [reader.answers for reader in several] == [[], ["answer 2"], ["answer 2"]]
    assert upstream.asked == 2


async def test_if_the_one_who_asks_fails_another_asks(readers: Readers) -> None:
    upstream = Upstream([UpstreamError("away")], go_on=anyio.Event())
    several = readers(upstream, 3)
    async with AsyncExitStack() as stack:
        await started(stack, several)
        assert upstream.go_on
        upstream.go_on.set()
    assert [reader.answers for reader in several] == [["away"], ["answer 2"], ["answer 2"]]
    assert upstream.asked == 2


async def test_one_who_waits_and_is_cancelled_takes_nobody_along(readers: Readers) -> None:
    upstream = Upstream(go_on=anyio.Event())
    several = readers(upstream, 4)
    async with AsyncExitStack() as stack:
        await started(stack, several)
        for reader in several[1:3]:
            reader.scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert upstream.go_on
        upstream.go_on.set()
    assert [reader.answers for reader in several] == [["answer 1"], [], [], ["answer 1"]]
    assert upstream.asked == 1


async def test_what_may_not_be_kept_is_asked_for_by_each_in_turn(readers: Readers) -> None:
    upstream = Upstream()
    several = readers(upstream, 3)
    for reader in several:
        question = upstream.question(ttl_s=0)
        reader.answers.append(await reader.reader.read(question))
    assert [reader.answers for reader in several] == [["answer 1"], ["answer 2"], ["answer 3"]]


async def test_who_waits_for_another_process_and_who_waits_for_them_get_one_answer() -> None:
    waiting = Waiting()
    cells, blobs = MemoryCells(unhurried()), MemoryBlobs(Clock())
    upstream = Upstream(go_on=anyio.Event())
    here = ReadThrough(cells, blobs, waiting.clock)
    several = [Reader(ReadThrough(cells, blobs, Clock()), upstream), Reader(here, upstream), Reader(here, upstream)]
    async with AsyncExitStack() as stack:
        await started(stack, several)
        await waiting.sleeping.wait()
        assert upstream.go_on
        upstream.go_on.set()
    assert [reader.answers for reader in several] == [["answer 1"]] * 3
    assert upstream.asked == 1
