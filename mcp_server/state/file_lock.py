"""A lock between processes that the kernel holds: whoever dies lets go of it at once, and whoever waits is served in turn."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mcp_server.state.directory import open_file

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

    def _release(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


class FileLock:
    """One lock file. Blocks the thread that waits, so it is used from the state's thread only.

    Args:
        path: The file, made if there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._pid = 0

    @contextmanager
    def held(self) -> Generator[None]:
        """Holds the lock.

        Raises:
            OSError: The kernel gives no lock.
            StateUnavailable: The file cannot be opened or made, or is not our own.
        """
        descriptor = self._taken()
        try:
            yield
        finally:
            _release(descriptor)

    def _taken(self) -> int:
        while True:
            if self._descriptor is None or self._pid != os.getpid():
                # After a fork the parent's lock would be ours as well.
                self.close()
                self._descriptor, self._pid = open_file(self._path), os.getpid()
            _take(self._descriptor)
            if self._is_the_file(self._descriptor):
                return self._descriptor
            # Deleted meanwhile: others lock a new file.
            self.close()

    def _is_the_file(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.lstat())
        except OSError:
            # Whatever is the matter with the path, a lock on another file than others see is of no use.
            return False

    def close(self) -> None:
        """Closes the file, and lets go of the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
