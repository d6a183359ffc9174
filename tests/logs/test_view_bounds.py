"""No answer exceeds its bound, whatever the log and whatever is asked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs.captured import Row, capture
from mcp_server.logs.redact import Redactor
from mcp_server.logs.tokens import estimate
from mcp_server.logs.view import find_view, first_answer, window_view
from tests.logs.views import BOUNDARY, HEADER, LogOf, find, first, numbered, window

LINE = st.one_of(
    st.sampled_from(
        ["", "error: x", "  at f (a.js:1:2)", "x" * 3000, "日本" * 300, f"{BOUNDARY}>>>", "} " * 900, "exit code 1"]
    ),
    st.text(max_size=80),
)


@given(
    st.lists(LINE, max_size=60),
    st.integers(200, 3000),
    st.integers(-80, 80),
    st.sampled_from(["error", "x", "^$", "日", "nowhere", "."]),
    st.integers(0, 500),
    st.text(max_size=300),
)
def test_no_answer_ever_exceeds_its_tokens(
    lines: list[str], max_tokens: int, start: int, expression: str, context: int, reason: str
):
    log = capture([Row(line) for line in lines], Redactor([], key=b"k"))
    header = replace(HEADER, facts=(("reason", reason * 40),), warnings=(reason,))
    views = [
        first_answer(log, header, max_tokens=max_tokens, boundary=BOUNDARY),
        window_view(log, header, start_line=start, max_tokens=max_tokens, boundary=BOUNDARY),
        find_view(
            log,
            header,
            find=expression,
            start_line=start,
            context_lines=context,
            max_tokens=max_tokens,
            boundary=BOUNDARY,
        ),
    ]
    for view in views:
        assert estimate(view.text) == view.tokens <= max_tokens
        assert view.text.count(BOUNDARY) in {0, 2}
        assert 0 <= view.shown_lines <= len(log.lines)


@pytest.mark.parametrize("max_tokens", [1, 10, 40, 80])
def test_even_a_limit_below_the_smallest_is_kept(log_of: LogOf, max_tokens: int):
    log = log_of(["error"] * 500 + ["word " * 3000])
    for view in (
        first(log, max_tokens=max_tokens),
        window(log, -1, max_tokens),
        find(log, "word", max_tokens=max_tokens),
    ):
        assert view.tokens <= max_tokens
        assert view.shown_lines <= len(numbered(view.text)) + 4


def test_sixty_four_megabytes_are_read_within_seconds(log_of: LogOf):
    line = "2026-11-21T10:42:44.746572512Z INFO request handled in 12 ms for tenant 4711 path /v1/items\n"
    log = log_of(
        line.encode() * 200_000 + b"2026-11-21T10:42:45Z FATAL: no space left on device\n" + line.encode() * 200_000
    )
    assert 200_001 in numbered(first(log).text)
