"""A search tells how many lines match, shows what it can around the matches, and where to go on or what to ask instead."""

import re
from collections.abc import Sequence
from typing import SupportsIndex, overload

import pytest

from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.view import find_view
from tests.logs.views import BOUNDARY, HEADER, LogOf, find, first, numbered

REFUSED = ["connecting", *["dial tcp 10.0.0.7:5432: connection refused"] * 3, "ERROR: giving up", "done"]


class Watched(tuple[str, ...]):
    """Lines that count how many of them are read one by one or by slices, but not those read in a row."""

    __slots__ = ()
    reads: list[int] = []  # noqa: RUF012 - emptied by the test that counts

    @overload
    def __getitem__(self, index: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> str | tuple[str, ...]:
        self.reads.append(len(range(*index.indices(len(self)))) if isinstance(index, slice) else 1)
        return super().__getitem__(index)


def watched(lines: Sequence[str]) -> CapturedLog:
    Watched.reads.clear()
    return CapturedLog(Watched(lines), ("",) * len(lines), ("",) * len(lines), 9)


def test_a_log_that_fits_is_not_read_for_what_tells_most():
    view = first(watched(["ERROR: x", "exit code 1"]))
    assert view.shown_lines == 2
    assert Watched.reads == []


def test_a_search_with_a_match_on_every_line_reads_no_more_lines_than_it_shows():
    view = find(watched([f"needle {n}" for n in range(50_000)]), "needle", max_tokens=500)
    assert "50,000 lines match `needle`" in view.text
    # All are read once to be counted, in great slices.
    assert sum(read for read in Watched.reads if read == 1) <= view.shown_lines + 10


def test_each_long_line_is_cut_around_its_own_match(log_of: LogOf):
    long = "word bla, " * 4400
    lines = [f"{long}needle number {n} is lost {long}" for n in range(12)]
    view = find(log_of(lines), r"needle number \d+", max_tokens=2000, context=200)
    shown = numbered(view.text)
    assert len(shown) >= 4
    assert all(f"needle number {number - 1} is lost" in line for number, line in shown.items())
    assert view.text.count("characters]…") == len(shown)


def test_few_matches_in_long_lines_have_more_room_each(log_of: LogOf):
    long = "word bla, " * 4400
    few = find(log_of([f"{long}needle{long}"]), "needle", max_tokens=4000)
    many = find(log_of([f"{long}needle{long}"] * 6), "needle", max_tokens=4000)
    assert len(numbered(few.text)[1]) > 2 * len(numbered(many.text)[1])


def test_the_last_match_that_fits_has_what_context_there_is_room_for(log_of: LogOf):
    lines = [f"line {n}" + (" needle" if n % 50 == 0 else "") for n in range(1, 1001)]
    view = find(log_of(lines), "needle", context=10, max_tokens=600)
    assert view.tokens >= 560
    following = int(re.findall(r"start_line=(\d+)", view.text)[-1])
    told = int(re.findall(r"(\d+) shown here", view.text)[-1])
    assert following == 50 * (told + 1)
    assert following - 50 in numbered(view.text)
    assert following not in numbered(view.text)


def test_a_match_shown_as_context_where_room_ends_is_counted(log_of: LogOf):
    lines = ["needle one", "needle two", *["word " * 60] * 40]
    view = find(log_of(lines), "needle", context=3, max_tokens=220)
    assert {1, 2} <= set(numbered(view.text))
    assert "2 lines match `needle`, 2 shown here." in view.text
    assert "Next:" not in view.text


def test_a_search_that_begins_behind_the_last_match_says_where_the_matches_are(log_of: LogOf):
    view = find(log_of(["a", "needle", "needle", "b", "c"]), "needle", start=-2)
    assert view.shown_lines == 0
    assert view.text.endswith(
        "2 lines match `needle`, 0 shown here. The last is line 3, before the line where the search began (4)."
        ' Next: read_log(log_id="log_abcdefgh2345", find="needle", start_line=2)'
    )


def test_context_does_not_leave_the_lines_a_search_keeps_to(log_of: LogOf):
    log = log_of([f"needle {n}" for n in range(1, 31)])
    view = find_view(
        log,
        HEADER,
        find="needle (5|15|25)$",
        start_line=None,
        context_lines=3,
        max_tokens=2000,
        boundary=BOUNDARY,
        spans=[(20, 26), (4, 6)],
    )
    assert list(numbered(view.text)) == [4, 5, 6, 22, 23, 24, 25, 26]
    assert "2 lines match" in view.text
    nothing = find_view(
        log,
        HEADER,
        find="NEEDLE 5$",
        start_line=None,
        context_lines=3,
        max_tokens=2000,
        boundary=BOUNDARY,
        spans=[(20, 26), (4, 4)],
    )
    assert "None of 8 lines matches `NEEDLE 5$`" in nothing.text
    assert "(?i)." not in nothing.text


def test_other_letters_are_offered(log_of: LogOf):
    view = find(log_of(REFUSED), "Connection REFUSED")
    assert "None of 6 lines matches `Connection REFUSED` (RE2, case-sensitive). 3 lines match with (?i)." in view.text
    assert view.text.endswith('Next: read_log(log_id="log_abcdefgh2345", find="(?i)Connection REFUSED")')


@pytest.mark.parametrize(
    ("asked", "near", "count"),
    [
        ("conection refused", "connection refused", "3 lines match"),
        ("connection refussed$", "connection refused$", "3 lines match"),
        (r"\bconecttion\b", r"\\bconnection\\b", "3 lines match"),
        ("givin up", "giving up", "1 line matches"),
    ],
)
def test_a_word_spelled_nearly_so_is_offered(log_of: LogOf, asked: str, near: str, count: str):
    view = find(log_of(REFUSED), asked)
    assert f"{count} `{near}`." in view.text
    assert view.text.endswith(f'Next: read_log(log_id="log_abcdefgh2345", find="{near}")')


def test_what_is_offered_stays_on_one_line(log_of: LogOf):
    view = find(log_of(REFUSED), "conection|a\nb")
    assert "`connection|a\\nb`" in view.text


@pytest.mark.parametrize(
    "asked", ["zebra", "conection zebra", r"\p{Greek} refussed", "(?P<refuse>nothing)", "x" * 2000]
)
def test_where_nothing_is_near_what_occurs_is_offered(log_of: LogOf, asked: str):
    view = find(log_of([*REFUSED, "greece refused"]), asked)
    assert "` (RE2, case-sensitive). Signs of failure here: ERROR (1)." in view.text
    assert view.text.endswith('Next: read_log(log_id="log_abcdefgh2345", find="ERROR")')


def test_where_nothing_is_known_no_call_is_made_up(log_of: LogOf):
    view = find(log_of(["plain"]), "zebra")
    assert view.text.endswith("Signs of failure here: none of the usual words.")


def test_a_long_expression_that_matches_in_other_letters_is_not_repeated(log_of: LogOf):
    view = find(log_of(["needle"]), "NEEDLE" + "( ?)" * 40)
    assert "1 line matches with (?i)." in view.text
    assert "Next:" not in view.text


def test_matches_near_each_other_are_taken_once(log_of: LogOf):
    lines = [f"needle {n}" if n in {3, 5, 6} else f"line {n}" for n in range(1, 12)]
    view = find(log_of(lines), "needle", context=2)
    assert list(numbered(view.text)) == list(range(1, 9))
    assert "3 lines match `needle`, 3 shown here." in view.text
