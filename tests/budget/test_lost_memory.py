"""When what was recorded is gone or means nothing any more: nothing is sent that might be too much, and nothing stalls for long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from mcp_server.budget.budget import Budget
from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.ledger import ALONE_AMONG, GroupState, Taken
from mcp_server.budget.window import FORGOTTEN, REFUSED, Heard
from mcp_server.budget.window_record import forgotten
from mcp_server.errors import RateBudgetSpent, StateUnavailable
from mcp_server.state.cells import Cell, MemoryCells, ResultT, Rule
from mcp_server.state.health import Health
from mcp_server.state.steady_cells import TRIED_AGAIN_S, SteadyCells
from tests.budget.book import HOUR_S, ME, Book, Times
from tests.budget.simulated import at_once

GROUPS = {"a.logs": Group("a.logs", 16, 60), "a.few": Group("a.few", 5, 60), "a.free": Group("a.free")}


@dataclass
class Fallible:
    """Cells that can be lost, or be out of reach."""

    times: Times
    away: bool = False
    inner: MemoryCells = field(init=False)

    def __post_init__(self) -> None:
        self.inner = MemoryCells(self.times.clock)

    def lose(self, epoch: bytes = b"another ") -> None:
        """As a new file or a flushed server."""
        self.inner = MemoryCells(self.times.clock, epoch=epoch)

    def reboot(self, epoch: bytes = b"next run") -> None:
        """What was written stays, but earlier readings of the clock mean nothing."""
        self.inner.epoch = epoch

    async def change(self, names: Sequence[str], rule: Rule[ResultT], keep_s: float) -> ResultT:
        if self.away:
            raise StateUnavailable("it is away")
        return await self.inner.change(names, rule, keep_s)

    async def rewrite(self, rule: Callable[[bytes], Cell]) -> None:
        await self.inner.rewrite(rule)

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass
class Shared:
    """A place and two processes that share it."""

    times: Times = field(default_factory=Times)

    def __post_init__(self) -> None:
        self.place = Fallible(self.times)
        self.health = Health()
        self.one, self.other = self.process(), self.process()

    def process(self) -> Book:
        steady = SteadyCells(self.place, "THE_PLACE", self.health, self.times.clock)
        return Book(GROUPS, self.times, steady)


@pytest.fixture
def shared() -> Shared:
    return Shared()


def held_back_for(book: Book) -> tuple[float, int]:
    wait = book.wait("a.logs")
    return wait.seconds, wait.frozen_for


def test_a_process_that_knows_that_the_record_is_lost_holds_back_for_a_window(shared: Shared) -> None:
    shared.one.spend("a.logs")
    shared.place.lose()
    assert held_back_for(shared.one) == (61, FORGOTTEN)
    # Whoever is new sees it too.
    assert held_back_for(shared.process()) == (61, FORGOTTEN)
    shared.times.passes(61)
    shared.one.take("a.logs")


@pytest.mark.anyio
async def test_and_says_so(shared: Shared) -> None:
    shared.one.spend("a.logs")
    shared.place.lose()
    budget = Budget(shared.one.ledger, shared.times.clock)
    with pytest.raises(
        RateBudgetSpent, match=r"held back because the record .* is lost, so nothing was sent\. .* 61 s"
    ):
        async with budget.lease(ME, Charge(("a.logs",))):
            pass


def test_it_counts_from_the_first_request_after_the_loss_however_late_others_notice(shared: Shared) -> None:
    shared.one.spend("a.logs")
    shared.other.spend("a.logs")
    shared.place.lose()
    shared.process().spend("a.logs")
    shared.times.passes(40)
    assert held_back_for(shared.one) == (21, FORGOTTEN)
    shared.times.passes(21)
    shared.one.spend("a.logs")
    shared.other.take("a.logs")


def test_a_group_without_a_limit_has_nothing_to_lose(shared: Shared) -> None:
    shared.one.spend("a.free")
    shared.place.lose()
    shared.one.spend("a.free")


def test_another_boot_holds_every_slot_for_a_window_after_the_last_was_taken(shared: Shared) -> None:
    shared.one.spend("a.logs")
    shared.times.wall += 20
    shared.times.now = 3.0
    shared.place.reboot()
    new = shared.process()
    assert held_back_for(new) == (pytest.approx(41), FORGOTTEN)
    shared.times.passes(41)
    new.take("a.logs")


@pytest.mark.parametrize("step", [-HOUR_S, HOUR_S])
def test_a_wall_clock_that_is_set_meanwhile_holds_nothing_longer_than_a_window(shared: Shared, step: float) -> None:
    shared.one.spend("a.logs")
    shared.times.wall += step
    shared.place.reboot()
    wait = shared.process().ask("a.logs")
    assert isinstance(wait, Taken) if step > 0 else not isinstance(wait, Taken) and wait.seconds <= 61


@pytest.mark.parametrize("step", [-HOUR_S, HOUR_S])
def test_within_a_boot_a_wall_clock_that_is_set_changes_nothing(shared: Shared, step: float) -> None:
    shared.one.spend("a.logs", times=16)
    shared.times.wall += step
    assert shared.other.wait("a.logs").seconds == 61
    shared.times.now += 61
    shared.other.spend("a.logs", times=16)


def test_a_reading_that_goes_backwards_is_another_boot_too(shared: Shared) -> None:
    shared.times.now = 5000.0
    shared.one.spend("a.logs")
    shared.times.now = 10.0
    assert held_back_for(shared.process()) == (61, FORGOTTEN)


def test_lessons_outlive_a_boot_and_so_does_what_a_429_holds_back(shared: Shared) -> None:
    shared.one.refused("a.logs", asked_s=500)
    shared.times.passes(100)
    shared.place.reboot()
    new = shared.process()
    assert held_back_for(new) == (400, REFUSED)
    shared.times.passes(400)
    assert (new.state.level, new.state.remaining) == (1, 1)


def test_a_record_of_another_layout_is_as_good_as_none(shared: Shared) -> None:
    shared.one.spend("a.logs", times=16)
    at_once(shared.place.rewrite(lambda _: b"\xff what is this"))
    shared.process().spend("a.logs", times=16)
    at_once(shared.place.rewrite(lambda _: b"short"))
    shared.process().spend("a.logs", times=16)


def test_a_process_that_can_share_nothing_keeps_to_an_eighth_and_says_so() -> None:
    times, health = Times(), Health()
    alone = Book(GROUPS, times, SteadyCells(None, "THE_PLACE", health, times.clock))
    alone.spend("a.logs", times=16 // ALONE_AMONG)
    alone.spend("a.few")
    assert [state.remaining for state in alone.states()] == [0, 0, None]
    assert alone.state == GroupState(2, 60, 0, 61, used_here=2)


def test_a_place_that_goes_away_leaves_nothing_to_take_for_a_window_and_then_an_eighth(shared: Shared) -> None:
    shared.one.spend("a.logs", times=16)
    shared.place.away = True
    assert held_back_for(shared.one) == (61, FORGOTTEN)
    (warning,) = shared.health.warnings()
    assert warning == (
        "THE_PLACE: it is away. Until it can be used, this process shares nothing with others and keeps to an eighth of "
        "each rate limit."
    )
    shared.times.passes(61)
    shared.one.spend("a.logs", times=2)
    assert shared.one.states("a.logs")[0].remaining == 0


def test_when_it_is_back_what_was_sent_meanwhile_is_counted_there(shared: Shared) -> None:
    shared.one.spend("a.logs")
    shared.place.away = True
    shared.one.ask("a.logs")
    shared.times.passes(61)
    shared.one.spend("a.logs", times=2)
    shared.times.passes(TRIED_AGAIN_S)
    shared.place.away = False
    shared.one.spend("a.logs")
    assert shared.health.warnings() == []
    state = shared.other.states("a.logs")[0]
    assert (state.remaining, state.used_elsewhere) == (16 - 3, 3)
    shared.times.passes(56)
    assert shared.other.states("a.logs")[0].used_elsewhere == 1


def test_a_request_of_which_the_end_cannot_be_told_stays_charged(shared: Shared) -> None:
    taken = shared.one.take("a.logs")
    shared.place.away = True
    shared.one.end(taken)
    shared.place.away = False
    assert shared.other.states("a.logs")[0].used_elsewhere == 1


def test_an_operator_can_have_lessons_forgotten_but_not_what_was_sent(shared: Shared) -> None:
    shared.one.refused("a.logs", asked_s=5)
    shared.times.passes(5)
    shared.one.spend("a.logs", heard=Heard(limit=10, remaining=0, reset_s=900))
    at_once(shared.place.rewrite(forgotten))
    state = shared.other.states("a.logs")[0]
    assert (state.level, state.said_remaining, state.said_limit, state.used_elsewhere) == (0, None, None, 2)


@pytest.mark.parametrize("cell", [b'{"leader":"x","at":["00",1.0,2.0]}', b"", b"\x01short"])
def test_cells_that_are_no_windows_stay_as_they_are(cell: bytes) -> None:
    assert forgotten(cell) == cell


def test_a_group_first_used_while_the_place_was_away_is_not_held_back_when_it_is_back(shared: Shared) -> None:
    shared.place.away = True
    shared.one.spend("a.logs")
    shared.times.passes(TRIED_AGAIN_S)
    shared.place.away = False
    shared.one.spend("a.logs")
    assert shared.other.states("a.logs")[0].used_elsewhere == 2


def test_a_place_that_was_lost_while_it_was_away_is_noticed_when_it_is_back(shared: Shared) -> None:
    shared.one.spend("a.logs")
    shared.place.away = True
    shared.one.ask("a.logs")
    shared.place.lose()
    shared.times.passes(61)
    shared.place.away = False
    assert held_back_for(shared.one) == (61, FORGOTTEN)
