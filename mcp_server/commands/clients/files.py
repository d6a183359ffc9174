"""Writes a client's settings: a backup beside them first, then all at once, and with the mode they had."""

import os
import tempfile
from pathlib import Path

from mcp_server.errors import NotConfigured

# Settings may hold keys; a project's are for everybody who works on it.
PRIVATE = 0o600
SHARED = 0o644


def read_settings(path: Path) -> bytes | None:
    """What a file holds; None where there is none.

    Raises:
        NotConfigured: It cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise NotConfigured(f"Cannot read {path}: {exc.strerror}. Nothing was changed.") from exc


def write_settings(path: Path, old: bytes | None, new: bytes, *, mode: int) -> Path | None:
    """Puts `new` in the place of `old`, where a link leads, if it leads elsewhere.

    Args:
        path: The file or a link to it; its folder is made where there is none.
        old: What was read; None where there was no file.
        new: What it is to hold.
        mode: Of a file that is new.

    Returns:
        The backup; None where there was nothing to keep.

    Raises:
        NotConfigured: It cannot be written, or another program has changed it meanwhile.
    """
    path = path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if old is not None:
            mode = path.stat().st_mode & 0o7777
        beside = _written(path, new, mode)
        try:
            if read_settings(path) != old:
                raise NotConfigured(
                    f"{path} was changed by another program meanwhile. Nothing was written; run it again."
                )
            backup = None if old is None else _backup(path, old, mode)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as exc:
        raise NotConfigured(f"Cannot write {path}: {exc.strerror}. It is as it was.") from exc
    return backup


def _written(path: Path, content: bytes, mode: int) -> Path:
    """A new file beside another; nobody else can read it before it has its mode."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    _fill(descriptor, content)
    written = Path(name)
    written.chmod(mode)
    return written


def _backup(path: Path, content: bytes, mode: int) -> Path:
    """A copy under the first free number: no earlier one is overwritten."""
    number = 1
    while True:
        name = path.with_name(f"{path.name}.bak-{number}")
        try:
            descriptor = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), PRIVATE)
        except FileExistsError:
            number += 1
            continue
        _fill(descriptor, content)
        name.chmod(mode)
        return name


def _fill(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
