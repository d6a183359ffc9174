"""One captured log with what its views say about it, and the same as bytes: a JSON object, then columns of its lines.

Cleaned lines hold no control characters but tab, so those can part the columns.
"""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Final, cast

from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.header import Header
from mcp_server.logs.runs import CapturedRun, EntrySpan

LAYOUT: Final = 1
_COLUMN: Final = "\x1e"


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
        columns = ("\n".join(column) for column in (log.lines, log.times, log.sources))
        return _COLUMN.join((json.dumps(about), *columns)).encode("utf-8", "surrogatepass")

    def load(self, data: bytes) -> StoredLog:
        """The log.

        Raises:
            ValueError: The bytes are of another layout.
        """
        try:
            return _loaded(data)
        except (AttributeError, KeyError, TypeError) as exc:
            raise ValueError("another layout") from exc


def _loaded(data: bytes) -> StoredLog:
    head, *columns = data.decode("utf-8", "surrogatepass").split(_COLUMN)
    about = cast("dict[str, Any]", json.loads(head))
    if about.get("layout") != LAYOUT:
        raise ValueError("another layout")
    lines, times, sources = (tuple(column.split("\n")) if about["count"] else () for column in columns)
    if {len(lines), len(times), len(sources)} != {about["count"]}:
        raise ValueError("lines, times and sources do not match")
    log = CapturedLog(lines, times, sources, about["raw_bytes"], about["redactions"], about["sanitised"])
    spans = about["entries"]
    content = log if spans is None else CapturedRun(log, tuple(EntrySpan(*span) for span in spans))
    return StoredLog(about["platform"], about["subject"], _header(about["header"]), content)


def _header(fields: dict[str, Any]) -> Header:
    header = Header(**fields)
    facts = tuple((name, value) for name, value in header.facts)
    return dataclasses.replace(header, facts=facts, warnings=tuple(header.warnings))
