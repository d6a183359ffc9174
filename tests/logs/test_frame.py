"""What stands around the lines: it leaves them room, tells the truth, and is never over its limit."""

from collections.abc import Sequence

import pytest

from mcp_server.logs.blocks import Block, numbered, opening
from mcp_server.logs.captured import CapturedLog, Row, capture
from mcp_server.logs.frame import framed, size_text
from mcp_server.logs.redact import Redactor
from mcp_server.logs.tokens import estimate
from tests.logs.views import BOUNDARY, HEADER, LogOf


def rows_in(log: CapturedLog, count: int) -> list[Block]:
    return [Block("error", n, n, (numbered(n, log.lines[n - 1]),)) for n in range(1, count + 1)]


@pytest.mark.parametrize("per_row", [1, 4, 9, 25])
def test_a_body_that_counts_its_lines_too_cheap_still_shows_some(log_of: LogOf, per_row: int):
    log = log_of([f"line {n} of this log" for n in range(900)])

    def body(room: int) -> tuple[Sequence[Block], str]:
        blocks = rows_in(log, min(room // per_row, 900))
        return blocks, f"{len(blocks)} lines are shown."

    text, tokens, fits = framed(log, HEADER, body, max_tokens=400, boundary=BOUNDARY)
    assert fits
    assert estimate(text) == tokens <= 400
    assert f"\n{text.count(' | ')} lines are shown." in text
    assert text.count(" | ") >= 1


def test_a_body_that_counts_exactly_is_asked_once(log_of: LogOf):
    log = log_of(["x"])
    rooms: list[int] = []

    def body(room: int) -> tuple[Sequence[Block], str]:
        rooms.append(room)
        blocks = rows_in(log, 1)
        used = sum(estimate(f"{text}\n") for text in ("[error]", *blocks[0].rows))
        return blocks, " a" * (room - used)

    _, tokens, fits = framed(log, HEADER, body, max_tokens=300, boundary=BOUNDARY)
    assert (len(rooms), tokens, fits) == (1, 300, True)


def test_where_no_line_fits_the_footer_is_that_of_no_line(log_of: LogOf):
    log = log_of(["word " * 900])

    def body(room: int) -> tuple[Sequence[Block], str]:
        return (rows_in(log, 1), "One line is shown.") if room else ((), "No line is shown.")

    text, tokens, fits = framed(log, HEADER, body, max_tokens=200, boundary=BOUNDARY)
    assert not fits
    assert tokens <= 200
    assert text.endswith("\nNo line is shown.")
    assert BOUNDARY not in text


def test_lines_full_of_the_boundary_leave_room_for_its_replacement(log_of: LogOf):
    log = log_of([BOUNDARY * 9] * 300)

    def body(room: int) -> tuple[Sequence[Block], str]:
        return rows_in(log, room // 30), "done"

    text, tokens, fits = framed(log, HEADER, body, max_tokens=1000, boundary=BOUNDARY)
    assert fits
    assert tokens <= 1000
    assert text.count(BOUNDARY) == 2


def test_rows_that_are_no_log_lines_are_opened_by_their_reason_alone():
    log = capture([Row("x", "2026-11-21T10:00:00Z", "web")], Redactor([], key=b"k"))
    assert opening(Block("overview", 0, 0, ("three steps",)), log) == "[overview]"
    assert opening(Block("error", 1, 1, ("  1 | x",)), log) == "[error · 10:00:00 · web]"


@pytest.mark.parametrize(("size", "text"), [(1, "1 bytes"), (1000, "1.0 kB"), (2_340_000, "2.3 MB")])
def test_sizes_are_readable(size: int, text: str):
    assert size_text(size) == text
