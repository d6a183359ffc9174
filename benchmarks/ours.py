"""The rate budget of this project as a contender, and as the bar's own workers use it."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.limit_algorithms import ALGORITHMS
from benchmarks.rivals import FOREVER_S, REFUSED, Answer, Setup
from mcp_server.budget.budget import Budget
from mcp_server.budget.groups import Charge, Group, Purpose
from mcp_server.budget.ledger import MARGIN_S, Ledger
from mcp_server.budget.window import Heard
from mcp_server.state.clock import Clock
from mcp_server.state.health import Health
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.state.steady_cells import SteadyCells

MINUTE_S = 60.0
# The longest a request may take; it is a little more than the slowest of a contest.
LEASE_S = 1.0
WARM_UP = "warm-up"


def budget(directory: Path, groups: Iterable[Group], clock: Clock) -> Budget:
    """A budget as one of several processes has it, its margin scaled as the windows are."""
    by_name = {group.name: group for group in groups}
    window_s = max(group.window_s for group in by_name.values())
    cells = SteadyCells(SqliteCells(lambda: directory, clock), "the benchmark's folder", Health(), clock)
    return Budget(Ledger(cells, by_name, LEASE_S, MARGIN_S * window_s / MINUTE_S), clock)


class Ours:
    """Slots that are leased before the send and dated by the response; all of N is used, as the others do."""

    note = "leased slots in SQLite, dated by the response"

    def __init__(self, setup: Setup, clock: Clock | None = None) -> None:
        groups = [Group(name, setup.limit, setup.window) for name in (*ALGORITHMS, WARM_UP)]
        self._budget = budget(setup.shared, groups, clock or Clock())

    @asynccontextmanager
    async def permission(self, server: str, purpose: Purpose = "interactive") -> AsyncGenerator[Answer]:
        """A lease, ended by what the server answered."""
        answer = Answer()
        async with self._budget.lease(f"https://{server}", Charge((server,), purpose, FOREVER_S)) as lease:
            try:
                yield answer
            except BaseException:
                await lease.lost()
                raise
            if answer.status == REFUSED:
                await lease.refused(answer.retry_after, Heard())
            else:
                await lease.done(Heard())

    async def aclose(self) -> None:
        """Closes the file."""
        await self._budget.ledger.cells.aclose()
