"""Two clocks that are set by hand: the one that never goes back, and the one on the wall."""

from dataclasses import dataclass

import anyio

from mcp_server.state.clock import Clock


@dataclass
class Hands:
    """Seconds of either clock."""

    now: float = 1000.0
    wall: float = 1_700_000_000.0

    def pass_s(self, seconds: float) -> None:
        """Moves both."""
        self.now += seconds
        self.wall += seconds

    @property
    def clock(self) -> Clock:
        """Reads them."""
        return Clock(lambda: self.now, anyio.sleep, lambda: self.wall)
