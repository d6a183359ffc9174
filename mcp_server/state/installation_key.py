"""A key of this installation: secrets that processes with one state directory replaced have equal fingerprints."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mcp_server.errors import StateUnavailable
from mcp_server.state.directory import open_file, prepare

FILE: Final = "fingerprint.key"
SIZE: Final = 32


def installation_key(directory: Path, draw: Callable[[int], bytes]) -> bytes:
    """The key that is kept in the state directory, made at the first use; a drawn one where none can be kept.

    Args:
        directory: The state directory, made if there is none.
        draw: Gives as many random bytes as asked for.
    """
    drawn = draw(SIZE)
    try:
        prepare(directory)
        return _read(directory / FILE) or _made(directory, drawn)
    except (StateUnavailable, OSError):
        return drawn


def _made(directory: Path, drawn: bytes) -> bytes:
    """The drawn key, kept; or the one that another process kept meanwhile."""
    path = directory / FILE
    # Whole before it has its name, so nobody reads half a key; and a link is made by one process only.
    draft = directory / f"{FILE}.{drawn[:4].hex()}"
    descriptor = open_file(draft)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(drawn)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return _read(path) or drawn


def _read(path: Path) -> bytes:
    """The key that is there; nothing if there is none, or something else."""
    if not path.is_file():
        return b""
    with os.fdopen(open_file(path), "rb") as file:
        key = file.read(SIZE + 1)
    return key if len(key) == SIZE else b""
