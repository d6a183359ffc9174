"""A platform on a loopback socket that keeps its callers waiting, and tells when it has some and when they left."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio
import anyio.abc
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

from mcp_server.demo.app import environment
from tests.tools.large import SANDBOX

MEGABYTE = 1_000_000
LINE = b"resolving package 1234 checksum verified layer cached request served in 12 ms\n"


@dataclass
class Standing:
    """It answers nothing but questions about `SANDBOX`, whose log has many megabytes.

    Attributes:
        megabytes: Of the log.
        answers: Whether it answers everything instead, with 404.
        running: Whether it answers everything with a run that is still running.
        kept: Requests that wait for an answer now.
        asked: Requests so far.
    """

    megabytes: int = 40
    answers: bool = False
    running: bool = False
    kept: int = 0
    asked: int = 0
    served: anyio.Event = field(default_factory=anyio.Event)
    _changed: anyio.Event = field(default_factory=anyio.Event)

    async def until_asked(self, number: int) -> None:
        """Waits until there were so many requests."""
        while self.asked < number:
            await self._changed.wait()

    async def until_kept(self, number: int) -> None:
        """Waits until so many requests wait at once."""
        while self.kept != number:
            await self._changed.wait()

    async def handle(self, stream: anyio.abc.SocketStream) -> None:
        """Reads requests and does with each as it must."""
        heads = BufferedByteReceiveStream(stream)
        with suppress(anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError, anyio.ClosedResourceError):
            async with stream:
                while True:
                    head = await heads.receive_until(b"\r\n\r\n", 1 << 16)
                    self.asked += 1
                    self._count(0)
                    await self._answer(stream, head.split(b" ")[1].decode())

    async def _answer(self, stream: anyio.abc.SocketStream, target: str) -> None:
        path, _, query = target.partition("?")
        if self.answers:
            await stream.send(_whole("404 Not Found", b'{"detail": "Not Found"}'))
        elif self.running:
            await stream.send(_whole("200 OK", b'{"id": 7, "organization_id": 1, "status": "ACTIVE"}'))
        elif path.endswith(f"/{SANDBOX}"):
            await stream.send(_whole("200 OK", json.dumps({"id": SANDBOX, "status": {"state": "Failed"}}).encode()))
        elif SANDBOX in path and "scope" in query:
            told = {"code": "DIAGNOSTICS_NOT_IMPLEMENTED", "message": "not here"}
            await stream.send(_whole("501 Not Implemented", json.dumps(told).encode()))
        elif SANDBOX in path:
            log = LINE * (0 if path.endswith("events") else self.megabytes * MEGABYTE // len(LINE))
            await stream.send(_whole("200 OK", log, "text/plain"))
            if log:
                self.served.set()
        else:
            await self._keep(stream)

    async def _keep(self, stream: anyio.abc.SocketStream) -> None:
        self._count(1)
        try:
            await stream.receive()
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        self.kept += change
        self._changed.set()
        self._changed = anyio.Event()


def _whole(status: str, body: bytes, kind: str = "application/json") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def standing(
    environ: pytest.MonkeyPatch, state_dir: object, *, timeout_s: float = 30
) -> AsyncGenerator[Standing]:
    """Serves it; processes that are started meanwhile ask it, and keep what they know in `state_dir`."""
    upstream = Standing()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port: int = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  anyio's attributes, no Django
    given = environment(f"http://127.0.0.1:{port}")
    with environ.context() as patched:
        for name, value in given.items():
            patched.setenv(name, value)
        patched.setenv("SANDSCOPE_STATE_DIR", str(state_dir))
        patched.setenv("SANDSCOPE_TIMEOUT_S", str(timeout_s))
        async with listener, anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, upstream.handle)
            yield upstream
            tasks.cancel_scope.cancel()
