"""What was last seen of something that is being watched, by any process, and whose turn it is to look again.

However many wait for one thing, one of them looks at a time, and all are told. The more things are watched with one key, the
less often each is looked at, so that all looks together stay within their share of the rate limit. Nobody who does not
wait looks, so looking ends when the last one leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_server.state.cells import Cell, Cells, Moment, Record, read_record, write_record
from mcp_server.state.clock import Clock

# Runs take minutes; looking oftener only spends the budget that other calls need.
LEAST_S = 3.0
JITTER = 0.1
# One look may take so long; whoever is at it longer has left.
TURN_S = 10.0
# While somebody looks, the others see after so long whether there is something new.
PEEK_S = 0.25
# Of something nobody has waited for so many intervals, none is reserved.
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

    async def turn(self, account: str, name: str, look_s: float) -> Turn:
        """Whose turn it is.

        Args:
            account: The key that looks are charged to.
            name: Of what is watched.
            look_s: Seconds between looks of all who share the account.
        """
        jitter = self.clock.uniform(1 - JITTER, 1 + JITTER)

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], Turn]:
            now = moment.now
            row, watched = (_of_epoch(cell, moment) for cell in cells)
            interval_s = max(LEAST_S, look_s * max(1, len({*watched, name} - {"epoch"})))
            horizon = now - WATCHED * interval_s
            still = {other: at for other, at in watched.items() if other != "epoch" and at > horizon}
            watched = {"epoch": moment.epoch.hex(), **still, name: now}
            look = now >= row.get("next", now) and now >= row.get("turn_until", now)
            if look:
                row |= {"epoch": moment.epoch.hex(), "next": now + interval_s * jitter, "turn_until": now + TURN_S}
            looking = now < row.get("turn_until", now)
            wait_s = PEEK_S if looking and not look else max(row["next"] - now, PEEK_S)
            return [write_record(row), write_record(watched)], Turn(look, wait_s, _last(row))

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
