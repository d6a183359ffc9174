"""A load balancer of a hundred lines: one replica after another, sessions where they began, the next where one has died.

It does what `deploy/haproxy.cfg` asks of a real one, and notes which replica got what. A request whose replica dies before
a byte of its answer has come is sent to another; one whose answer has begun ends where it is.
"""

import itertools
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import anyio.abc

HOST = "127.0.0.1"
SESSION = "mcp-session-id"
BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
# What the streams raise when the other side is gone.
GONE = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream)


@dataclass(frozen=True, slots=True)
class Request:
    """A request, which says that it is the only one of its connection."""

    head: dict[str, str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent to a replica: its number, and the tool or task that was named, if one was."""

    replica: int
    name: str


@dataclass
class Proxy:
    """Where it listens, what it has sent, and where sessions began.

    Attributes:
        ports: Of the replicas.
        url: Its own.
        sent: In the order of sending.
    """

    ports: Sequence[int]
    url: str = ""
    sent: list[Sent] = field(default_factory=list[Sent])
    _sessions: dict[str, int] = field(default_factory=dict[str, int])
    _turns: Iterator[int] = field(default_factory=itertools.count)

    def replicas_of(self, name: str) -> list[int]:
        """Which replicas were sent what named this tool."""
        return [sent.replica for sent in self.sent if sent.name == name]

    async def serve(self, client: anyio.abc.ByteStream) -> None:
        """Serves one connection with one request."""
        async with client:
            try:
                request = await _request(client)
                for replica in self._order(request):
                    self.sent.append(Sent(replica, request.head.get("mcp-name", "")))
                    if await self._relayed(client, request, replica):
                        return
                await client.send(BAD_GATEWAY)
            except GONE:
                return

    def _order(self, request: Request) -> list[int]:
        known = self._sessions.get(request.head.get(SESSION, ""))
        first = next(self._turns) if known is None else known
        return [(first + step) % len(self.ports) for step in range(len(self.ports))]

    async def _relayed(self, client: anyio.abc.ByteStream, request: Request, replica: int) -> bool:
        """Whether the replica has answered, be it in part, or nobody waits for an answer any more."""
        answered = left = False
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_watch, client, tasks.cancel_scope)
            try:
                async with await anyio.connect_tcp(HOST, self.ports[replica]) as stream:
                    await stream.send(request.raw)
                    async for piece in stream:
                        if not answered:
                            answered = True
                            self._note_session(piece, replica)
                        await client.send(piece)
            except GONE:
                pass
            left = tasks.cancel_scope.cancel_called
            tasks.cancel_scope.cancel()
        return answered or left

    def _note_session(self, answer: bytes, replica: int) -> None:
        session = _head(answer).get(SESSION)
        if session is not None:
            self._sessions[session] = replica


@asynccontextmanager
async def balancing(ports: Sequence[int]) -> AsyncGenerator[Proxy]:
    """A load balancer over replicas at these ports of loopback."""
    listener = await anyio.create_tcp_listener(local_host=HOST)
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  anyio's attributes, no Django
    proxy = Proxy(ports, f"http://{HOST}:{port}/mcp")
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, proxy.serve)
        yield proxy
        tasks.cancel_scope.cancel()


async def _watch(client: anyio.abc.ByteStream, scope: anyio.CancelScope) -> None:
    """Ends the scope when the client leaves, which is how it gives up a request."""
    try:
        await client.receive()
    except GONE:
        scope.cancel()


async def _request(client: anyio.abc.ByteStream) -> Request:
    data = b""
    while b"\r\n\r\n" not in data:
        data += await client.receive()
    head = _head(data)
    begun, _, body = data.partition(b"\r\n\r\n")
    while len(body) < int(head.get("content-length", 0)):
        body += await client.receive()
    first, *lines = [line for line in begun.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return Request(head, b"\r\n".join([first, b"connection: close", *lines, b"", body]))


def _head(data: bytes) -> dict[str, str]:
    lines = data.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
