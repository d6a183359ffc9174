"""Work on large texts: where it is done, and what becomes of it when nobody waits for it any more."""

import itertools
import threading
from collections.abc import Iterator

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from mcp_server.errors import NotFound
from mcp_server.off_loop import INLINE_BYTES, off_loop, while_wanted

LARGE = INLINE_BYTES + 1

pytestmark = pytest.mark.anyio


async def test_small_work_stays_and_large_work_goes_to_a_thread() -> None:
    here = threading.get_ident()
    assert await off_loop(INLINE_BYTES, threading.get_ident) == here
    assert await off_loop(LARGE, threading.get_ident) != here


async def test_what_a_call_raises_comes_back() -> None:
    def fails(text: str) -> None:
        raise NotFound(text)

    with pytest.raises(NotFound, match="gone"):
        await off_loop(LARGE, fails, "gone")


async def test_who_is_cancelled_does_not_wait_for_the_thread() -> None:
    begun, done = anyio.Event(), threading.Event()

    def work() -> None:
        anyio.from_thread.run_sync(begun.set)
        done.wait(10)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(off_loop, LARGE, work)
        await begun.wait()
        tasks.cancel_scope.cancel()
    assert not done.is_set()
    done.set()


async def test_work_that_nobody_wants_any_more_stops_at_the_next_item() -> None:
    begun, ended = anyio.Event(), threading.Event()

    def endless() -> Iterator[int]:
        try:
            for number in itertools.count():
                if number == 0:
                    anyio.from_thread.run_sync(begun.set)
                yield number
        finally:
            ended.set()

    def work() -> int:
        return sum(while_wanted(endless()))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(off_loop, LARGE, work)
        await begun.wait()
        tasks.cancel_scope.cancel()
    assert await anyio.to_thread.run_sync(ended.wait, 10)


async def test_outside_of_a_thread_all_items_are_wanted() -> None:
    assert list(while_wanted("abc")) == ["a", "b", "c"]
    assert await off_loop(1, lambda: list(while_wanted("abc"))) == ["a", "b", "c"]


async def test_no_more_than_four_threads_work_at_once() -> None:
    at_once, most, lock = itertools.count(1), [0], threading.Lock()
    working: set[int] = set()
    gate = threading.Barrier(4)

    def work() -> None:
        with lock:
            number = next(at_once)
            working.add(number)
            most[0] = max(most[0], len(working))
        # Passes only four at a time, so four do work at once.
        gate.wait(10)
        with lock:
            working.discard(number)

    async with anyio.create_task_group() as tasks:
        for _ in range(12):
            tasks.start_soon(off_loop, LARGE, work)
    assert most == [4]
