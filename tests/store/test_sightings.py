"""However many wait for one thing, one looks at a time and all are told."""

from collections.abc import Awaitable, Callable

import anyio
import pytest

from mcp_server.state.cells import MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.store.sightings import HURRY_S, LEAST_S, PEEK_S, TURN_S, WATCHED, Sighting, Sightings
from tests.stage import FakeTime

pytestmark = pytest.mark.anyio

ME = "me"
LOOK_S = 60 / 50


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def cells(time: FakeTime) -> MemoryCells:
    return MemoryCells(time.clock)


@pytest.fixture
def sightings(cells: MemoryCells, time: FakeTime) -> Sightings:
    return Sightings(cells, time.clock)


async def looks(sightings: Sightings, name: str = "run 1", account: str = ME) -> bool:
    return (await sightings.turn(account, name, LOOK_S)).look


async def look(sightings: Sightings, name: str = "run 1", status: str = "running") -> float:
    """A look that is one's turn and takes no time; seconds until the next."""
    turn = await sightings.turn(ME, name, LOOK_S)
    assert turn.look
    await sightings.saw(ME, name, status, finished=False)
    return turn.wait_s


async def test_the_first_who_waits_looks_and_the_others_are_told(sightings: Sightings, time: FakeTime) -> None:
    turn = await sightings.turn(ME, "run 1", LOOK_S)
    assert (turn.look, turn.wait_s, turn.last) == (True, LEAST_S, None)
    waiting = await sightings.turn(ME, "run 1", LOOK_S)
    assert (waiting.look, waiting.wait_s, waiting.last) == (False, PEEK_S, None)
    time.seconds += 1
    at = await sightings.saw(ME, "run 1", "done", finished=True)
    assert at == time.seconds
    told = await sightings.turn(ME, "run 1", LOOK_S)
    assert (told.look, told.wait_s, told.last) == (False, LEAST_S - 1, Sighting("done", finished=True, at=at))


async def test_of_many_at_once_one_looks(sightings: Sightings) -> None:
    assert [await looks(sightings) for _ in range(40)] == [True, *[False] * 39]


async def test_two_things_and_two_accounts_are_looked_at_by_themselves(sightings: Sightings) -> None:
    assert await looks(sightings, "run 1")
    assert await looks(sightings, "run 2")
    assert await looks(sightings, "run 1", account="you")


async def test_what_is_watched_with_another_key_does_not_count(sightings: Sightings) -> None:
    for n in range(10):
        await looks(sightings, f"run {n}", account="you")
    assert await look(sightings) == LEAST_S


async def test_the_next_look_comes_an_interval_after_the_last_one_began(sightings: Sightings, time: FakeTime) -> None:
    await look(sightings)
    time.seconds += LEAST_S - 0.1
    turn = await sightings.turn(ME, "run 1", LOOK_S)
    assert (turn.look, turn.wait_s) == (False, PEEK_S)
    time.seconds += 0.1
    assert await looks(sightings)


async def test_nobody_looks_while_another_is_still_looking(sightings: Sightings, time: FakeTime) -> None:
    await looks(sightings)
    time.seconds += TURN_S - 0.1
    assert not await looks(sightings)


async def test_one_that_looks_and_never_tells_is_replaced(sightings: Sightings, time: FakeTime) -> None:
    await looks(sightings)
    time.seconds += TURN_S
    assert [await looks(sightings) for _ in range(3)] == [True, False, False]


async def test_after_a_look_that_showed_nothing_the_next_one_looks_when_it_is_due(
    sightings: Sightings, time: FakeTime
) -> None:
    await look(sightings, status="running")
    time.seconds += LEAST_S
    assert await looks(sightings)
    await sightings.missed(ME, "run 1")
    turn = await sightings.turn(ME, "run 1", LOOK_S)
    assert (turn.look, turn.wait_s) == (False, LEAST_S)
    assert turn.last is not None
    assert turn.last.status == "running"
    time.seconds += LEAST_S
    assert await looks(sightings)


async def test_a_look_that_was_nobodys_turn_is_told_too(sightings: Sightings) -> None:
    at = await sightings.saw(ME, "run 1", "running", finished=False)
    turn = await sightings.turn(ME, "run 1", LOOK_S)
    assert (turn.look, turn.last) == (True, Sighting("running", finished=False, at=at))


@pytest.mark.parametrize(("watched", "interval_s"), [(1, 3.0), (2, 3.0), (3, 3.6), (10, 12.0), (50, 60.0)])
async def test_the_more_is_watched_the_less_often_each_is_looked_at(
    sightings: Sightings, watched: int, interval_s: float
) -> None:
    for n in range(1, watched):
        await looks(sightings, f"other {n}")
    assert await look(sightings) == pytest.approx(interval_s)


@pytest.mark.parametrize(("chance", "interval_s"), [(0.0, 2.7), (0.5, 3.0), (1.0, 3.3)])
async def test_intervals_differ_by_up_to_a_tenth(time: FakeTime, chance: float, interval_s: float) -> None:
    clock = Clock(time.now, time.sleep, time.now, lambda low, high: low + chance * (high - low))
    sightings = Sightings(MemoryCells(clock), clock)
    assert await look(sightings) == pytest.approx(interval_s)
    time.seconds += interval_s - 0.01
    assert not await looks(sightings)
    time.seconds += 0.02
    assert await looks(sightings)


async def test_what_nobody_waits_for_any_more_does_not_count(sightings: Sightings, time: FakeTime) -> None:
    await watched_for_a_while(sightings, time, 10)
    time.seconds += 12
    assert await look(sightings, "run 0") == pytest.approx(12)
    time.seconds += WATCHED * 12
    assert await look(sightings, "run 0") == LEAST_S


async def test_what_has_waited_long_for_its_next_look_still_counts(sightings: Sightings, time: FakeTime) -> None:
    await watched_for_a_while(sightings, time, 10)
    time.seconds += 1.1 * 12
    assert [await look(sightings, f"run {n}") for n in range(10)] == [pytest.approx(12)] * 10


async def watched_for_a_while(sightings: Sightings, time: FakeTime, count: int) -> None:
    """Each is waited for as long as it was said, until all count."""
    for _ in range(2):
        for n in range(count):
            await looks(sightings, f"run {n}")
            await sightings.missed(ME, f"run {n}")
        time.seconds += LEAST_S


async def test_what_begins_to_be_watched_makes_the_others_wait_longer_at_once(
    sightings: Sightings, time: FakeTime
) -> None:
    await look(sightings, "run 1")
    for n in range(9):
        await looks(sightings, f"other {n}")
    time.seconds += LEAST_S
    turn = await sightings.turn(ME, "run 1", LOOK_S)
    assert (turn.look, turn.wait_s) == (False, pytest.approx(12 - LEAST_S))


async def test_whoever_leaves_in_a_moment_may_look_a_second_after_the_last_look(
    sightings: Sightings, time: FakeTime
) -> None:
    await look(sightings)
    time.seconds += HURRY_S - 0.1
    assert not (await sightings.turn(ME, "run 1", LOOK_S, hurry=True)).look
    time.seconds += 0.1
    assert not await looks(sightings)
    assert (await sightings.turn(ME, "run 1", LOOK_S, hurry=True)).look


async def test_whoever_leaves_in_a_moment_waits_like_everybody_while_much_is_watched(
    sightings: Sightings, time: FakeTime
) -> None:
    began = time.seconds
    await watched_for_a_while(sightings, time, 10)
    time.seconds = began + 12 - HURRY_S
    assert not (await sightings.turn(ME, "run 1", LOOK_S, hurry=True)).look


async def test_whoever_leaves_in_a_moment_does_not_look_while_another_does(
    sightings: Sightings, time: FakeTime
) -> None:
    await looks(sightings)
    time.seconds += LEAST_S
    turn = await sightings.turn(ME, "run 1", LOOK_S, hurry=True)
    assert (turn.look, turn.wait_s) == (False, PEEK_S)


async def _saw(sightings: Sightings) -> object:
    return await sightings.saw(ME, "run 1", "done", finished=True)


async def _missed(sightings: Sightings) -> object:
    return await sightings.missed(ME, "run 1")


async def _turned(_: Sightings) -> object:
    return await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("first", [_saw, _missed, _turned])
async def test_what_was_seen_in_another_epoch_is_forgotten(
    sightings: Sightings, cells: MemoryCells, first: Callable[[Sightings], Awaitable[object]]
) -> None:
    await look(sightings, "run 1", "an earlier status")
    cells.epoch = b"another "
    await first(sightings)
    turn = await sightings.turn(ME, "run 1", LOOK_S)
    assert turn.look
    assert turn.last is None or turn.last.status == "done"
