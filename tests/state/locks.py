"""Who holds a lock on a file, and who waits for it."""

import fcntl
from pathlib import Path

# Only Linux tells who waits for a lock.
WAITERS = Path("/proc/locks")


def is_held(path: Path) -> bool:
    """Whether anybody, this process included, holds the lock on the file that is at the path."""
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def is_waited_for(path: Path) -> bool:
    """Whether somebody waits for a lock on the file."""
    inode = f":{path.stat().st_ino} "
    return any("->" in line and inode in line for line in WAITERS.read_text(encoding="ascii").splitlines())
