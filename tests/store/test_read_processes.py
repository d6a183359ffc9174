"""Real processes that want the same: one of them asks, and when it is killed another does, at once."""

import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from mcp_server.state.cells import Cell, Moment, read_record
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.store.flights import LEASE_S
from tests.store.crew import Hand, calls, crew

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

REPLACED_WITHIN_S = 0.25


@pytest.fixture
async def cells(tmp_path: Path) -> AsyncGenerator[SqliteCells]:
    opened = SqliteCells(lambda: tmp_path / "state", Clock())
    yield opened
    await opened.aclose()


async def has_beaten(cells: SqliteCells, key: str) -> None:
    """Waits until the one who leads says so the next time."""

    def rule(_: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], object]:
        return cells, read_record(cells[0])["at"]

    before = await cells.change([f"flight {key}"], rule, 60)
    while await cells.change([f"flight {key}"], rule, 60) == before:
        pass


async def killed_and_replaced(leader: Hand, follower: Hand, cells: SqliteCells, key: str) -> float:
    """Seconds from the kill of the one who asks to the ask of the one who waits."""
    await leader.tell("read", key=key, takes_s=600)
    await leader.hear("upstream")
    await follower.tell("read", key=key, takes_s=0)
    await follower.hear("sleeping")
    # Killed when its lease is the longest: what is measured is the worst.
    await has_beaten(cells, key)
    killed_at = time.monotonic()
    await leader.kill()
    asked = await follower.hear("upstream")
    assert (await follower.hear())["answer"] == f"answered by {follower.process.pid}"
    return asked["at"] - killed_at


@pytest.mark.bound(60)
async def test_one_that_is_killed_is_replaced_within_250_ms_of_the_kill(tmp_path: Path, cells: SqliteCells) -> None:
    # Each try is the worst case that the code allows, which a loaded machine can only make longer; so one try within
    # the bound shows that the code keeps it, and the first usually is.
    took: list[float] = []
    for n in range(6):
        async with crew(tmp_path, 2) as (leader, follower):
            took.append(await killed_and_replaced(leader, follower, cells, f"key {n}"))
        assert calls(tmp_path, f"ask key {n}") == 2
        # Never at once: the one who asks must have been given its time.
        assert took[-1] > LEASE_S - 0.1
        if took[-1] <= REPLACED_WITHIN_S:
            return
    pytest.fail(f"replaced after {took} s")


async def test_of_eight_processes_one_asks_and_all_get_its_answer(tmp_path: Path) -> None:
    # One that the machine lets do nothing for as long as a lease is dead as far as others can tell; how long each was
    # away tells whether a round counts.
    async with crew(tmp_path, 8) as hands:
        rounds = 0
        for n in range(8):
            for hand in hands:
                await hand.tell("read", key=f"key {n}", takes_s=0.3)
            told = [await hand.hear() for hand in hands]
            assert len({answer["answer"] for answer in told}) <= calls(tmp_path, f"ask key {n}")
            if max(answer["longest_gap_s"] for answer in told) < LEASE_S:
                assert calls(tmp_path, f"ask key {n}") == 1
                rounds += 1
            if rounds == 2:
                return
        assert rounds, "this machine is too loaded for eight processes to beat every 50 ms"


async def test_what_one_process_has_asked_another_knows_later(tmp_path: Path) -> None:
    async with crew(tmp_path, 2) as (first, second):
        answers = [await hand.ask("read", key="key", takes_s=0) for hand in (first, second)]
    assert {answer["answer"] for answer in answers} == {f"answered by {first.process.pid}"}
    assert calls(tmp_path, "ask key") == 1
