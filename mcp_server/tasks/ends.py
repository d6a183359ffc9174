"""How tasks ended, for all processes: what has ended stays as it is, and since when."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mcp_server.state.blobs import Blobs
from mcp_server.state.cells import Cell, Cells, Moment, read_record, write_record

# A task is known for so long; a client may have been closed over night.
TTL_S = 24 * 3600

Outcome = Mapping[str, Any]
"""`result` or `error`, as a task tells it."""


@dataclass(frozen=True, slots=True)
class End:
    """The status a task ended with, what is to be said of it, and when that was, in milliseconds since 1970."""

    status: str
    message: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Ends:
    """Ends by task, and what came of it.

    Attributes:
        cells: Where the ends are.
        blobs: Where the outcomes are; they may be forgotten earlier.
    """

    cells: Cells
    blobs: Blobs

    async def of(self, task_id: str) -> End | None:
        """How a task ended; None if it has not, as far as we know."""

        def rule(_: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], End | None]:
            return cells, _read(cells[0])

        return await self.cells.change([_name(task_id)], rule, TTL_S)

    async def outcome(self, task_id: str) -> Outcome | None:
        """What came of a task that has ended; None if it is not kept any more."""
        kept = await self.blobs.get(_name(task_id))
        return None if kept is None else json.loads(kept)

    async def first(self, task_id: str, status: str, message: str = "", outcome: Outcome | None = None) -> End:
        """The end of a task: the one given, unless it has ended before.

        Args:
            task_id: Names it.
            status: What it ended with.
            message: For people.
            outcome: What came of it; sanitised and redacted, as all that is kept.
        """
        if outcome is not None:
            # Before anybody can know of the end.
            await self.blobs.put(_name(task_id), json.dumps(outcome).encode(), TTL_S)

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], End]:
            known = _read(cells[0])
            if known is not None:
                return cells, known
            end = End(status, message, round(moment.wall * 1000))
            return [write_record(asdict(end))], end

        return await self.cells.change([_name(task_id)], rule, TTL_S)


def _name(task_id: str) -> str:
    return f"task {task_id}"


def _read(cell: Cell) -> End | None:
    record = read_record(cell)
    return End(**record) if record else None
