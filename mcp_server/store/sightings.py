"""What was last seen of something that is being watched, by any process, and whose turn it is to look again.

However many wait for one thing, one of them looks at a time, and all are told. The more things are watched with one key, the
less often each is looked at, so that all looks together stay within their share of the rate limit. Nobody who does not
wait looks, so looking ends when the last one leaves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mcp_server.state.cells import Cell, Cells, Moment, Record, read_record, write_record
from mcp_server.state.clock import Clock

# Runs take minutes; looking oftener only spends the budget that other calls need.
LEAST_S = 3.0
JITTER = 0.1
# The least between looks for somebody whose time ends.
HURRY_S = 1.0
# One look may take so long; whoever is at it longer has left.
TURN_S = 10.0
# While somebody looks, the others see after so long whether there is something new.
PEEK_S = 0.25
# Of something nobody has waited for so many intervals, no look is reserved.
WATCHED = 2.5
KEEP_S = 900.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen: a word for its state, whether it has ended, and when, in seconds of the shared clock."""

    status: str
    finished: bool
    at: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What to do now.

    Attributes:
        look: Whether it is ours to look; then `saw` or `missed` tells what came of it.
        wait_s: Seconds until there may be something new.
        last: What was seen last.
    """

    look: bool
    wait_s: float
    last: Sighting | None


@dataclass(frozen=True, slots=True)
class Sightings:
    """Sightings by name, for all processes that use the same cells."""

    cells: Cells
    clock: Clock

    async def turn(self, account: str, name: str, look_s: float, *, hurry: bool = False) -> Turn:
        """Whose turn it is.

        Args:
            account: The key that looks are charged to.
            name: Of what is watched.
            look_s: Seconds between looks of all who share the account.
            hurry: Whether this is the last chance; while few are watched, it comes a second after the last look.
        """
        jitter = self.clock.uniform(1 - JITTER, 1 + JITTER)

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], Turn]:
            now = moment.now
            row, watched = (_of_epoch(cell, moment) for cell in cells)
            still = {other: until for other, until in watched.items() if other != "epoch" and until > now}
            interval_s = max(LEAST_S, look_s * len({*still, name}))
            watched = {"epoch": moment.epoch.hex(), **still, name: now + WATCHED * interval_s}
            early_s = LEAST_S - HURRY_S if hurry and interval_s <= LEAST_S else 0.0
            looking = now < row.get("turn_until", now)
            # By what is watched now, or looks would be too many when much begins to be watched at once.
            look = not looking and now >= row.get("looked_at", -math.inf) + interval_s * row.get("jitter", 1) - early_s
            if look:
                row |= {"epoch": moment.epoch.hex(), "looked_at": now, "jitter": jitter, "turn_until": now + TURN_S}
            wait_s = PEEK_S if looking else max(row["looked_at"] + interval_s * row["jitter"] - now, PEEK_S)
            return [write_record(row), write_record(watched)], Turn(look, wait_s, _last(row))

        return await self.cells.change([_row(account, name), f"watched {account}"], rule, KEEP_S)

    async def wanted(self, account: str, name: str) -> bool:
        """Whether anybody waits for it, or has lately and would go by what was seen then."""

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], bool]:
            row, watched = (_of_epoch(cell, moment) for cell in cells)
            return cells, bool(row) or watched.get(name, -math.inf) > moment.now

        return await self.cells.change([_row(account, name), f"watched {account}"], rule, KEEP_S)

    async def saw(self, account: str, name: str, status: str, *, finished: bool) -> float:
        """Tells what was seen; gives when that was, in seconds of the shared clock."""

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], float]:
            row = _of_epoch(cells[0], moment)
            seen = {"status": status, "finished": finished, "seen_at": moment.now, "turn_until": moment.now}
            return [write_record({"epoch": moment.epoch.hex(), **row, **seen})], moment.now

        return await self.cells.change([_row(account, name)], rule, KEEP_S)

    async def missed(self, account: str, name: str) -> None:
        """Tells that the look showed nothing."""

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], None]:
            row = _of_epoch(cells[0], moment)
            return [write_record({"epoch": moment.epoch.hex(), **row, "turn_until": moment.now})], None

        await self.cells.change([_row(account, name)], rule, KEEP_S)


def _row(account: str, name: str) -> str:
    return f"sighting {account} {name}"


def _of_epoch(cell: Cell, moment: Moment) -> Record:
    """The record, if its times are of this epoch."""
    record = read_record(cell)
    return record if record.get("epoch") == moment.epoch.hex() else {}


def _last(row: Record) -> Sighting | None:
    return Sighting(row["status"], row["finished"], row["seen_at"]) if "status" in row else None
