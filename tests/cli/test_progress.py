"""What people see while they wait."""

import io
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping

import pytest

from mcp_server.commands.progress import progress

HOSTILE = "step \x1b]0;owned\x07\x1b[2J\u202e[bold]two[/bold]\nnext"
CLEAN = "step [bold]two[/bold] next"


class Terminal(io.StringIO):
    """A stream that says it is a terminal, and tells when something was written that is looked for."""

    def __init__(self, awaited: str = "") -> None:
        super().__init__()
        self.awaited = awaited
        self.seen = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        written = super().write(text)
        if self.awaited and self.awaited in self.getvalue():
            self.seen.set()
        return written


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Terminal]:
    """Makes stdout one terminal and gives another; called in the test, since pytest sets stdout when that begins."""

    def made(awaited: str = "") -> Terminal:
        monkeypatch.setattr(sys, "stdout", Terminal())
        return Terminal(awaited)

    return made


def test_a_terminal_has_one_line_that_says_how_far_it_is_and_is_gone_at_the_end(
    at_a_terminal: Callable[..., Terminal],
) -> None:
    terminal = at_a_terminal("reading pages")
    with progress("Report", stream=terminal, environ={}, after_s=0) as report:
        report("reading pages", 3, 10)
        assert terminal.seen.wait(10)
        terminal.awaited = "drawing"
        terminal.seen.clear()
        report("drawing")
        assert terminal.seen.wait(10)
    # The last thing is to erase the line (ECMA-48, EL).
    assert terminal.getvalue().rstrip("\x1b[?25h\n").endswith("\x1b[2K")


def test_what_a_platform_says_moves_no_cursor(at_a_terminal: Callable[..., Terminal]) -> None:
    terminal = at_a_terminal(CLEAN)
    with progress("Call", stream=terminal, environ={}, after_s=0) as report:
        report(HOSTILE)
        assert terminal.seen.wait(10)
    assert "owned" not in terminal.getvalue()
    assert "\x1b[2J" not in terminal.getvalue()


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_whoever_wants_no_colours_gets_none(
    at_a_terminal: Callable[..., Terminal], environ: Mapping[str, str], *, coloured: bool
) -> None:
    terminal = at_a_terminal("Call")
    with progress("Call", stream=terminal, environ=environ, after_s=0):
        assert terminal.seen.wait(10)
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-9]", terminal.getvalue())) == coloured


def test_what_is_done_soon_shows_nothing(at_a_terminal: Callable[..., Terminal]) -> None:
    terminal = at_a_terminal()
    with progress("Call", stream=terminal, environ={}, after_s=60) as report:
        report("one of many", 1, 2)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"CI": "true"}])
def test_a_terminal_that_cannot_rewrite_gets_plain_lines(
    at_a_terminal: Callable[..., Terminal], environ: Mapping[str, str]
) -> None:
    terminal = at_a_terminal()
    with progress("Report", stream=terminal, environ=environ) as report:
        report("reading", 3, 10)
        report("reading", 3, 10)
        report("reading", 4)
        report(HOSTILE)
    assert terminal.getvalue().splitlines() == [
        "Report: reading (3 of 10)",
        "Report: reading (4)",
        f"Report: {CLEAN}",
    ]


@pytest.mark.parametrize("piped", ["stdout", "stderr"])
def test_in_a_pipe_it_is_silent_and_the_log_has_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, piped: str
) -> None:
    stream = io.StringIO() if piped == "stderr" else Terminal()
    monkeypatch.setattr(sys, "stdout", io.StringIO() if piped == "stdout" else Terminal())
    with caplog.at_level(logging.INFO, "sandscope"), progress("Report", stream=stream, environ={}) as report:
        report("reading", 3, 10)
    assert stream.getvalue() == ""
    assert caplog.messages == ["Report: reading (3 of 10)"]


def test_stderr_is_where_it_goes(monkeypatch: pytest.MonkeyPatch, at_a_terminal: Callable[..., Terminal]) -> None:
    terminal = at_a_terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress("Report", environ={"CI": "1"}) as report:
        report("reading")
    assert terminal.getvalue() == "Report: reading\n"
