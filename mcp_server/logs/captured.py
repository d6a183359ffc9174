"""A log as it is kept: cleaned lines whose numbers never change, and where each line came from."""

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mcp_server.logs.pem import open_key_at
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import clean_line, sanitise

_CHUNK: Final = 1 << 20
"""Characters cleaned at once: whole-text operations are fast, and one wide character widens one chunk, not the log."""
_MAX_HELD: Final = 1 << 16
"""Characters of an unfinished private key carried to the next chunk."""
_SAMPLE: Final = 4096
"""Characters of a chunk in which one timestamp must show for its lines to be parsed one by one."""
_HASHED_LINES: Final = 4096
_LABEL_CHARS: Final = 60
_PLAIN_LABEL: Final = re.compile(r"[\w.:+-]{0,60}", re.ASCII)
# RFC 3339 with seconds or finer (Docker and kubelet write nanoseconds, GitHub Actions tenths of microseconds), then a
# space; a CRI log also names stream and partial flag.
_TIMESTAMP: Final = re.compile(
    r"\ufeff?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))(?: (?:stdout|stderr) [FP](?= |$))?(?: |$)"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One raw piece of a log; may hold newlines (then it becomes several lines of the same time and source)."""

    text: str | bytes
    time: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class CapturedLog:
    """Cleaned, redacted lines; line n is `lines[n - 1]`, with its time and source at the same place.

    Attributes:
        raw_bytes: Size of what was captured, before cleaning.
        redactions: Kind of secret -> how many were replaced.
        sanitised: Characters removed (escape sequences, controls, invisible characters).
    """

    lines: tuple[str, ...]
    times: tuple[str, ...]
    sources: tuple[str, ...]
    raw_bytes: int
    redactions: Mapping[str, int] = field(default_factory=dict[str, int])
    sanitised: int = 0


def rows_of_text(text: str | bytes, source: str = "") -> Iterator[Row]:
    """Split a plain-text log into rows, moving a timestamp in front of each line into `Row.time`.

    A log without such timestamps comes as few large rows.
    """
    for chunk in _chunks(text):
        if not any(_TIMESTAMP.match(line) for line in chunk[:_SAMPLE].split("\n")):
            yield Row(chunk, source=source)
            continue
        for line in chunk.removesuffix("\n").split("\n"):
            match = _TIMESTAMP.match(line)
            yield Row(line[match.end() :], match[1], source) if match else Row(line, source=source)


def capture(rows: Iterable[Row], redactor: Redactor) -> CapturedLog:
    """Decode, sanitise and redact rows, in that order, into numbered lines.

    One newline at the end of a row ends its last line and opens no further one.
    """
    work = _Capture(redactor)
    for row in rows:
        work.add(row)
    return work.finish()


def digest_id(log: CapturedLog, *parts: str) -> str:
    """A handle made of the content: equal lines and parts give an equal id.

    Returns:
        `log_` and 12 characters of a-z, 2-7.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace"))
    for column in (log.lines, log.times, log.sources):
        digest.update(f"\x1e{len(column)}\x1e".encode())
        for start in range(0, len(column), _HASHED_LINES):
            digest.update("\n".join((*column[start : start + _HASHED_LINES], "")).encode("utf-8", "replace"))
    return "log_" + base64.b32encode(digest.digest())[:12].decode().lower()


class _Capture:
    """Collects rows, and cleans them a chunk at a time."""

    __slots__ = (
        "_counts",
        "_held",
        "_held_chars",
        "_lines",
        "_raw_bytes",
        "_redactor",
        "_removed",
        "_sources",
        "_times",
    )

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held: list[str] = []
        self._held_chars = 0
        self._lines: list[str] = []
        self._times: list[str] = []
        self._sources: list[str] = []
        self._raw_bytes = 0
        self._removed = 0
        self._counts: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        text = row.text
        time = row.time if _PLAIN_LABEL.fullmatch(row.time) else clean_line(row.time, self._redactor, _LABEL_CHARS)
        source = row.source
        if source and not _PLAIN_LABEL.fullmatch(source):
            source = clean_line(source, self._redactor, _LABEL_CHARS)
        if isinstance(text, str) and "\n" not in text:
            # By far the most frequent row: one line of a log with timestamps.
            self._hold(text, 1, time, source)
            self._raw_bytes += len(time) + 1
            return
        for chunk in _chunks(text) if text else ("",):
            piece = chunk.removesuffix("\n")
            self._hold(piece, piece.count("\n") + 1, time, source)
            self._raw_bytes += len(chunk) - len(piece)
        self._raw_bytes += len(time) + (not text or not _ends_line(text))

    def _hold(self, text: str, lines: int, time: str, source: str) -> None:
        self._times.extend([time] * lines)
        self._sources.extend([source] * lines)
        self._held.append(text)
        self._held_chars += len(text) + 1
        self._raw_bytes += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if self._held_chars >= _CHUNK:
            self._flush(last=False)

    def finish(self) -> CapturedLog:
        if self._held:
            self._flush(last=True)
        return CapturedLog(
            lines=tuple(self._lines),
            times=tuple(self._times),
            sources=tuple(self._sources),
            raw_bytes=self._raw_bytes,
            redactions=dict(self._counts),
            sanitised=self._removed,
        )

    def _flush(self, *, last: bool) -> None:
        clean, removed = sanitise("\n".join(self._held))
        self._removed += removed
        self._held.clear()
        self._held_chars = 0
        cut = -1 if last else open_key_at(clean)
        if cut >= 0 and len(clean) - cut < _MAX_HELD:
            # Cleaning the tail twice is harmless (sanitise is idempotent), splitting a key is not.
            self._held.append(clean[cut:])
            self._held_chars = len(clean) - cut
            if cut == 0:
                return
            clean = clean[: cut - 1]
        redacted, counts = self._redactor.redact_counting(clean)
        self._counts.update(counts)
        self._lines.extend(redacted.split("\n"))


def _chunks(text: str | bytes) -> Iterator[str]:
    """Decoded pieces of about a megabyte that end where a line ends, with that newline."""
    start = 0
    while start < len(text):
        if isinstance(text, str):
            end = text.find("\n", start + _CHUNK) + 1 or len(text)
            yield text[start:end]
        else:
            end = text.find(b"\n", start + _CHUNK) + 1 or len(text)
            yield text[start:end].decode("utf-8", "replace")
        start = end


def _ends_line(text: str | bytes) -> bool:
    return text.endswith("\n") if isinstance(text, str) else text.endswith(b"\n")
