"""Blobs in a SQLite file of their own, so that writing a large one holds up nobody who waits for a slot."""

import contextlib
import zlib
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mcp_server.errors import StateUnavailable
from mcp_server.off_loop import off_loop
from mcp_server.state.blobs import PACKED, QUOTA_BYTES
from mcp_server.state.cells import Moment, hidden
from mcp_server.state.clock import Clock

if TYPE_CHECKING:
    import sqlite3

    from mcp_server.state.database import Database

FILE = "cache.db"
SCHEMA = """
CREATE TABLE blobs (
    name BLOB PRIMARY KEY, value BLOB NOT NULL, size INTEGER NOT NULL, ttl REAL NOT NULL,
    epoch BLOB NOT NULL, now REAL NOT NULL, wall REAL NOT NULL, used INTEGER NOT NULL
);
CREATE INDEX blobs_by_use ON blobs (used, size);
"""
# Logs shrink to a tenth even at the fastest level.
COMPRESSION = 1


class SqliteBlobs:
    """Blobs that every process with the same state directory shares, least recently used first out.

    Args:
        directory: The state directory, asked for at the first use.
        clock: `now` must be alike in all of them.
        quota: Bytes that all blobs together may take, compressed.
    """

    def __init__(self, directory: Callable[[], Path], clock: Clock, quota: int = QUOTA_BYTES) -> None:
        self._directory = directory
        self._clock = clock
        self._quota = quota

    @cached_property
    def _database(self) -> "Database":
        from mcp_server.state.database import Database  # noqa: PLC0415  SQLite comes later: light start-up

        return Database(self._directory(), FILE, SCHEMA, self._clock)

    async def get(self, name: str) -> bytes | None:
        """The blob, if it is still kept and the file can be used."""

        def work(connection: "sqlite3.Connection", moment: Moment, key: bytes) -> bytes | None:
            found = connection.execute(
                "SELECT value, ttl, epoch, now, wall FROM blobs WHERE name = ?", (hidden(key, name),)
            ).fetchone()
            if found is None or not _lives(moment, *found[1:]):
                return None
            connection.execute(
                "UPDATE blobs SET used = (SELECT max(used) + 1 FROM blobs) WHERE name = ?", (hidden(key, name),)
            )
            return found[0]

        # What cannot be unpacked is as good as gone.
        with contextlib.suppress(StateUnavailable, zlib.error):
            packed = await self._database.run(work)
            return None if packed is None else await off_loop(PACKED * len(packed), zlib.decompress, packed)
        return None

    async def put(self, name: str, value: bytes, ttl_s: float) -> None:
        """Keeps a blob, and drops what has lapsed and what goes over the quota."""
        packed = await off_loop(len(value), zlib.compress, value, COMPRESSION)

        def work(connection: "sqlite3.Connection", moment: Moment, key: bytes) -> None:
            connection.execute("DELETE FROM blobs WHERE wall + ttl < ?", (moment.wall,))
            connection.execute("DELETE FROM blobs WHERE name = ?", (hidden(key, name),))
            if len(packed) > self._quota:
                return
            connection.execute(
                "INSERT INTO blobs VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(used), 0) + 1 FROM blobs))",
                (hidden(key, name), packed, len(packed), ttl_s, moment.epoch, moment.now, moment.wall),
            )
            self._keep_quota(connection)

        with contextlib.suppress(StateUnavailable):
            await self._database.run(work)

    def _keep_quota(self, connection: "sqlite3.Connection") -> None:
        (total,) = connection.execute("SELECT sum(size) FROM blobs").fetchone()
        while total > self._quota:
            used, size = connection.execute("SELECT used, size FROM blobs ORDER BY used LIMIT 1").fetchone()
            connection.execute("DELETE FROM blobs WHERE used = ?", (used,))
            total -= size

    async def clear(self) -> None:
        """Deletes every blob.

        Raises:
            StateUnavailable: The file cannot be used now.
        """
        await self._database.delete()

    async def aclose(self) -> None:
        """Closes the file."""
        await self._database.aclose()


def _lives(moment: Moment, ttl_s: float, epoch: bytes, now: float, wall: float) -> bool:
    """Whether a blob made at `now` and `wall` has not lapsed."""
    return 0 <= moment.age_s((epoch.hex(), now, wall)) < ttl_s
