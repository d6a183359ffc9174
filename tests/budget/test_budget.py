import anyio
import pytest

from mcp_server.budget.budget import LOOK_S, MAX_IN_FLIGHT, Budget, Lease
from mcp_server.budget.groups import Charge
from mcp_server.budget.ledger import GroupState, Ledger
from mcp_server.budget.window import Heard
from mcp_server.errors import RateBudgetSpent
from mcp_server.state.clock import Clock
from tests.budget.hands import FREE, GROUPS, LOGS, ME, YOU, Hands, done, over, refused, spend, stands

pytestmark = pytest.mark.anyio


async def test_a_call_waits_for_a_slot_that_comes_soon_enough(budget: Budget, hands: Hands) -> None:
    await spend(budget, LOGS, times=2)
    hands.at += 55
    await spend(budget, LOGS)
    assert (sum(hands.slept), max(hands.slept)) == (6.0, LOOK_S)


async def test_a_slot_that_is_given_back_while_a_call_waits_is_taken_within_a_second(hands: Hands) -> None:
    held: list[Lease] = []

    async def sleep(seconds: float) -> None:
        await hands.sleep(seconds)
        if held:
            await held.pop().unsent()

    budget = over(Clock(hands.now, sleep))
    await spend(budget, LOGS)
    async with budget.lease(ME, LOGS) as lease:
        held.append(lease)
        await spend(budget, Charge(("a.logs",), max_wait_s=100))
    assert sum(hands.slept) <= LOOK_S + 0.1


async def test_a_call_that_would_wait_longer_is_told_at_once_when_to_come_back(budget: Budget, hands: Hands) -> None:
    await spend(budget, LOGS, times=2)
    hands.at += 10.3
    with pytest.raises(RateBudgetSpent) as spent:
        await spend(budget, LOGS)
    assert hands.slept == []
    assert (spent.value.retry_after_s, spent.value.platform, spent.value.retryable) == (51, "a", True)
    assert str(spent.value) == (
        "The rate budget of a.logs is spent (2 per 60 s: 2 by this server), so nothing was sent. Call again in 51 s. "
        "Until then read_log on a captured log is free, and so are finished runs that were read before."
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


async def test_the_error_tells_who_spent_it(budget: Budget) -> None:
    other = Budget(Ledger(budget.ledger.cells, GROUPS, 30), budget.clock)
    await spend(budget, LOGS)
    await spend(other, LOGS)
    with pytest.raises(RateBudgetSpent, match=r"\(2 per 60 s: 1 by this server and 1 by others with the same key\)"):
        await spend(budget, LOGS)


async def test_what_only_the_platform_has_counted_is_told_as_its_count(budget: Budget) -> None:
    await spend(budget, Charge(("a.shared",)), lambda lease: lease.done(Heard(remaining=0, reset_s=30)))
    with pytest.raises(RateBudgetSpent, match=r"a\.shared is spent by the platform's own count, .* in 30 s"):
        await spend(budget, Charge(("a.shared",)))


async def test_a_call_that_may_not_wait_for_its_turn_after_a_429_is_told_why(budget: Budget, hands: Hands) -> None:
    await spend(budget, Charge(("a.shared",)), refused(0))
    await spend(budget, Charge(("a.shared",)))
    with pytest.raises(RateBudgetSpent, match=r"a\.shared is slowed down since a 429, .* in 3 s"):
        await spend(budget, Charge(("a.shared",), max_wait_s=0))
    await spend(budget, Charge(("a.shared",)))
    assert sum(hands.slept) == pytest.approx(60 / 23, abs=0.05)


async def test_a_request_that_was_not_sent_costs_nothing(budget: Budget) -> None:
    await spend(budget, LOGS, Lease.unsent, times=50)
    assert (await stands(budget)).remaining == 2


async def test_a_request_that_was_cut_off_costs_five_seconds_more_than_the_window(budget: Budget) -> None:
    await spend(budget, LOGS, Lease.lost)
    assert await stands(budget) == GroupState(2, 60, 1, 65, used_here=1)


@pytest.mark.parametrize("charge", [FREE, LOGS])
async def test_a_group_that_is_frozen_says_that_the_platform_holds_it_back(budget: Budget, charge: Charge) -> None:
    await spend(budget, charge, refused(30))
    with pytest.raises(RateBudgetSpent) as spent:
        await spend(budget, charge)
    assert str(spent.value).startswith(
        f"The rate budget of {charge.groups[0]} is held back after the platform's 429, so nothing was sent. "
        "Call again in 30 s."
    )


async def test_a_frozen_group_of_which_the_slots_come_later_still_is_spent(budget: Budget) -> None:
    await spend(budget, LOGS)
    await spend(budget, LOGS, refused(30))
    with pytest.raises(RateBudgetSpent, match=r"is spent \(2 per 60 s: 2 by this server\).* in 61 s"):
        await spend(budget, LOGS)


async def test_less_than_a_second_is_told_as_one(budget: Budget) -> None:
    await spend(budget, FREE, refused(0.2))
    with pytest.raises(RateBudgetSpent, match=r"in 1 s\.") as spent:
        await spend(budget, Charge(("a.free",), max_wait_s=0))
    assert spent.value.retry_after_s == 1


async def test_one_account_spends_nothing_of_anothers(budget: Budget) -> None:
    await spend(budget, LOGS, refused(None))
    async with budget.lease(YOU, LOGS) as lease:
        await done(lease)
    assert (await stands(budget, account=YOU)).remaining == 1


async def test_who_waits_for_a_slot_does_not_hold_up_requests_to_other_groups(hands: Hands) -> None:
    forever = anyio.Event()
    waiting: list[float] = []

    async def sleep(seconds: float) -> None:
        waiting.append(seconds)
        await forever.wait()

    budget = over(Clock(hands.now, sleep))
    await spend(budget, LOGS, times=2)
    async with anyio.create_task_group() as tasks:
        for _ in range(MAX_IN_FLIGHT):
            tasks.start_soon(spend, budget, Charge(("a.logs",), max_wait_s=100))
        await anyio.wait_all_tasks_blocked()
        assert len(waiting) == MAX_IN_FLIGHT
        await spend(budget, Charge(("a.free",), max_wait_s=0))
        tasks.cancel_scope.cancel()


async def test_a_call_cancelled_while_it_waits_takes_no_slot(budget: Budget) -> None:
    await spend(budget, LOGS, times=2)
    before = await stands(budget)
    with anyio.move_on_after(0) as scope:
        await spend(budget, Charge(("a.logs",), max_wait_s=1000))
    assert scope.cancelled_caught
    after = await stands(budget)
    assert (after.used_here, after.remaining) == (before.used_here, before.remaining)


async def test_the_real_clock_goes_forward_and_sleeps() -> None:
    clock = Clock()
    before = clock.now()
    await clock.sleep(0)
    assert clock.now() >= before


async def test_what_a_budget_shows_of_itself_holds_no_account(budget: Budget) -> None:
    await budget.states("https://a secret-hash", GROUPS)
    assert "secret-hash" not in repr(budget)


def test_polls_may_use_what_is_not_reserved_of_the_tightest_group(budget: Budget) -> None:
    assert budget.poll_s(Charge(("a.shared", "a.free"))) == 60 / (30 - 2)
    assert budget.poll_s(FREE) == 0


async def test_lessons_are_forgotten_when_an_operator_says_so(budget: Budget) -> None:
    await spend(budget, FREE, refused(0))
    assert (await stands(budget, "a.free")).level == 1
    await budget.forget_lessons()
    assert (await stands(budget, "a.free")).level == 0
