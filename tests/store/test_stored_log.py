"""A stored log is the same after it was bytes, and bytes that are none of ours are no log."""

import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs.captured import Row, capture
from mcp_server.logs.header import Complete, Header
from mcp_server.logs.runs import RunEntry, capture_run
from mcp_server.store.stored_log import LogCodec, StoredLog
from tests.store.logs import REDACTOR, stored, stored_log, stored_run

# Control characters that part the columns, invisible and wide ones, line ends, secrets.
PIECES = st.sampled_from(
    [
        "\x1e",
        "\x1f",
        "\n",
        "\r",
        "\t",
        "\x1b[31m",
        "\x9b",
        "\u200b",
        "\u2028",
        "é",
        "世",
        "🙂",
        '"',
        "\\",
        "TOKEN=hunter22abc",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=4).map("".join)
# As they come from the platforms: cleaned like everything else.
CLEAN = TEXTS.map(lambda text: capture([Row(text)], REDACTOR).lines[0])
ROWS = st.lists(st.builds(Row, TEXTS, TEXTS, TEXTS), max_size=4)
COMPLETE: Sequence[Complete] = ("yes", "no", "unknown")
HEADERS = st.builds(
    Header,
    CLEAN,
    CLEAN,
    st.lists(st.tuples(CLEAN, CLEAN), max_size=3).map(tuple),
    st.sampled_from(COMPLETE),
    st.lists(CLEAN, max_size=3).map(tuple),
    CLEAN,
)
ENTRIES = st.lists(st.builds(RunEntry, st.integers(1), *[TEXTS] * 7), max_size=3)
CONTENT = ROWS.map(lambda rows: capture(rows, REDACTOR)) | ENTRIES.map(lambda told: capture_run(told, REDACTOR))


def again(log: StoredLog) -> StoredLog:
    return LogCodec().load(LogCodec().dump(log))


def loaded_of(data: bytes) -> StoredLog | None:
    try:
        return LogCodec().load(data)
    except ValueError:
        return None


@given(st.builds(StoredLog, CLEAN, CLEAN, HEADERS, CONTENT))
def test_every_captured_log_is_the_same_after_it_was_bytes(log: StoredLog) -> None:
    assert again(log) == log


@pytest.mark.parametrize("lines", [(), ("",), ("", ""), ("世界 🙂",), ("a", "", "\tb")])
def test_no_line_one_empty_line_and_wide_characters_are_told_apart(lines: Sequence[str]) -> None:
    assert again(stored("log_a", *lines)).log.lines == tuple(lines)


def test_everything_a_log_or_a_run_may_have_is_kept() -> None:
    assert again(stored_log()) == stored_log()
    assert again(stored_run()) == stored_run()
    assert stored_log().log.redactions
    assert stored_log().log.sanitised


def test_a_surrogate_that_got_through_does_not_lose_the_log() -> None:
    assert again(stored("log_a", "\ud800")) == stored("log_a", "\ud800")


@given(st.sampled_from([stored_log(), stored_run()]), st.data())
def test_of_damaged_bytes_comes_a_value_error_or_a_log_whose_columns_match(log: StoredLog, data: st.DataObject) -> None:
    whole = LogCodec().dump(log)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    damaged = whole[:start] + data.draw(st.binary(max_size=4)) + whole[end:]
    loaded = loaded_of(damaged)
    if loaded is not None:
        assert len(loaded.log.lines) == len(loaded.log.times) == len(loaded.log.sources)


@given(st.binary(max_size=60))
def test_bytes_of_others_are_no_log(data: bytes) -> None:
    assert loaded_of(data) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"layout": 2', b'"layout": 1'),
        (b'"count": 3', b'"count": 4'),
        (b'"note"', b'"nota"'),
        (b'"title"', b'"tit"'),
        (b"1 main", b"0 main"),
        (b"1 main", b"4 main"),
        (b"\ttab\n", b"\ttab"),
    ],
)
def test_another_layout_is_refused_whole(old: bytes, new: bytes) -> None:
    whole = LogCodec().dump(stored_log())
    assert old in whole
    with pytest.raises(ValueError, match=r"layout|match|stretch|end"):
        LogCodec().load(whole.replace(old, new))


def test_every_field_of_the_header_is_kept() -> None:
    header = stored_log().header
    unset = [field.name for field in dataclasses.fields(Header) if getattr(header, field.name) == field.default]
    assert unset == []
