"""One captured log with what its views say about it, and the same as bytes: a JSON object, lines, times, sources.

A time or a source is written once for each stretch of lines that have it, behind the length of the stretch.

Cleaned lines hold no control characters but tab, so those can part the columns.
"""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.columns import Labels, LabelsBuilder, Lines, blocks_of, joined, stretches_of
from mcp_server.logs.header import Header
from mcp_server.logs.runs import CapturedRun, EntrySpan

LAYOUT: Final = 2
_COLUMN: Final = b"\x1e"
_NEWLINE: Final = 0x0A


@dataclass(frozen=True, slots=True)
class StoredLog:
    """One captured log with what its views say about it.

    Attributes:
        platform: Where it came from.
        subject: The sandbox or run it is of.
        header: Title, handle, facts, completeness and warnings.
        content: The lines; of a run, with its entries.
    """

    platform: str
    subject: str
    header: Header
    content: CapturedLog | CapturedRun

    @property
    def log(self) -> CapturedLog:
        """The lines, whatever they are of."""
        return self.content.log if isinstance(self.content, CapturedRun) else self.content


class LogCodec:
    """Between a stored log and bytes."""

    def dump(self, value: StoredLog) -> bytes:
        """The log as it is kept."""
        log = value.log
        about = {
            "layout": LAYOUT,
            "platform": value.platform,
            "subject": value.subject,
            "header": dataclasses.asdict(value.header),
            "count": len(log.lines),
            "raw_bytes": log.raw_bytes,
            "redactions": dict(log.redactions),
            "sanitised": log.sanitised,
            "entries": [dataclasses.astuple(span) for span in value.content.entries]
            if isinstance(value.content, CapturedRun)
            else None,
        }
        lines = (_COLUMN, *joined(log.lines))
        return b"".join((json.dumps(about).encode(), *lines, *map(_dumped, (log.times, log.sources))))

    def load(self, data: bytes) -> StoredLog:
        """The log.

        Raises:
            ValueError: The bytes are of another layout.
        """
        try:
            return _loaded(data)
        except (AttributeError, KeyError, TypeError) as exc:
            raise ValueError("another layout") from exc


def _dumped(labels: Sequence[str]) -> bytes:
    rows = "\n".join(f"{count} {label}" for label, count in stretches_of(labels))
    return _COLUMN + rows.encode("utf-8", "surrogatepass")


def _loaded(data: bytes) -> StoredLog:
    # Looked for, not split: the lines may be as much as memory should hold once.
    begin = data.find(_COLUMN)
    after = data.rfind(_COLUMN, 0, max(data.rfind(_COLUMN), 0))
    if not 0 <= begin < after:
        raise ValueError("another layout")
    about = cast("dict[str, Any]", json.loads(data[:begin]))
    if about.get("layout") != LAYOUT:
        raise ValueError("another layout")
    lines = _lines(data, begin + 1, after)
    times, sources = (_labels(column, about["count"]) for column in data[after + 1 :].split(_COLUMN))
    if {len(lines), len(times), len(sources)} != {about["count"]}:
        raise ValueError("lines, times and sources do not match")
    log = CapturedLog(lines, times, sources, about["raw_bytes"], about["redactions"], about["sanitised"])
    spans = about["entries"]
    content = log if spans is None else CapturedRun(log, tuple(EntrySpan(*span) for span in spans))
    return StoredLog(about["platform"], about["subject"], _header(about["header"]), content)


def _lines(data: bytes, start: int, end: int) -> Lines:
    if start == end:
        return Lines()
    if data[end - 1] != _NEWLINE:
        raise ValueError("the last line does not end")
    blocks = tuple(blocks_of(data, start, end - 1))
    for block in blocks:
        # Whoever reads a line later expects no error.
        block.decode("utf-8", "surrogatepass")
    return Lines(blocks)


def _labels(column: bytes, most: int) -> Labels:
    labels = LabelsBuilder()
    for row in column.decode("utf-8", "surrogatepass").split("\n") if column else ():
        count, _, label = row.partition(" ")
        if not 0 < int(count) <= most:
            raise ValueError("a stretch of no or too many lines")
        labels.add(label, int(count))
    return labels.labels()


def _header(fields: dict[str, Any]) -> Header:
    header = Header(**fields)
    facts = tuple((name, value) for name, value in header.facts)
    return dataclasses.replace(header, facts=facts, warnings=tuple(header.warnings))
