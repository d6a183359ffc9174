"""Text of a run that is told in part."""

from mcp_server.logs.redact import Redactor
from mcp_server.platforms.codegen.facts import clean_text

REDACTOR = Redactor([], key=b"k")


def test_of_a_text_of_megabytes_the_beginning_is_told_and_how_much_is_left_out() -> None:
    line = "a line of a result\n"
    told = clean_text(line * 100_000, REDACTOR, limit=1000)
    beginning, _, note = told.rpartition("\n")
    assert beginning == (line * 100)[:1000]
    assert abs(int(note.split()[0].strip("[")) - (len(line) * 100_000 - 1000)) <= 1


def test_a_secret_where_cleaning_ends_is_not_told_in_half() -> None:
    token = "ghp_Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3Jk6Lm9CcZq8R"
    text = "\x1b[0m" * 4995 + "\n" + f"token {token}\n" * 100
    told = clean_text(text, REDACTOR, limit=1000)
    assert "ghp_" not in told


def test_a_text_without_newlines_is_told_too() -> None:
    assert clean_text("x" * 50_000, REDACTOR, limit=100) == f"{'x' * 100}\n[49900 more characters]"
    assert not clean_text(None, REDACTOR)
