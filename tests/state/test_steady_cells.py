"""Cells that always answer, over a state directory that can and cannot be used."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state.health import Health
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.state.steady_cells import TRIED_AGAIN_S, SteadyCells
from tests.state.contents import names
from tests.state.hands import Hands
from tests.state.rules import KEEP_S, add_one, fail, when

pytestmark = pytest.mark.anyio

WARNING = (
    "SANDSCOPE_STATE_DIR: it cannot be made: File exists. Until it can be used, this process shares nothing with others "
    "and keeps to an eighth of each rate limit."
)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
async def cells(directory: Path, hands: Hands) -> AsyncGenerator[SteadyCells]:
    shared = SqliteCells(lambda: directory, hands.clock)
    made = SteadyCells(shared, "SANDSCOPE_STATE_DIR", Health(), hands.clock)
    yield made
    await made.aclose()


@pytest.fixture
def blocked(directory: Path) -> Path:
    """A file where the directory would be."""
    directory.write_text("a file")
    return directory


def unblock(blocked: Path) -> None:
    blocked.unlink()


async def is_alone(cells: SteadyCells) -> bool:
    return (await cells.change([], when, KEEP_S)).alone


async def add(cells: SteadyCells) -> int:
    return await cells.change(["count"], add_one, KEEP_S)


async def test_they_are_shared_while_that_is_possible(cells: SteadyCells, directory: Path, hands: Hands) -> None:
    assert not await is_alone(cells)
    await add(cells)
    another = SqliteCells(lambda: directory, hands.clock)
    assert await another.change(["count"], add_one, KEEP_S) == 2
    await another.aclose()
    assert cells.health.warnings() == []


@pytest.mark.usefixtures("blocked")
async def test_while_it_is_not_possible_the_process_has_its_own(cells: SteadyCells) -> None:
    assert await is_alone(cells)
    assert [await add(cells), await add(cells)] == [1, 2]


@pytest.mark.usefixtures("blocked")
async def test_that_is_said_once_and_to_whoever_asks(
    cells: SteadyCells, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        await add(cells)
        hands.pass_s(TRIED_AGAIN_S)
    assert (caplog.messages, cells.health.warnings()) == ([WARNING], [WARNING])


async def test_shared_ones_are_tried_again_after_a_while_and_not_before(
    cells: SteadyCells, blocked: Path, tmp_path: Path, hands: Hands, caplog: pytest.LogCaptureFixture
) -> None:
    assert await add(cells) == 1
    unblock(blocked)
    hands.pass_s(TRIED_AGAIN_S - 0.1)
    assert await is_alone(cells)
    assert names(tmp_path) == []
    hands.pass_s(0.1)
    assert not await is_alone(cells)
    assert await add(cells) == 1
    assert (caplog.messages, cells.health.warnings()) == ([WARNING, "SANDSCOPE_STATE_DIR works again"], [])


async def test_its_own_cells_are_still_there_when_it_is_alone_again(
    cells: SteadyCells, blocked: Path, hands: Hands
) -> None:
    await add(cells)
    unblock(blocked)
    hands.pass_s(TRIED_AGAIN_S)
    shared = await cells.change([], when, KEEP_S)
    (blocked / "cells.db").unlink()
    (blocked / "cells.db").mkdir()
    assert await add(cells) == 2
    alone = await cells.change([], when, KEEP_S)
    assert (shared.alone, alone.alone) == (False, True)
    assert shared.epoch != alone.epoch
    assert cells.health.warnings() != [WARNING]


async def test_a_rule_that_raises_is_not_applied_elsewhere(cells: SteadyCells) -> None:
    with pytest.raises(ArithmeticError):
        await cells.change(["count"], fail, KEEP_S)
    assert cells.health.warnings() == []
    assert not await is_alone(cells)


async def test_rewriting_reaches_the_shared_cells(cells: SteadyCells) -> None:
    await add(cells)
    await cells.rewrite(lambda _: b"5")
    assert await add(cells) == 6


@pytest.mark.usefixtures("blocked")
async def test_what_cannot_be_rewritten_is_said(cells: SteadyCells) -> None:
    with pytest.raises(StateUnavailable, match="it cannot be made: File exists"):
        await cells.rewrite(lambda _: None)


async def test_without_a_place_to_share_they_are_always_alone(hands: Hands, caplog: pytest.LogCaptureFixture) -> None:
    cells = SteadyCells(None, "nothing", Health(), hands.clock)
    assert [await add(cells), await add(cells)] == [1, 2]
    assert await is_alone(cells)
    await cells.rewrite(lambda _: None)
    await cells.aclose()
    assert (caplog.messages, cells.health.warnings()) == ([], [])
