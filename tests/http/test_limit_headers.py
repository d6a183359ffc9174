"""What responses say about their limits, in the forms servers use, and what becomes of it."""

from datetime import UTC, datetime

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.budget.window import Heard
from mcp_server.errors import RateBudgetSpent
from mcp_server.http.rate_headers import heard_from
from tests.http.wires import CHARGE, Scripted, Talk, ok, status

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NOW_S = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "heard"),
    [
        ({}, Heard()),
        ({"RateLimit": '"default";r=5;t=30', "RateLimit-Policy": '"default";q=60;w=60'}, Heard(60, 5, 30.0)),
        (
            {"RateLimit": '"burst";r=9;t=1, "daily";r=3;t=4000', "RateLimit-Policy": '"burst";q=10;w=1'},
            Heard(10, 3, 1.0),
        ),
        ({"RateLimit": "limit=60, remaining=5, reset=30"}, Heard(60, 5, 30.0)),
        ({"RateLimit-Limit": "60, 60;w=60", "RateLimit-Remaining": "5", "RateLimit-Reset": "30"}, Heard(60, 5, 30.0)),
        (
            {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW_S + 7)},
            Heard(60, 0, 7.0),
        ),
        ({"X-RateLimit-Remaining": "4", "X-RateLimit-Reset": str(NOW_S - 7)}, Heard(None, 4, 0.0)),
        ({"X-RateLimit-Remaining": " 4 "}, Heard(None, 4, None)),
        ({"X-RateLimit-Limit": "9" * 12, "X-RateLimit-Remaining": "9" * 12}, Heard(999_999_999, 999_999_999, None)),
        ({"X-RateLimit-Remaining": "9" * 13}, Heard()),
        ({"X-RateLimit-Remaining": "-1", "RateLimit-Reset": "soon", "RateLimit": '"x";remainder=5'}, Heard()),
    ],
)
def test_limit_rest_and_reset_are_read_in_every_form(headers: dict[str, str], heard: Heard) -> None:
    assert heard_from(httpx2.Headers(headers), lambda: NOW) == heard


@given(
    st.dictionaries(
        st.sampled_from(
            ["ratelimit", "ratelimit-policy", "x-ratelimit-limit", "ratelimit-remaining", "x-ratelimit-reset"]
        ),
        st.text(max_size=60),
    )
)
def test_whatever_they_hold_is_read_or_is_nothing(headers: dict[str, str]) -> None:
    heard = heard_from(headers, lambda: NOW)
    assert all(0 <= figure <= 999_999_999 for figure in (heard.limit, heard.remaining) if figure is not None)
    assert heard.reset_s is None or heard.reset_s >= 0


async def test_a_response_that_says_nothing_is_left_holds_the_next_request_back() -> None:
    said = httpx2.Response(200, json={"id": 7}, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "40"})
    wire = Scripted(said, ok())
    talk = Talk(wire)
    await talk.get()
    with pytest.raises(RateBudgetSpent, match=r"codegen\.logs is spent by the platform's own count, .* in 40 s"):
        await talk.get()
    assert len(wire.asked) == 1
    talk.time.seconds += 40
    await talk.get()


async def test_so_does_what_a_429_says_beyond_its_retry_after() -> None:
    wire = Scripted(status(429, retry_after="1", ratelimit="limit=60, remaining=0, reset=55"), ok())
    talk = Talk(wire)
    with pytest.raises(Exception, match="rate limit"):
        await talk.get(CHARGE)
    assert (len(wire.asked), (await talk.stands("codegen.logs")).said_limit) == (1, 60)
