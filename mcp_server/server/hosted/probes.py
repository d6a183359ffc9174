"""What load balancers and operators look at: whether the process lives, and whether it should be sent requests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mcp_server.server.hosted.guards import TurnedAway
from mcp_server.server.hosted.signing_keys import KeysUnavailable, SigningKeys
from mcp_server.state.cells import Cell, Moment
from mcp_server.state.state import State

_KEEP_S: Final = 1.0


@dataclass(slots=True)
class Probes:
    """`/healthz` and `/readyz`. Neither tells anything that a stranger may not know.

    Attributes:
        state: Whether it can be shared is looked at anew each time.
        keys: What tokens are checked with, if they are.
        turned_away: What was refused.
    """

    state: State
    keys: SigningKeys | None
    turned_away: TurnedAway = field(default_factory=TurnedAway)

    def routes(self) -> tuple[Route, Route]:
        """The two pages."""
        return Route("/healthz", self._health), Route("/readyz", self._ready)

    async def _health(self, _: Request) -> JSONResponse:
        counts = self.turned_away.counts
        return JSONResponse({"status": "ok", "refused": {str(status): counts[status] for status in sorted(counts)}})

    async def _ready(self, _: Request) -> JSONResponse:
        status = await self._status()
        return JSONResponse({"status": status}, 200 if status in {"ready", "degraded"} else 503)

    async def _status(self) -> str:
        if self.state.clock.patience.over:
            return "draining"
        if self.keys is not None:
            try:
                await self.keys.refresh()
            except KeysUnavailable:
                return "starting"
        await self.state.cells.change(["probe"], _unchanged, _KEEP_S)
        # Without what it shares with others it serves on, more carefully.
        return "degraded" if self.state.health.warnings() else "ready"


def _unchanged(_: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], None]:
    return cells, None
