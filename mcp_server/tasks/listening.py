"""Tasks that tell by themselves how they stand: `notifications/tasks` on an open `subscriptions/listen`.

The request names tasks beside whatever else it listens to; those that exist are acknowledged, told at once as they stand, and
again whenever that changes, until they have ended or the request has. A task that is listened to is looked at no oftener
than one that is asked about.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Literal, cast

import anyio
from anyio.abc import TaskGroup
from mcp.server.mcpserver import require_client_extension
from mcp.server.session import ServerSession
from mcp.server.subscriptions import SUBSCRIPTION_ID_META_KEY
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    Notification,
    RequestId,
    ServerNotification,
    SubscriptionFilter,
    SubscriptionsAcknowledgedNotification,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
)
from pydantic import TypeAdapter, ValidationError

from mcp_server.state.clock import Clock
from mcp_server.tasks.extension import ID, Context, Listen, TasksExtension, Wire
from mcp_server.tasks.work import Task

# One request listens to so many tasks.
MAX_TASKS: Final = 16
_KEY: Final = "taskIds"
_IDS: Final = TypeAdapter(list[str])
_ENDED: Final = {"cancelled", "completed", "failed"}


class TaskNotification(Notification[dict[str, Any], Literal["notifications/tasks"]]):
    """How a task stands, as `tasks/get` would tell it."""

    method: Literal["notifications/tasks"] = "notifications/tasks"


@dataclass(frozen=True, slots=True)
class TaskListening:
    """Listening to tasks, around a server's own listening.

    Attributes:
        tasks: Knows the tasks.
        clock: Time between looks.
        serve: Listens to everything else.
    """

    tasks: TasksExtension
    clock: Clock
    serve: Listen

    async def listen(self, ctx: Context, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        """Keeps the request open as `serve` does, and tells on it of the tasks it names.

        Raises:
            MCPError: -32021 the client does not declare the extension; -32602 it names too many tasks, or no names.
        """
        asked = (params.notifications.model_extra or {}).get(_KEY)
        if not asked:
            return await self.serve(ctx, params)
        require_client_extension(ctx, ID)
        tasks = self._known(ctx, asked)
        failure: MCPError | None = None
        result = SubscriptionsListenResult()
        async with anyio.create_task_group() as group:
            session = cast(
                "ServerSession", _Acknowledging(ctx.session, tasks, partial(self._follow_all, ctx, tasks, group))
            )
            try:
                result = await self.serve(replace(ctx, session=session), params)
            except MCPError as exc:
                # Raised outside, or the group would wrap it.
                failure = exc
            group.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return result

    def _known(self, ctx: Context, asked: object) -> list[Task]:
        try:
            ids = _IDS.validate_python(asked, strict=True)
        except ValidationError as exc:
            raise MCPError(INVALID_PARAMS, f"{_KEY} must be a list of task ids.") from exc
        if len(ids) > MAX_TASKS:
            raise MCPError(
                INVALID_PARAMS, f"One request listens to at most {MAX_TASKS} tasks. Send another request for the rest."
            )
        named = (self.tasks.find(task_id, ctx) for task_id in dict.fromkeys(ids))
        return [task for task in named if task is not None]

    def _follow_all(self, ctx: Context, tasks: list[Task], group: TaskGroup) -> None:
        for task in tasks:
            group.start_soon(self._follow, ctx, task)

    async def _follow(self, ctx: Context, task: Task) -> None:
        meta = {SUBSCRIPTION_ID_META_KEY: ctx.request_id}
        before: Wire = {}
        while before.get("status") not in _ENDED:
            try:
                told = await self.tasks.detailed(task)
            except MCPError:
                # It is over a day old by now, or what it was about is lost.
                return
            if {**told, "lastUpdatedAt": ""} != {**before, "lastUpdatedAt": ""}:
                notification = TaskNotification(params={**told, "_meta": meta})
                await ctx.session.send_notification(cast("ServerNotification", notification), ctx.request_id)
                before = told
            if told["status"] not in _ENDED:
                await self.clock.sleep(told["pollIntervalMs"] / 1000)


@dataclass(frozen=True, slots=True)
class _Acknowledging:
    """A session whose acknowledgement names the tasks that will be told of, and after which they are."""

    session: ServerSession
    tasks: list[Task]
    begin: Callable[[], None]

    async def send_notification(
        self, notification: ServerNotification, related_request_id: RequestId | None = None
    ) -> None:
        """Sends it."""
        if not isinstance(notification, SubscriptionsAcknowledgedNotification):
            await self.session.send_notification(notification, related_request_id)
            return
        honored = notification.params.notifications.model_dump(by_alias=True, exclude_none=True)
        named = {_KEY: [task.task_id for task in self.tasks]} if self.tasks else {}
        told = SubscriptionFilter.model_validate({**honored, **named})
        params = notification.params.model_copy(update={"notifications": told})
        await self.session.send_notification(SubscriptionsAcknowledgedNotification(params=params), related_request_id)
        self.begin()
