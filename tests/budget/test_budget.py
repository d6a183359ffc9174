from collections.abc import Callable

import anyio
import anyio.lowlevel
import pytest

from mcp_server.budget.budget import MAX_FREEZE_S, MAX_IN_FLIGHT, Budget, Lease
from mcp_server.budget.clock import Clock
from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.slots import GroupState, SlotTable
from mcp_server.errors import RateBudgetSpent, ServerBusy

pytestmark = pytest.mark.anyio

ME, YOU = "https://a me", "https://a you"
GROUPS = {group.name: group for group in (Group("a.logs", 2, 60), Group("a.shared", 30, 60), Group("a.free", None, 45))}
LOGS, FREE = Charge(("a.logs", "a.shared")), Charge(("a.free",))


class Hands:
    """A clock that only sleep moves."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def budget(hands: Hands) -> Budget:
    return Budget(SlotTable(GROUPS, 30), Clock(hands.now, hands.sleep))


async def spend(budget: Budget, charge: Charge, end: Callable[[Lease], object] = Lease.done, times: int = 1) -> None:
    for _ in range(times):
        async with budget.lease(ME, charge) as lease:
            end(lease)


async def test_a_call_waits_for_a_slot_that_comes_soon_enough(budget: Budget, hands: Hands) -> None:
    await spend(budget, LOGS, times=2)
    hands.at += 55
    await spend(budget, LOGS)
    assert hands.slept == [6.0]


async def test_a_call_that_would_wait_longer_is_told_at_once_when_to_come_back(budget: Budget, hands: Hands) -> None:
    await spend(budget, LOGS, times=2)
    hands.at += 10.3
    with pytest.raises(RateBudgetSpent) as spent:
        await spend(budget, LOGS)
    assert hands.slept == []
    assert (spent.value.retry_after_s, spent.value.platform, spent.value.retryable) == (51, "a", True)
    assert str(spent.value) == (
        "The rate budget of a.logs is spent (2 per 60 s); nothing was sent. Call again in 51 s. "
        "Meanwhile read_log on a log already captured is free."
    )


async def test_who_comes_back_after_the_seconds_told_gets_a_slot(budget: Budget, hands: Hands) -> None:
    await spend(budget, LOGS, times=2)
    with pytest.raises(RateBudgetSpent) as spent:
        await spend(budget, Charge(("a.logs",), max_wait_s=0))
    hands.at += spent.value.retry_after_s or 0
    await spend(budget, Charge(("a.logs",), max_wait_s=0))


async def test_the_error_names_the_group_that_is_spent_and_not_one_that_only_resets_later(budget: Budget) -> None:
    # The shared group has slots left, though its next one comes free later than that of the logs.
    await spend(budget, LOGS, times=2)
    await spend(budget, Charge(("a.shared",)), Lease.lost)
    with pytest.raises(RateBudgetSpent, match=r"budget of a\.logs is spent"):
        await spend(budget, LOGS)


async def test_a_request_that_was_not_sent_costs_nothing(budget: Budget) -> None:
    await spend(budget, LOGS, Lease.unsent, times=50)
    assert budget.states(ME, GROUPS)["a.logs"].remaining == 2


async def test_a_request_that_was_cut_off_costs_five_seconds_more_than_the_window(budget: Budget) -> None:
    await spend(budget, LOGS, Lease.lost)
    assert budget.states(ME, GROUPS)["a.logs"] == GroupState(2, 60, 1, 65)


@pytest.mark.parametrize(("asked", "frozen"), [(None, 45.0), (7.5, 7.5), (0.0, 0.0), (1e9, MAX_FREEZE_S)])
async def test_a_429_freezes_the_most_specific_group_for_what_the_platform_asks(
    budget: Budget, asked: float | None, frozen: float
) -> None:
    charge = Charge(("a.free", "a.shared"), max_wait_s=0)
    async with budget.lease(ME, charge) as lease:
        assert lease.refused(asked) == frozen
    states = budget.states(ME, ("a.free", "a.shared"))
    assert states["a.free"].resets_in_s == frozen
    assert states["a.shared"].remaining == 29


@pytest.mark.parametrize("charge", [FREE, LOGS])
async def test_a_group_that_is_frozen_says_that_the_platform_holds_it_back(budget: Budget, charge: Charge) -> None:
    await spend(budget, charge, lambda lease: lease.refused(30))
    with pytest.raises(RateBudgetSpent) as spent:
        await spend(budget, charge)
    assert str(spent.value).startswith(
        f"The rate budget of {charge.groups[0]} is held back after the platform's 429; nothing was sent. "
        "Call again in 30 s."
    )


async def test_a_frozen_group_of_which_the_slots_come_later_still_is_spent(budget: Budget) -> None:
    await spend(budget, LOGS)
    await spend(budget, LOGS, lambda lease: lease.refused(30))
    with pytest.raises(RateBudgetSpent, match=r"is spent \(2 per 60 s\).* in 61 s"):
        await spend(budget, LOGS)


async def test_less_than_a_second_is_told_as_one(budget: Budget) -> None:
    await spend(budget, FREE, lambda lease: lease.refused(0.2))
    with pytest.raises(RateBudgetSpent, match=r"in 1 s\.") as spent:
        await spend(budget, Charge(("a.free",), max_wait_s=0))
    assert spent.value.retry_after_s == 1


async def test_one_account_spends_nothing_of_anothers(budget: Budget) -> None:
    await spend(budget, LOGS, lambda lease: lease.refused(None), times=1)
    async with budget.lease(YOU, LOGS) as lease:
        lease.done()
    assert budget.states(YOU, GROUPS)["a.logs"].remaining == 1


class Crowd:
    """Requests of one account that are under way until they are let go."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.inside = 0
        self.let_go = anyio.Event()

    async def request(self) -> None:
        async with self.budget.lease(ME, FREE) as lease:
            self.inside += 1
            await self.let_go.wait()
            lease.done()


async def test_at_most_eight_requests_of_one_account_are_under_way(budget: Budget) -> None:
    crowd = Crowd(budget)
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(crowd.request)
        await anyio.wait_all_tasks_blocked()
        assert crowd.inside == MAX_IN_FLIGHT == 8
        async with budget.lease(YOU, FREE) as lease:
            lease.done()
        crowd.let_go.set()
    assert crowd.inside == 20


async def test_a_call_that_finds_eight_under_way_is_told_so_when_none_ends_in_time(budget: Budget) -> None:
    crowd = Crowd(budget)
    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(crowd.request)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(ServerBusy, match=r"none ended within 0\.01 s; nothing was sent"):
            await spend(budget, Charge(("a.free",), max_wait_s=0.01))
        crowd.let_go.set()


async def test_who_waits_for_a_slot_does_not_hold_up_requests_to_other_groups(hands: Hands) -> None:
    forever = anyio.Event()
    waiting: list[float] = []

    async def sleep(seconds: float) -> None:
        waiting.append(seconds)
        await forever.wait()

    budget = Budget(SlotTable(GROUPS, 30), Clock(hands.now, sleep))
    await spend(budget, LOGS, times=2)
    async with anyio.create_task_group() as tasks:
        for _ in range(MAX_IN_FLIGHT):
            tasks.start_soon(spend, budget, Charge(("a.logs",), max_wait_s=100))
        await anyio.wait_all_tasks_blocked()
        assert len(waiting) == MAX_IN_FLIGHT
        await spend(budget, Charge(("a.free",), max_wait_s=0))
        tasks.cancel_scope.cancel()


async def test_a_call_cancelled_while_it_waits_takes_no_slot(budget: Budget, hands: Hands) -> None:
    await spend(budget, LOGS, times=2)
    before = budget.states(ME, GROUPS)
    with anyio.move_on_after(0) as scope:
        await spend(budget, Charge(("a.logs",), max_wait_s=1000))
    assert scope.cancelled_caught
    hands.at = 1000.0
    assert budget.states(ME, GROUPS) == before


async def test_the_real_clock_goes_forward_and_sleeps() -> None:
    clock = Clock()
    before = clock.now()
    await clock.sleep(0)
    assert clock.now() >= before


def test_what_a_budget_shows_of_itself_holds_no_account(budget: Budget) -> None:
    budget.states("https://a secret-hash", GROUPS)
    assert "secret-hash" not in repr(budget)
