import pytest

from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.slots import LOST_S, MARGIN_S, GroupState, SlotTable, Taken, Wait

LOGS = Group("a.logs", 2, 60)
SHARED = Group("a.shared", 3, 60)
FREE = Group("a.free")
ME = "https://a me"
LEASE_S = 30.0


def table(*groups: Group) -> SlotTable:
    return SlotTable({group.name: group for group in groups}, LEASE_S)


def charge(*groups: Group) -> Charge:
    return Charge(tuple(group.name for group in groups))


def taken(slots: SlotTable, cost: Charge, now: float, account: str = ME) -> Taken:
    got = slots.take(account, cost, now)
    assert isinstance(got, Taken)
    return got


def test_a_slot_is_free_again_a_window_and_a_margin_after_the_response() -> None:
    slots = table(Group("a.one", 1, 60))
    cost = Charge(("a.one",))
    slots.date(taken(slots, cost, 0), 5, MARGIN_S)
    assert slots.take(ME, cost, 10) == Wait("a.one", 56)
    assert slots.take(ME, cost, 65.5) == Wait("a.one", 0.5)
    assert isinstance(slots.take(ME, cost, 66), Taken)


def test_a_request_that_was_cut_off_is_charged_in_full_and_a_little_longer() -> None:
    slots = table(Group("a.one", 1, 60))
    cost = Charge(("a.one",))
    slots.date(taken(slots, cost, 0), 5, LOST_S)
    assert slots.take(ME, cost, 5) == Wait("a.one", 65)


def test_a_request_that_was_not_sent_gives_its_slots_back() -> None:
    slots = table(LOGS, SHARED)
    cost = charge(LOGS, SHARED)
    slots.give_back(taken(slots, cost, 0))
    assert [state.remaining for state in slots.states(ME, ("a.logs", "a.shared"), 0).values()] == [2, 3]


def test_a_lease_nobody_ends_lapses_a_window_after_the_longest_request() -> None:
    slots = table(Group("a.one", 1, 60))
    cost = Charge(("a.one",))
    taken(slots, cost, 0)
    assert slots.take(ME, cost, 0) == Wait("a.one", LEASE_S + 60)
    assert isinstance(slots.take(ME, cost, LEASE_S + 60), Taken)


def test_a_charge_takes_a_slot_of_every_group_or_of_none() -> None:
    slots = table(LOGS, SHARED)
    for _ in range(2):
        taken(slots, charge(LOGS, SHARED), 0)
    assert slots.take(ME, charge(SHARED, LOGS), 0) == Wait("a.logs", LEASE_S + 60)
    assert slots.states(ME, ("a.shared",), 0)["a.shared"].remaining == 1


def test_the_wait_names_the_group_that_takes_longest() -> None:
    slots = table(Group("a.one", 1, 10), Group("a.two", 1, 90))
    taken(slots, Charge(("a.one", "a.two")), 0)
    assert slots.take(ME, Charge(("a.one", "a.two")), 0) == Wait("a.two", LEASE_S + 90)


def test_two_accounts_do_not_share_slots_or_freezes() -> None:
    slots = table(Group("a.one", 1, 60))
    cost = Charge(("a.one",))
    taken(slots, cost, 0)
    slots.freeze(ME, "a.one", 100)
    assert isinstance(slots.take("https://a you", cost, 0), Taken)


def test_a_frozen_group_gives_nothing_until_then_and_an_earlier_end_does_not_shorten_it() -> None:
    slots = table(LOGS)
    slots.freeze(ME, "a.logs", 50)
    slots.freeze(ME, "a.logs", 20)
    assert slots.take(ME, charge(LOGS), 10) == Wait("a.logs", 40, frozen=True)
    assert slots.states(ME, ("a.logs",), 10)["a.logs"] == GroupState(2, 60, 0, 40)
    assert isinstance(slots.take(ME, charge(LOGS), 50), Taken)


def test_an_unlimited_group_gives_always_unless_it_is_frozen() -> None:
    slots = table(FREE)
    assert all(isinstance(slots.take(ME, charge(FREE), 0), Taken) for _ in range(1000))
    assert slots.states(ME, ("a.free",), 0)["a.free"] == GroupState(None, 60, None, 0)
    slots.freeze(ME, "a.free", 7)
    assert slots.take(ME, charge(FREE), 5) == Wait("a.free", 2, frozen=True)
    assert slots.states(ME, ("a.free",), 5)["a.free"] == GroupState(None, 60, None, 2)


def test_the_state_counts_free_slots_and_the_seconds_to_the_next() -> None:
    slots = table(LOGS)
    assert slots.states(ME, ("a.logs",), 0)["a.logs"] == GroupState(2, 60, 2, 0)
    slots.date(taken(slots, charge(LOGS), 0), 0, MARGIN_S)
    assert slots.states(ME, ("a.logs",), 1)["a.logs"] == GroupState(2, 60, 1, 60)
    assert slots.states(ME, ("a.logs",), 61)["a.logs"] == GroupState(2, 60, 2, 0)


@pytest.mark.parametrize(
    ("limit", "polls", "bulk_reads"), [(60, 55, 50), (54, 50, 45), (10, 9, 8), (5, 5, 4), (2, 2, 2), (1, 1, 1)]
)
def test_pollers_and_bulk_reads_leave_slots_to_interactive_calls(limit: int, polls: int, bulk_reads: int) -> None:
    group = Group("a.logs", limit, 60)
    for purpose, most in (("poll", polls), ("bulk", bulk_reads)):
        slots = table(group)
        slots.give_back(taken(slots, Charge(("a.logs",)), 0))
        cost = Charge(("a.logs",), "poll" if purpose == "poll" else "bulk")
        assert [isinstance(slots.take(ME, cost, 1), Taken) for _ in range(limit)].count(True) == most
        assert isinstance(slots.take(ME, Charge(("a.logs",)), 1), Taken) == (most < limit)


def test_the_reserve_lapses_two_windows_after_the_last_interactive_call() -> None:
    slots = table(Group("a.logs", 6, 60))
    slots.give_back(taken(slots, Charge(("a.logs",)), 0))
    bulk = Charge(("a.logs",), "bulk")
    for _ in range(5):
        slots.date(taken(slots, bulk, 119), 119, MARGIN_S)
    assert slots.take(ME, bulk, 120) == Wait("a.logs", 60)
    assert isinstance(slots.take(ME, bulk, 120.1), Taken)


def test_nothing_is_reserved_while_nobody_has_asked_interactively() -> None:
    slots = table(Group("a.logs", 60, 60))
    bulk = Charge(("a.logs",), "bulk")
    assert [isinstance(slots.take(ME, bulk, 0), Taken) for _ in range(60)] == [True] * 60


def test_what_a_table_shows_of_itself_holds_no_account() -> None:
    slots = table(LOGS)
    taken(slots, charge(LOGS), 0, account="https://a secret-hash")
    assert "secret-hash" not in repr(slots)
