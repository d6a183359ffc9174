"""The state directory: ours alone, never reached through a symbolic link."""

import contextlib
import os
import stat
import sys
from pathlib import Path

from mcp_server.errors import StateUnavailable

OWNER_ONLY = 0o700
FILE_MODE = 0o600


def prepare(directory: Path) -> None:
    """Makes the directory, 0700, or checks the one that is there.

    Raises:
        StateUnavailable: It cannot be made or written to, is a link or no directory, or belongs to somebody else.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=OWNER_ONLY, exist_ok=True)
        found = directory.lstat()
    except OSError as exc:
        raise StateUnavailable(f"it cannot be made: {exc.strerror}") from exc
    if stat.S_ISLNK(found.st_mode):
        raise StateUnavailable("it is a symbolic link")
    _check_owner(found)
    if sys.platform != "win32" and found.st_mode & 0o077:
        # Ours, but open to others: an old umask, or a copy.
        directory.chmod(OWNER_ONLY)
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise StateUnavailable("it cannot be written to")


def make_file(path: Path) -> os.stat_result:
    """Makes an empty file, 0600, or checks the one that is there; says which file it is.

    One that is there is not opened: closing it would undo the locks that this process has on it (POSIX, fcntl).

    Raises:
        StateUnavailable: It is a link or no file, belongs to somebody else, or cannot be made.
    """
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
        found = path.lstat()
    except OSError as exc:
        raise StateUnavailable(f"{path.name} cannot be made: {exc.strerror}") from exc
    _check_file(found, path.name)
    return found


def open_file(path: Path) -> int:
    """A descriptor of our own file, made 0600 if there is none, never of what a symbolic link points to.

    Raises:
        StateUnavailable: It is a link or no file, belongs to somebody else, or cannot be opened or made.
    """
    # What is no file, such as a pipe, must not block.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags, FILE_MODE)
    except OSError as exc:
        raise StateUnavailable(f"{path.name} cannot be opened: {exc.strerror}") from exc
    try:
        _check_file(os.fstat(descriptor), path.name)
    except StateUnavailable:
        os.close(descriptor)
        raise
    return descriptor


def _check_file(found: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise StateUnavailable(f"{name} is not a file")
    _check_owner(found)


def _check_owner(found: os.stat_result) -> None:
    if sys.platform != "win32" and found.st_uid != os.geteuid():
        raise StateUnavailable("it belongs to another user")
