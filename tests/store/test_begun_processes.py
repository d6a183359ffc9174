"""Real processes that want to start the same: it is paid for once, also when one of them dies."""

import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from mcp_server.errors import UpstreamTimeout
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.store.begun import START_S, Begun
from tests.store.crew import calls, crew

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@dataclass
class Later:
    """The clock of this machine, how much later it is here, and who leaves instead of waiting."""

    seconds: float = 0.0
    leaves: anyio.CancelScope | None = None

    def now(self) -> float:
        return time.monotonic() + self.seconds

    async def sleep(self, seconds: float) -> None:
        if self.leaves is not None:
            self.leaves.cancel()
        await anyio.sleep(seconds)


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
async def here(tmp_path: Path, later: Later) -> AsyncGenerator[Callable[[], Begun]]:
    """Opens what a process opens, on the state that the others share."""
    clock = Clock(later.now, later.sleep)
    cells = SqliteCells(lambda: tmp_path / "state", clock)
    yield lambda: Begun(cells, clock, 600.0)
    await cells.aclose()


async def test_of_four_processes_one_starts_it_and_all_get_its_run(tmp_path: Path) -> None:
    async with crew(tmp_path, 4) as hands:
        for hand in hands:
            await hand.tell("begin", key="key", takes_s=0.3)
        told = [await hand.hear() for hand in hands]
    assert len({answer["run_id"] for answer in told}) == 1
    assert sorted(answer["again"] for answer in told) == [False, *[True] * 3]
    assert calls(tmp_path, "send key") == 1


async def test_what_one_process_has_started_another_knows_later(tmp_path: Path) -> None:
    async with crew(tmp_path, 2) as (first, second):
        told = [await hand.ask("begin", key="key", takes_s=0) for hand in (first, second)]
    assert [(answer["run_id"], answer["again"]) for answer in told] == [
        (first.process.pid, False),
        (first.process.pid, True),
    ]


async def test_of_a_process_killed_while_it_starts_one_is_told_and_the_next_one_starts(
    tmp_path: Path, later: Later, here: Callable[[], Begun]
) -> None:
    started: list[int] = []

    async def send() -> int:
        started.append(7)
        return 7

    async def usable(_: int) -> bool:
        return True

    async with crew(tmp_path, 2) as (killed, waits):
        await killed.tell("begin", key="key", takes_s=600)
        await killed.hear("upstream")
        await waits.tell("begin", key="key", takes_s=0)
        await waits.hear("sleeping")
        await killed.kill()
        # It may be under way: nobody starts it as long as it may take.
        await waits.hear("sleeping")
        later.seconds = START_S - 1
        with anyio.CancelScope() as later.leaves:
            await here().once("key", send, usable)
        assert later.leaves.cancelled_caught
        assert started == []
        later.seconds = START_S + 1
        with pytest.raises(UpstreamTimeout, match="may have started") as error:
            await here().once("key", send, usable)
        assert error.value.retryable is False
        assert started == []
        told = await waits.hear()
        assert (told["run_id"], told["again"]) == (waits.process.pid, False)
        assert await here().once("key", send, usable) == (waits.process.pid, True)
    assert (started, calls(tmp_path, "send key")) == ([], 2)
