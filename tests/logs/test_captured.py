import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs.captured import CapturedLog, Row, capture, digest_id, rows_of_text
from mcp_server.logs.redact import Redactor

REDACTOR = Redactor([], key=b"k")
LogOf = Callable[[str | bytes], CapturedLog]


@pytest.mark.parametrize(
    ("line", "time", "text"),
    [
        ("2026-11-21T10:42:44.746572512Z started", "2026-11-21T10:42:44.746572512Z", "started"),
        ("2026-11-21T10:42:44.7465725Z ##[error]boom", "2026-11-21T10:42:44.7465725Z", "##[error]boom"),
        ("2026-11-21T10:42:44+01:00 offset", "2026-11-21T10:42:44+01:00", "offset"),
        ("2026-11-21T10:42:44.1Z stderr F from kubelet", "2026-11-21T10:42:44.1Z", "from kubelet"),
        ("2026-11-21T10:42:44Z", "2026-11-21T10:42:44Z", ""),
        ("\ufeff2026-11-21T10:42:44Z after a mark", "2026-11-21T10:42:44Z", "after a mark"),
        ("2026-11-21 10:42:44 not RFC 3339", "", "2026-11-21 10:42:44 not RFC 3339"),
        ("at 2026-11-21T10:42:44Z inside", "", "at 2026-11-21T10:42:44Z inside"),
    ],
)
def test_a_timestamp_in_front_moves_into_its_column(log_of: LogOf, line: str, time: str, text: str):
    log = log_of(f"2026-11-21T10:42:43Z first\n{line}\n")
    assert log.lines == ("first", text)
    assert log.times == ("2026-11-21T10:42:43Z", time)


NUMBERS = st.integers(0, 9)
STAMP = st.builds(
    "{}{}T10:42:4{}{}Z".format, st.just("2026-11-2"), NUMBERS, NUMBERS, st.sampled_from(["", ".5", ".746572512"])
)


@given(
    st.lists(st.tuples(STAMP | st.just(""), st.text("ab :-", max_size=4)), min_size=1, max_size=12),
    st.sampled_from(["", "\n"]),
)
def test_each_line_has_its_own_time_however_many_have_one(rows: list[tuple[str, str]], end: str):
    lines = [f"{time} {text}" if time else f"-{text}" for time, text in rows]
    log = capture(rows_of_text("\n".join(lines) + end), REDACTOR)
    assert log.lines == tuple(text if time else f"-{text}" for time, text in rows)
    assert log.times == tuple(time for time, _ in rows)
    assert log.raw_bytes == sum(len(line) + 1 for line in lines)


LOCAL = "2026-11-21 10:42:44,123"


@pytest.mark.parametrize(
    ("text", "times", "lines"),
    [
        (f"{LOCAL} INFO a\n{LOCAL} ERROR b", ("2026-11-21T10:42:44,123",) * 2, ("INFO a", "ERROR b")),
        (f"{LOCAL} a\n" * 9 + "  a frame\n", ("2026-11-21T10:42:44,123",) * 9 + ("",), ("a",) * 9 + ("  a frame",)),
        (f"{LOCAL} a\nplain\n", ("", ""), (f"{LOCAL} a", "plain")),
        ("2026-11-21 10:42:44 a\n", ("",), ("2026-11-21 10:42:44 a",)),
        (f"at {LOCAL} a\n", ("",), (f"at {LOCAL} a",)),
    ],
)
def test_a_local_timestamp_moves_only_where_nearly_all_lines_have_one(
    log_of: LogOf, text: str, times: tuple[str, ...], lines: tuple[str, ...]
):
    assert (log_of(text).times, log_of(text).lines) == (times, lines)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_a_mark_is_read(log_of: LogOf, encoding: str):
    assert log_of("\ufeffüber\r\n世界 🙂".encode(encoding)).lines == ("über", "世界 🙂")


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_a_newline_ends_a_line(log_of: LogOf, end: str):
    assert log_of(f"a{end}b\nc").lines == ("ab", "c")
    assert log_of(f"a{end}b\nc".encode()).lines == ("ab", "c")


def test_a_row_of_many_megabytes_is_cleaned_in_pieces():
    text = "\n".join(f"{n} \x1b[31mred\x1b[0m" for n in range(120_000))
    log = capture([Row(text, "t", "s"), Row("last", "u", "s")], REDACTOR)
    assert log.lines[-2:] == ("119999 red", "last")
    assert log.times[-2:] == ("t", "u")
    assert log.sources == ("s",) * 120_001


def test_labels_beyond_those_that_are_remembered_are_cleaned_too():
    log = capture([Row("x", f"\x1b[3{n % 8}m{n}") for n in range(200)], REDACTOR)
    assert log.times == tuple(map(str, range(200)))


@given(
    st.binary(max_size=300)
    | st.lists(st.sampled_from([b"\xff", b"\n", b"\r", b"\x00", b"\x1b[", b"a", b"\xed\xa0\x80"])).map(b"".join)
)
def test_any_bytes_are_so_many_clean_lines_and_never_an_error(data: bytes):
    log = capture(rows_of_text(data), REDACTOR)
    text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")
    assert len(log.lines) == text.count("\n") + (not text.endswith("\n") and text != "")
    again = capture(rows_of_text("\n".join(log.lines)), Redactor([], key=b"k", enabled=False))
    assert again.sanitised == 0


def test_bytes_decode_with_replacement(log_of: LogOf):
    assert log_of(b"caf\xc3\xa9 \xff\n\xe6\x97").lines == ("café \ufffd", "\ufffd")


def test_an_empty_text_is_an_empty_log(log_of: LogOf):
    log = log_of("")
    assert (log.lines, log.times, log.sources, log.raw_bytes) == ((), (), (), 0)


def test_rows_become_lines_of_their_time_and_source():
    log = capture(
        [Row("a\n", "2026-11-21T10:00:00Z", "web"), Row("", source="db"), Row(b"b\nc\n\n", "t1", "db"), Row("d")],
        REDACTOR,
    )
    assert log.lines == ("a", "", "b", "c", "", "d")
    assert log.sources == ("web", "db", "db", "db", "db", "")
    assert log.times == ("2026-11-21T10:00:00Z", "", "t1", "t1", "t1", "")


def test_labels_from_upstream_are_cleaned_too():
    token = "ghp_Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3Jk6Lm9CcZq8R"
    log = capture([Row("x", f"\x1b[31m{token}\n", "a\u202eb c\n" + "d" * 100)], REDACTOR)
    assert log.times[0].startswith("[redacted:github:")
    assert log.sources[0].startswith("ab c d")
    assert len(log.sources[0]) <= 60


@pytest.mark.parametrize("before", ["", "#7 ", "#7"])
def test_a_secret_is_no_name_of_a_container_or_tool(before: str):
    token = "ghp_Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3Jk6Lm9CcZq8R"
    log = capture([Row("x", source=f"{before}{token}")] * 2, REDACTOR)
    assert log.sources[0] == log.sources[1]
    assert log.sources[0].startswith(f"{before}[redacted:github:")


def test_counts_tell_what_was_replaced_and_removed():
    log = capture([Row("\x1b[31mred\x1b[0m password=hunter22 \x00")], REDACTOR)
    assert log.lines[0].startswith("red password=[redacted:assigned:")
    assert log.redactions == {"assigned": 1}
    assert log.sanitised == 10


def test_raw_bytes_are_those_of_the_text_before_cleaning(log_of: LogOf):
    assert log_of("é\x1b[0m\n").raw_bytes == 7
    assert log_of(b"abc\ndef").raw_bytes == 8


KEY_LINES = [f"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ{n:03}" for n in range(40)]


@pytest.mark.parametrize("before", range(11_475, 11_530, 5))
def test_a_private_key_is_found_across_pieces_of_a_megabyte(before: int):
    filler = [f"{n:06} {'filler ' * 11}......" for n in range(before)]
    lines = [*filler, "-----BEGIN PRIVATE KEY-----", *KEY_LINES, "-----END PRIVATE KEY-----", "after"]
    log = capture(rows_of_text("\n".join(lines)), REDACTOR)
    assert len(log.lines) == len(lines)
    assert not any("MIIE" in line for line in log.lines)
    assert log.lines[:before] == tuple(filler)
    assert log.lines[-1] == "after"


def test_a_key_that_opens_a_piece_waits_for_its_end():
    rows = [Row("-----BEGIN PRIVATE KEY-----\n" + "\n".join(KEY_LINES * 300)), Row("x" * 1_100_000), Row("end")]
    log = capture(rows, REDACTOR)
    assert len(log.lines) == 12_003
    assert log.lines[-1] == "end"
    held = [
        Row("\x1b[0m" * 300_000 + "-----BEGIN PRIVATE KEY-----\n" + KEY_LINES[0]),
        Row(KEY_LINES[1] + "\n-----END PRIVATE KEY-----"),
    ]
    assert not any("MIIE" in line for line in capture(held, REDACTOR).lines)


def test_forty_megabytes_on_one_line_are_one_line(log_of: LogOf):
    log = log_of(b"x" * 40_000_000)
    assert len(log.lines) == 1
    assert log.raw_bytes == 40_000_001


def test_equal_content_and_parts_have_an_equal_id(log_of: LogOf):
    one, same, other = log_of("a\nb"), log_of("a\nb\n"), log_of("a\nc")
    assert digest_id(one, "sb-1") == digest_id(same, "sb-1")
    assert len({digest_id(one), digest_id(one, "sb-1"), digest_id(one, "sb", "-1"), digest_id(other)}) == 4
    assert re.fullmatch(r"log_[a-z2-7]{12}", digest_id(one, "\ud800"))
    many = log_of("\n".join(map(str, range(10_000))))
    assert digest_id(many) != digest_id(log_of("\n".join(map(str, range(9_999)))))


PIECES = [
    "a",
    "\n",
    "\r\n",
    "\r",
    "\x1b[0m",
    "é",
    "\ud800",
    "\x00",
    "2026-11-21T10:42:44Z ",
    "\u202e",
    " ",
    "password=hunter22",
    "\t",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_columns_have_equal_length_and_lines_are_clean(text: str):
    log = capture(rows_of_text(text), REDACTOR)
    assert (
        len(log.lines)
        == len(log.times)
        == len(log.sources)
        == text.count("\n") + (not text.endswith("\n") and text != "")
    )
    assert not any(c in line for line in log.lines for c in "\n\r\x00\x1b\u202e\ud800")
