"""What processes do when the server has lost something: its scripts, its memory, or nothing in spite of a restart."""

from collections.abc import Callable

import pytest

from mcp_server.budget.budget import Budget
from mcp_server.budget.groups import Charge, Group
from mcp_server.budget.ledger import Ending, Ledger, Taken, Wait
from mcp_server.budget.window import FORGOTTEN
from mcp_server.errors import RateBudgetSpent
from mcp_server.state.cells import Cells
from mcp_server.state.redis_link import EPOCH
from tests.stage import FakeTime
from tests.state.redis.server import RedisServer
from tests.state.redis.shifted_cells import ShiftedCells

pytestmark = pytest.mark.anyio

OpenCells = Callable[[], Cells]
ME = "https://a.example me"
GROUPS = {"a.logs": Group("a.logs", 5, 60.0)}
CHARGE = Charge(("a.logs",))
HELD_S = 61.0
KEPT = ("--appendonly", "yes")


def ledger(cells: Cells) -> Ledger:
    return Ledger(cells, GROUPS, 30.0)


async def send(ledger: Ledger) -> None:
    taken = await ledger.take(ME, CHARGE)
    assert isinstance(taken, Taken)
    await ledger.end(taken, Ending())


async def remaining(ledger: Ledger) -> int | None:
    return (await ledger.states(ME, GROUPS))["a.logs"].remaining


async def test_a_flush_of_scripts_is_not_noticed(server: RedisServer, open_cells: OpenCells) -> None:
    shared = ledger(open_cells())
    await send(shared)
    server.ask("SCRIPT", "FLUSH")
    await send(shared)
    assert await remaining(shared) == 3


async def test_after_a_flush_every_process_that_remembers_holds_the_group_back_for_a_window(
    server: RedisServer, open_cells: OpenCells
) -> None:
    first, second = ShiftedCells(open_cells()), ShiftedCells(open_cells())
    one, other = ledger(first), ledger(second)
    await send(one)
    await send(other)
    server.ask("FLUSHALL")
    wait = await one.take(ME, CHARGE)
    assert isinstance(wait, Wait)
    assert (wait.group, wait.frozen_for) == ("a.logs", FORGOTTEN)
    assert HELD_S - 1 < wait.seconds <= HELD_S
    # The other one comes later, and does not begin the window anew.
    first.ahead = second.ahead = 30.0
    assert await remaining(other) == 0
    wait = await other.take(ME, CHARGE)
    assert isinstance(wait, Wait)
    assert HELD_S - 31 < wait.seconds <= HELD_S - 30
    first.ahead = second.ahead = HELD_S
    await send(one)
    await send(other)
    assert await remaining(ledger(first)) == 3


async def test_a_group_that_is_held_back_after_a_flush_says_that_the_record_is_lost(
    server: RedisServer, open_cells: OpenCells
) -> None:
    budget = Budget(ledger(open_cells()), FakeTime().clock)
    async with budget.lease(ME, CHARGE) as lease:
        await lease.unsent()
    server.ask("FLUSHALL")
    with pytest.raises(RateBudgetSpent) as error:
        async with budget.lease(ME, CHARGE):
            raise AssertionError
    assert str(error.value).startswith(
        "The rate budget of a.logs is held back because the record of earlier requests is lost, so nothing was sent. "
    )
    assert error.value.retry_after_s == HELD_S


async def test_a_group_that_was_not_used_before_a_flush_is_not_held_back(
    server: RedisServer, open_cells: OpenCells
) -> None:
    shared = ledger(open_cells())
    await send(shared)
    server.ask("FLUSHALL")
    assert isinstance(await shared.take("https://a.example you", CHARGE), Taken)


async def test_a_process_that_began_after_the_flush_is_held_back_with_those_that_remember(
    server: RedisServer, open_cells: OpenCells
) -> None:
    old, new = ledger(open_cells()), ledger(open_cells())
    await send(old)
    server.ask("FLUSHALL")
    assert isinstance(await old.take(ME, CHARGE), Wait)
    assert isinstance(await new.take(ME, CHARGE), Wait)


async def test_a_restart_with_what_was_kept_changes_nothing(stopped_server: RedisServer, open_cells: OpenCells) -> None:
    stopped_server.start(*KEPT)
    one, other = ledger(open_cells()), ledger(open_cells())
    await send(one)
    await send(other)
    epoch = stopped_server.ask("GET", EPOCH)
    await stopped_server.restart(*KEPT)
    assert await remaining(one) == 3
    await send(other)
    assert await remaining(ledger(open_cells())) == 2
    assert stopped_server.ask("GET", EPOCH) == epoch


async def test_a_restart_without_what_was_kept_is_like_a_flush(server: RedisServer, open_cells: OpenCells) -> None:
    one, other = ledger(open_cells()), ledger(open_cells())
    await send(one)
    await send(other)
    epoch = server.ask("GET", EPOCH)
    await server.restart()
    for remembering in (one, other):
        wait = await remembering.take(ME, CHARGE)
        assert isinstance(wait, Wait)
        assert wait.frozen_for == FORGOTTEN
        assert wait.seconds <= HELD_S
    assert server.ask("GET", EPOCH) != epoch
