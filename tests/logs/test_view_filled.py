"""An answer uses the room it has, and shows a line wherever one fits."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs.blocks import Block, cost_in, number_of, numbered, usual_opening_tokens
from mcp_server.logs.captured import CapturedLog, Row, capture
from mcp_server.logs.filling import filled
from mcp_server.logs.redact import Redactor
from mcp_server.logs.tokens import estimate
from mcp_server.logs.view import View
from tests.logs.views import HEADER, LogOf, find, first, window
from tests.logs.views import numbered as lines_in

TEXT = st.one_of(
    st.sampled_from(
        ["", "ERROR: x", "FATAL: gone", "y" * 2000, "日本 " * 200, "} " * 300, "exit code 1", "plain line"]
    ),
    st.text(max_size=60),
)
TIME = st.sampled_from(["", "2026-11-21T10:42:44.746572512Z", "yesterday, at about a quarter past ten", "時" * 40])
SOURCE = st.sampled_from(["", "web", "sidecar-with-a-long-name-6f9c8d7b5-x2x4z", "容器" * 20, "db"])
ROWS = st.lists(st.builds(Row, TEXT, TIME, SOURCE), min_size=1, max_size=40)


def captured(rows: Sequence[Row]) -> CapturedLog:
    return capture(rows, Redactor([], key=b"k"))


def views_of(log: CapturedLog, max_tokens: int) -> dict[str, View]:
    return {
        "first": first(log, max_tokens=max_tokens),
        "window": window(log, 1, max_tokens),
        "end": window(log, -1, max_tokens),
        "find": find(log, ".|^$", context=2, max_tokens=max_tokens),
    }


@given(ROWS, st.integers(1, 15), st.integers(300, 20_000))
def test_whatever_the_log_a_line_is_shown_and_the_limit_kept(rows: list[Row], times: int, max_tokens: int):
    log = captured(rows * times)
    for name, view in views_of(log, max_tokens).items():
        assert estimate(view.text) == view.tokens <= max_tokens, name
        assert view.shown_lines == len(lines_in(view.text)) >= 1, name


def test_many_blocks_with_times_and_sources_do_not_crowd_out_all_lines():
    rows = [
        Row(
            f"ERROR {n:x}: {'abcdefgh'[n % 8] * (n % 40)} failed" if n % 9 == 0 else f"step {n}",
            f"at {n} minutes past whatever hour it was",
            ("web-7d9f8b6c5d-x2x4z", "sidecar", "db-0")[n % 3],
        )
        for n in range(3788)
    ]
    log = captured(rows)
    for max_tokens in (300, 500, 1000, 4000, 20_000):
        view = first(log, max_tokens=max_tokens)
        assert view.tokens <= max_tokens
        assert view.shown_lines >= max_tokens // 60
        assert f"Left out: {3788 - view.shown_lines:,} of 3,788 lines" in view.text


@pytest.mark.node
def test_the_real_number_of_tokens_is_within_the_limit(count_o200k: Callable[[Sequence[str]], list[int]]):
    rows = [
        Row(
            f"{'エラー ' * (n % 7)}ERROR {n}: {n * 7919:x} /srv/app_{n}.py }}}}",
            f"2026-11-21T10:00:{n % 60:02}Z",
            f"c{n % 4}",
        )
        for n in range(600)
    ]
    limits = (200, 300, 500, 2000, 20_000)
    texts = [view.text for limit in limits for view in views_of(captured(rows), limit).values()]
    bounds = [limit for limit in limits for _ in range(4)]
    assert all(count <= bound for count, bound in zip(count_o200k(texts), bounds, strict=True))


@pytest.mark.parametrize("max_tokens", [500, 1000, 2000, 4000])
def test_a_first_answer_of_a_long_log_is_full(log_of: LogOf, build_log: list[str], max_tokens: int):
    view = first(log_of(build_log), max_tokens=max_tokens)
    assert 0.95 * max_tokens <= view.tokens


@pytest.mark.parametrize("max_tokens", [500, 1000, 2000, 4000])
def test_a_window_and_a_search_of_a_long_log_are_full(log_of: LogOf, build_log: list[str], max_tokens: int):
    log = log_of(build_log)
    for view in (window(log, 30, max_tokens), find(log, "module", max_tokens=max_tokens)):
        # A line of this log takes about thirty tokens.
        assert max_tokens - 40 <= view.tokens


def blocks_at(log: CapturedLog, *spans: tuple[int, int]) -> list[Block]:
    return [Block("error", a, b, tuple(numbered(n, log.lines[n - 1]) for n in range(a, b + 1))) for a, b in spans]


def cost(log: CapturedLog, blocks: Sequence[Block]) -> int:
    return sum(cost_in(block, log) for block in blocks)


def test_blocks_are_widened_towards_each_other_and_joined(log_of: LogOf):
    log = log_of([f"line {n}" for n in range(1, 31)])
    blocks = blocks_at(log, (5, 6), (10, 10))
    joined = filled(log, blocks, cost(log, blocks) + 60, 10)
    assert [(block.reason, block.first, block.last) for block in joined] == [("error", 3, 12)]
    assert [number_of(row) for row in joined[0].rows] == list(range(3, 13))


def test_the_whole_log_ends_the_widening(log_of: LogOf):
    log = log_of(["a", "b", "c"])
    assert [number_of(row) for row in filled(log, blocks_at(log, (2, 2)), 900, 2)[0].rows] == [1, 2, 3]


def test_a_line_that_does_not_fit_ends_the_widening_on_its_side(log_of: LogOf):
    log = log_of(["a", "b", "word " * 40, "c", "d", "e"])
    blocks = blocks_at(log, (4, 4))
    wide = filled(log, blocks, cost(log, blocks) + 30, 4)
    assert [number_of(row) for row in wide[0].rows] == [4, 5, 6]


def test_the_best_block_is_kept_first_then_the_end(log_of: LogOf):
    log = log_of([f"line {n}" for n in range(1, 301)])
    blocks = blocks_at(log, (10, 10), (50, 60), (150, 150), (290, 300))
    room = cost(log, blocks[1:2]) + 20
    kept = filled(log, blocks, room, 55)
    assert cost(log, kept) <= room
    assert (kept[0].first, kept[0].last) == (50, 60)
    assert kept[-1].last == 300
    assert len(kept) == 2


def test_a_block_too_large_begins_at_its_best_line(log_of: LogOf):
    log = log_of([f"line {n}" for n in range(1, 101)])
    blocks = blocks_at(log, (1, 100))
    kept = filled(log, blocks, 60, 50)
    assert 50 in [number_of(row) for row in kept[0].rows]
    assert cost(log, kept) <= 60


def test_a_block_cut_within_a_fold_does_not_end_with_it(log_of: LogOf):
    log = log_of([f"line {n}" for n in range(1, 12)])
    row = numbered(1, "line 1")
    block = Block("error", 1, 9, (row, "  ... 7 similar lines", numbered(9, "word " * 30)))
    room = cost_in(Block("error", 1, 1, (row, "  ... 7 similar lines")), log)
    assert filled(log, [block], room, 5)[0].rows[:1] == (row,)
    assert all(number_of(row) for row in filled(log, [block], room, 5)[0].rows)


def test_a_single_line_too_long_is_cut_and_without_any_room_left_out(log_of: LogOf):
    log = log_of(["word " * 200])
    blocks = blocks_at(log, (1, 1))
    assert filled(log, blocks, 60, 1)[0].rows[0].endswith("…")
    assert filled(log, blocks, 10, 1) == []


def test_an_opening_usually_costs_what_times_and_sources_of_the_log_make_it(log_of: LogOf):
    plain, timed = log_of(["a", "b"]), captured([Row("a", "2026-11-21T10:00:00Z", "web")] * 3)
    assert usual_opening_tokens(plain) == estimate("[error]\n")
    assert usual_opening_tokens(timed) == estimate("[error · 10:00:00 · web]\n")
    assert usual_opening_tokens(log_of("")) > 0


@pytest.mark.parametrize(
    ("row", "number"), [("  12 | a", 12), ("  ... 3 similar lines", 0), ("[a | b", 0), ("  x | y", 0), ("  12", 0)]
)
def test_a_row_tells_its_number(row: str, number: int):
    assert number_of(row) == number


def test_an_answer_with_hardly_any_room_shows_the_line_that_tells_most(log_of: LogOf):
    log = log_of(["FATAL: " + "the disk is full of " * 20, *["x" * 2000] * 400])
    view = first(log, HEADER, 200)
    assert view.shown_lines >= 1


def test_a_window_without_room_for_a_line_says_so(log_of: LogOf):
    view = window(log_of(["word " * 300] * 9), 1, 100)
    assert view.shown_lines == 0
    assert "No room for line 1 of 9" in view.text


def test_a_header_fact_that_has_no_room_is_left_out(log_of: LogOf):
    facts = tuple((f"fact {n}", "told at length " * 9) for n in range(40))
    view = first(log_of(["error"] * 900), replace(HEADER, facts=facts), 200)
    assert view.tokens <= 200
    assert "fact 0: " in view.text
    assert "fact 39" not in view.text


def test_lines_each_opened_at_length_fill_the_room():
    rows = [
        Row(
            f"{chr(65 + n % 26) * 3}Error: x" if n % 6 == 0 else "word " * 400,
            f"at {n} minutes past whatever hour it was",
            f"sidecar-with-a-long-name-6f9c8d7b5-{n}",
        )
        for n in range(600)
    ]
    for max_tokens in (500, 1000, 2000):
        view = first(captured(rows), max_tokens=max_tokens)
        assert 0.9 * max_tokens <= view.tokens <= max_tokens
        assert view.shown_lines >= max_tokens // 160


def test_a_match_is_cut_to_what_room_there_is(log_of: LogOf):
    log = log_of(["needle " + "word " * 900])
    assert all(find(log, "needle", max_tokens=limit).tokens <= limit for limit in range(100, 200, 5))
    assert find(log, "needle", max_tokens=130).shown_lines == 1
