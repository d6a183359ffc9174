import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import clean_line, sanitise

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)
TERMINAL = st.lists(
    st.sampled_from(
        [
            "\x1b[31m",
            "\x1b[",
            "\x1b]8;;http://x\x1b\\",
            "\x1b]0;t",
            "\x07",
            "\x9b1m",
            "\x9d0;t\x9c",
            "\x1b(B",
            "\x1b",
            "^[[",
            "^[[0m",
            "^[",
            "[1",
            "\r",
            "\r\n",
            "\n",
            "a",
            "é",
            "\u202e",
            "\u200b",
            "\U000e0041",
            "�",
            "3",
            ";",
            "m",
            "[",
            "]",
            "^",
        ]
    ),
    max_size=40,
).map("".join)


@given(ANY_TEXT | TERMINAL)
def test_what_is_sanitised_once_stays_as_it_is(text: str):
    clean, removed = sanitise(text)
    assert sanitise(clean) == (clean, 0)
    assert clean.count("\n") == text.count("\n")
    assert removed >= 0
    assert not [c for c in clean if c not in "\t\n" and unicodedata.category(c) in {"Cc", "Cs"}]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]8;;https://x.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]0;a title without an end", "a title without an end"),
        ("\x90dcs\x9cok", "ok"),
        ("\x1b(Btext\x1b", "text"),
        ("a\x00b\x08c\x7fd", "abcd"),
        ("pay\u202etfel\u2066x", "paytfelx"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("hid\U000e0041\U000e0042den", "hidden"),
        ("caf\u00e9 \ud800 ok", "caf\u00e9  ok"),
        ("\ud800", ""),
        ("^[[38;5;9mFAILED^[[0m", "FAILED"),
        ("exit code 1^[[0m", "exit code 1"),
        ("^[[1^[[0mm ^^[[0m[[1mx", "m [[1mx"),
        ("^C and ^[[ and x^2", "^C and ^[[ and x^2"),
        ("\x1b[2J\x1b[1;1Hscreen\x1b[?25l", "screen"),
        ("\x1b[31", ""),
        ("é\x9b31mred\x9d0;t\x9c\x9b", "éred"),
        ("tab\tstays", "tab\tstays"),
        ("one\r\ntwo\r\r\n", "one\ntwo\n"),
        ("10%\r50%\r100%\ndone", "100%\ndone"),
        ("100%\r   \r", "100%"),
        ("\r\r", ""),
        ("state\r\x00\u200b", "state"),
    ],
)
def test_text_is_left_as_a_reader_would_see_it(raw: str, clean: str):
    assert sanitise(raw)[0] == clean


def test_removed_characters_are_counted_without_carriage_returns():
    assert sanitise("\x1b[31ma\r\n\u200b\u00e9\x00") == ("a\n\u00e9", 7)


def test_ten_thousand_sequences_on_a_line_are_linear():
    for piece in ("\x1b[0m", "\x1b]", "\x9d", "\x1b[0;", "^[[0m", "^", "^[", "^[[1", "\r1%"):
        assert len(sanitise(piece * 10_000)[0]) <= (40_000 if piece in {"^", "^[", "^[[1"} else 2)


def test_an_upstream_error_becomes_one_short_clean_line(redactor: Redactor, own_key: str):
    text = f"\x1b[31mbad\r\n  gateway\u202e key {own_key}\n" + "x" * 10_000
    line = clean_line(text, redactor, limit=80)
    assert line.startswith("bad gateway key [redacted:own-key:")
    assert line.endswith("…")
    assert len(line) == 80
    assert clean_line("short", redactor) == "short"
    assert clean_line("long text", redactor, limit=1) == "…"
