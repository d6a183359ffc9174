"""What lies in a folder."""

from pathlib import Path


def all_bytes(folder: Path) -> bytes:
    """Every file's bytes, one after another."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def names(folder: Path) -> list[str]:
    """The names of files and folders."""
    return sorted(path.name for path in folder.iterdir())


def modes(folder: Path) -> dict[str, int]:
    """The mode of every file."""
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
