"""A call may be cancelled at any point: what was not sent costs nothing, what was is charged, and no place stays taken."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.lowlevel
import httpx2
import pytest

from mcp_server.budget.budget import MAX_IN_FLIGHT
from mcp_server.budget.groups import Charge
from mcp_server.budget.ledger import MARGIN_S, GroupState
from mcp_server.budget.window import LOST_S
from mcp_server.http.wire import Wire
from mcp_server.state.cells import Cells, MemoryCells
from mcp_server.state.sqlite_cells import SqliteCells
from tests.http.wires import Talk
from tests.stage import FakeTime

pytestmark = pytest.mark.anyio

LOGS = Charge(("codegen.logs",))
# The longest way through a call over cells in memory has fewer turns of the event loop than this.
TURNS = 40


class Stepwise(httpx2.AsyncByteStream):
    """A body in two pieces."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await anyio.lowlevel.checkpoint()
        yield b"a"
        await anyio.lowlevel.checkpoint()
        yield b"b"

    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()


class Steps(Wire):
    """A wire that takes several turns of the event loop for everything."""

    def __init__(self) -> None:
        self.sent = self.answered = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent = True
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        self.answered = True
        return httpx2.Response(200, stream=Stepwise(), request=request)


async def cancelled_after(turns: int, talk: Talk) -> bool:
    """Reads a text, cancelled after so many turns of the event loop; whether that was before its end."""
    done = False

    async def read() -> None:
        nonlocal done
        with scope:
            await talk.client.get_text(("logs",), LOGS)
            done = True

    scope = anyio.CancelScope()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        for _ in range(turns):
            await anyio.lowlevel.checkpoint()
        scope.cancel()
    return not done


async def charged_rightly(talk: Talk, wire: Steps) -> GroupState:
    state = await talk.stands("codegen.logs")
    assert state.used_here == wire.sent
    if wire.sent:
        assert state.resets_in_s in {60 + MARGIN_S, 60 + LOST_S}
        assert wire.answered or state.resets_in_s == 60 + LOST_S
    return state


async def every_place_is_free(talk: Talk, used: int) -> None:
    """Eight requests more can be under way at once."""
    async with anyio.create_task_group() as tasks:
        inside = 0
        full = anyio.Event()

        async def hold() -> None:
            nonlocal inside
            async with talk.budget.lease(talk.account, Charge(("codegen.logs",), max_wait_s=0)) as lease:
                inside += 1
                if inside == MAX_IN_FLIGHT:
                    full.set()
                await full.wait()
                await lease.unsent()

        for _ in range(MAX_IN_FLIGHT):
            tasks.start_soon(hold)
    assert (await talk.stands("codegen.logs")).used_here == used


def cells_in(place: str, directory: Path, time: FakeTime) -> Cells:
    return MemoryCells(time.clock) if place == "memory" else SqliteCells(lambda: directory, time.clock)


@pytest.mark.parametrize("place", ["memory", "a file"])
async def test_wherever_a_call_is_cancelled_its_slots_and_places_are_right(place: str, tmp_path: Path) -> None:
    ended = {"before it was sent": 0, "before it was answered": 0, "later": 0, "not at all": 0}
    for turns in range(TURNS):
        time, wire = FakeTime(), Steps()
        cells = cells_in(place, tmp_path / str(turns), time)
        talk = Talk(wire, time=time, cells=cells)
        early = await cancelled_after(turns, talk)
        state = await charged_rightly(talk, wire)
        await every_place_is_free(talk, state.used_here)
        await cells.aclose()
        how = (
            "before it was answered"
            if wire.sent and not wire.answered
            else "later"
            if wire.sent
            else "before it was sent"
        )
        ended[how if early else "not at all"] += 1
    # In a thread a turn takes as long as it takes, so only the first is sure.
    assert all(ended.values()) if place == "memory" else ended["before it was sent"]


class Standing(FakeTime):
    """A time that stands still."""

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep_forever()
        await super().sleep(seconds)


@pytest.mark.parametrize("place", ["memory", "a file"])
async def test_a_call_cancelled_while_it_waits_for_a_slot_takes_none(place: str, tmp_path: Path) -> None:
    time = Standing()
    cells = cells_in(place, tmp_path, time)
    talk = Talk(Steps(), time=time, cells=cells)
    for _ in range(20):
        async with talk.budget.lease(talk.account, LOGS) as lease:
            await lease.lost()
    for turns in range(MAX_IN_FLIGHT + 1):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(talk.client.get_text, ("logs",), Charge(("codegen.logs",), max_wait_s=1e9))
            for _ in range(turns):
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    time.seconds += 66
    await every_place_is_free(talk, 0)
    await cells.aclose()
