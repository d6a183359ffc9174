"""Waits for a run to end, for a bounded time, and gives back what is known by then."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from mcp_server.budget.clock import Clock
from mcp_server.errors import SandscopeError
from mcp_server.platforms.codegen.api import INTERACTIVE_WAIT_S, READS, CodegenApi, charge
from mcp_server.platforms.codegen.models import Run

# Runs take minutes; asking oftener only spends the budget that other calls need.
POLL_S = 3.0
# The last look comes so long before the end, for its answer to be in by then.
LAST_LOOK_S = 1.0
# A call is given up at 55 s, and the handle would be lost with it.
LONGEST_S = 53.0
# Even a call that may not wait takes this long to see what it has started.
FIRST_LOOK_S = 3.0

# Seconds waited so far, seconds to wait at most, what is known.
Report = Callable[[float, float, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Allowance:
    """The whole time of one call: from its start to when it must answer."""

    clock: Clock
    started_at: float
    seconds: float

    @classmethod
    def of(cls, clock: Clock, seconds: float) -> "Allowance":
        """An allowance that starts now."""
        return cls(clock, clock.now(), min(seconds, LONGEST_S))

    @property
    def left_s(self) -> float:
        """Seconds left to wait, never negative."""
        return max(0.0, self.started_at + self.seconds - self.clock.now())

    @property
    def look_s(self) -> float:
        """Seconds one look at a started run may take: what is left, or a little, but never beyond the longest call."""
        longest = max(0.0, self.started_at + LONGEST_S - self.clock.now())
        return min(max(self.left_s, FIRST_LOOK_S), longest)

    @property
    def slot_wait_s(self) -> float:
        """How long the call may wait for a slot to start with."""
        return min(INTERACTIVE_WAIT_S, self.left_s)


async def wait_for_run(api: CodegenApi, run: Run, allowance: Allowance, report: Report) -> Run:
    """The run when it has ended, or as it was last seen when the time is over.

    A read that fails meanwhile is not the end of the wait: the run goes on whether we see it or not.
    """
    while not run.finished and allowance.left_s > 0:
        await report(allowance.seconds - allowance.left_s, allowance.seconds, f"run {run.id}: {run.normal_status}")
        await allowance.clock.sleep(min(POLL_S, max(allowance.left_s - LAST_LOOK_S, min(allowance.left_s, 0.5))))
        run = await seen(api, run, allowance)
    return run


async def seen(api: CodegenApi, run: Run, allowance: Allowance) -> Run:
    """The run as Codegen tells it now; as it was known, where that cannot be read in time."""
    cost = charge(READS, purpose="poll", max_wait_s=allowance.left_s)
    with anyio.move_on_after(allowance.look_s), contextlib.suppress(SandscopeError):
        return await api.run(run.organization_id, run.id, cost)
    return run
