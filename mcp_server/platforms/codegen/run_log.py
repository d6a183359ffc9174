"""Reads the log of a run page by page: from both ends, so that a cut leaves out the middle and never the end."""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

import anyio

from mcp_server.errors import SandscopeError
from mcp_server.logs.runs import RunEntry, text_of
from mcp_server.platforms.codegen.api import PAGE
from mcp_server.platforms.codegen.models import LogEntry, Run, RunLogs
from mcp_server.platforms.codegen.run_pages import RunPages
from mcp_server.state.clock import Clock

KeptT = TypeVar("KeptT")

# What one call may read; at 60 requests a minute the time runs out first.
MAX_PAGES = 300
MAX_SECONDS = 20.0
# Of what the pages hold; reading ends with the page that reaches it.
MAX_BYTES = 64 * 1024 * 1024
# From this page on a read is bulk: it leaves slots to calls somebody waits for.
BULK_FROM = 10


@dataclass(slots=True)
class RunLog(Generic[KeptT]):
    """What was read of a run's log.

    Attributes:
        run: The run, as its log's first page told it.
        entries: Step number (1 is the first) to what is kept of the step, ascending.
        total: How many steps there are, if Codegen says so or the end was seen.
        stopped: Why reading ended early; empty if it did not.
    """

    run: Run
    entries: dict[int, KeptT] = field(default_factory=dict[int, KeptT])
    total: int | None = None
    stopped: str = ""

    @property
    def missing(self) -> int:
        """Steps of a whole log that are known to exist and were not read."""
        return max(self.total or 0, max(self.entries, default=0)) - len(self.entries)

    @property
    def warning(self) -> str:
        """What a reader of a whole log must know: why it was not read on, and how many steps are missing; may be empty."""
        if not self.missing:
            return self.stopped
        if not self.stopped:
            return f"{self.missing} steps could not be read"
        place = "in the middle " if self.total in self.entries else ""
        return f"{self.stopped}; {self.missing} steps {place}are missing"


@dataclass(frozen=True, slots=True)
class Source(Generic[KeptT]):
    """Whose log is read, and what is kept of each step.

    Attributes:
        pages: Where pages come from.
        org: The organisation.
        run_id: The run.
        clock: Measures the 20 s.
        keep: Step number and step to what is kept of it; the step itself is dropped.
    """

    pages: RunPages
    org: int
    run_id: int
    clock: Clock
    keep: Callable[[int, LogEntry], KeptT]


async def read_all(source: Source[KeptT]) -> RunLog[KeptT]:
    """The whole log, or as much as 300 pages, 20 s, 64 MB and the rate budget allow, newest part first.

    Raises:
        SandscopeError: Already the first page could not be read.
    """
    reading = _Reading(source)
    size, log = await reading.first(0)
    await reading.bounded(lambda: reading.further(_further(size, log.total), size))
    log.entries = dict(sorted(log.entries.items()))
    return log


async def read_slice(source: Source[KeptT], skip: int, limit: int) -> RunLog[KeptT]:
    """Steps `skip + 1` to `skip + limit`, from the canonical pages that hold them.

    Raises:
        SandscopeError: Already the first page could not be read.
    """
    reading = _Reading(source)
    start = skip // PAGE * PAGE
    size, log = await reading.first(start)
    await reading.bounded(lambda: reading.onwards(start, size, skip, skip + limit))
    log.entries = {number: entry for number, entry in log.entries.items() if skip < number <= skip + limit}
    return log


def _further(size: int, total: int | None) -> range:
    """Where the pages after the first start, given its length: from the last back to the second, or onwards if the total is unknown.

    A server may serve less at once than it is asked for, so the first page's length is the step.
    """
    if size == 0:
        return range(0)
    if total is None:
        return range(size, (MAX_PAGES + 1) * size, size)
    return range((total - 1) // size * size, 0, -size)


class _Reading(Generic[KeptT]):
    """One reading under way: counts, measures and compares its pages."""

    def __init__(self, source: Source[KeptT]) -> None:
        self._source = source
        self._ends_at = source.clock.now() + MAX_SECONDS
        self._pages = 0
        self._bytes = 0
        self._seen: set[bytes] = set()
        self._log: RunLog[KeptT]

    async def first(self, start: int) -> tuple[int, RunLog[KeptT]]:
        """Number of entries of the first page, and the log that further pages are added to."""
        answer = await self._ask(start, PAGE, first=True)
        # Without its steps: what is kept of them is kept as entries.
        self._log = RunLog(answer.model_copy(update={"logs": ()}), total=answer.total_logs)
        # Steps of the log's beginning are what they are, however many come.
        trusted = start == 0 or len(answer.logs) <= PAGE
        self._add(start, answer.logs if trusted else ())
        if len(answer.logs) > PAGE:
            self._stop("Codegen sent more steps than asked for")
        return len(answer.logs), self._log

    async def bounded(self, read: Callable[[], Awaitable[None]]) -> None:
        """Reads on until the time is over, even in the middle of a page; nothing if reading has stopped already."""
        if self._log.stopped:
            return
        with anyio.move_on_after(self._ends_at - self._source.clock.now()) as scope:
            await read()
        if scope.cancelled_caught:
            self._stop()

    async def further(self, starts: Iterable[int], size: int) -> None:
        """Reads pages of `size` entries; with the total unknown, until the end shows."""
        for start in starts:
            got = await self._page(start, size)
            if self._log.stopped:
                return
            # A server known to fill its pages has told the end with one that is not full.
            if self._log.total is None and (got == 0 or got < size == PAGE):
                return

    async def onwards(self, start: int, got: int, skip: int, end: int) -> None:
        """Reads what follows the page of `got` entries at `start`, up to entry `end`."""
        while got:
            start = max(start + got, skip)
            if start >= end or (self._log.total is not None and start >= self._log.total):
                return
            got = await self._page(start, PAGE)
        if self._log.total is None and not self._log.stopped:
            self._log.total = max(self._log.entries, default=0)

    async def _page(self, start: int, limit: int) -> int:
        """The number of entries of a further page, added to the log; 0 if reading stops."""
        if self._pages >= MAX_PAGES or self._source.clock.now() > self._ends_at:
            self._stop()
        elif self._bytes >= MAX_BYTES:
            self._stop(f"{MAX_BYTES >> 20} MB")
        else:
            try:
                answer = await self._ask(start, limit)
            except SandscopeError as exc:
                self._stop(exc.code)
            else:
                return self._checked(start, limit, answer.logs)
        return 0

    def _checked(self, start: int, limit: int, page: Sequence[LogEntry]) -> int:
        if len(page) > limit:
            self._stop("Codegen sent more steps than asked for")
        elif not self._add(start, page):
            self._stop("Codegen sent the same steps again")
        else:
            return len(page)
        return 0

    def _add(self, start: int, page: Sequence[LogEntry]) -> bool:
        """Whether the page was new, and is kept."""
        measured = [_measured(entry) for entry in page]
        digest = hashlib.sha256(b"".join(own for _, own in measured)).digest()
        # A step that has its time is told once: where it comes again, the log has shifted while it was read.
        timed = {own for (_, own), entry in zip(measured, page, strict=True) if entry.created_at}
        if page and (digest in self._seen or (len(timed) == len(page) and timed <= self._seen)):
            return False
        again = timed & self._seen
        self._seen |= {digest, *timed}
        self._bytes += sum(size for size, _ in measured)
        self._pages += 1
        self._log.entries |= {
            number: self._source.keep(number, entry)
            for number, ((_, own), entry) in enumerate(zip(measured, page, strict=True), start + 1)
            if own not in again
        }
        return True

    async def _ask(self, start: int, limit: int, *, first: bool = False) -> RunLogs:
        source = self._source
        return await source.pages.page(
            source.org,
            source.run_id,
            skip=start,
            limit=limit,
            purpose="bulk" if self._pages >= BULK_FROM else "interactive",
            total=None if first else self._log.total,
            first=first,
        )

    def _stop(self, why: str = "") -> None:
        pages = "1 page" if self._pages == 1 else f"{self._pages} pages"
        self._log.stopped = f"reading stopped after {pages}" + (f" ({why})" if why else "")


def _measured(entry: LogEntry) -> tuple[int, bytes]:
    """Bytes of what a step holds, and a digest of it; without recursion, for a step may be nested deeply."""
    pieces: list[str] = []
    waiting: list[Any] = [tuple(entry)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(cast("dict[str, Any]", value).items())
            value = "{}"
        elif isinstance(value, list | tuple):
            waiting.extend(cast("Sequence[Any]", value))
            value = "[]"
        text = str(value)
        pieces.append(f"{len(text)}:{text}")
    data = "".join(pieces).encode("utf-8", "surrogatepass")
    return len(data), hashlib.sha256(data).digest()


def size_of(entry: RunEntry) -> int:
    """Characters of a step's text."""
    return len(entry.thought) + len(entry.tool_input) + len(entry.tool_output) + len(entry.observation)


def run_entry(number: int, entry: LogEntry) -> RunEntry:
    """A step as it is captured."""
    return RunEntry(
        number=number,
        type=entry.message_type or "UNKNOWN",
        tool=entry.tool_name or "",
        time=entry.created_at or "",
        thought=entry.thought or "",
        tool_input=text_of(entry.tool_input),
        tool_output=text_of(entry.tool_output),
        observation=text_of(entry.observation),
    )
