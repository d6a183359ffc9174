"""A line of any length and any bytes is told apart from the next, and is a message or has its refusal."""

import json
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types import INVALID_REQUEST, PARSE_ERROR, JSONRPCError, JSONRPCNotification, JSONRPCRequest

from mcp_server.server import lines as module
from mcp_server.server.lines import Line, Overlong, Refused, lines, message_of

pytestmark = pytest.mark.anyio


def reading(chunks: Sequence[bytes]) -> Callable[[], Awaitable[bytes]]:
    """Gives one after the other, none of them empty, and then nothing."""
    left = [chunk for chunk in chunks if chunk]

    async def read() -> bytes:
        return left.pop(0) if left else b""

    return read


async def read_all(chunks: Sequence[bytes]) -> list[Line]:
    return [line async for line in lines(reading(chunks))]


def refused(line: Line) -> JSONRPCError:
    said = message_of(line)
    assert isinstance(said, Refused)
    return said.answer


def overlong(document: dict[str, Any]) -> Overlong:
    """As it is held whose text is longer than both its ends."""
    text = json.dumps(document).encode()
    return Overlong(text[: 64 * 1024], text[-4 * 1024 :])


async def test_lines_are_the_same_however_their_bytes_come() -> None:
    text = b'{"a": 1}\n\n{"b": "\xc3\xa9"}\r\nlast'
    whole = [b'{"a": 1}', b"", b'{"b": "\xc3\xa9"}\r', b"last"]
    for size in range(1, len(text) + 1):
        assert await read_all([text[at : at + size] for at in range(0, len(text), size)]) == whole
    assert await read_all([text + b"\n"]) == whole
    assert await read_all([]) == []


async def test_of_a_line_over_the_cap_only_its_ends_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LINE_BYTES", 20)
    monkeypatch.setattr(module, "_HEAD_BYTES", 4)
    monkeypatch.setattr(module, "_TAIL_BYTES", 3)
    for size in (1, 7, 50):
        text = b"a" * 20 + b"\n" + b"head" + b"b" * 30 + b"end" + b"\nnext"
        found = await read_all([text[at : at + size] for at in range(0, len(text), size)])
        assert found == [b"a" * 20, Overlong(b"head", b"end"), b"next"]


LONG = "x" * 100_000
CALL = {"name": "whoami", "arguments": {"id": 3, "text": LONG}}


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": CALL}, 7),
        ({"params": CALL, "method": "tools/call", "jsonrpc": "2.0", "id": "a\u00e9"}, "a\u00e9"),
        ({"error": {"message": LONG}, "id": 7}, None),
        ({"result": {"text": LONG}, "jsonrpc": "2.0", "id": 7}, None),
        ({"id": 7, "jsonrpc": "2.0", "method": "notifications/cancelled", "text": '"result": 1' + LONG}, 7),
        ({"method": '"id": 5}', "id": -3, "params": {"text": '", "id": 4}' + LONG}}, -3),
        ({"method": "m", "params": {"id": 5, "text": LONG}}, None),
        ({"method": "m", "params": {"text": LONG, "id": 5}}, None),
        ({"method": "m", "params": CALL, "id": None}, None),
        ({"method": "m", "params": CALL, "id": 1.5}, None),
        ({"method": "m", "params": CALL, '"id': 5}, None),
        ({"method": "m", "params": {"text": LONG + '"id":5}'}}, None),
        ({"method": ["]", {"id": 1}], "id": 8, "params": CALL}, 8),
    ],
)
def test_a_request_over_the_cap_is_refused_under_its_own_id(document: dict[str, Any], told: object) -> None:
    line = overlong(document)
    answer = refused(line)
    assert len(line) == (64 + 4) * 1024
    assert (answer.id, answer.error.code) == (told, INVALID_REQUEST)
    assert "over 4,194,304 bytes" in answer.error.message


def test_what_is_no_request_has_no_id() -> None:
    assert refused(Overlong(b'[{"jsonrpc": "2.0", "id": 1', b"]")).id is None
    assert refused(Overlong(b'{"id": ' + b"9" * 5000 + b",", b"x")).id is None
    assert refused(Overlong(b'{"id": "\\x",', b"x")).id is None


def test_quotes_without_end_take_no_more_time_than_others() -> None:
    # Seconds for each, were every quote looked at as the beginning of a text.
    for text in (b'{"x": "' + b'\\"' * 32_000, b'{"x": [' + b'"' * 65_000, b"{" + b"[" * 65_000):
        assert refused(Overlong(text, b'"], "id": 5}')).id == 5


@given(st.text(), st.binary())
def test_an_id_is_looked_for_in_anything(head: str, tail: bytes) -> None:
    assert refused(Overlong(head.encode("utf-8", "surrogatepass"), tail)).error.code == INVALID_REQUEST


@given(st.binary() | st.text().map(str.encode) | st.from_regex(rb'\{"jsonrpc":"2.0","id":1,"method":"m"[^"]*"[^"]*"'))
def test_any_line_is_a_message_or_refused(line: bytes) -> None:
    said = message_of(line)
    assert not isinstance(said, Refused) or said.answer.error.code in {INVALID_REQUEST, PARSE_ERROR}


def test_half_a_character_is_read_as_it_was_escaped_and_a_byte_that_is_none_as_a_replacement() -> None:
    escaped = message_of(b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "m", "params": {"a": "\\udfff"}}')
    assert isinstance(escaped, JSONRPCRequest)
    assert (escaped.id, escaped.params) == ("\ud800", {"a": "\udfff"})
    raw = message_of(b'{"jsonrpc": "2.0", "method": "m", "params": {"a": "\xed\xa0\x80\xff"}}')
    assert isinstance(raw, JSONRPCNotification)
    assert raw.params == {"a": "\ufffd" * 4}


def test_what_is_nested_is_read_and_what_is_nested_too_deep_is_refused_under_its_id() -> None:
    def nested(depth: int) -> bytes:
        return b'{"jsonrpc": "2.0", "id": 7, "method": "m", "params": {"a": ' + b"[" * depth + b"]" * depth + b"}}"

    assert isinstance(message_of(nested(300)), JSONRPCRequest)
    answer = refused(nested(50_000))
    assert (answer.id, answer.error.code) == (7, INVALID_REQUEST)
    assert "nested too deeply" in answer.error.message


def test_a_number_of_thousands_of_digits_is_refused_under_the_id_of_its_request() -> None:
    answer = refused(b'{"jsonrpc": "2.0", "id": 7, "method": "m", "params": {"a": ' + b"9" * 5000 + b"}}")
    assert (answer.id, answer.error.code) == (7, INVALID_REQUEST)


def test_a_number_that_is_none_is_for_the_arguments_to_refuse() -> None:
    said = message_of(b'{"jsonrpc": "2.0", "id": 7, "method": "m", "params": {"a": NaN, "b": "\\ud800"}}')
    assert isinstance(said, JSONRPCRequest)
    assert said.params
    assert math.isnan(said.params["a"])
    assert refused(b"5").error.code == INVALID_REQUEST
    broken = refused(b'{"jsonrpc": "2.0", "id": 7, "a": "\\ud800"}')
    assert (broken.id, broken.error.code) == (None, INVALID_REQUEST)
