"""What every kind of cells promises, for those of one process and those in a file."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from mcp_server.state.cells import Cell, Cells, MemoryCells, Moment
from mcp_server.state.sqlite_cells import SWEEP_EVERY, SqliteCells
from tests.state.hands import Hands
from tests.state.rules import KEEP_S, add_one, fail, look, put, when

pytestmark = pytest.mark.anyio


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture(params=["memory", "sqlite"])
async def cells(request: pytest.FixtureRequest, hands: Hands, tmp_path: Path) -> AsyncGenerator[Cells]:
    made = MemoryCells(hands.clock) if request.param == "memory" else SqliteCells(lambda: tmp_path, hands.clock)
    yield made
    await made.aclose()


async def held(cells: Cells, *names: str) -> list[Cell]:
    return await cells.change(names, look, KEEP_S)


async def test_a_cell_nobody_wrote_is_none(cells: Cells) -> None:
    assert await held(cells, "a", "b") == [None, None]


async def test_what_a_rule_gives_is_kept_and_its_result_given_back(cells: Cells) -> None:
    assert [await cells.change(["a"], add_one, KEEP_S) for _ in range(3)] == [1, 2, 3]
    assert await held(cells, "a") == [b"3"]


async def test_cells_of_other_names_are_left_alone(cells: Cells) -> None:
    await cells.change(["a", "b"], put(b"1", b"2"), KEEP_S)
    await cells.change(["b", "c"], put(b"3", b"4"), KEEP_S)
    assert await held(cells, "c", "b", "a") == [b"4", b"3", b"1"]


async def test_none_deletes(cells: Cells) -> None:
    await cells.change(["a", "b"], put(b"1", b"2"), KEEP_S)
    await cells.change(["a", "never there"], put(None, None), KEEP_S)
    assert await held(cells, "a", "never there", "b") == [None, None, b"2"]


async def test_an_empty_value_is_a_value(cells: Cells) -> None:
    await cells.change(["a"], put(b""), KEEP_S)
    assert await held(cells, "a") == [b""]


async def test_a_rule_that_raises_changes_nothing(cells: Cells) -> None:
    await cells.change(["a"], put(b"1"), KEEP_S)
    with pytest.raises(ArithmeticError):
        await cells.change(["a"], fail, KEEP_S)
    assert await held(cells, "a") == [b"1"]
    assert await cells.change(["a"], add_one, KEEP_S) == 2


async def test_a_rule_without_cells_sees_the_moment(cells: Cells, hands: Hands) -> None:
    moment = await cells.change([], when, KEEP_S)
    assert (moment.now, moment.wall, moment.alone) == (hands.now, hands.wall, False)


async def test_the_epoch_stays_while_cells_do(cells: Cells, hands: Hands) -> None:
    before = await cells.change([], when, KEEP_S)
    hands.pass_s(1e6)
    after = await cells.change([], when, KEEP_S)
    assert (before.epoch, len(before.epoch)) == (after.epoch, 8)


async def test_a_cell_is_forgotten_when_its_time_is_over(cells: Cells, hands: Hands) -> None:
    await cells.change(["long", "short"], put(b"1", b"1"), 20)
    await cells.change(["short"], put(b"2"), 10)
    hands.pass_s(11)
    # In a file, lapsed cells are swept out now and then.
    for _ in range(SWEEP_EVERY):
        await cells.change(["other"], add_one, KEEP_S)
    assert await held(cells, "long", "short") == [b"1", None]


async def test_a_cell_that_is_only_read_does_not_live_longer(cells: Cells, hands: Hands) -> None:
    await cells.change(["a"], put(b"1"), 10)
    hands.pass_s(5)
    assert await held(cells, "a") == [b"1"]
    hands.pass_s(6)
    for _ in range(SWEEP_EVERY):
        await cells.change(["other"], add_one, KEEP_S)
    assert await held(cells, "a") == [None]


async def test_a_cell_that_is_written_again_lives_anew(cells: Cells, hands: Hands) -> None:
    for _ in range(3):
        await cells.change(["a"], add_one, 10)
        hands.pass_s(9)
    for _ in range(SWEEP_EVERY):
        await cells.change(["other"], add_one, KEEP_S)
    assert await held(cells, "a") == [b"3"]


async def test_rewriting_passes_every_cell_and_deletes_some(cells: Cells) -> None:
    await cells.change(["a", "b", "c"], put(b"1", b"2", b"3"), KEEP_S)
    await cells.rewrite({b"1": b"one", b"2": None, b"3": b"3"}.__getitem__)
    assert await held(cells, "a", "b", "c") == [b"one", None, b"3"]


async def test_rewriting_does_not_lengthen_a_cells_life(cells: Cells, hands: Hands) -> None:
    await cells.change(["a"], put(b"1"), 10)
    hands.pass_s(9)
    await cells.rewrite(lambda _: b"2")
    hands.pass_s(2)
    for _ in range(SWEEP_EVERY):
        await cells.change(["other"], add_one, KEEP_S)
    assert await held(cells, "a") == [None]


async def test_a_rule_that_forgets_a_cell_is_a_defect_that_changes_nothing(cells: Cells) -> None:
    with pytest.raises(ValueError, match="shorter"):
        await cells.change(["a", "b"], put(b"1"), KEEP_S)
    assert await held(cells, "a", "b") == [None, None]


async def test_closed_cells_open_again_when_they_are_used(cells: Cells) -> None:
    await cells.change(["a"], put(b"1"), KEEP_S)
    await cells.aclose()
    await cells.aclose()
    assert await held(cells, "a") == [b"1"]


async def test_cells_of_one_process_say_when_they_are_its_own_for_want_of_shared_ones(hands: Hands) -> None:
    moment = await MemoryCells(hands.clock, epoch=b"own", alone=True).change([], when, KEEP_S)
    assert moment == Moment(hands.now, hands.wall, b"own", alone=True)


async def test_what_cells_of_one_process_hold_is_not_shown(hands: Hands) -> None:
    cells = MemoryCells(hands.clock)
    await cells.change(["private name"], put(b"private value"), KEEP_S)
    assert "private" not in repr(cells)
