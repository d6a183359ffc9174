"""A part of the state is one's own: names of others mean nothing in it."""

from collections.abc import Sequence

import pytest

from mcp_server.state.cells import Cell, Moment
from mcp_server.state.state import State, in_memory
from tests.stage import FakeTime

pytestmark = pytest.mark.anyio


def wrote(_: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], Cell]:
    return [(cells[0] or b"") + b"x"], cells[0]


@pytest.fixture
def whole() -> State:
    return in_memory(FakeTime().clock)


async def test_cells_and_blobs_of_one_scope_do_not_exist_for_another(whole: State) -> None:
    for part in (whole, whole.scoped("acme"), whole.scoped("evil")):
        assert await part.own.change(["name"], wrote, 60) is None
        assert await part.own.change(["name"], wrote, 60) == b"x"
        assert await part.blobs.get("name") is None
        await part.blobs.put("name", part.scope.encode(), 60)
        assert await part.blobs.get("name") == part.scope.encode()


async def test_what_all_must_agree_on_is_the_same_in_every_scope(whole: State) -> None:
    await whole.scoped("acme").cells.change(["name"], wrote, 60)
    assert await whole.scoped("evil").cells.change(["name"], wrote, 60) == b"x"


async def test_whoever_opened_the_whole_closes_it_and_only_the_whole_can_be_rewritten_or_cleared(whole: State) -> None:
    part = whole.scoped("acme")
    await part.blobs.put("name", b"value", 60)
    await part.aclose()
    await part.own.aclose()
    await part.blobs.aclose()
    assert await part.blobs.get("name") == b"value"
    await part.blobs.clear()
    assert await part.blobs.get("name") is None
    await part.own.change(["name"], wrote, 60)
    await part.own.rewrite(lambda cell: cell)
    assert await part.own.change(["name"], wrote, 60) == b"x"


def test_every_scope_has_a_key_of_its_own_that_comes_of_the_one_key(whole: State) -> None:
    acme, evil = whole.scoped("acme"), whole.scoped("evil")
    assert len({whole.key(), acme.key(), evil.key()}) == 3
    assert acme.key() == whole.scoped("acme").key()
    assert acme.key() != in_memory(FakeTime().clock).scoped("acme").key()
