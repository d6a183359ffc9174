"""Cells in a SQLite file."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mcp_server.state.cells import Cell, Moment, ResultT, Rule, hidden
from mcp_server.state.clock import Clock

if TYPE_CHECKING:
    import sqlite3

    from mcp_server.state.database import Database

FILE = "cells.db"
SCHEMA = "CREATE TABLE cells (name BLOB PRIMARY KEY, value BLOB NOT NULL, until REAL NOT NULL) WITHOUT ROWID;"
# Lapsed cells are swept out at every so many changes.
SWEEP_EVERY = 256


class SqliteCells:
    """Cells that every process with the same state directory shares.

    Args:
        directory: The state directory, asked for at the first use.
        clock: `now` must be alike in all of them.
    """

    def __init__(self, directory: Callable[[], Path], clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._changes = 0

    @cached_property
    def _database(self) -> "Database":
        from mcp_server.state.database import Database  # noqa: PLC0415  SQLite comes later: light start-up

        return Database(self._directory(), FILE, SCHEMA, self._clock)

    async def change(self, names: Sequence[str], rule: Rule[ResultT], keep_s: float) -> ResultT:
        """Applies a rule in one transaction.

        Raises:
            StateUnavailable: The file cannot be used now.
        """

        def work(connection: "sqlite3.Connection", moment: Moment, key: bytes) -> ResultT:
            self._sweep(connection, moment)
            keys = [hidden(key, name) for name in names]
            marks = ",".join("?" * len(keys))
            kept = dict(connection.execute(f"SELECT name, value FROM cells WHERE name IN ({marks})", keys))  # noqa: S608  marks alone
            before: list[Cell] = [kept.get(key) for key in keys]
            after, result = rule(moment, before)
            _write(connection, keys, before, after, moment.wall + keep_s)
            return result

        return await self._database.run(work)

    async def rewrite(self, rule: Callable[[bytes], Cell]) -> None:
        """Applies a rule to every cell.

        Raises:
            StateUnavailable: The file cannot be used now.
        """

        def work(connection: "sqlite3.Connection", _moment: Moment, _key: bytes) -> None:
            for name, value, until in connection.execute("SELECT name, value, until FROM cells").fetchall():
                _write(connection, [name], [value], [rule(value)], until)

        await self._database.run(work)

    async def aclose(self) -> None:
        """Closes the file."""
        await self._database.aclose()

    def _sweep(self, connection: "sqlite3.Connection", moment: Moment) -> None:
        if self._changes % SWEEP_EVERY == 0:
            connection.execute("DELETE FROM cells WHERE until < ?", (moment.wall,))
        self._changes += 1


def _write(
    connection: "sqlite3.Connection", keys: Sequence[bytes], before: Sequence[Cell], after: Sequence[Cell], until: float
) -> None:
    for key, old, new in zip(keys, before, after, strict=True):
        if new is None and old is not None:
            connection.execute("DELETE FROM cells WHERE name = ?", (key,))
        elif new is not None and new is not old:
            connection.execute("INSERT OR REPLACE INTO cells VALUES (?, ?, ?)", (key, new, until))
