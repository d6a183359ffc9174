"""Waits for a run to end, for a bounded time, and gives back what is known by then."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from mcp_server.budget.clock import Clock
from mcp_server.errors import Later, Upstream
from mcp_server.platforms.codegen.api import INTERACTIVE_WAIT_S, READS, CodegenApi, charge
from mcp_server.platforms.codegen.models import Run

# Runs take minutes; asking oftener only spends the budget that other calls need.
POLL_S = 3.0

# Seconds waited so far, seconds to wait at most, what is known.
Report = Callable[[float, float, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The whole time of one call: from its start to when it must answer."""

    clock: Clock
    started_at: float
    seconds: float

    @classmethod
    def of(cls, clock: Clock, seconds: float) -> "Deadline":
        """A deadline that starts now."""
        return cls(clock, clock.now(), seconds)

    @property
    def left_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.started_at + self.seconds - self.clock.now())

    @property
    def slot_wait_s(self) -> float:
        """How long the call may wait for a slot to start with."""
        return min(INTERACTIVE_WAIT_S, self.left_s)


async def wait_for_run(api: CodegenApi, run: Run, deadline: Deadline, report: Report) -> Run:
    """The run when it has ended, or as it was last seen when the time is over.

    A read that fails meanwhile is not the end of the wait: the run goes on whether we see it or not.
    """
    with anyio.move_on_after(deadline.left_s):
        while not run.finished and deadline.left_s > 0:
            await report(deadline.seconds - deadline.left_s, deadline.seconds, f"run {run.id}: {run.normal_status}")
            await deadline.clock.sleep(min(POLL_S, deadline.left_s))
            run = await seen(api, run, deadline)
    return run


async def seen(api: CodegenApi, run: Run, deadline: Deadline) -> Run:
    """The run as Codegen tells it now, or as it was known where that cannot be read: a started run is never lost."""
    cost = charge(READS, purpose="poll", max_wait_s=deadline.left_s)
    try:
        return await api.run(run.organization_id, run.id, cost)
    except (Later, Upstream):
        return run
