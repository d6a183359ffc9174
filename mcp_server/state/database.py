"""One SQLite file that processes share: one transaction at a time behind a kernel lock, healed when it is damaged.

SQLite's own way of waiting for a busy file sleeps and tries again, which starves processes; the kernel serves waiters in
turn. Nothing is synced to the disk at once: what a power cut loses is worth less than the time.
"""

import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread

from mcp_server.errors import StateUnavailable
from mcp_server.state.boot import boot_id
from mcp_server.state.cells import Moment
from mcp_server.state.clock import Clock
from mcp_server.state.directory import make_file, prepare
from mcp_server.state.file_lock import FileLock

ResultT = TypeVar("ResultT")

# Somebody who uses the file without our lock, such as a database browser, gets this long to finish.
FOREIGN_S = 0.25
# Whoever waits longer than this goes on without the shared state.
STUCK_S = 5.0
# Another number than this in a file is another layout, which is thrown away.
SCHEMA_VERSION = 1
EPOCH_BYTES = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file, by which one can see whether it is still the one at its path."""

    connection: sqlite3.Connection
    inode: os.stat_result
    pid: int
    key: bytes


class Database:
    """A file of the state directory.

    Args:
        directory: Made, and checked, when the file is opened.
        name: Of the file.
        schema: Statements that make the tables.
        clock: Readings for those who use the file.
        boot: Names the boot of the machine.
    """

    def __init__(
        self, directory: Path, name: str, schema: str, clock: Clock, boot: Callable[[], str] = boot_id
    ) -> None:
        self._directory = directory
        self._path = directory / name
        self._schema = schema
        self._clock = clock
        self._boot = boot()
        self._lock = FileLock(directory / f"{name}.lock")
        self._turn = threading.Lock()
        self._threads: anyio.CapacityLimiter | None = None
        self._opened: Opened | None = None
        self._inherited: list[Opened] = []

    async def run(self, work: Callable[[sqlite3.Connection, Moment, bytes], ResultT]) -> ResultT:
        """Does `work` in one transaction, in a thread, one at a time; cancellation waits for its end.

        Args:
            work: Gets the connection, the moment, and the key that names are hidden with.

        Raises:
            StateUnavailable: It could not be done.
        """
        self._threads = self._threads or anyio.CapacityLimiter(1)
        with anyio.CancelScope(shield=True), anyio.move_on_after(STUCK_S):
            return await anyio.to_thread.run_sync(self._run, work, abandon_on_cancel=True, limiter=self._threads)
        raise StateUnavailable(f"it is held by another program for over {STUCK_S:g} s")

    def _run(self, work: Callable[[sqlite3.Connection, Moment, bytes], ResultT]) -> ResultT:
        # Only a thread that was given up on can still be at it.
        if not self._turn.acquire(blocking=False):
            raise StateUnavailable("an earlier change has not ended")
        try:
            prepared = self._opened is not None
            if not prepared:
                prepare(self._directory)
            with self._lock.held():
                return self._transact(work)
        except FileNotFoundError as exc:
            raise StateUnavailable("it was deleted") from exc
        except OSError as exc:
            raise StateUnavailable(f"it cannot be used: {exc.strerror}") from exc
        finally:
            self._turn.release()

    def _transact(self, work: Callable[[sqlite3.Connection, Moment, bytes], ResultT]) -> ResultT:
        try:
            opened = self._current()
            moment = Moment(self._clock.now(), self._clock.wall(), _epoch(opened.key, self._boot))
            opened.connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(opened.connection, moment, opened.key)
                opened.connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    opened.connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as exc:
            self._forget(damaged=exc.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
            raise StateUnavailable(f"SQLite says {exc.sqlite_errorname}") from exc
        return result

    def _current(self) -> Opened:
        """The open file; opened anew if it was deleted, replaced, or opened by the process we were forked from."""
        opened = self._opened
        if opened is not None and opened.pid != os.getpid():
            # Closing it here would write to the parent's file.
            self._inherited.append(opened)
            opened = None
        if opened is not None and not self._is_the_file(opened):
            opened.connection.close()
            opened = None
        self._opened = opened or self._open()
        return self._opened

    def _is_the_file(self, opened: Opened) -> bool:
        try:
            return os.path.samestat(opened.inode, self._path.lstat())
        except FileNotFoundError:
            return False

    def _open(self) -> Opened:
        inode = make_file(self._path)
        connection = sqlite3.connect(self._path, timeout=FOREIGN_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA secure_delete = ON")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != SCHEMA_VERSION:
                self._make(connection)
            (key,) = connection.execute("SELECT key FROM installation").fetchone()
        except BaseException:
            connection.close()
            raise
        return Opened(connection, inode, os.getpid(), key)

    def _make(self, connection: sqlite3.Connection) -> None:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f'DROP TABLE "{table}"')
        connection.execute("PRAGMA auto_vacuum = FULL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; CREATE TABLE installation (key BLOB NOT NULL); {self._schema}")
        connection.execute("INSERT INTO installation VALUES (?)", (os.urandom(EPOCH_BYTES),))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")

    def _forget(self, *, damaged: bool) -> None:
        """Closes the file; deletes one that is damaged, for the next to make it anew."""
        if self._opened is not None:
            self._opened.connection.close()
            self._opened = None
        if damaged:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    async def aclose(self) -> None:
        """Closes the file."""
        if self._turn.acquire(blocking=False):
            self._forget(damaged=False)
            self._lock.close()
            self._turn.release()


def _epoch(key: bytes, boot: str) -> bytes:
    return hashlib.blake2b(key + boot.encode(), digest_size=8).digest()
