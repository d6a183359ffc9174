"""A line of the log holds one record, and nobody's secrets: neither ours nor what other libraries let slip."""

import base64
import contextlib
import io
import json
import logging
import re
import sys
from collections.abc import Generator
from urllib.parse import quote

import pytest

from mcp_server.log_lines import MAX_CHARS, LogLines, log_to_stderr, scrub_log
from mcp_server.telemetry import REQUEST

KEY = "cg+live/0123 456789abcdef"
SIGNED = "https://s3.amazonaws.com/b/k?X-Amz-Credential=AKIAIOSFODNN7EXAMPLQ&X-Amz-Signature=0f1e2d3c4b5a69788796a5b4c3d2e1f0"


@pytest.fixture
def log() -> Generator[io.StringIO]:
    """What the process's log is written to, at debug, knowing one key."""
    root, ours = logging.getLogger(), logging.getLogger("sandscope")
    levels, hook = (root.level, ours.level), sys.excepthook
    written = io.StringIO()
    try:
        with contextlib.redirect_stderr(written):
            log_to_stderr("debug")
        scrub_log([KEY])
        yield written
    finally:
        sys.excepthook = hook
        for handler in [handler for handler in root.handlers if isinstance(handler, LogLines)]:
            root.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])


def lines(log: io.StringIO) -> list[str]:
    return log.getvalue().splitlines()


def test_a_record_is_one_line_of_names_and_values(log: io.StringIO) -> None:
    named = REQUEST.set("7")
    logging.getLogger("sandscope").info("tool call", extra={"facts": {"tool": "get_run", "ms": 3, "error": ""}})
    REQUEST.reset(named)
    logging.getLogger("other").warning("plain")

    first, second = lines(log)
    assert re.fullmatch(
        r'time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info logger=sandscope request=7 msg="tool call" '
        r"tool=get_run ms=3",
        first,
    )
    assert second.endswith(" level=warning logger=other msg=plain")


def test_the_time_is_that_of_the_record_in_utc() -> None:
    record = logging.LogRecord("a", logging.INFO, "f", 1, "m", (), None)
    record.created = 1_700_000_000.9996
    assert LogLines().format(record).startswith("time=2023-11-14T22:13:21.000Z ")


@pytest.mark.parametrize("text", ["a\nlevel=error b", "a\r\n\x1b[31mb", "a\u2028b", 'a "b" = c', "a\x00b"])
def test_no_text_makes_a_second_line_or_field(log: io.StringIO, text: str) -> None:
    logging.getLogger("sandscope").info("%s", text)

    (line,) = lines(log)
    value = line.partition(" msg=")[2]
    assert json.loads(value) == text
    assert value.isascii()
    assert value.isprintable()


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        quote(KEY, safe=""),
        json.dumps({"key": KEY}),
        base64.b64encode(KEY.encode()).decode(),
        KEY.encode().hex(),
        repr(KEY.encode()),
    ],
)
def test_no_form_of_a_key_is_written_wherever_it_comes_from(log: io.StringIO, form: str) -> None:
    logging.getLogger("some.library").warning("sent %s and %r", form, {"a": [form]})
    logging.getLogger(f"some.{form}").warning("x", extra={"facts": {"seen": form}})
    asked = REQUEST.set(form)
    logging.getLogger("sandscope").warning("x")
    REQUEST.reset(asked)

    written = log.getvalue()
    assert form not in written
    assert KEY not in written
    assert written.count("[redacted:own-key:") >= 5


def test_what_looks_like_a_secret_is_not_written_either(log: io.StringIO) -> None:
    logging.getLogger("some.library").warning("GET %s Authorization: Bearer %s", SIGNED, "ya29.a0AfH6SMBx1y2z3A4b5C6d7")

    assert "0f1e2d3c4b5a" not in log.getvalue()
    assert "ya29" not in log.getvalue()


def test_whoever_reads_the_log_cannot_speak_in_a_session(log: io.StringIO) -> None:
    logging.getLogger("mcp.server").info("Terminating session: 0123456789abcdef0123456789abcdef")

    assert 'session: 01234567..."' in log.getvalue()


def test_of_an_exception_the_places_and_kinds_are_written_and_no_text(log: io.StringIO) -> None:
    def breaks() -> None:
        try:
            {}[KEY]
        except KeyError as exc:
            raise ExceptionGroup(KEY, [ValueError(KEY)]) from exc

    try:
        breaks()
    except ExceptionGroup:
        logging.getLogger("some.library").exception("it broke")

    (line,) = lines(log)
    told = json.loads(line.partition(" msg=")[2])
    assert told.startswith("it broke\n")
    assert "in breaks\n" in told
    assert told.endswith("ExceptionGroup\nValueError")
    assert KEY not in told
    assert "redacted" not in told


def test_causes_are_followed_so_far_and_no_further(log: io.StringIO) -> None:
    exc = ValueError("x")
    exc.__cause__ = exc
    logging.getLogger("some.library").error("it broke", exc_info=exc)

    assert log.getvalue().count("ValueError") == 8


def test_an_exception_nobody_catches_is_one_line_without_its_text(log: io.StringIO) -> None:
    sys.excepthook(ValueError, ValueError(KEY), None)

    (line,) = lines(log)
    assert line.endswith(r'level=critical logger=sandscope msg="not caught\nValueError"')


def test_a_long_value_shows_its_two_ends(log: io.StringIO) -> None:
    logging.getLogger("sandscope").info("begin %s end", "x" * 200_000)

    (line,) = lines(log)
    assert len(line) < MAX_CHARS + 200
    assert 'msg="begin xxx' in line
    assert line.endswith('xxx end"')


def test_a_key_is_found_before_the_middle_is_cut_out(log: io.StringIO) -> None:
    for before in range(MAX_CHARS // 2 - 30, MAX_CHARS // 2 + 5, 7):
        logging.getLogger("sandscope").info("%s", "x" * before + KEY + "x" * MAX_CHARS)

    assert KEY[:8] not in log.getvalue()
    assert KEY[-8:] not in log.getvalue()


def test_a_record_that_cannot_be_formatted_shows_nothing_of_itself(log: io.StringIO) -> None:
    # Not by a logger: pytest's own handler would raise.
    (handler,) = (handler for handler in logging.getLogger().handlers if isinstance(handler, LogLines))
    handler.handle(logging.LogRecord("some.library", logging.WARNING, "f", 1, "%d", (KEY,), None))

    assert lines(log) == ['level=error logger=some.library msg="a record could not be written"']


def test_a_stderr_that_is_gone_stops_nobody(log: io.StringIO) -> None:
    log.close()
    logging.getLogger("sandscope").warning("x")


def test_at_debug_only_our_own_lines_are_of_that_level(log: io.StringIO) -> None:
    logging.getLogger("mcp.server.sse").debug("Received JSON: %s", "body")
    logging.getLogger("urllib3.connectionpool").debug("GET /v1/traces")
    logging.getLogger("sandscope").debug("ours")

    (line,) = lines(log)
    assert "msg=ours" in line


def test_a_log_that_is_set_up_twice_is_written_once(log: io.StringIO) -> None:
    with contextlib.redirect_stderr(log):
        log_to_stderr("warning")
    logging.getLogger("sandscope").warning("x")
    logging.getLogger("sandscope").info("y")

    assert len(lines(log)) == 1
