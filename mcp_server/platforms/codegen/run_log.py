"""Reads the log of a run page by page: from both ends, so that a cut leaves out the middle and never the end."""

from dataclasses import dataclass, field

from mcp_server.budget.clock import Clock
from mcp_server.budget.groups import Purpose
from mcp_server.errors import Later, Upstream
from mcp_server.platforms.codegen.api import PAGE, CodegenApi
from mcp_server.platforms.codegen.models import LogEntry, Run

# What one call may read; at 60 requests a minute the time runs out first.
MAX_PAGES = 300
MAX_SECONDS = 20.0
# From this page on a read is bulk: it leaves slots to calls somebody waits for.
BULK_FROM = 10


@dataclass(slots=True)
class RunLog:
    """What was read of a run's log.

    Attributes:
        run: The run, as its log's pages told it.
        entries: Step number (1 is the first) to entry.
        total: How many steps there are, if Codegen says so.
        stopped: Why reading ended early; empty if it did not.
    """

    run: Run
    entries: dict[int, LogEntry] = field(default_factory=dict[int, LogEntry])
    total: int | None = None
    stopped: str = ""

    @property
    def missing(self) -> int:
        """Steps known to exist and not read."""
        return max(0, (self.total or 0) - len(self.entries))


async def read_all(api: CodegenApi, org: int, run_id: int, clock: Clock) -> RunLog:
    """The whole log, or as much as 300 pages, 20 s and the rate budget allow, newest part first.

    Raises:
        SandscopeError: Already the first page could not be read.
    """
    ends_at = clock.now() + MAX_SECONDS
    log = await _page(api, org, run_id, 0)
    starts = _further(log)
    for count, start in enumerate(starts, start=1):
        if count >= MAX_PAGES or clock.now() > ends_at:
            log.stopped = f"reading stopped after {count} pages"
            break
        try:
            page = await _page(api, org, run_id, start, "bulk" if count >= BULK_FROM else "interactive")
        except (Later, Upstream) as exc:
            log.stopped = f"reading stopped after {count} pages ({exc.code})"
            break
        log.entries |= page.entries
        if log.total is None and len(page.entries) < PAGE:
            break
    log.entries = dict(sorted(log.entries.items()))
    return log


async def read_slice(api: CodegenApi, org: int, run_id: int, skip: int, limit: int) -> RunLog:
    """Steps `skip + 1` to `skip + limit`, from the canonical pages that hold them.

    Raises:
        SandscopeError: A page could not be read.
    """
    first = skip // PAGE * PAGE
    log = await _page(api, org, run_id, first)
    if skip + limit > first + PAGE and len(log.entries) == PAGE:
        log.entries |= (await _page(api, org, run_id, first + PAGE)).entries
    log.entries = {number: entry for number, entry in log.entries.items() if skip < number <= skip + limit}
    return log


def _further(log: RunLog) -> range:
    """Where the pages after the first start: from the last back to the second, or onwards if the total is unknown."""
    if len(log.entries) < PAGE:
        return range(0)
    if log.total is None:
        return range(PAGE, (MAX_PAGES + 1) * PAGE, PAGE)
    return range((log.total - 1) // PAGE * PAGE, 0, -PAGE)


async def _page(api: CodegenApi, org: int, run_id: int, start: int, purpose: Purpose = "interactive") -> RunLog:
    answer = await api.logs(org, run_id, skip=start, limit=PAGE, purpose=purpose)
    return RunLog(answer, dict(enumerate(answer.logs, start=start + 1)), answer.total_logs)
