"""Several begin to wait for a run that nobody has seen: one looks, and the others wait a little for what it sees."""

import math
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.lowlevel
import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.http.wire import AsgiApp, Wire, in_process
from mcp_server.platforms.codegen.poller import FIRST_LOOK_S
from mcp_server.store.sightings import PEEK_S
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio


@dataclass
class Slow(Wire):
    """The stand-ins, whose first answer comes when it is due.

    Attributes:
        app: They.
        due: Whether it is, asked again and again.
        answer: Given then instead of theirs.
        asked: Set by the first request.
    """

    app: AsgiApp
    due: list[Callable[[], bool]]
    answer: httpx2.Response | None = None
    asked: anyio.Event = field(default_factory=anyio.Event)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not self.asked.is_set():
            self.asked.set()
            while not self.due[0]():
                await anyio.lowlevel.checkpoint()
            if self.answer is not None:
                return self.answer
        return await in_process(self.app).handle_async_request(request)


@dataclass
class Scene:
    """Two processes: `one` looks first, and `other` begins to wait while it does.

    Attributes:
        began: When `other` did.
        wire: Of `one`.
        due: When the first answer comes.
    """

    one: Stage
    other: Stage
    wire: Slow
    due: list[Callable[[], bool]]
    began: float = math.inf

    @property
    def waited_s(self) -> float:
        return self.one.time.seconds - self.began

    async def play(self, wait_seconds: int = 20) -> list[str]:
        """What both were told."""
        told: list[str] = []

        async def wait(stage: Stage) -> None:
            answer = await stage.call("get_run", run_id=ids.RUN_RUNNING, wait_seconds=wait_seconds)
            told.append("error" if answer.is_error else answer.facts["status"])

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(wait, self.one)
            await self.wire.asked.wait()
            self.began = self.one.time.seconds
            tasks.start_soon(wait, self.other)
        return sorted(told)


@asynccontextmanager
async def scene(open_stage: OpenStage, answer: httpx2.Response | None = None) -> AsyncGenerator[Scene]:
    wires: list[Slow] = []
    due: list[Callable[[], bool]] = []

    def slow(app: AsgiApp) -> Wire:
        wires.append(Slow(app, due, answer))
        return wires[0]

    async with open_stage(wire=slow) as one, open_stage(beside=one) as other:
        yield Scene(one, other, wires[0], due)


async def test_who_begins_to_wait_while_another_looks_for_the_first_time_goes_by_what_it_sees(
    open_stage: OpenStage,
) -> None:
    looks: list[int] = []

    def after_two_peeks(played: Scene) -> bool:
        if played.waited_s < 2 * PEEK_S:
            return False
        looks.append(len(played.one.journal))
        return True

    async with scene(open_stage) as played:
        played.due.append(partial(after_two_peeks, played))
        assert await played.play() == ["completed", "completed"]
    assert looks == [0]


async def test_where_the_first_look_fails_the_others_look_themselves(open_stage: OpenStage) -> None:
    async with scene(open_stage, httpx2.Response(404, json={"detail": "Agent run not found"})) as played:
        played.due.append(lambda: played.waited_s >= PEEK_S)
        assert await played.play(wait_seconds=1) == ["error", "running"]
        assert played.waited_s < FIRST_LOOK_S


async def test_a_first_look_that_takes_long_is_not_waited_for(open_stage: OpenStage) -> None:
    async with scene(open_stage) as played:
        played.due.append(lambda: bool(played.one.journal))
        assert await played.play() == ["completed", "completed"]
        assert FIRST_LOOK_S <= played.one.journal[0].time - played.began <= FIRST_LOOK_S + 2 * PEEK_S


async def test_a_server_that_ends_waits_for_nobodys_first_look(open_stage: OpenStage) -> None:
    def ended(played: Scene) -> bool:
        if played.waited_s >= PEEK_S:
            played.one.sandscope.state.clock.patience.end()
        return bool(played.one.journal)

    async with scene(open_stage) as played:
        played.due.append(partial(ended, played))
        assert await played.play() == ["running", "running"]
        assert played.waited_s < FIRST_LOOK_S


async def test_a_run_that_another_looks_at_for_the_first_time_can_be_watched_meanwhile(open_stage: OpenStage) -> None:
    subscribed = anyio.Event()
    async with scene(open_stage) as played, open_stage(beside=played.one) as watching:
        played.due.append(subscribed.is_set)

        async def subscribe() -> None:
            await played.wire.asked.wait()
            async with watching.client.listen(resource_subscriptions=[f"codegen://runs/{ids.RUN_RUNNING}"]):
                assert not played.one.journal
            subscribed.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(subscribe)
            assert await played.play() == ["completed", "completed"]
