import time

import anyio
import anyio.lowlevel
import pytest

from mcp_server.state.clock import Clock, Patience

pytestmark = pytest.mark.anyio


async def test_by_default_it_is_the_machines_own() -> None:
    clock = Clock()
    before, wall = time.monotonic(), time.time()
    await clock.sleep(0)
    assert before <= clock.now() <= time.monotonic()
    assert wall - 1 <= clock.wall() <= time.time() + 1
    assert 1 <= clock.uniform(1, 2) <= 2


async def test_who_only_waits_is_woken_when_patience_ends() -> None:
    patience = Patience()
    woken: list[int] = []

    async def wait(number: int) -> None:
        with patience.waiting():
            await anyio.sleep_forever()
        woken.append(number)

    async with anyio.create_task_group() as tasks:
        for number in range(3):
            tasks.start_soon(wait, number)
        await anyio.wait_all_tasks_blocked()
        patience.end()
    assert sorted(woken) == [0, 1, 2]
    # Whoever comes later does not wait at all.
    await wait(3)
    assert patience.over
    assert woken[-1] == 3


async def test_who_does_not_wait_that_long_is_not_woken() -> None:
    patience = Patience()
    with patience.waiting():
        pass
    patience.end()
    await anyio.lowlevel.checkpoint()
