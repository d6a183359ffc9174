"""Cells that always answer: shared while that is possible, this process's own while it is not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mcp_server.errors import StateUnavailable
from mcp_server.state.cells import Cell, Cells, MemoryCells, ResultT, Rule
from mcp_server.state.clock import Clock
from mcp_server.state.health import Health

# Shared cells that failed are tried again after so long.
TRIED_AGAIN_S = 5.0


@dataclass(slots=True)
class SteadyCells:
    """Never raises `StateUnavailable` for a change; a rule sees by `Moment.alone` that it shares nothing.

    Attributes:
        shared: What is tried first; None if there is no place to share.
        about: What the operator calls the place, such as its variable.
        health: Told while the place cannot be used.
        clock: Measures when to try again.
    """

    shared: Cells | None
    about: str
    health: Health
    clock: Clock
    _own: MemoryCells = field(init=False, repr=False)
    _away_until: float = float("-inf")

    def __post_init__(self) -> None:
        """Our own cells are of another epoch: what was shared is unknown to them."""
        self._own = MemoryCells(self.clock, epoch=b"alone   ", alone=True)

    async def change(self, names: Sequence[str], rule: Rule[ResultT], keep_s: float) -> ResultT:
        """Applies the rule to shared cells, or to our own."""
        if self.shared is not None and self.clock.now() >= self._away_until:
            try:
                result = await self.shared.change(names, rule, keep_s)
            except StateUnavailable as exc:
                self._away_until = self.clock.now() + TRIED_AGAIN_S
                self.health.warn(self.about, alone_because(self.about, exc))
            else:
                self.health.well(self.about)
                return result
        return await self._own.change(names, rule, keep_s)

    async def rewrite(self, rule: Callable[[bytes], Cell]) -> None:
        """Applies the rule to every shared cell.

        Raises:
            StateUnavailable: They cannot be used now.
        """
        if self.shared is not None:
            await self.shared.rewrite(rule)

    async def aclose(self) -> None:
        """Lets go of what is open."""
        if self.shared is not None:
            await self.shared.aclose()


def alone_because(about: str, why: StateUnavailable) -> str:
    """The warning while nothing can be shared."""
    return (
        f"{about}: {why}. Until it can be used, this process shares nothing with others and keeps to an eighth of each "
        "rate limit."
    )
