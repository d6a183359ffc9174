"""Wires that tests of the HTTP stack put in the network's place, and a client over them."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import anyio.abc
import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr

from mcp_server.budget.budget import Budget
from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.ledger import GroupState, Ledger
from mcp_server.http.auth import Key
from mcp_server.http.stack import Opener
from mcp_server.http.wire import Wire
from mcp_server.logs.redact import Redactor
from mcp_server.state.cells import Cells, MemoryCells
from tests.stage import FakeTime

BASE_URL = "https://api.example.com:8443/base"
SECRET = "sk-very-secret-0123456789"
KEY = Key("Authorization", SecretStr(f"Bearer {SECRET}"))
GROUPS = {"codegen.logs": Group("codegen.logs", 20, 60), "codegen.shared": Group("codegen.shared", 30, 60)}
CHARGE = Charge(("codegen.logs", "codegen.shared"))

Raw = anyio.abc.ByteStream


class Fact(BaseModel):
    """A document as a platform sends one."""

    model_config = ConfigDict(extra="ignore")

    id: int = 0
    ratio: float | None = None
    words: dict[str, int] | None = None
    open: Any = None


class Scripted(Wire):
    """Gives the answers it was made with, one a request, the last one for ever; keeps what was asked."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []
        self.closed = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def aclose(self) -> None:
        self.closed = True


class Talk:
    """A client over a wire, with the budget and the time it goes by."""

    def __init__(
        self,
        wire: Wire | None,
        *,
        key: Key | None = KEY,
        base_url: str = BASE_URL,
        timeout_s: float = 30.0,
        time: FakeTime | None = None,
        cells: Cells | None = None,
    ) -> None:
        self.time = time or FakeTime()
        clock = self.time.clock
        self.budget = Budget(Ledger(cells or MemoryCells(clock), GROUPS, timeout_s), clock)
        self.opener = Opener(self.budget, Redactor([SECRET], key=b"k"), timeout_s, wire)
        self.client, self.account = self.opener.open(
            "codegen", "Codegen", base_url, "CODEGEN_API_BASE_URL", key, "CODEGEN_API_TOKEN", "list_runs"
        )

    async def get(self, charge: Charge = CHARGE, **params: str | int | bool | None) -> Fact:
        return await self.client.get(Fact, ("v1", "facts", 7), charge, params)

    async def post(self, body: Mapping[str, Any] | None = None) -> Fact:
        return await self.client.post(Fact, ("v1", "facts"), CHARGE, body, "It may have been done.")

    async def stands(self, group: str) -> GroupState:
        """How a group stands."""
        return (await self.budget.states(self.account, (group,)))[group]

    async def used(self) -> int:
        """Slots of the logs group that are taken."""
        return (await self.stands("codegen.logs")).used_here


def ok(document: Any = None) -> httpx2.Response:
    return httpx2.Response(200, json={"id": 7} if document is None else document)


def status(code: int, **headers: str) -> httpx2.Response:
    return httpx2.Response(code, headers={name.replace("_", "-"): value for name, value in headers.items()})


@asynccontextmanager
async def serving(answer: Callable[[Raw], Awaitable[None]]) -> AsyncGenerator[str]:
    """A server on loopback that reads a request's head and then does what `answer` does; gives its address."""

    async def handle(stream: Raw) -> None:
        # A client that leaves while we write is what some tests are about.
        with suppress(anyio.BrokenResourceError, anyio.EndOfStream):
            async with stream:
                await stream.receive()
                await answer(stream)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610  anyio's attributes, no Django
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, handle)
        yield f"http://127.0.0.1:{port}"
        tasks.cancel_scope.cancel()
