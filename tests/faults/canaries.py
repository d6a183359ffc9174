"""Keys that must be found nowhere, in no encoding, and where they are looked for."""

import base64
import json
import logging
import sqlite3
import traceback
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

# With characters in them that every encoding writes in a way of its own.
KEYS = {
    "CODEGEN_API_TOKEN": 'canary-cg/7Kq2+w9&Zx"4Tn=e\\8Rv',
    "AGENTBOX_API_KEY": 'canary-ab/3Jd8+m5&Qs"6Yc=p\\1Lf',
    "OPEN_SANDBOX_API_KEY": 'canary-os/9Wb4+h2&Ng"7Ux=k\\5Za',
}
# A key that is not ours: it is known by its shape alone.
FOREIGN = "ghp_" + "q7RtW2mZx9LcV4nBk8YsD1fHj6GpT3aEu5Ko"


def encodings(secret: str) -> dict[str, str]:
    """A secret as it is, and in every way in which it may be written."""
    data = secret.encode()
    shifted = {
        # Characters at either end depend on their neighbours as well.
        f"base64 after {shift}": base64.b64encode(bytes(shift) + data).decode()[4:-4]
        for shift in range(3)
    }
    return {
        "plain": secret,
        "reversed": secret[::-1],
        "json": json.dumps(secret)[1:-1],
        "json escapes": "".join(f"\\u{ord(char):04x}" for char in secret),
        "url": quote(secret, safe=""),
        "url escapes": "".join(f"%{byte:02X}" for byte in data),
        "hex": data.hex(),
        **shifted,
    }


_FORMS = {
    f"{name} {form}": written.lower()
    for name, key in {**KEYS, "FOREIGN": FOREIGN}.items()
    for form, written in encodings(key).items()
}


def echo(first: int = 0) -> str:
    """Every key in every encoding, as an upstream may give them back in its words; `first` says which comes first."""
    forms = [FOREIGN]
    for key in KEYS.values():
        forms += [form for name, form in encodings(key).items() if name != "reversed" and "base64" not in name]
        forms += [base64.b64encode(b"user: "[:length] + key.encode() + b" more").decode() for length in (4, 5, 6)]
    return " ".join([*forms[first:], *forms[:first]])


def leaks(haystack: str) -> list[str]:
    """Which key shows in which encoding, whatever the case."""
    plain = haystack.lower()
    # What was escaped once more, as JSON in JSON is, shows when it is unescaped.
    unescaped = plain.replace("\\\\", "\\").replace('\\"', '"')
    return [name for name, form in _FORMS.items() if form in plain or form in unescaped]


def words_of(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names too."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from (name, *words_of(inner))
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from words_of(inner)
    else:
        yield str(value)


def logged(records: Iterable[logging.LogRecord]) -> str:
    """What log records would print, their tracebacks too."""
    lines: list[str] = []
    for record in records:
        lines += [record.getMessage(), repr(record.args)]
        if record.exc_info:
            lines += traceback.format_exception(*record.exc_info)
    return "\n".join(lines)


def files_of(folder: Path) -> str:
    """Every byte of every file."""
    return "\n".join(path.read_bytes().decode("latin-1") for path in sorted(folder.rglob("*")) if path.is_file())


def rows_of(folder: Path) -> str:
    """What databases hold, unpacked."""
    return "\n".join(value for path in sorted(folder.rglob("*.db")) for value in _rows(path))


def _rows(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  names of its own tables
                for value in row:
                    if isinstance(value, bytes):
                        yield value.decode("latin-1")
                        yield _unpacked(value).decode("latin-1")
                    else:
                        yield str(value)


def _unpacked(value: bytes) -> bytes:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return b""
