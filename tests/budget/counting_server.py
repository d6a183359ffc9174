"""A server that only counts: one byte in, `+` or `-` out, by one of the ten algorithms."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import anyio.abc

from benchmarks.limit_algorithms import Algorithm


@dataclass
class CountingServer:
    """What it saw, in its own monotonic seconds; `on_request` is called before each answer."""

    algorithm: Algorithm | None = None
    port: int = 0
    seen: list[float] = field(default_factory=list[float])
    refused: int = 0
    on_request: Callable[[], None] = lambda: None

    async def handle(self, stream: anyio.abc.ByteStream) -> None:
        try:
            async with stream:
                await stream.receive()
                now = time.monotonic()
                self.seen.append(now)
                fine = self.algorithm is None or self.algorithm.admit(now) is None
                self.refused += not fine
                self.on_request()
                await stream.send(b"+" if fine else b"-")
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            # Whoever asked was killed.
            return

    def most_in(self, window_s: float) -> int:
        """The most requests in any window of that length."""
        return max((sum(end - window_s < at <= end for at in self.seen) for end in self.seen), default=0)


@asynccontextmanager
async def serving(algorithm: Algorithm | None = None) -> AsyncGenerator[CountingServer]:
    """A server on loopback."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  anyio's attributes, no Django
    server = CountingServer(algorithm, port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, server.handle)
        yield server
        tasks.cancel_scope.cancel()
