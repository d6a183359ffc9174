"""What 429s and headers teach: every process holds back, then goes slower, for a day."""

import pytest

from mcp_server.budget.groups import Group
from mcp_server.budget.ledger import Ending, GroupState, Taken, Wait
from mcp_server.budget.window import LEARNED_S, MAX_FREEZE_S, REFUSED, Heard
from tests.budget.book import HOUR_S, Book

LOGS, FREE = Group("a.logs", 60, 60), Group("a.free")


@pytest.mark.parametrize(("asked", "held"), [(None, 60.0), (7.5, 7.5), (0.0, 0.0), (1e9, MAX_FREEZE_S)])
@pytest.mark.parametrize("group", [LOGS, FREE])
def test_a_429_holds_the_group_back_for_what_the_platform_asks(group: Group, asked: float | None, held: float) -> None:
    book = Book.of(group)
    assert book.refused(asked_s=asked) == held
    assert book.state.frozen == (held > 0)
    if held:
        wait = book.wait()
        assert (wait.seconds, wait.frozen_for) == (held, REFUSED)


def test_a_429_holds_back_the_most_specific_group_alone() -> None:
    book = Book.of(LOGS, Group("a.shared", 60, 60))
    book.refused(asked_s=30)
    assert [state.frozen for state in book.states()] == [True, False]


def test_every_process_holds_back() -> None:
    book = Book.of(LOGS)
    book.refused(asked_s=30)
    wait = book.other().wait()
    assert (wait.seconds, wait.frozen_for) == (30, REFUSED)


def test_a_later_answer_does_not_shorten_the_time() -> None:
    book = Book.of(LOGS)
    first, second = book.take(), book.take()
    book.end(first, Ending(refused=True, asked_s=50))
    assert book.end(second, Ending(refused=True, asked_s=20)) == 50


def test_eight_429s_of_requests_that_were_under_way_together_are_one_lesson() -> None:
    book = Book.of(LOGS)
    under_way = [book.take() for _ in range(8)]
    for taken in under_way:
        book.times.passes(0.1)
        book.end(taken, Ending(refused=True, asked_s=5))
    assert book.state.level == 1


def test_after_one_lesson_requests_go_at_the_pace_of_a_small_bucket_at_most_two_at_once() -> None:
    book = Book.of(LOGS)
    book.refused(asked_s=5)
    book.times.passes(5)
    first = book.take()
    # Of 60 per 60 s the bucket holds 12 and gets 47 a minute.
    assert book.wait().seconds == pytest.approx(60 / 47)
    book.times.passes(60)
    book.take()
    assert book.wait().seconds == 0.05
    book.end(first)
    book.take()


def test_a_bucket_that_fills_holds_a_fifth_of_the_limit() -> None:
    book = Book.of(LOGS)
    book.refused(asked_s=5)
    book.times.passes(HOUR_S)
    assert book.state.remaining == 12
    book.spend(times=12)
    assert (book.state.remaining, isinstance(book.ask(), Wait)) == (0, True)


def test_a_request_that_was_not_sent_puts_its_token_back() -> None:
    book = Book.of(LOGS)
    book.refused(asked_s=5)
    book.times.passes(5)
    for _ in range(10):
        book.end(book.take(), Ending(sent=False))
    assert book.state.remaining == 1


def test_after_two_lessons_requests_go_one_by_one_at_the_pace_of_the_limit() -> None:
    book = Book.of(LOGS)
    book.refused(asked_s=5)
    book.times.passes(5)
    # Refused again, it is left alone for a whole window whatever it asks.
    assert book.refused(asked_s=1) == 60
    book.times.passes(60)
    assert book.state.remaining == 1
    taken = book.take()
    assert (book.wait().seconds, book.state.remaining) == (0.05, 0)
    book.end(taken)
    assert book.wait().seconds == pytest.approx(1.05)
    book.times.passes(1.05)
    book.spend()
    book.times.passes(1.05)
    book.refused(asked_s=0)
    assert book.state.level == 2


def test_a_group_without_a_limit_only_sends_fewer_at_once() -> None:
    book = Book.of(FREE)
    book.refused(asked_s=0)
    under_way = [book.take(), book.take()]
    assert book.wait().seconds == 0.05
    for taken in under_way:
        book.end(taken)
    assert book.state == GroupState(None, 60, None, 0, level=1)


def test_small_limits_learn_too() -> None:
    book = Book.of(Group("a.one", 1, 60))
    book.refused(asked_s=5)
    book.times.passes(61)
    book.spend()
    assert book.wait().seconds == 120


def test_a_lesson_is_kept_for_a_day() -> None:
    book = Book.of(LOGS)
    book.refused(asked_s=5)
    book.times.passes(LEARNED_S - 1)
    assert book.other().state.level == 1
    book.times.passes(1)
    assert book.other().state.level == 0


def test_what_the_headers_say_is_left_is_all_that_is_taken_until_the_reset() -> None:
    book = Book.of(LOGS)
    book.spend(heard=Heard(limit=40, remaining=2, reset_s=10))
    assert (book.state.remaining, book.state.said_remaining, book.state.said_limit) == (2, 2, 40)
    other = book.other()
    other.spend(times=2)
    assert (other.wait().seconds, book.state.said_remaining) == (10, 0)
    book.times.passes(10)
    assert (book.state.remaining, book.state.said_remaining, book.state.said_limit) == (57, None, 40)


def test_headers_never_loosen() -> None:
    book = Book.of(Group("a.logs", 2, 60))
    book.spend(heard=Heard(limit=1000, remaining=999))
    assert book.state.remaining == 1
    book.spend(heard=Heard(limit=1000, remaining=998))
    assert isinstance(book.ask(), Wait)


def test_requests_under_way_may_not_be_in_what_is_said_to_be_left() -> None:
    book = Book.of(LOGS)
    first, second = book.take(), book.take()
    book.end(first, Ending(heard=Heard(remaining=3, reset_s=10)))
    assert book.state.said_remaining == 2
    book.end(second, Ending(sent=False))
    assert book.state.said_remaining == 3


def test_without_a_reset_what_is_said_holds_for_a_window_and_never_beyond_an_hour() -> None:
    book = Book.of(LOGS)
    book.spend(heard=Heard(remaining=0))
    assert book.wait().seconds == 60
    book.times.passes(60)
    book.spend(heard=Heard(remaining=0, reset_s=1e9))
    assert book.wait().seconds == MAX_FREEZE_S


def test_pollers_leave_the_last_that_are_said_to_be_left_to_interactive_calls() -> None:
    book = Book.of(LOGS)
    book.spend(heard=Heard(remaining=5, reset_s=30))
    assert book.wait(purpose="poll").seconds == 30
    assert isinstance(book.ask(), Taken)
