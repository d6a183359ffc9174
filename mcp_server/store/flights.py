"""Who asks for all: of several processes that want the same, one asks and the others wait for what it keeps.

The one that asks says so every 50 ms. When it has not for 200 ms it is gone, and another takes its place.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from mcp_server.state.cells import Cell, Cells, Moment, read_record, write_record
from mcp_server.state.clock import Clock
from mcp_server.state.shielded import shielded

LEASE_S = 0.2
BEAT_S = 0.05
# How often those who wait look.
LOOK_S = 0.025
# An end is remembered for those who looked just before it.
KEEP_S = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """Whether we ask (`lead`), and whether somebody has just done so, whose result is to be looked for first."""

    lead: bool
    look_first: bool = False


@dataclass(frozen=True, slots=True)
class Flight:
    """One thing that is asked for.

    Attributes:
        cells: What the processes share.
        name: Of the cell.
        clock: Time between looks.
        token: Marks us.
    """

    cells: Cells
    name: str
    clock: Clock
    token: str

    @classmethod
    def to(cls, key: str, cells: Cells, clock: Clock) -> "Flight":
        """A flight to the thing named by a key."""
        return cls(cells, f"flight {key}", clock, secrets.token_hex(8))

    async def enter(self) -> Place:
        """Takes the lead if nobody has it."""

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], Place]:
            record = read_record(cells[0])
            # What is of later than now was said before the wall clock was set back.
            fresh = record and 0 <= moment.age_s(record["at"]) < LEASE_S
            if record.get("leader") and fresh:
                return cells, Place(lead=False)
            return [self._lead(moment)], Place(lead=True, look_first=bool(record))

        return await self.cells.change([self.name], rule, KEEP_S)

    async def beat(self) -> None:
        """Says for ever that we are still at it."""

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], None]:
            ours = read_record(cells[0]).get("leader") == self.token
            return [self._lead(moment)] if ours else cells, None

        while True:
            await self.clock.sleep(BEAT_S)
            await self.cells.change([self.name], rule, KEEP_S)

    async def leave(self) -> None:
        """Gives up the lead, also when cancelled: those who wait look at once, and one of them leads if there is nothing."""

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], None]:
            if read_record(cells[0]).get("leader") != self.token:
                return cells, None
            return [write_record({"leader": "", "at": moment.stamp()})], None

        await shielded(self.cells.change([self.name], rule, KEEP_S))

    def _lead(self, moment: Moment) -> bytes:
        return write_record({"leader": self.token, "at": moment.stamp()})
