"""Registers what few clients ask for; its parts are imported when one does, to keep start-up light."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from mcp.server.context import HandlerResult, ServerRequestContext
from mcp.server.subscriptions import SubscriptionBus
from mcp_types import (
    CompleteRequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    UnsubscribeRequestParams,
)

from mcp_server.platforms.base import ResourceTemplate
from mcp_server.server.seam import SeamServer
from mcp_server.tasks.extension import Listen

if TYPE_CHECKING:
    from mcp_server.server.subscriptions import Subscriptions

Request = ServerRequestContext[Any, Any]


def serve_on_demand(
    server: SeamServer,
    resources: Sequence[ResourceTemplate],
    bus: SubscriptionBus,
    around: Callable[[Listen], Listen],
) -> None:
    """Serves completions and subscriptions.

    Args:
        server: Serves them.
        resources: What can be subscribed to.
        bus: What open requests hear.
        around: Makes of listening to resources a listening to more.
    """

    @cache
    def subscriptions() -> "Subscriptions":
        from mcp_server.server.subscriptions import Subscriptions  # noqa: PLC0415  light start-up: first use

        return Subscriptions(server, resources, bus)

    async def complete(_: Request, params: CompleteRequestParams) -> HandlerResult:
        from mcp_server.server.completions import complete as completed  # noqa: PLC0415  light start-up: first use

        return await completed(server, params)

    async def subscribe(ctx: Request, params: SubscribeRequestParams) -> HandlerResult:
        return await subscriptions().subscribe(ctx, params.uri)

    async def unsubscribe(ctx: Request, params: UnsubscribeRequestParams) -> HandlerResult:
        return await subscriptions().unsubscribe(ctx, params.uri)

    async def listen(ctx: Request, params: SubscriptionsListenRequestParams) -> HandlerResult:
        return await around(subscriptions().listen)(ctx, params)

    server.lowlevel.add_request_handler("completion/complete", CompleteRequestParams, complete)
    server.lowlevel.add_request_handler("resources/subscribe", SubscribeRequestParams, subscribe)
    server.lowlevel.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, unsubscribe)
    server.lowlevel.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, listen)
