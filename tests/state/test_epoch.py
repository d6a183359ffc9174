"""The epoch: the same as long as what was written before, and when, still means something."""

from pathlib import Path

import pytest

from mcp_server.state.clock import Clock
from mcp_server.state.database import Database
from mcp_server.state.sqlite_cells import SCHEMA

pytestmark = pytest.mark.anyio


async def epoch(directory: Path, boot: str) -> bytes:
    database = Database(directory, "file.db", SCHEMA, Clock(), lambda: boot)
    found = await database.run(lambda _, moment, __: moment.epoch)
    await database.aclose()
    return found


async def test_it_is_the_same_whoever_opens_the_file_in_the_same_boot(tmp_path: Path) -> None:
    assert await epoch(tmp_path, "boot") == await epoch(tmp_path, "boot")


async def test_another_boot_has_another_one_and_the_first_has_its_own_again(tmp_path: Path) -> None:
    first, second, third = [await epoch(tmp_path, boot) for boot in ("boot", "another", "boot")]
    assert first == third != second


async def test_another_file_has_another_one(tmp_path: Path) -> None:
    assert await epoch(tmp_path / "one", "boot") != await epoch(tmp_path / "two", "boot")


async def test_names_are_hidden_by_a_key_of_the_file(tmp_path: Path) -> None:
    keys = set[bytes]()
    for name in ("one", "two"):
        database = Database(tmp_path, name, SCHEMA, Clock())
        keys.add(await database.run(lambda _, __, key: key))
        await database.aclose()
    assert [len(key) for key in keys] == [16, 16]
