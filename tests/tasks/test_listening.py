"""Tasks that tell by themselves how they stand, on an open request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from mcp.client.extension import NotificationBinding
from mcp.server.subscriptions import SUBSCRIPTION_ID_META_KEY
from mcp.shared.exceptions import MCPError
from mcp_types import (
    NotificationParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    ToolListChangedNotification,
)
from pydantic import RootModel

from mcp_server.tasks.extension import Context
from mcp_server.tasks.listening import MAX_TASKS, TaskListening
from tests.server.processes import started
from tests.stage import OpenStage, Stage
from tests.tasks.client import ID, Created, KnowsTasks, created, get, send
from tests.tasks.errand import Errand

pytestmark = pytest.mark.anyio


class Params(RootModel[dict[str, Any]]):
    """What a notification says."""


@dataclass
class Listens(KnowsTasks):
    """Hears of tasks; `news` is set at each."""

    heard: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    news: anyio.Event = field(default_factory=anyio.Event)

    def notifications(self) -> Sequence[NotificationBinding[Any]]:
        return (NotificationBinding(method="notifications/tasks", params_type=Params, handler=self.hear),)

    async def hear(self, params: Params) -> None:
        self.heard.append(params.root)
        self.news.set()
        self.news = anyio.Event()

    async def until(self, number: int) -> None:
        while len(self.heard) < number:
            await self.news.wait()


async def listen(stage: Stage, *task_ids: object) -> None:
    await send(stage.client, "subscriptions/listen", {"notifications": {"taskIds": list(task_ids)}})


def plain(notification: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in notification.items() if name not in {"_meta", "lastUpdatedAt"}}


async def test_a_task_is_told_as_it_stands_and_when_it_ends_as_an_answer_would_tell_it(open_stage: OpenStage) -> None:
    hearing = Listens()
    async with open_stage(extensions=[hearing]) as stage, anyio.create_task_group() as tasks:
        made = await created(stage.client, "analyze_logs", sandbox_id=201)
        tasks.start_soon(listen, stage, made.task_id)
        await hearing.until(2)
        first, last = hearing.heard
        assert (first["status"], last["status"]) == ("working", "completed")
        assert first["taskId"] == last["taskId"] == made.task_id
        assert first["_meta"] == last["_meta"]
        assert list(first["_meta"]) == ["io.modelcontextprotocol/subscriptionId"]
        told = await get(stage.client, made.task_id)
        assert plain(last)["result"]["structuredContent"] == told["result"]["structuredContent"]
        tasks.cancel_scope.cancel()


async def test_only_what_changes_is_told(open_stage: OpenStage) -> None:
    hearing = Listens()
    async with open_stage(extensions=[hearing]) as stage, anyio.create_task_group() as tasks:
        errand = Errand()
        stage.sandscope.tasks.works["whoami"] = errand
        one: Created = await created(stage.client, "whoami")
        two: Created = await created(stage.client, "whoami")
        tasks.start_soon(listen, stage, one.task_id, two.task_id, one.task_id)
        await hearing.until(2)
        assert {told["taskId"] for told in hearing.heard} == {one.task_id, two.task_id}
        looks = stage.time.seconds
        while stage.time.seconds < looks + 60:
            await stage.time.sleep(1)
        assert len(hearing.heard) == 2
        errand.answers["1"] = {name: {"content": {"value": "any"}} for name in ("colour", "size")}
        await hearing.until(3)
        assert hearing.heard[2]["taskId"] == two.task_id
        assert hearing.heard[2]["status"] == "completed"
        errand.lost = True
        while stage.time.seconds < looks + 120:
            await stage.time.sleep(1)
        assert len(hearing.heard) == 3
        tasks.cancel_scope.cancel()


async def test_who_does_not_declare_the_extension_cannot_listen_to_tasks(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        with pytest.raises(MCPError) as refused:
            await listen(stage, "any")
        assert refused.value.code == -32021
        assert refused.value.data == {"requiredCapabilities": {"extensions": {ID: {}}}}


async def test_a_task_is_listened_to_for_a_day_at_most(open_stage: OpenStage) -> None:
    hearing = Listens()
    async with open_stage(extensions=[hearing]) as stage, anyio.create_task_group() as tasks:
        errand = Errand()
        stage.sandscope.tasks.works["whoami"] = errand
        made = await created(stage.client, "whoami")
        tasks.start_soon(listen, stage, made.task_id)
        await hearing.until(1)
        stage.time.seconds += made.ttl_ms / 1000
        began = stage.time.seconds
        looked = errand.looks
        while stage.time.seconds < began + 10:
            await stage.time.sleep(1)
        assert errand.looks <= looked + 1
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize("asked", ["any", {"any": True}, [1], ["any"] * (MAX_TASKS + 1)])
async def test_what_is_no_list_of_a_few_names_is_refused(open_stage: OpenStage, asked: object) -> None:
    async with open_stage(extensions=[KnowsTasks()]) as stage:
        with pytest.raises(MCPError) as refused:
            await send(stage.client, "subscriptions/listen", {"notifications": {"taskIds": asked}})
        assert refused.value.code == -32602


async def test_what_else_is_listened_to_is_refused_as_ever(open_stage: OpenStage) -> None:
    async with open_stage(extensions=[KnowsTasks()]) as stage:
        made = await created(stage.client, "analyze_logs", sandbox_id=201)
        wanted = {"taskIds": [made.task_id], "resourceSubscriptions": ["nothing://of/ours"]}
        with pytest.raises(MCPError) as refused:
            await send(stage.client, "subscriptions/listen", {"notifications": wanted})
        assert refused.value.code == -32602


async def test_when_everything_else_has_ended_the_request_has(open_stage: OpenStage) -> None:
    async def serve(ctx: Context, _: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        meta = {SUBSCRIPTION_ID_META_KEY: ctx.request_id}
        await ctx.session.send_notification(ToolListChangedNotification(params=NotificationParams(_meta=meta)), 0)
        return SubscriptionsListenResult(_meta=meta)

    async with open_stage(extensions=[KnowsTasks()]) as stage:
        made = await created(stage.client, "analyze_logs", sandbox_id=201)
        listening = TaskListening(stage.sandscope.tasks, stage.time.clock, serve)
        lowlevel = stage.sandscope.server.lowlevel
        lowlevel.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, listening.listen)
        wanted = {"notifications": {"taskIds": [made.task_id]}}
        assert SUBSCRIPTION_ID_META_KEY in (await send(stage.client, "subscriptions/listen", wanted))["_meta"]


META: dict[str, Any] = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {"extensions": {ID: {}}},
}


def request(number: int, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": {**params, "_meta": META}}


@pytest.mark.slow
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_those_that_exist_are_acknowledged_before_they_are_told_of() -> None:
    async with started("serve", "--demo") as server:
        arguments = {"run_id": 103, "wait_seconds": 25}
        await server.send(request(1, "tools/call", name="get_run", arguments=arguments))
        task_id = (await server.message())["result"]["taskId"]
        wanted = {"taskIds": [task_id, "nobody"], "resourceSubscriptions": ["codegen://runs/103"]}
        await server.send(request(2, "subscriptions/listen", notifications=wanted))
        acknowledged, working, *ends = [await server.message() for _ in range(4)]
        assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
        assert acknowledged["params"]["notifications"] == {**wanted, "taskIds": [task_id]}
        updated, completed = sorted(ends, key=lambda end: "taskId" in end["params"])
        assert updated["method"] == "notifications/resources/updated"
        for told, status in ((working, "working"), (completed, "completed")):
            assert told["method"] == "notifications/tasks"
            assert told["params"]["taskId"] == task_id
            assert told["params"]["status"] == status
            assert told["params"]["_meta"] == {"io.modelcontextprotocol/subscriptionId": 2}


@pytest.mark.slow
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_where_none_exists_none_is_acknowledged() -> None:
    async with started("serve", "--demo") as server:
        await server.send(request(1, "subscriptions/listen", notifications={"taskIds": ["nobody"]}))
        acknowledged = await server.message()
        assert "taskIds" not in acknowledged["params"]["notifications"], acknowledged
