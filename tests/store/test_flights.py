"""One leads as long as it says so; whoever says nothing for 200 ms, or lets go, is replaced."""

import anyio
import pytest

from mcp_server.state.cells import MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.store.flights import KEEP_S, LEASE_S, Flight, Place
from tests.stage import EPOCH_S, FakeTime

pytestmark = pytest.mark.anyio

LEADS = Place(lead=True)
LEADS_AFTER_ANOTHER = Place(lead=True, look_first=True)
WAITS = Place(lead=False)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def cells(time: FakeTime) -> MemoryCells:
    return MemoryCells(time.clock)


def flights(cells: MemoryCells, time: FakeTime, *keys: str) -> list[Flight]:
    return [Flight.to(key, cells, time.clock) for key in keys]


async def beaten_for(flight: Flight, time: FakeTime, seconds: float) -> None:
    until = time.seconds + seconds
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(flight.beat)
        while time.seconds < until:
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()


async def test_the_first_leads_and_the_others_wait(cells: MemoryCells, time: FakeTime) -> None:
    assert [await flight.enter() for flight in flights(cells, time, "a", "a", "b")] == [LEADS, WAITS, LEADS]


async def test_whoever_says_so_leads_as_long_as_it_takes(cells: MemoryCells, time: FakeTime) -> None:
    leader, other = flights(cells, time, "a", "a")
    await leader.enter()
    await beaten_for(leader, time, 60)
    assert await other.enter() == WAITS


async def test_whoever_has_said_nothing_for_a_lease_is_replaced(cells: MemoryCells, time: FakeTime) -> None:
    leader, other = flights(cells, time, "a", "a")
    await leader.enter()
    time.seconds += LEASE_S * 0.99
    assert await other.enter() == WAITS
    time.seconds += LEASE_S * 0.02
    assert await other.enter() == LEADS_AFTER_ANOTHER


async def test_whoever_was_replaced_neither_takes_the_lead_back_nor_gives_it_up(
    cells: MemoryCells, time: FakeTime
) -> None:
    replaced, leader, other = flights(cells, time, "a", "a", "a")
    await replaced.enter()
    time.seconds += 1
    await leader.enter()
    await beaten_for(replaced, time, LEASE_S / 2)
    await replaced.leave()
    assert await other.enter() == WAITS
    time.seconds += LEASE_S
    assert await other.enter() == LEADS_AFTER_ANOTHER


async def test_who_comes_after_the_end_looks_first_for_what_was_kept(cells: MemoryCells, time: FakeTime) -> None:
    leader, other = flights(cells, time, "a", "a")
    await leader.enter()
    await leader.leave()
    assert await other.enter() == LEADS_AFTER_ANOTHER


async def test_an_end_is_forgotten_after_a_minute(cells: MemoryCells, time: FakeTime) -> None:
    leader, other = flights(cells, time, "a", "a")
    await leader.enter()
    await leader.leave()
    time.seconds += KEEP_S
    assert await other.enter() == LEADS


async def test_the_lead_is_given_up_also_by_one_that_is_cancelled(cells: MemoryCells, time: FakeTime) -> None:
    leader, other = flights(cells, time, "a", "a")
    await leader.enter()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await leader.leave()
    assert await other.enter() == LEADS_AFTER_ANOTHER


@pytest.mark.parametrize("set_back_s", [0.0, 3600.0])
async def test_whoever_led_when_the_machine_stopped_holds_nobody_up_whatever_its_wall_clock_says_now(
    set_back_s: float,
) -> None:
    monotonic, wall = 5000.0, EPOCH_S
    clock = Clock(lambda: monotonic, anyio.sleep, lambda: wall)
    cells = MemoryCells(clock)
    await Flight.to("a", cells, clock).enter()
    # What a file would keep; a machine counts anew when it starts.
    monotonic, wall, cells.epoch = 30.0, EPOCH_S + LEASE_S - set_back_s, b"another "
    assert await Flight.to("a", cells, clock).enter() == LEADS_AFTER_ANOTHER
