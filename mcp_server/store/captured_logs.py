"""Captured logs by `log_id`, so that more of a log costs no request."""

from collections import OrderedDict
from dataclasses import dataclass, field

from mcp_server.errors import ExpiredHandle
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.header import Header
from mcp_server.logs.runs import CapturedRun

# Text kept in memory before the least recently used log goes.
MAX_BYTES = 256 * 1024 * 1024


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


@dataclass(slots=True)
class CapturedLogs:
    """Keeps logs in memory, least recently used first out."""

    max_bytes: int = MAX_BYTES
    _logs: OrderedDict[str, StoredLog] = field(default_factory=OrderedDict[str, StoredLog], repr=False)
    _bytes: int = 0

    def put(self, stored: StoredLog) -> None:
        """Keeps a log under its handle; equal handles are equal content."""
        log_id = stored.header.log_id
        replaced = self._logs.pop(log_id, None)
        self._bytes += _size(stored) - (_size(replaced) if replaced else 0)
        self._logs[log_id] = stored
        while self._bytes > self.max_bytes and len(self._logs) > 1:
            _, oldest = self._logs.popitem(last=False)
            self._bytes -= _size(oldest)

    def get(self, log_id: str) -> StoredLog:
        """The log of a handle.

        Raises:
            ExpiredHandle: It is unknown here or no longer kept.
        """
        stored = self._logs.get(log_id)
        if stored is None:
            raise ExpiredHandle(
                "log_id is unknown to this server or no longer kept. Ask again with get_sandbox_logs, get_diagnostics "
                "or get_run_logs, whose answer names a new one."
            )
        self._logs.move_to_end(log_id)
        return stored


def _size(stored: StoredLog) -> int:
    return sum(map(len, stored.log.lines)) + 64 * len(stored.log.lines)
