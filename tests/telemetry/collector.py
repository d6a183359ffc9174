"""A collector on loopback, of raw sockets: it keeps what is sent to it, and answers or does not."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream


@dataclass
class Collector:
    """Where to send to, and what was sent: path, head and body of each request."""

    url: str = ""
    answer: bytes | None = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n"
    asked: list[tuple[str, bytes, bytes]] = field(default_factory=list[tuple[str, bytes, bytes]])

    def bodies(self, path: str) -> bytes:
        """Everything that was sent to a path."""
        return b"".join(body for asked, _, body in self.asked if asked == path)

    async def serve(self, stream: anyio.abc.SocketStream) -> None:
        """Hears one connection to its end."""
        with suppress(anyio.IncompleteRead, anyio.BrokenResourceError):
            async with stream:
                heard = BufferedByteReceiveStream(stream)
                while True:
                    head = await heard.receive_until(b"\r\n\r\n", 1 << 16)
                    length = re.search(rb"(?i)content-length: (\d+)", head)
                    assert length
                    body = await heard.receive_exactly(int(length[1]))
                    self.asked.append((head.split()[1].decode(), head, body))
                    if self.answer is not None:
                        await stream.send(self.answer)


@asynccontextmanager
async def collecting(answer: bytes | None = Collector.answer) -> AsyncGenerator[Collector]:
    """A collector that gives this answer to everything; None is silence."""
    collector = Collector(answer=answer)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  anyio's attributes, no Django
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, collector.serve)
        collector.url = f"http://127.0.0.1:{port}"
        yield collector
        tasks.cancel_scope.cancel()
