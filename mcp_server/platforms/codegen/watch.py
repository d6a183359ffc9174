"""Watches a run for those who subscribed to it: with the looks that all who wait for the run share, and no other request."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mcp_server.errors import SandscopeError
from mcp_server.platforms.base import Watched
from mcp_server.platforms.codegen.models import Run
from mcp_server.platforms.codegen.poller import Poller
from mcp_server.state.clock import Clock

# A run that takes longer is subscribed to again by whoever still cares.
LONGEST_S = 3600.0
# A run that goes on takes a step every few seconds. To count them would cost a page of its log at each look, so its log is
# taken to have grown after so long: whoever reads it at every notice spends two requests a minute.
STEPS_S = 30.0

STATE = "state"
STEPS = "steps"


@dataclass(frozen=True, slots=True)
class RunWatch:
    """One run, watched.

    Attributes:
        poller: Shares the looks.
        clock: Bounds the watch.
        org: The organisation.
        run_id: The run.
    """

    poller: Poller
    clock: Clock
    org: int
    run_id: int

    async def begin(self, kinds: frozenset[str]) -> Watched | None:
        """What there is to watch, or None if the run has ended.

        Args:
            kinds: `STATE` for its facts, `STEPS` for its log.

        Raises:
            SandscopeError: The run is unknown, or it will never be shown to this key.
        """
        run: Run | None = None
        try:
            run = (await self.poller.glance(self.org, self.run_id)).run
        except SandscopeError as exc:
            if not exc.retryable:
                raise
        if run is not None and run.finished:
            return None

        async def follow(changed: Callable[[str], Awaitable[None]]) -> None:
            await self._follow(run, changed)

        return Watched(f"run {self.poller.account} {self.org} {self.run_id}", follow, kinds)

    async def _follow(self, run: Run | None, changed: Callable[[str], Awaitable[None]]) -> None:
        """Tells of changes until the run has ended or cannot be seen any more, or an hour is over."""
        known = run and _state(run)
        told_at = self.clock.now()
        ends_at = told_at + LONGEST_S
        while self.clock.now() < ends_at:
            try:
                glance = await self.poller.glance(self.org, self.run_id)
            except SandscopeError as exc:
                if not exc.retryable:
                    break
                # The next glance is not ours to look, and waits.
                continue
            seen = glance.run
            state = _state(seen) if seen else known
            if (known and state != known) or (seen and seen.finished):
                await changed(STATE)
                told_at = self.clock.now()
            elif self.clock.now() >= told_at + STEPS_S:
                await changed(STEPS)
                told_at = self.clock.now()
            if seen and seen.finished:
                return
            known = state
            await self.clock.sleep(glance.wait_s)
        # Whoever reads it now learns why no more is told, or subscribes again.
        await changed(STATE)


def _state(run: Run) -> tuple[object, ...]:
    """What shows that a run went on, be it as it was sent or as it was kept."""
    return run.status or "", run.sandbox_id, len(run.github_pull_requests), bool(run.summary), bool(run.result)
