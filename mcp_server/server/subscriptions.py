"""Subscriptions to resources: one watch for each thing that changes, however many wait for it, in both protocol eras.

Up to 2025-11-25 a client subscribes to one address after another, and is notified on its connection. From 2026-07-28 on it
keeps a request open that names them all (`subscriptions/listen`), and the SDK tells on it whatever comes over the bus. Both
are held to the same bounds, and a watch ends with the last who waits for it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import anyio
from anyio.abc import TaskGroup
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.mcpserver.resources import DEFAULT_RESOURCE_SECURITY
from mcp.server.subscriptions import ListenHandler, ResourceUpdated, SubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp.shared.uri_template import UriTemplate
from mcp_types import INVALID_PARAMS, EmptyResult, SubscriptionsListenRequestParams, SubscriptionsListenResult
from pydantic import ValidationError, validate_call

from mcp_server.errors import InvalidArgument, SandscopeError, ServerBusy
from mcp_server.platforms.base import ResourceTemplate, Watched
from mcp_server.platforms.together import all_of, attempt
from mcp_server.server.seam import SeamServer, protocol_error, unattended, wrong_value

Request = ServerRequestContext[TaskGroup, Any]
Look = Callable[[], Awaitable[Watched | None]]

# Addresses that one connection, or one open request, waits for.
MAX_PER_CONNECTION = 16
# Things that are watched at once.
MAX_WATCHES = 64

_STATE: Final = "sandscope/subscriber"


@dataclass(eq=False, slots=True)
class _Watch:
    """One thing that is watched, and who waits for it."""

    place: tuple[TaskGroup, str]
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    seats: "list[_Seat]" = field(default_factory=list["_Seat"])
    ended: bool = False


@dataclass(eq=False, frozen=True, slots=True)
class _Seat:
    """One who waits for changes of some kinds of an address: a subscriber, or without one whoever listens to the bus."""

    watch: _Watch
    uri: str
    kinds: frozenset[str]
    subscriber: "_Subscriber | None"


class Subscriptions:
    """All subscriptions of one server.

    Args:
        server: Knows which addresses there are.
        resources: Those of them that are ours, some with something to watch.
        bus: What open requests hear.
    """

    def __init__(self, server: SeamServer, resources: Sequence[ResourceTemplate], bus: SubscriptionBus) -> None:
        self._server = server
        self._watchers = {resource.uri: validate_call(resource.watch) for resource in resources if resource.watch}
        self._bus = bus
        self._sdk_listen = ListenHandler(bus)
        self._watches: dict[tuple[TaskGroup, str], _Watch] = {}

    async def subscribe(self, ctx: Request, uri: str) -> EmptyResult:
        """Notifies the connection of changes from now on; what never changes is subscribed to as well, and never told.

        Raises:
            MCPError: There is no such resource, or nothing to tell of it ever, or too much is subscribed to.
        """
        look = await self._look(uri)
        if look is None:
            return EmptyResult()
        subscriber = _subscriber(ctx, self._leave)
        subscriber.check_room(uri)
        watched = await attempt(look)
        if isinstance(watched, SandscopeError):
            raise protocol_error(watched) from watched
        if watched is not None:
            subscriber.check_room(uri)
            # Who subscribes again is waited for anew, as long as at first.
            subscriber.leave(uri)
            subscriber.seats[uri] = self._seated(ctx.lifespan_context, watched, uri, subscriber)
        return EmptyResult()

    async def unsubscribe(self, ctx: Request, uri: str) -> EmptyResult:
        """Ends a subscription; where there is none, nothing is to end.

        Raises:
            MCPError: There is no such resource.
        """
        await self._look(uri)
        _subscriber(ctx, self._leave).leave(uri)
        return EmptyResult()

    async def listen(self, ctx: Request, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        """Keeps the request open, and tells on it what changes.

        Raises:
            MCPError: As `subscribe`, of any of the addresses.
        """
        looks: dict[str, Look] = {}
        for uri in params.notifications.resource_subscriptions or ():
            look = await self._look(uri)
            if look is not None:
                looks[uri] = look
        _check_number(len(looks))
        found = await all_of(list(looks.values()))
        for watched in found:
            if isinstance(watched, SandscopeError):
                raise protocol_error(watched) from watched
        seats: list[_Seat] = []
        try:
            seats.extend(
                self._seated(ctx.lifespan_context, watched, uri, None)
                for uri, watched in zip(looks, found, strict=True)
                if isinstance(watched, Watched)
            )
            return await self._sdk_listen(ctx, params)
        finally:
            for seat in seats:
                self._leave(seat)

    async def _look(self, uri: str) -> Look | None:
        """Sees what there is to watch at an address; None where nothing changes by itself.

        Raises:
            MCPError: There is no such resource.
        """
        if any(resource.uri == uri for resource in await self._server.list_resources()):
            return None
        templates = [template.uri_template for template in await self._server.list_resource_templates()]
        for template in templates:
            variables = UriTemplate.parse(template).match(uri)
            if variables is not None and DEFAULT_RESOURCE_SECURITY.validate(variables) is None:
                watcher = self._watchers.get(template)
                return watcher and partial(_watched, partial(watcher, **variables))
        raise MCPError(INVALID_PARAMS, f"Unknown resource. The templates are: {', '.join(templates)}.")

    def _seated(self, tasks: TaskGroup, watched: Watched, uri: str, subscriber: "_Subscriber | None") -> _Seat:
        place = (tasks, watched.name)
        watch = self._watches.get(place)
        if watch is None:
            if len(self._watches) >= MAX_WATCHES:
                busy = f"This server watches {MAX_WATCHES} runs, the most it can. Subscribe again once one of them has ended."
                raise protocol_error(ServerBusy(busy))
            watch = self._watches[place] = _Watch(place)
            tasks.start_soon(unattended, "a subscription", partial(self._follow, watch, watched))
        seat = _Seat(watch, uri, watched.kinds, subscriber)
        watch.seats.append(seat)
        return seat

    def _leave(self, seat: _Seat) -> None:
        watch = seat.watch
        watch.seats.remove(seat)
        if not watch.seats and not watch.ended:
            self._end(watch)
            watch.scope.cancel()

    def _end(self, watch: _Watch) -> None:
        watch.ended = True
        del self._watches[watch.place]

    async def _follow(self, watch: _Watch, watched: Watched) -> None:
        try:
            with watch.scope:
                await watched.follow(partial(self._tell, watch))
        finally:
            if not watch.ended:
                self._end(watch)

    async def _tell(self, watch: _Watch, kind: str) -> None:
        seats = [seat for seat in watch.seats if kind in seat.kinds]
        for seat in seats:
            if seat.subscriber is not None:
                seat.subscriber.notify(seat.uri)
        # Whatever comes over the bus reaches every open request that named the address.
        for uri in dict.fromkeys(seat.uri for seat in seats if seat.subscriber is None):
            await self._bus.publish(ResourceUpdated(uri))


@dataclass(eq=False, slots=True)
class _Subscriber:
    """A connection that subscribes to one address after another. One that does not read holds up nobody else.

    Attributes:
        connection: It.
        tasks: Where it is written to.
        forget: Called with a seat that is given up.
        seats: Address to what is waited for.
    """

    connection: Connection
    tasks: TaskGroup
    forget: Callable[[_Seat], None]
    seats: dict[str, _Seat] = field(default_factory=dict[str, _Seat])
    _due: dict[str, None] = field(default_factory=dict[str, None])
    _sending: bool = False

    def check_room(self, uri: str) -> None:
        """Refuses one address too many.

        Raises:
            MCPError: With this one it would wait for more than 16.
        """
        self.seats = {other: seat for other, seat in self.seats.items() if not seat.watch.ended}
        _check_number(len({*self.seats, uri}))

    def leave(self, uri: str) -> None:
        """Waits for an address no longer."""
        self._due.pop(uri, None)
        seat = self.seats.pop(uri, None)
        if seat is not None:
            self.forget(seat)

    def close(self) -> None:
        """Waits for nothing any more: the connection ends."""
        for uri in list(self.seats):
            self.leave(uri)

    def notify(self, uri: str) -> None:
        """Tells, soon and once, that an address is to be read again."""
        self._due[uri] = None
        if not self._sending:
            self._sending = True
            self.tasks.start_soon(unattended, "a notification", self._send)

    async def _send(self) -> None:
        # What does not read for ever is closed by its transport, which ends the writing too.
        while self._due:
            uri = next(iter(self._due))
            del self._due[uri]
            await self.connection.send_resource_updated(uri)
        self._sending = False


def _subscriber(ctx: Request, forget: Callable[[_Seat], None]) -> _Subscriber:
    """The connection that asks."""
    connection = ctx.session._connection  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  the SDK shows it nowhere else
    if _STATE not in connection.state:
        made = _Subscriber(connection, ctx.lifespan_context, forget)
        connection.state[_STATE] = made
        connection.exit_stack.callback(made.close)
    return connection.state[_STATE]


def _check_number(addresses: int) -> None:
    if addresses > MAX_PER_CONNECTION:
        raise protocol_error(
            InvalidArgument(
                f"One client can subscribe to {MAX_PER_CONNECTION} resources of runs at once. Unsubscribe from another first."
            )
        )


async def _watched(look: Look) -> Watched | None:
    try:
        return await look()
    except ValidationError as exc:
        raise wrong_value(exc) from exc
