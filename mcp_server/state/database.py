"""One SQLite file that processes share: one transaction at a time behind a kernel lock, healed when it is damaged.

SQLite's own way of waiting for a busy file sleeps and tries again, which starves processes; the kernel serves waiters in
turn. Nothing is synced to the disk at once: what a power cut loses is worth less than the time.
"""

import contextlib
import hashlib
import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
Work = Callable[[sqlite3.Connection, Moment, bytes], ResultT]

# Somebody who uses the file without our lock, such as a database browser, gets this long to finish.
FOREIGN_S = 0.25
# Whoever waits longer than this goes on without the shared state.
STUCK_S = 5.0
# Another number than this in a file is another layout, which is thrown away.
SCHEMA_VERSION = 1
EPOCH_BYTES = 16
# What SQLite says of a file that is deleted, for the next use to make it anew.
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY}


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file, by which one can see whether it is still the one at its path."""

    connection: sqlite3.Connection
    inode: os.stat_result
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
        self._still = False
        _close_around_forks(self)

    async def run(self, work: Work[ResultT]) -> ResultT:
        """Does `work` in one transaction, in a thread, one at a time; cancellation waits for its end.

        Args:
            work: Gets the connection, the moment, and the key that names are hidden with.

        Raises:
            StateUnavailable: It could not be done.
        """
        return await self._in_turn(partial(self._transact, work))

    async def delete(self) -> None:
        """Deletes the file, and with it what SQLite would leave in parts of it that are not used any more.

        Raises:
            StateUnavailable: It could not be done.
        """
        await self._in_turn(partial(self._forget, delete=True))

    async def aclose(self) -> None:
        """Closes the file."""
        if self._turn.acquire(blocking=False):
            self._close()
            self._turn.release()

    def before_fork(self) -> None:
        """Closes the file, for what SQLite knows of locks on an open one is wrong in a child; waits for a change to end."""
        self._still = self._turn.acquire(timeout=STUCK_S)
        if self._still:
            self._close()

    def after_fork(self) -> None:
        """Goes on, in parent and child; a child that was forked in the middle of a change cannot."""
        if self._still:
            self._turn.release()

    def after_fork_in_child(self) -> None:
        """Goes on without the parent's threads."""
        self._threads = None
        self.after_fork()

    async def _in_turn(self, do: Callable[[], ResultT]) -> ResultT:
        self._threads = self._threads or anyio.CapacityLimiter(1)
        with anyio.move_on_after(STUCK_S, shield=True):
            return await anyio.to_thread.run_sync(self._locked, do, abandon_on_cancel=True, limiter=self._threads)
        raise StateUnavailable(f"it is held by another program for over {STUCK_S:g} s")

    def _locked(self, do: Callable[[], ResultT]) -> ResultT:
        # Only a fork, which is soon over, or a thread that was given up on can still be at it.
        if not self._turn.acquire(timeout=FOREIGN_S):
            raise StateUnavailable("an earlier change has not ended")
        try:
            if self._opened is None or not self._is_the_file(self._opened):
                prepare(self._directory)
            with self._lock.held():
                return do()
        except OSError as exc:
            raise StateUnavailable(f"it cannot be used: {exc.strerror}") from exc
        finally:
            self._turn.release()

    def _transact(self, work: Work[ResultT]) -> ResultT:
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
            self._forget(delete=exc.sqlite_errorcode & 0xFF in DAMAGED)
            raise StateUnavailable(f"SQLite says {exc.sqlite_errorname}") from exc
        return result

    def _current(self) -> Opened:
        """The open file; opened anew if it was deleted or replaced."""
        opened = self._opened
        if opened is None or not self._is_the_file(opened):
            self._forget(delete=False)
            opened = self._opened = self._open()
        return opened

    def _is_the_file(self, opened: Opened) -> bool:
        try:
            return os.path.samestat(opened.inode, self._path.lstat())
        except OSError:
            return False

    def _open(self) -> Opened:
        inode = make_file(self._path)
        connection = sqlite3.connect(self._path, timeout=FOREIGN_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA secure_delete = ON")
            key = self._key(connection) or self._make(connection)
        except UnicodeDecodeError as exc:
            # SQLite quotes what it cannot make sense of, and Python cannot read that.
            connection.close()
            self._forget(delete=True)
            raise StateUnavailable("it is damaged") from exc
        except BaseException:
            connection.close()
            raise
        return Opened(connection, inode, key)

    def _key(self, connection: sqlite3.Connection) -> bytes | None:
        """The key in a file of our layout."""
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != SCHEMA_VERSION:
            return None
        keys = connection.execute("SELECT key FROM installation WHERE typeof(key) = 'blob'").fetchall()
        return keys[0][0] if keys else None

    def _make(self, connection: sqlite3.Connection) -> bytes:
        """Makes everything anew, with another key."""
        key = os.urandom(EPOCH_BYTES)
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f'DROP TABLE "{table}"')
        connection.execute("PRAGMA auto_vacuum = FULL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; CREATE TABLE installation (key BLOB NOT NULL); {self._schema}")
        connection.execute("INSERT INTO installation VALUES (?)", (key,))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
        return key

    def _close(self) -> None:
        self._forget(delete=False)
        self._lock.close()

    def _forget(self, *, delete: bool) -> None:
        """Closes the file; deletes one that is of no use, for the next to make it anew."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.connection.close()
        if delete:
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


def _close_around_forks(database: Database) -> None:
    if sys.platform == "win32":
        return
    os.register_at_fork(
        before=database.before_fork,
        after_in_parent=database.after_fork,
        after_in_child=database.after_fork_in_child,
    )


def _epoch(key: bytes, boot: str) -> bytes:
    return hashlib.blake2b(key + boot.encode(), digest_size=8).digest()
