"""What a client writes to a pipe, line by line: none is held beyond a cap, and each is a message or has a refusal."""

import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from mcp_types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    RequestId,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

# As much as the body of a request over HTTP.
MAX_LINE_BYTES: Final = 4 * 1024 * 1024
# Of a longer line only its ends are kept, for the id.
_HEAD_BYTES: Final = 64 * 1024
_TAIL_BYTES: Final = 4 * 1024

_STRING: Final = r'"(?:[^"\\]|\\.)*+"'
# A string that the cut ends reaches to the end, or every quote in it would be looked at as the beginning of one.
_TOKENS: Final = re.compile(rf"{_STRING}?|[\[\]{{}}]", re.DOTALL)
_ID: Final = rf'"id"\s*:\s*({_STRING}|-?\d+)\s*'
_ID_HERE: Final = re.compile(rf"{_ID}[,}}]")
# Whatever stands before it: the last brace of a line closes the whole message.
_ID_AT_END: Final = re.compile(rf"[{{,]\s*{_ID}}}\s*\Z")
_KEY_OF_ANSWER: Final = re.compile(r'"(?:result|error)"\s*:')


@dataclass(frozen=True, slots=True)
class Overlong:
    """The two ends of a line that was over the cap."""

    head: bytes
    tail: bytes

    def __len__(self) -> int:
        return len(self.head) + len(self.tail)


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to a line that is not to be handed on."""

    answer: JSONRPCError


Line = bytes | Overlong


@dataclass(slots=True)
class _Coming:
    """A line that comes in pieces; `head` is empty until it is over the cap."""

    held: bytearray = field(default_factory=bytearray)
    head: bytes = b""

    def add(self, piece: bytes) -> None:
        self.held += piece
        if len(self.held) > MAX_LINE_BYTES and not self.head:
            self.head = bytes(self.held[:_HEAD_BYTES])
        if self.head:
            del self.held[:-_TAIL_BYTES]

    def whole(self) -> Line:
        return Overlong(self.head, bytes(self.held)) if self.head else bytes(self.held)


async def lines(read: Callable[[], Awaitable[bytes]]) -> AsyncGenerator[Line]:
    """Every line, without its end, as soon as it is whole.

    Args:
        read: Gives the next bytes, however many; none at the end.
    """
    coming = _Coming()
    while chunk := await read():
        *ends, begun = chunk.split(b"\n")
        for end in ends:
            coming.add(end)
            yield coming.whole()
            coming = _Coming()
        coming.add(begun)
    if coming.held:
        yield coming.whole()


def message_of(line: Line) -> JSONRPCMessage | Refused:
    """What a line says; the refusal of one that is no message, or is too long.

    A refusal has an id where the message is one that a client waits for: of what is no JSON or no request the id is null
    (JSON-RPC 2.0, 5.1). Bytes that are no UTF-8 are read as U+FFFD.
    """
    if isinstance(line, Overlong):
        told = f"This line is over {MAX_LINE_BYTES:,} bytes, which is the most that is read. Send less in one message."
        return _refusal(INVALID_REQUEST, told, _id_of(line))
    try:
        # As pydantic's own reader would not: it refuses half a surrogate pair and what is nested a little, which both are JSON
        # (RFC 8259, 8.2 and 9), and holds small objects twice, in 200 bytes each.
        document = json.loads(line.decode(errors="replace"))
        return jsonrpc_message_adapter.validate_python(document, by_name=False)
    except ValidationError:
        return _refusal(INVALID_REQUEST, "This line is not one JSON-RPC 2.0 message.")
    except json.JSONDecodeError:
        return _refusal(PARSE_ERROR, "This line is not JSON.")
    except (RecursionError, ValueError):
        told = "This message is nested too deeply, or has a number with thousands of digits. Send a simpler one."
        return _refusal(INVALID_REQUEST, told, _id_of(Overlong(line[:_HEAD_BYTES], line[-_TAIL_BYTES:])))


def _refusal(code: int, message: str, request_id: RequestId | None = None) -> Refused:
    return Refused(JSONRPCError(jsonrpc="2.0", id=request_id, error=ErrorData(code=code, message=message)))


def _id_of(line: Overlong) -> RequestId | None:
    """The id of the request whose ends these are; None if it is none, or its id is in neither."""
    head = line.head.decode(errors="replace")
    for place in _keys(head):
        if _KEY_OF_ANSWER.match(head, place):
            # Of an answer the id is ours, and an error under it would end some request of theirs.
            return None
        if found := _ID_HERE.match(head, place):
            return _value(found[1])
    found = _ID_AT_END.search(line.tail.decode(errors="replace"))
    return _value(found[1]) if found else None


def _keys(text: str) -> Iterator[int]:
    """Where strings begin that stand in the outermost object itself, up to where the text is cut."""
    depth = 0
    if not text.lstrip().startswith("{"):
        return
    for token in _TOKENS.finditer(text):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
        elif depth == 1:
            yield token.start()


def _value(number_or_text: str) -> RequestId | None:
    try:
        return json.loads(number_or_text)
    except ValueError:
        # An escape that is none, or a number of thousands of digits.
        return None
