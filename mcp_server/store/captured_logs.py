"""Captured logs by `log_id`, so that more of a log costs no request, also in another process or a day later."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from mcp_server.errors import ExpiredHandle
from mcp_server.logs.columns import size_of
from mcp_server.off_loop import off_loop
from mcp_server.state.blobs import Blobs
from mcp_server.store.read_through import kept_in
from mcp_server.store.stored_log import LogCodec, StoredLog

# Text kept in memory before the least recently used log goes.
MAX_BYTES = 256 * 1024 * 1024
TTL_S = 86_400.0

Key = tuple[str, str, str]


@dataclass(slots=True)
class LogMemory:
    """Logs of this process by scope, account and handle, least recently used first out.

    Attributes:
        max_bytes: Of all of them.
    """

    max_bytes: int = MAX_BYTES
    _logs: OrderedDict[Key, StoredLog] = field(default_factory=OrderedDict[Key, StoredLog], repr=False)
    _bytes: int = 0

    def put(self, key: Key, stored: StoredLog) -> None:
        """Keeps a log; others go where all would be too much."""
        replaced = self._logs.pop(key, None)
        self._bytes += _size(stored) - (_size(replaced) if replaced else 0)
        self._logs[key] = stored
        while self._bytes > self.max_bytes and len(self._logs) > 1:
            _, oldest = self._logs.popitem(last=False)
            self._bytes -= _size(oldest)

    def get(self, key: Key) -> StoredLog | None:
        """The log, if it is still kept."""
        stored = self._logs.get(key)
        if stored is not None:
            self._logs.move_to_end(key)
        return stored


@dataclass(frozen=True, slots=True)
class CapturedLogs:
    """Keeps logs in memory, and where processes share them.

    Attributes:
        blobs: Where they are shared; None keeps them in memory alone.
        memory: May hold logs of others too.
        scope: Whose logs these are.
    """

    blobs: Blobs | None
    memory: LogMemory = field(default_factory=LogMemory)
    scope: str = ""

    async def put(self, account: str, stored: StoredLog) -> None:
        """Keeps a log under its handle, for those who have the account's key; equal handles are equal content."""
        self._remember(account, stored)
        if self.blobs is not None:
            data = await off_loop(stored.log.raw_bytes, LogCodec().dump, stored)
            await self.blobs.put(_name(account, stored.header.log_id), data, TTL_S)

    async def get(self, log_id: str, accounts: Sequence[str]) -> StoredLog:
        """The log of a handle, captured with the key of one of the accounts.

        Raises:
            ExpiredHandle: It is unknown here or no longer kept.
        """
        for account in accounts:
            known = self.memory.get((self.scope, account, log_id))
            if known is not None:
                return known
        shared = () if self.blobs is None else ((account, self.blobs) for account in accounts)
        for account, blobs in shared:
            stored = await kept_in(blobs, _name(account, log_id), LogCodec())
            if stored is not None:
                self._remember(account, stored)
                return stored
        raise ExpiredHandle(
            "log_id is unknown to this server or no longer kept. Call get_sandbox_logs, get_diagnostics "
            "or get_run_logs again: the answer names a new one."
        )

    def _remember(self, account: str, stored: StoredLog) -> None:
        self.memory.put((self.scope, account, stored.header.log_id), stored)


def _name(account: str, log_id: str) -> str:
    return f"log {account} {log_id}"


def _size(stored: StoredLog) -> int:
    return sum(map(size_of, (stored.log.lines, stored.log.times, stored.log.sources)))
