"""The word above a block: what its lines say, told truly."""

import pytest

from mcp_server.logs.pool import names_of
from mcp_server.logs.reasons import OUTRIGHT, line_reason, reason_of
from mcp_server.logs.signals import signs_of


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Event:      OOMKilled - container was killed due to out-of-memory", "killed"),
        ("npm error nospc ENOSPC: no space left on device, write", "disk full"),
        ("Traceback (most recent call last):", "stack trace"),
        ("src/a.c:12:25: error: 'X' undeclared", "compile error"),
        ("src/a.c:9:12: warning: missing initializer for field 'flags'", "warning"),
        ("error: could not apply 6df059b", "error"),
        ("make: *** [Makefile:8: obj/a.o] Error 1", "exit"),
        ("the file is missing", "failure"),
        ("all is well", "context"),
    ],
)
def test_a_line_is_shown_for_what_it_says(line: str, reason: str) -> None:
    assert line_reason(line, names_of(signs_of(line))) == reason


def test_what_says_outright_what_went_wrong_is_more_than_a_warning_or_an_exit() -> None:
    assert {"disk full", "killed", "stack trace", "compile error", "test failure", "error"} == OUTRIGHT


@pytest.mark.parametrize(
    ("reasons", "holds_best", "ends", "word"),
    [
        ([], False, False, "context"),
        (["failure", "killed", "context"], False, False, "killed"),
        (["error"], True, False, "most telling: error"),
        (["error"], True, True, "most telling: error, last lines"),
        (["error"], False, True, "error, last lines"),
        ([], True, True, "last lines"),
    ],
)
def test_a_block_is_named_by_its_strongest_line_and_its_place(
    reasons: list[str], *, holds_best: bool, ends: bool, word: str
) -> None:
    assert reason_of(reasons, holds_best=holds_best, ends=ends) == word
