"""Logs of every shape that slows a log pipeline down, of any size, and logs of a data set laid end to end."""

import gzip
import itertools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

_WORDS: Final = (
    "resolving",
    "downloading",
    "package",
    "module",
    "layer",
    "cache",
    "compiled",
    "linking",
    "target",
    "release",
    "checksum",
    "verified",
    "worker",
    "started",
    "request",
    "served",
    "queue",
    "drained",
    "retry",
    "connection",
    "opened",
    "closed",
    "index",
    "rebuilt",
    "migration",
    "applied",
    "snapshot",
    "written",
)
_FAILURES: Final = (
    "ERROR: could not open /srv/app/config.yaml: No such file or directory",
    "Traceback (most recent call last):",
    '  File "/srv/app/worker.py", line 87, in drain',
    "KeyError: 'tenant'",
    "npm ERR! code ELIFECYCLE",
    "warning: password=[not set] in the environment",
)
_FOREIGN: Final = (
    "Пакет загружен и проверен",
    "モジュールを読み込みました",
    "Datei geprüft · fertig ✓",
    "完成 🎉 构建",
)
_FAILS_EACH: Final = 50
"""One line in so many tells of a failure, as in the logs of continuous integration that were looked at."""


def _plain(chance: random.Random, number: int) -> str:
    if number % _FAILS_EACH == _FAILS_EACH - 1:
        return chance.choice(_FAILURES)
    words = " ".join(chance.choices(_WORDS, k=chance.randint(3, 12)))
    return f"[{number}] {words} {chance.randrange(10**6)}"


def _stamped(chance: random.Random, number: int) -> str:
    seconds, fraction = divmod(number * 7_300_017, 10**9)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"2026-11-21T{hours % 24:02}:{minutes:02}:{seconds:02}.{fraction:09}Z {_plain(chance, number)}"


def _coloured(chance: random.Random, number: int) -> str:
    words = _plain(chance, number).split(" ")
    return " ".join(f"\x1b[{chance.randint(30, 37)};1m{word}\x1b[0m" for word in words)


def _progress(chance: random.Random, number: int) -> str:
    states = "\r".join(f"{'#' * (part // 5):20} {part}%" for part in range(0, 101, 20))
    return f"{states}\r{_plain(chance, number)}\r"


def _foreign(chance: random.Random, number: int) -> str:
    return f"{chance.choice(_FOREIGN)} {_plain(chance, number)}"


def _json(chance: random.Random, number: int) -> str:
    return json.dumps({"ts": 1_790_000_000 + number, "level": "info", "msg": _plain(chance, number), "attempt": 1})


def _codes(_: random.Random, number: int) -> str:
    return f"{number} " + "\x1b[38;5;9mx\x1b[0m" * 5_000


def _one_line(chance: random.Random, number: int) -> str:
    return _plain(chance, number) + " "


SHAPES: Final[dict[str, tuple[Callable[[random.Random, int], str], str]]] = {
    "plain": (_plain, "\n"),
    "timestamps": (_stamped, "\n"),
    "ANSI": (_coloured, "\n"),
    "progress bars": (_progress, "\n"),
    "non-ASCII": (_foreign, "\n"),
    "JSON lines": (_json, "\n"),
    "10,000 codes a line": (_codes, "\n"),
    "one long line": (_one_line, ""),
}
"""Name of a shape -> what makes its nth line, and what ends a line."""

_DISTINCT_BYTES: Final = 4_000_000
"""A log repeats itself after this much: making it must not take longer than measuring it."""


def log_of(shape: str, size: int) -> bytes:
    """A log of one shape, of `size` bytes or the few that end its last line more."""
    line_of, end = SHAPES[shape]
    chance = random.Random(7)  # noqa: S311 - the same log in every run
    return _filled((f"{line_of(chance, number)}{end}".encode() for number in itertools.count()), size)


def log_from(folder: Path, size: int) -> bytes:
    """The logs of `logchunks_dev.jsonl.gz` laid end to end, until they are `size` bytes."""
    with gzip.open(folder / "logchunks_dev.jsonl.gz", "rt", encoding="utf-8") as rows:
        texts = (json.loads(row)["text"].removesuffix("\n") + "\n" for row in rows)
        return _filled((text.encode("utf-8", "surrogatepass") for text in texts), size, distinct=size)


def _filled(pieces: Iterator[bytes], size: int, distinct: int = _DISTINCT_BYTES) -> bytes:
    taken: list[bytes] = []
    length = 0
    for piece in pieces:
        taken.append(piece)
        length += len(piece)
        if length >= min(size, distinct):
            break
    whole = b"".join(taken)
    return b"".join([whole] * -(-size // len(whole)))[: size + len(taken[-1])]
