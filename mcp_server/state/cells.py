"""Cells: small values that a pure rule changes, several at once and nobody else meanwhile.

Everything that processes must agree on (slots of a rate limit, who asks for all, when a run was last seen) is a cell, so
each of those rules is written once, whatever keeps the cells.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from mcp_server.state.clock import Clock

ResultT = TypeVar("ResultT")
Cell = bytes | None


@dataclass(frozen=True, slots=True)
class Moment:
    """When a rule is applied.

    Attributes:
        now: Seconds of the one clock that all who share the cells go by.
        wall: Seconds since 1970.
        epoch: Another one than before when earlier cells are lost, or earlier readings of `now` mean nothing any more.
        alone: Whether the cells are this process's own because shared ones cannot be used.
    """

    now: float
    wall: float
    epoch: bytes
    alone: bool = False

    def stamp(self) -> "Stamp":
        """The moment as it is written down."""
        return (self.epoch.hex(), self.now, self.wall)

    def age_s(self, stamp: "Stamp") -> float:
        """Seconds since a moment that was written down; by the wall clock where readings of `now` do not compare."""
        epoch, now, wall = stamp
        return self.now - now if epoch == self.epoch.hex() else self.wall - wall


Stamp = tuple[str, float, float]
"""Epoch, seconds of the shared clock, seconds since 1970."""
Record = dict[str, Any]

# From the moment and the cells' values to their new values and a result. May be applied more than once, so it has no
# effects; a value given back unchanged is not written, None deletes.
Rule = Callable[[Moment, Sequence[Cell]], tuple[Sequence[Cell], ResultT]]


class Cells(Protocol):
    """Where cells are kept."""

    async def change(self, names: Sequence[str], rule: Rule[ResultT], keep_s: float) -> ResultT:
        """Applies a rule to the named cells, all or none, and gives its result.

        Not ended by cancellation half-way, and bounded in time.

        Args:
            names: Of the cells; absent ones have the value None. Nothing stores them readably.
            rule: Pure.
            keep_s: Seconds after which a written cell may be forgotten.

        Raises:
            StateUnavailable: The cells cannot be used now; nothing was changed, or it is unknown whether it was.
        """
        ...

    async def rewrite(self, rule: Callable[[bytes], Cell]) -> None:
        """Applies a rule to every cell there is, one after another.

        Raises:
            StateUnavailable: The cells cannot be used now.
        """
        ...

    async def aclose(self) -> None:
        """Lets go of what is open."""
        ...


@dataclass(slots=True)
class MemoryCells:
    """Cells of this process alone."""

    clock: Clock
    epoch: bytes = b"process "
    alone: bool = False
    _kept: dict[str, tuple[bytes, float]] = field(default_factory=dict[str, tuple[bytes, float]], repr=False)

    async def change(self, names: Sequence[str], rule: Rule[ResultT], keep_s: float) -> ResultT:
        """Applies the rule at once."""
        now = self.clock.now()
        self._kept = {name: kept for name, kept in self._kept.items() if kept[1] > now}
        before = [self._kept[name][0] if name in self._kept else None for name in names]
        after, result = rule(Moment(now, self.clock.wall(), self.epoch, self.alone), before)
        # A value too few is noticed before anything is written.
        for name, old, new in list(zip(names, before, after, strict=True)):
            if new is None:
                self._kept.pop(name, None)
            elif new is not old:
                self._kept[name] = (new, now + keep_s)
        return result

    async def rewrite(self, rule: Callable[[bytes], Cell]) -> None:
        """Applies the rule to every cell."""
        ruled = {name: (rule(value), until) for name, (value, until) in self._kept.items()}
        self._kept = {name: (value, until) for name, (value, until) in ruled.items() if value is not None}

    async def aclose(self) -> None:
        """Nothing is open."""


def read_record(cell: Cell) -> Record:
    """What a cell holds; empty if it holds nothing we wrote, or what we wrote is damaged."""
    if cell is None or not cell.startswith(b"{"):
        return {}
    try:
        return cast("Record", json.loads(cell))
    except ValueError:
        return {}


def write_record(record: Record) -> bytes:
    """A record as a cell holds it."""
    return json.dumps(record, separators=(",", ":")).encode()


def hidden(key: bytes, name: str) -> bytes:
    """A name as it is stored: unreadable but for those who share the state and its key, for it holds origins and tokens' digests."""
    return hashlib.blake2b(name.encode(), key=key, digest_size=16).digest()
