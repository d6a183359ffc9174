"""Watches: one for each thing however many wait for it, bounded in number, over with the last who waits."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import anyio
import pytest
from mcp import Client
from mcp.server.runner import serve_loop
from mcp.server.subscriptions import InMemorySubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp.shared.memory import MessageStream, create_client_server_memory_streams
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCNotification, JSONRPCRequest

from mcp_server.budget.ledger import GroupState
from mcp_server.platforms.base import ResourceTemplate, Watched
from mcp_server.server.on_demand import serve_on_demand
from mcp_server.server.results import Results
from mcp_server.server.seam import SeamServer
from tests.server.hearing import LEGACY, MODERN, hearing, listener, refused, subscribe, unsubscribe

pytestmark = pytest.mark.anyio
eras = pytest.mark.parametrize("mode", [LEGACY, MODERN])

Changed = Callable[[str], Awaitable[None]]


class Things:
    """Things that change when a test says so, on a server of their own.

    Attributes:
        server: It.
        begun: Names of watches, in the order they began.
        ended: Likewise, as they ended.
        changed: Tells of a change, by name.
        over: Ends a watch by itself, by name.
    """

    def __init__(self) -> None:
        bus = InMemorySubscriptionBus()
        self.server = SeamServer("things", tools=[], results=Results(_no_states), subscriptions=bus)
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.changed: dict[str, Changed] = {}
        self.over: dict[str, anyio.Event] = {}
        thing = ResourceTemplate("thing://{name}{?part}", "thing", "A thing", "text/plain", self.read, self.watch)
        self.server.resource(thing.uri)(thing.function)
        serve_on_demand(self.server, [thing], bus, lambda listen: listen)

    async def read(self, name: str, part: str = "") -> str:
        return name + part

    async def watch(self, name: str, part: str = "") -> Watched:
        async def follow(changed: Changed) -> None:
            self.begun.append(name)
            self.changed[name] = changed
            self.over[name] = anyio.Event()
            try:
                await self.over[name].wait()
            finally:
                self.ended.append(name)
            if name == "broken":
                message = "secret"
                raise KeyError(message)

        return Watched(name, follow, frozenset({"whole", part}))


async def _no_states(_: str) -> dict[str, GroupState]:
    return {}


@eras
async def test_one_watch_tells_all_who_wait_and_each_of_what_it_waits_for(mode: str) -> None:
    things = Things()
    async with hearing(things.server, mode, "thing://a", "thing://a?part=x", "thing://b") as heard:
        await anyio.wait_all_tasks_blocked()
        assert sorted(things.begun) == ["a", "b"]
        await things.changed["a"]("x")
        assert await heard.receive() == "thing://a?part=x"
        await things.changed["a"]("whole")
        assert {await heard.receive(), await heard.receive()} == {"thing://a", "thing://a?part=x"}
        await things.changed["a"]("y")
        await anyio.wait_all_tasks_blocked()
        assert heard.statistics().current_buffer_used == 0
        assert things.ended == []
    await anyio.wait_all_tasks_blocked()
    assert sorted(things.ended) == ["a", "b"]


async def test_a_watch_is_over_when_the_last_address_is_given_up_and_begins_anew() -> None:
    things = Things()
    async with listener(things.server) as (client, heard):
        for uri in ("thing://a", "thing://a?part=x", "thing://a?part=x"):
            await subscribe(client, uri)
        for uri in ("thing://a", "thing://a", "thing://c"):
            await unsubscribe(client, uri)
        await anyio.wait_all_tasks_blocked()
        assert (things.begun, things.ended) == (["a"], [])
        await things.changed["a"]("whole")
        assert await heard.receive() == "thing://a?part=x"
        await unsubscribe(client, "thing://a?part=x")
        await anyio.wait_all_tasks_blocked()
        assert (things.begun, things.ended) == (["a"], ["a"])
        # Subscribed to and given up before the watch has begun.
        await subscribe(client, "thing://a")
        await subscribe(client, "thing://a")
        await anyio.wait_all_tasks_blocked()
        assert len(things.begun) - len(things.ended) == 1
        with pytest.raises(MCPError, match="templates are: thing"):
            await unsubscribe(client, "nothing://a")


async def test_open_requests_hear_a_change_once_however_many_they_are() -> None:
    things = Things()
    async with Client(things.server) as client, client.listen(resource_subscriptions=["thing://a"]) as first:
        async with client.listen(resource_subscriptions=["thing://a", "thing://a"], tools_list_changed=True) as second:
            assert second.honored.tools_list_changed
            await anyio.wait_all_tasks_blocked()
            assert things.begun == ["a"]
            await things.changed["a"]("whole")
            for subscription in (first, second):
                assert str(await anext(subscription)) == "ResourceUpdated(uri='thing://a')"
                with anyio.move_on_after(0.01) as waiting:
                    await anext(subscription)
                assert waiting.cancelled_caught
        await anyio.wait_all_tasks_blocked()
        assert things.ended == []


@eras
async def test_one_client_waits_for_sixteen_addresses(mode: str) -> None:
    things = Things()
    uris = [f"thing://{number}" for number in range(17)]
    async with Client(things.server, mode=mode) as client:
        failure = await refused(client, mode, *uris)
        assert failure.code == -32602
        assert (
            failure.message
            == "One client can subscribe to 16 resources of runs at once. Unsubscribe from another first."
        )
        await anyio.wait_all_tasks_blocked()
        assert len(things.begun) == (16 if mode == LEGACY else 0)


async def test_addresses_with_nothing_more_to_tell_make_room() -> None:
    things = Things()
    async with listener(things.server) as (client, _):
        for number in range(16):
            await subscribe(client, f"thing://{number}")
        # Again is not once more.
        await subscribe(client, "thing://3")
        await anyio.wait_all_tasks_blocked()
        things.over["5"].set()
        await anyio.wait_all_tasks_blocked()
        await subscribe(client, "thing://16")
        assert "16 resources" in (await refused(client, LEGACY, "thing://17")).message
        await unsubscribe(client, "thing://5")


async def test_one_server_watches_sixty_four_things() -> None:
    things = Things()
    uris = [f"thing://{number}" for number in range(66)]
    async with Client(things.server) as client:
        async with (
            client.listen(resource_subscriptions=uris[:16]),
            client.listen(resource_subscriptions=uris[16:32]),
            client.listen(resource_subscriptions=uris[32:48]),
            client.listen(resource_subscriptions=uris[48:63]),
        ):
            failure = await refused(client, MODERN, *uris[63:65])
            assert failure.code == -32603
            assert failure.error.data["sandscope/error"]["code"] == "server_busy"
            # What was begun for those who are refused is given up, and what is watched anyway takes no more room.
            async with client.listen(resource_subscriptions=[uris[65], *uris[:15]]):
                assert await refused(client, MODERN, uris[64])
                await anyio.wait_all_tasks_blocked()
                assert len(things.begun) - len(things.ended) == 64
        await anyio.wait_all_tasks_blocked()
        assert len(things.begun) == len(things.ended)


class Raw:
    """A client that reads only when a test says so, and begins by subscribing."""

    def __init__(self, streams: MessageStream) -> None:
        self._read, self._write = streams

    async def ask(self, number: int, method: str, **params: object) -> None:
        await self._write.send(SessionMessage(JSONRPCRequest(jsonrpc="2.0", id=number, method=method, params=params)))

    async def begin(self, *uris: str) -> None:
        info = {"name": "raw", "version": "1"}
        await self.ask(0, "initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=info)
        await self.next()
        await self._write.send(SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="notifications/initialized")))
        for number, uri in enumerate(uris, start=1):
            await self.ask(number, "resources/subscribe", uri=uri)
            await self.next()
        await anyio.wait_all_tasks_blocked()

    async def next(self) -> str:
        """The address of the next message, or whatever else it holds."""
        received = await self._read.receive()
        assert isinstance(received, SessionMessage)
        message = received.message
        return message.params["uri"] if isinstance(message, JSONRPCNotification) and message.params else str(message)


@asynccontextmanager
async def raw(server: SeamServer) -> AsyncGenerator[Raw]:
    """One of several connections to a server: when it ends, the server goes on."""
    async with (
        anyio.create_task_group() as lifespan,
        create_client_server_memory_streams() as (streams, (read, write)),
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(partial(serve_loop, server.lowlevel, read, write, lifespan_state=lifespan))
        yield Raw(streams)
        await streams[1].aclose()


async def test_a_client_that_does_not_read_holds_up_no_watch_and_is_told_once_of_what_changed_often() -> None:
    things = Things()
    async with raw(things.server) as client:
        await client.begin("thing://a", "thing://b")
        for _ in range(50):
            await things.changed["a"]("whole")
            await anyio.wait_all_tasks_blocked()
        await things.changed["b"]("whole")
        told = [await client.next()]
        while told[-1] != "thing://b":
            told.append(await client.next())
        assert 1 <= told.count("thing://a") < 5


async def test_what_is_given_up_before_it_was_told_is_not_told() -> None:
    things = Things()
    async with raw(things.server) as client:
        await client.begin("thing://a", "thing://b")
        for name in "aaaab":
            await things.changed[name]("whole")
            await anyio.wait_all_tasks_blocked()
        await client.ask(9, "resources/unsubscribe", uri="thing://b")
        await anyio.wait_all_tasks_blocked()
        assert things.ended == ["b"]
        told: list[str] = []
        for number in (9, 10, 11):
            if number > 9:
                await client.ask(number, "ping")
            while not (message := await client.next()).startswith(f"jsonrpc='2.0' id={number}"):
                told.append(message)
            await anyio.wait_all_tasks_blocked()
        assert "thing://a" in told
        assert "thing://b" not in told


async def test_a_client_that_leaves_without_reading_takes_its_watch_along() -> None:
    things = Things()
    async with raw(things.server) as client:
        await client.begin("thing://a")
        for _ in range(5):
            await things.changed["a"]("whole")
            await anyio.wait_all_tasks_blocked()
    assert things.ended == ["a"]


async def test_a_defect_in_a_watch_is_logged_without_its_text_and_ends_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    things = Things()
    async with listener(things.server) as (client, heard):
        await subscribe(client, "thing://broken")
        await subscribe(client, "thing://a")
        await anyio.wait_all_tasks_blocked()
        with caplog.at_level(logging.ERROR, "sandscope"):
            things.over["broken"].set()
            await anyio.wait_all_tasks_blocked()
        assert "defect in a subscription: KeyError" in caplog.text
        assert "secret" not in "".join(record.getMessage() for record in caplog.records)
        await things.changed["a"]("whole")
        assert await heard.receive() == "thing://a"
