"""Slots: taken before the send, dated by what became of the request, for one limit or several at once."""

import pytest

from mcp_server.budget.groups import Group
from mcp_server.budget.ledger import MARGIN_S, MAX_IN_FLIGHT, Ending, GroupState, Taken, Wait
from mcp_server.budget.window import LOST_S
from tests.budget.book import LEASE_S, ME, YOU, Book

ONE = Group("a.one", 1, 60)
LOGS, SHARED, FREE = Group("a.logs", 2, 60), Group("a.shared", 3, 60), Group("a.free")
UNSENT, LOST = Ending(sent=False), Ending(answered=False)


def test_a_slot_is_free_again_a_window_and_a_margin_after_the_response() -> None:
    book = Book.of(ONE)
    taken = book.take()
    book.times.passes(5)
    book.end(taken)
    book.times.passes(5)
    assert book.wait().seconds == 60 + MARGIN_S - 5
    book.times.passes(55.5)
    assert book.wait().seconds == 0.5
    book.times.passes(0.5)
    book.take()


def test_a_request_that_was_cut_off_is_charged_in_full_and_a_little_longer() -> None:
    book = Book.of(ONE)
    book.end(book.take(), LOST)
    assert book.wait().seconds == 60 + LOST_S


def test_a_request_that_was_not_sent_gives_its_slots_back() -> None:
    book = Book.of(LOGS, SHARED)
    for _ in range(50):
        book.end(book.take(), UNSENT)
    assert [state.remaining for state in book.states()] == [2, 3]


def test_a_lease_nobody_ends_lapses_a_window_after_the_longest_request() -> None:
    book = Book.of(ONE)
    book.take()
    book.times.passes(LEASE_S + 60 - 0.1)
    assert book.wait().seconds == pytest.approx(0.1)
    book.times.passes(0.1)
    book.take()


def test_what_is_told_of_a_request_whose_lease_has_lapsed_dates_nobody_elses_slot() -> None:
    book = Book.of(ONE)
    late = book.take()
    book.times.passes(LEASE_S + 61)
    book.take()
    book.end(late, UNSENT)
    assert book.state.remaining == 0
    book.end(late)
    book.times.passes(LEASE_S + 60)
    assert book.state.remaining == 1


def test_a_request_under_way_may_be_answered_at_any_moment_so_its_slot_is_expected_a_window_later() -> None:
    book = Book.of(ONE)
    book.take()
    assert book.wait().seconds == 61


def test_a_charge_takes_a_slot_of_every_group_or_of_none() -> None:
    book = Book.of(LOGS, SHARED)
    book.spend(times=2)
    assert book.wait("a.shared", "a.logs").group == "a.logs"
    assert [state.remaining for state in book.states()] == [0, 1]


def test_the_wait_names_the_group_that_takes_longest() -> None:
    book = Book.of(Group("a.one", 1, 10), Group("a.two", 1, 90))
    book.spend()
    wait = book.wait()
    assert (wait.group, wait.seconds) == ("a.two", 91)


def test_two_accounts_share_neither_slots_nor_what_a_platform_refused() -> None:
    book = Book.of(ONE)
    book.refused()
    assert isinstance(book.ask(account=ME), Wait)
    assert isinstance(book.ask(account=YOU), Taken)


def test_two_processes_with_one_key_share_every_slot_and_see_who_took_which() -> None:
    book = Book.of(Group("a.logs", 5, 60))
    other = book.other()
    book.spend(times=2)
    other.spend(times=3)
    assert isinstance(book.ask(), Wait)
    assert isinstance(other.ask(), Wait)
    seen = [(one.state.used_here, one.state.used_elsewhere, one.state.remaining) for one in (book, other)]
    assert seen == [(2, 3, 0), (3, 2, 0)]


def test_an_unlimited_group_keeps_no_slots_of_requests_that_have_ended() -> None:
    book = Book.of(FREE)
    book.spend(times=1000)
    assert book.state == GroupState(None, 60, None, 0)


def test_the_state_counts_free_slots_and_the_seconds_to_the_next() -> None:
    book = Book.of(LOGS)
    assert book.state == GroupState(2, 60, 2, 0)
    book.spend()
    book.times.passes(1)
    assert book.state == GroupState(2, 60, 1, 60, used_here=1)
    book.times.passes(60)
    assert book.state == GroupState(2, 60, 2, 0)


def test_a_limit_that_is_lowered_while_slots_are_held_counts_those_that_are() -> None:
    book = Book.of(Group("a.logs", 5, 60))
    book.spend(times=4)
    lowered = Book({"a.logs": Group("a.logs", 2, 60)}, book.times, book.cells)
    book.times.passes(10)
    assert lowered.state.remaining == 0
    # Three of the four must be free before one of two is.
    assert lowered.wait().seconds == 51
    book.times.passes(51)
    lowered.take()


def test_at_most_eight_requests_of_one_key_are_under_way_in_all_processes_together() -> None:
    book = Book.of(FREE)
    other = book.other()
    under_way = [one.take() for one in (book, other) for _ in range(MAX_IN_FLIGHT // 2)]
    wait = other.wait()
    assert (wait.group, wait.seconds) == ("in flight", 0.05)
    other.end(under_way[-1])
    book.take()


def test_the_place_in_flight_of_a_process_that_died_is_free_when_its_request_must_have_ended() -> None:
    book = Book.of(FREE)
    for _ in range(MAX_IN_FLIGHT):
        book.take()
    book.times.passes(LEASE_S)
    book.take()


@pytest.mark.parametrize(
    ("limit", "polls", "bulk_reads"), [(60, 55, 50), (54, 50, 45), (10, 9, 8), (5, 5, 4), (2, 2, 2), (1, 1, 1)]
)
def test_pollers_and_bulk_reads_leave_slots_to_interactive_calls(limit: int, polls: int, bulk_reads: int) -> None:
    for purpose, most in (("poll", polls), ("bulk", bulk_reads)):
        book = Book.of(Group("a.logs", limit, 60))
        book.end(book.take(), UNSENT)
        book.times.passes(1)
        done = 0
        while isinstance(taken := book.ask(purpose="poll" if purpose == "poll" else "bulk"), Taken):
            book.end(taken)
            done += 1
        assert done == most
        assert isinstance(book.ask(), Taken) == (most < limit)


def test_the_reserve_lapses_two_windows_after_the_last_interactive_call() -> None:
    book = Book.of(Group("a.logs", 6, 60))
    book.end(book.take(), UNSENT)
    book.times.passes(119)
    book.spend(times=5, purpose="bulk")
    book.times.passes(1)
    assert book.wait(purpose="bulk").seconds == 60
    book.times.passes(0.1)
    book.take(purpose="bulk")


def test_nothing_is_reserved_while_nobody_has_asked_interactively() -> None:
    book = Book.of(Group("a.logs", 60, 60))
    book.spend(times=60, purpose="bulk")


def test_what_a_ledger_shows_of_itself_holds_no_account() -> None:
    book = Book.of(LOGS)
    book.take(account="https://a secret-hash")
    assert "secret-hash" not in repr(book.ledger)
