"""A client that subscribes to resources, as its era does, and what it hears; and runs that tell what a test wants them to."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp import Client
from mcp.client.subscriptions import ResourceUpdated, Subscription
from mcp.shared.exceptions import MCPError
from mcp_types import (
    EmptyResult,
    ResourceUpdatedNotification,
    SubscribeRequest,
    SubscribeRequestParams,
    UnsubscribeRequest,
    UnsubscribeRequestParams,
)

from mcp_server.http.wire import Wire

RUN = "codegen://runs/1"
LOGS = f"{RUN}/logs"
TIMELINE = f"{RUN}/timeline"

Heard = MemoryObjectReceiveStream[str]
LEGACY = "legacy"
MODERN = "2026-07-28"


async def subscribe(client: Client, uri: str) -> None:
    """As clients up to 2025-11-25 do."""
    await client.session.send_request(SubscribeRequest(params=SubscribeRequestParams(uri=uri)), EmptyResult)


async def unsubscribe(client: Client, uri: str) -> None:
    """Likewise."""
    await client.session.send_request(UnsubscribeRequest(params=UnsubscribeRequestParams(uri=uri)), EmptyResult)


@asynccontextmanager
async def listener(target: Any) -> AsyncGenerator[tuple[Client, Heard]]:
    """A client of the older era, and the addresses it is notified of."""
    send, receive = anyio.create_memory_object_stream[str](100)

    async def hear(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            send.send_nowait(message.params.uri)

    with send, receive:
        async with Client(target, mode=LEGACY, message_handler=hear) as client:
            yield client, receive


@asynccontextmanager
async def hearing(target: Any, mode: str, *uris: str) -> AsyncGenerator[Heard]:
    """The addresses a client is notified of, which it has subscribed to."""
    if mode == LEGACY:
        async with listener(target) as (client, heard):
            for uri in uris:
                await subscribe(client, uri)
            yield heard
        return
    send, receive = anyio.create_memory_object_stream[str](100)
    with send, receive:
        async with (
            Client(target) as client,
            client.listen(resource_subscriptions=uris) as subscription,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(_relay, subscription, send)
            yield receive
            tasks.cancel_scope.cancel()


async def refused(client: Client, mode: str, *uris: str) -> MCPError:
    """How the last of the addresses is refused, or all of them are."""
    if mode == MODERN:
        with pytest.raises(MCPError) as caught:
            await client.listen(resource_subscriptions=uris).__aenter__()
        return caught.value
    for uri in uris[:-1]:
        await subscribe(client, uri)
    with pytest.raises(MCPError) as caught:
        await subscribe(client, uris[-1])
    return caught.value


async def _relay(subscription: Subscription, send: MemoryObjectSendStream[str]) -> None:
    async for event in subscription:
        assert isinstance(event, ResourceUpdated)
        send.send_nowait(event.uri)


class Runs(httpx2.AsyncBaseTransport):
    """Codegen, whose runs tell one answer after another, each when a test lets them; who asks more often waits in vain.

    Args:
        answers: Of each run, what it tells, or with which status it refuses to.
        told: How many answers each run tells without further ado.

    Attributes:
        asked: Run by run, each time one was asked for.
        left: Runs that were asked for until the asking was given up.
    """

    def __init__(self, answers: Mapping[int, Sequence[dict[str, Any] | int]], *, told: int = 1) -> None:
        self._answers = {run_id: list(answer) for run_id, answer in answers.items()}
        self._to_tell = {run_id: anyio.Semaphore(told) for run_id in answers}
        self.asked: list[int] = []
        self.left: list[int] = []

    def tell(self, answers: int = 3000) -> None:
        """Lets each run tell so many more answers."""
        for to_tell in self._to_tell.values():
            for _ in range(answers):
                to_tell.release()

    def wire(self, _: object) -> Wire:
        """Itself, in place of the demo."""
        return self

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        run_id = int(request.url.path.rsplit("/", 1)[1])
        self.asked.append(run_id)
        answers = self._answers.get(run_id)
        try:
            await (self._to_tell[run_id].acquire() if answers else anyio.sleep_forever())
        except anyio.get_cancelled_exc_class():
            self.left.append(run_id)
            raise
        assert answers
        answer = answers.pop(0)
        if isinstance(answer, int):
            return httpx2.Response(answer, json={"message": "not told"})
        return httpx2.Response(200, json={"id": run_id, "organization_id": 1, **answer})


def status(word: str, **more: Any) -> dict[str, Any]:
    """A run of that status."""
    return {"status": word, **more}
