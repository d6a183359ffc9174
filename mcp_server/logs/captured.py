"""A log as it is kept: cleaned lines whose numbers never change, and where each line came from."""

import base64
import hashlib
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from mcp_server.logs.columns import LabelsBuilder, Lines, blocks_of, joined
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import clean_line, sanitise

TextT = TypeVar("TextT", str, bytes)

_CHUNK: Final = 1 << 20
"""Characters cleaned at once: whole-text operations are fast, and one wide character widens one chunk, not the log."""
_MAX_HELD: Final = 1 << 16
"""Characters of an unfinished private key carried to the next chunk."""
_SAMPLE: Final = 4096
"""Characters of a chunk in which one timestamp must show for its lines to be parsed one by one."""
_LABEL_CHARS: Final = 60
_LABELS: Final = 64
"""Labels whose cleaned form is remembered while a log is captured."""
_PLAIN: Final = re.compile(r"[\d:.TZ+-]{0,40}", re.ASCII)
"""A time; it holds no name, and so no secret."""
_STEP: Final = re.compile(r"#\d{1,9} ?", re.ASCII)
# RFC 3339 with seconds or finer (Docker and kubelet write nanoseconds, GitHub Actions tenths of microseconds), then a
# space; a CRI log also names stream and partial flag.
_TIMESTAMP: Final = re.compile(
    r"^\ufeff?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))(?: (?:stdout|stderr) [FP](?= |$))?(?: |$)",
    re.MULTILINE | re.ASCII,
)
# As Python's logging and many Java loggers write it. Without a fraction it may be anything, and stays.
_LOCAL_TIMESTAMP: Final = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3,9})(?: |$)", re.MULTILINE | re.ASCII)
_NEARLY_ALL: Final = 90
"""Per cent of a log's first lines that must begin with a local timestamp for it to be one of the collector's."""


@dataclass(frozen=True, slots=True)
class Row:
    """One raw piece of a log; may hold newlines (then it becomes several lines of the same time and source)."""

    text: str | bytes
    time: str = ""
    source: str = ""
    times: Sequence[str] = ()
    """Of each line, where they differ; as a timestamp pattern found them, so nothing in them needs cleaning."""


@dataclass(frozen=True, slots=True)
class CapturedLog:
    """Cleaned, redacted lines; line n is `lines[n - 1]`, with its time and source at the same place.

    Attributes:
        raw_bytes: Size of what was captured, before cleaning.
        redactions: Kind of secret -> how many were replaced.
        sanitised: Characters removed (escape sequences, controls, invisible characters).
    """

    lines: Sequence[str]
    times: Sequence[str]
    sources: Sequence[str]
    raw_bytes: int
    redactions: Mapping[str, int] = field(default_factory=dict[str, int])
    sanitised: int = 0


def rows_of_text(text: str | bytes, source: str = "") -> Iterator[Row]:
    """Split a plain-text log into rows of about a megabyte, moving a timestamp in front of each line into `Row.times`."""
    local: bool | None = None
    for chunk in _chunks(text):
        sample = chunk[:_SAMPLE]
        if local is None:
            lines = sample.count("\n") + (not sample.endswith("\n"))
            local = len(_LOCAL_TIMESTAMP.findall(sample)) * 100 >= _NEARLY_ALL * lines
        if _TIMESTAMP.search(sample):
            yield _timed(chunk, _TIMESTAMP, source)
        elif local:
            yield _timed(chunk, _LOCAL_TIMESTAMP, source)
        else:
            yield Row(chunk, source=source)


def _timed(chunk: str, pattern: re.Pattern[str], source: str) -> Row:
    """The lines without their timestamps, and those."""
    head, *parts = pattern.split(chunk)
    found, texts = parts[::2], parts[1::2]
    if pattern is _LOCAL_TIMESTAMP:
        found = [time.replace(" ", "T") for time in found]
    lines = chunk.count("\n") + (not chunk.endswith("\n"))
    if len(found) < lines:
        times = [""] * head.count("\n")
        for time, text in zip(found, texts, strict=True):
            times.append(time)
            times += [""] * (text.count("\n") - 1)
        # Only where the text ends with a newline is each counted above.
        found = times + [""] * (lines - len(times))
    text = "".join((head, *texts))
    if text.endswith("\n") and not chunk.endswith("\n"):
        # The last line was nothing but its timestamp.
        text += "\n"
    return Row(text, source=source, times=found)


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
        for piece in joined(column):
            digest.update(piece)
    return "log_" + base64.b32encode(digest.digest())[:12].decode().lower()


class _Capture:
    """Collects rows, and cleans them a chunk at a time."""

    __slots__ = (
        "_blocks",
        "_counts",
        "_held",
        "_held_chars",
        "_labels",
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
        self._blocks: list[bytes] = []
        self._times = LabelsBuilder()
        self._sources = LabelsBuilder()
        self._labels: dict[str, str] = {}
        self._raw_bytes = 0
        self._removed = 0
        self._counts: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        text = row.text
        source = self._label(row.source)
        time = "" if row.times else self._label(row.time)
        if row.times:
            self._times.add_each(row.times)
            self._raw_bytes += sum(map(len, row.times)) + len(row.times) - row.times.count("")
        # By far the most frequent row is one line of a log with timestamps.
        for chunk in (text,) if isinstance(text, str) and (row.times or len(text) < _CHUNK) else _chunks(text):
            piece = chunk.removesuffix("\n")
            lines = piece.count("\n") + 1
            if not row.times:
                self._times.add(time, lines)
            self._sources.add(source, lines)
            self._raw_bytes += len(chunk) - len(piece)
            self._hold(piece)
        self._raw_bytes += len(time) + (not text or not _ends_line(text))

    def _label(self, label: str) -> str:
        """The label as it may be shown; they come in great numbers, and few names differ."""
        if _PLAIN.fullmatch(label):
            return label
        step = _STEP.match(label)
        number = step.group() if step else ""
        name = label[len(number) :]
        known = self._labels.get(name)
        if known is None:
            known = clean_line(name, self._redactor, _LABEL_CHARS)
            if len(self._labels) == _LABELS:
                # Where many differ, equal ones still come one after the other.
                self._labels.clear()
            self._labels[name] = known
        return number + known

    def _hold(self, text: str) -> None:
        self._held.append(text)
        self._held_chars += len(text) + 1
        self._raw_bytes += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if self._held_chars >= _CHUNK:
            self._flush(last=False)

    def finish(self) -> CapturedLog:
        if self._held:
            self._flush(last=True)
        return CapturedLog(
            lines=Lines(self._blocks),
            times=self._times.labels(),
            sources=self._sources.labels(),
            raw_bytes=self._raw_bytes,
            redactions=dict(self._counts),
            sanitised=self._removed,
        )

    def _flush(self, *, last: bool) -> None:
        clean, removed = sanitise("\n".join(self._held))
        self._removed += removed
        self._held.clear()
        self._held_chars = 0
        cut = -1 if last else _open_key_at(clean)
        if cut >= 0 and len(clean) - cut < _MAX_HELD:
            # Cleaning the tail twice is harmless (sanitise is idempotent), splitting a key is not.
            self._held.append(clean[cut:])
            self._held_chars = len(clean) - cut
            if cut == 0:
                return
            clean = clean[: cut - 1]
        redacted, counts = self._redactor.redact_counting(clean)
        self._counts.update(counts)
        data = redacted.encode("utf-8", "surrogatepass")
        self._blocks += blocks_of(data, 0, len(data))


def _chunks(text: str | bytes) -> Iterator[str]:
    """Decoded pieces of about a megabyte that end where a line ends, with that newline; nothing of an empty text."""
    if isinstance(text, str):
        yield from _cut(text)
    elif text.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        yield from _cut(text.decode("utf-16", "replace"))
    else:
        yield from (piece.decode("utf-8", "replace") for piece in _cut(text))


def _cut(text: TextT) -> Iterator[TextT]:
    start = 0
    while start < len(text):
        after = start + _CHUNK
        end = (text.find("\n", after) if isinstance(text, str) else text.find(b"\n", after)) + 1 or len(text)
        yield text[start:end]
        start = end


def _ends_line(text: str | bytes) -> bool:
    return text.endswith("\n") if isinstance(text, str) else text.endswith(b"\n")


def _open_key_at(text: str) -> int:
    """Where a private key begins that does not end in this text, or -1."""
    begin = text.rfind("-----BEGIN ")
    if begin < 0 or "-----END " in text[begin:] or "PRIVATE KEY" not in text[begin : begin + 80]:
        return -1
    return text.rfind("\n", 0, begin) + 1
