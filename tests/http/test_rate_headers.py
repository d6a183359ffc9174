from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.http.rate_headers import retry_after_s

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def at_noon() -> datetime:
    return NOW


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("-inf", None),
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("-5", 0),
        ("0.25", 0.25),
        ("1e9", 1e9),
        ("5, 7", None),
        ("Sun, 01 Mar 2026 12:01:30 GMT", 90),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2026 12:00:00 -0100", 3600),
        ("Sun, 01 Mar 2026 12:01:30", 90),
        ("Sun, 01 Mar 99999999999999999999 00:00:00 GMT", None),
        ("Sun, 99 Mar 2026 12:00:00 GMT", None),
        ("Sun, 01 Mar 2026 12:00:00 +9999", None),
    ],
)
def test_seconds_and_dates_are_read_and_nonsense_is_not(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, at_noon) == seconds


@given(st.text() | st.floats().map(str) | st.integers().map(str))
def test_no_value_raises_or_gives_negative_seconds(value: str) -> None:
    seconds = retry_after_s(value, at_noon)
    assert seconds is None or seconds >= 0


@given(
    st.builds(
        "{}, {} {} {} {}:{}:{} {}".format,
        st.sampled_from(["Mon", "Sun", "x"]),
        st.integers(-1, 40),
        st.sampled_from(["Jan", "Mar", "Foo"]),
        st.integers(-1, 10**20),
        st.integers(-1, 30),
        st.integers(-1, 70),
        st.integers(-1, 70),
        st.sampled_from(["GMT", "+0000", "-9999", "+2400", "-0000", "+99999999999", ""]),
    )
)
def test_no_date_raises_or_gives_negative_seconds(value: str) -> None:
    seconds = retry_after_s(value, at_noon)
    assert seconds is None or seconds >= 0


@given(st.integers(0, 10**6), st.integers(-12, 14))
def test_a_date_in_any_zone_is_as_many_seconds_away_as_it_is(seconds: int, hours: int) -> None:
    moment = (NOW + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=hours)))
    assert retry_after_s(format_datetime(moment), at_noon) == seconds


def test_dates_are_compared_with_the_wall_clock() -> None:
    assert retry_after_s("Sun, 01 Mar 2020 12:00:00 GMT") == 0
