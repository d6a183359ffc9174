"""All three platforms on one loopback socket, their HTTP written by hand, so that every byte of it can be spoiled."""

import json
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSListener

from tests.faults import documents as answers
from tests.faults.canaries import KEYS

Raw = anyio.abc.ByteStream
MAX_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


Act = Callable[[Raw, Asked], Awaitable[None]]
"""What is done in place of a good answer; the connection is closed after it."""


def answer(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer."""
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@dataclass
class Upstream:
    """The platforms.

    Attributes:
        port: Where they listen.
        tls: With whose certificate, if they speak TLS.
        act: What they do instead of answering; None is nothing.
        only: Requests whose path ends otherwise are answered all the same.
        greet: What they do before they have read anything.
        documents: What they answer, by the end of the path; bytes are sent as they are.
        asked: Every request so far.
        met: How many connections there were.
    """

    port: int = 0
    tls: ssl.SSLContext | None = None
    act: Act | None = None
    only: str = ""
    greet: Callable[[Raw], Awaitable[None]] | None = None
    documents: dict[str, Any] = field(default_factory=answers.documents)
    asked: list[Asked] = field(default_factory=list[Asked])
    met: int = 0

    def behave(self) -> None:
        """Answers as documented from now on, with nothing asked so far."""
        self.act = self.greet = None
        self.only = ""
        self.documents = answers.documents()
        self.asked.clear()
        self.met = 0

    def paths(self) -> list[str]:
        """What was asked for, without queries."""
        return [asked.path for asked in self.asked]

    async def handle(self, stream: Raw) -> None:
        """Answers what comes on a connection."""
        self.met += 1
        # A client that leaves while we write is what some tests are about.
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, anyio.IncompleteRead):
            async with stream:
                if self.greet is not None:
                    await self.greet(stream)
                    return
                heads = BufferedByteReceiveStream(stream)
                while True:
                    asked = _asked(await heads.receive_until(b"\r\n\r\n", MAX_HEAD_BYTES))
                    self.asked.append(asked)
                    if self.act is not None and asked.path.endswith(self.only):
                        await self.act(stream, asked)
                        return
                    await stream.send(self.good(asked))

    def good(self, asked: Asked) -> bytes:
        """What is answered when nothing is wrong."""
        found = next((told for end, told in self.documents.items() if asked.path.endswith(end)), None)
        if callable(found):
            found = found(asked)
        if found is None:
            return answer(b'{"detail": "Not Found"}', "404 Not Found")
        return found if isinstance(found, bytes) else answer(json.dumps(found).encode())

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[str]:
        """Serves, and gives the address; afterwards nobody listens there, and it can be listened to again."""
        multi = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=self.port)
        self.port = multi.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  anyio's attributes, no Django
        listener = TLSListener(multi, self.tls, standard_compatible=False) if self.tls else multi
        async with listener, anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, self.handle)
            yield f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"
            tasks.cancel_scope.cancel()


def environ_of(address: str) -> dict[str, str]:
    """The variables that point a server at platforms at an address."""
    parts = urlsplit(address)
    return {
        **KEYS,
        "CODEGEN_ORG_ID": "1",
        "CODEGEN_API_BASE_URL": f"{address}/codegen",
        "AGENTBOX_ENDPOINT": f"{address}/agentbox",
        "OPEN_SANDBOX_DOMAIN": parts.netloc,
        "OPEN_SANDBOX_PROTOCOL": parts.scheme,
    }


async def reset(stream: Raw) -> None:
    """Ends the connection by a reset in place of an orderly end."""
    raw: socket.socket = stream.extra(anyio.abc.SocketAttribute.raw_socket)  # noqa: S610  anyio's attributes, no Django
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.aclose()


def sends(*pieces: bytes, then_reset: bool = False, gap_s: float = 0) -> Act:
    """Sends pieces, with gaps between them, and goes."""

    async def act(stream: Raw, _: Asked) -> None:
        for number, piece in enumerate(pieces):
            if number:
                await anyio.sleep(gap_s)
            await stream.send(piece)
        if then_reset:
            await reset(stream)

    return act


async def stalls(stream: Raw, _: Asked) -> None:
    """Says nothing until the other side goes."""
    with suppress(anyio.EndOfStream):
        await stream.receive()


def _asked(head: bytes) -> Asked:
    first, *rest = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    url = urlsplit(target)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    return Asked(method, url.path, dict(parse_qsl(url.query)), headers)
