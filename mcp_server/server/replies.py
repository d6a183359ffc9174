"""What one client over a pipe is told; and whether it may ask more, which ends the reading of what it writes."""

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Final, Self

import anyio
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCRequest, JSONRPCResponse, RequestId
from pydantic_core import PydanticSerializationError

# Requests that wait for their answers. Above the tool calls and resource reads in hand at once (`seam`), so that whoever has
# begun as many as it may can still cancel one.
MAX_REQUESTS: Final = 128
# Of requests that wait and of messages that were not read yet. What is in hand when it is reached comes on top: at most 30 MB.
MAX_BYTES: Final = 8 * 1024 * 1024
# That a message takes beside its text.
_OVERHEAD: Final = 200
# Handed to the system at once.
_BATCH_BYTES: Final = 64 * 1024
# Its answer comes when it is over, which may be hours later; there are bounds on it elsewhere.
_STAYS_OPEN: Final = "subscriptions/listen"


@dataclass(slots=True)
class Replies:
    """The stream that the SDK writes messages to, and the account of what is held for the client.

    An answer is put into words and taken at once: nobody holds it as objects while the client is slow. Anything else waits
    until there is room. What a client may ask is bounded by not reading on: a request takes a place, and as many bytes as it
    has, until it is answered or was cancelled, and a message as many as it has until it is written.
    """

    written: int = 0
    """Bytes so far."""
    _asked: dict[RequestId | None, list[int]] = field(default_factory=dict[RequestId | None, list[int]])
    _requests: int = 0
    _bytes: int = 0
    _waiting: deque[bytes] = field(default_factory=deque[bytes])
    _closed: bool = False
    _changed: anyio.Event = field(default_factory=anyio.Event)

    def noted(self, message: JSONRPCMessage, size: int) -> SessionMessage:
        """A message of the client as the SDK takes it; a request, of so many bytes, takes its place."""
        if not isinstance(message, JSONRPCRequest) or message.method == _STAYS_OPEN:
            return SessionMessage(message)
        self._asked.setdefault(message.id, []).append(size)
        self._requests += 1
        self._bytes += size
        return SessionMessage(
            message, ServerMessageMetadata(on_request_unanswered=partial(self._cancelled, message.id))
        )

    @property
    def full(self) -> bool:
        """Whether the client may ask no more for now."""
        return self._requests >= MAX_REQUESTS or self._bytes >= MAX_BYTES

    async def send(self, item: SessionMessage, /) -> None:
        """Takes a message of the server.

        Raises:
            anyio.ClosedResourceError: It is closed.
        """
        if isinstance(item.message, JSONRPCResponse | JSONRPCError):
            self._settle(item.message.id)
        else:
            while self._bytes >= MAX_BYTES and not self._closed:
                await self._changed.wait()
        if self._closed:
            raise anyio.ClosedResourceError
        self._take(item.message)

    def refuse(self, answer: JSONRPCError) -> None:
        """Takes the answer to what was never handed on; whatever has the same id keeps its place."""
        self._take(answer)

    async def write(self, to: Callable[[bytes], Awaitable[None]]) -> None:
        """Writes messages until the stream is closed and none is left.

        Args:
            to: Writes bytes, all of them.
        """
        while self._waiting or not self._closed:
            if not self._waiting:
                await self._changed.wait()
                continue
            batch, size = self._batch()
            await to(b"".join(batch))
            self._bytes -= size + len(batch) * _OVERHEAD
            self.written += size
            self._tell()

    async def aclose(self) -> None:
        """Takes nothing more."""
        self._closed = True
        self._tell()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _cancelled(self, request_id: RequestId) -> None:
        self._settle(request_id)

    def _settle(self, request_id: RequestId | None) -> None:
        sizes = self._asked.get(request_id)
        if not sizes:
            return
        self._requests -= 1
        self._bytes -= sizes.pop()
        if not sizes:
            del self._asked[request_id]
        self._tell()

    def _take(self, message: JSONRPCMessage) -> None:
        text = _text_of(message) + b"\n"
        self._waiting.append(text)
        self._bytes += len(text) + _OVERHEAD
        self._tell()

    def _batch(self) -> tuple[list[bytes], int]:
        batch: list[bytes] = []
        size = 0
        while self._waiting and size < _BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += len(batch[-1])
        return batch, size

    def _tell(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()


def _text_of(message: JSONRPCMessage) -> bytes:
    try:
        return message.model_dump_json(by_alias=True, exclude_unset=True).encode()
    except PydanticSerializationError:
        # Half a surrogate pair: an id or a name that the client chose, told as it came.
        return json.dumps(message.model_dump(by_alias=True, exclude_unset=True)).encode()
