"""What was started and paid for a short while ago, so that asking twice, or twice at once, does not pay twice."""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from mcp_server.errors import UpstreamTimeout
from mcp_server.state.cells import Cell, Cells, Moment, read_record, write_record
from mcp_server.state.clock import Clock

# Less than a call may last, so that its answer can still say what is known.
START_S = 50.0
# How often those look who wait for another process to have started it.
LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Standing:
    """How a start stands: a run that was started, a place to start it in, or neither while another process is at it."""

    run_id: int | None = None
    ours: bool = False
    lost: bool = False


@dataclass(slots=True)
class Begun:
    """Ids of started runs by what was asked for.

    Attributes:
        cells: Where processes tell each other.
        clock: Time between looks.
        ttl_s: Seconds an id is remembered.
    """

    cells: Cells
    clock: Clock
    ttl_s: float
    _locks: dict[str, tuple[anyio.Lock, int]] = field(default_factory=dict[str, tuple[anyio.Lock, int]], repr=False)

    async def once(
        self, key: str, send: Callable[[], Awaitable[int]], usable: Callable[[int], Awaitable[bool]]
    ) -> tuple[int, bool]:
        """The id of the run for a key, and whether an earlier call started it. One caller at a time looks and starts.

        Args:
            key: What is asked for, the account included.
            send: Starts a run.
            usable: Whether a run started earlier still serves.

        Raises:
            TimeoutError: There is no answer within 50 s; the run may have been started.
            UpstreamTimeout: Another process was at it and never told the end; the run may have been started.
        """
        async with self._turn(key):
            return await self._known_or_started(f"begun {key}", send, usable)

    async def _known_or_started(
        self, name: str, send: Callable[[], Awaitable[int]], usable: Callable[[int], Awaitable[bool]]
    ) -> tuple[int, bool]:
        token = secrets.token_hex(8)
        spent: int | None = None
        while not (standing := await self._stand(name, token, spent)).ours:
            if standing.lost:
                raise _unsure()
            if standing.run_id is None:
                await self.clock.sleep(LOOK_S)
            elif await usable(standing.run_id):
                return standing.run_id, True
            else:
                spent = standing.run_id
        ids: list[int] = []
        # Whoever leaves meanwhile, what was paid for is remembered.
        with anyio.CancelScope(shield=True):
            try:
                with anyio.fail_after(START_S):
                    ids.append(await send())
            finally:
                await self._tell(name, token, ids)
        return ids[0], False

    async def _stand(self, name: str, token: str, spent: int | None) -> Standing:
        """How the start stands; a run that no longer serves (`spent`) counts for nothing."""

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], Standing]:
            record = read_record(cells[0])
            age_s = moment.age_s(record["at"]) if record else 0.0
            if "run" in record and 0 <= age_s < self.ttl_s and record["run"] != spent:
                return cells, Standing(record["run"])
            if "claim" in record and 0 <= age_s < START_S:
                return cells, Standing()
            if "claim" in record:
                # Said once; whoever asks again after that starts it.
                return [None], Standing(lost=True)
            return [write_record({"claim": token, "at": moment.stamp()})], Standing(ours=True)

        return await self.cells.change([name], rule, max(self.ttl_s, START_S) * 2)

    async def _tell(self, name: str, token: str, ids: Sequence[int]) -> None:
        """Tells which run was started; none frees the place."""

        def rule(moment: Moment, cells: Sequence[Cell]) -> tuple[Sequence[Cell], None]:
            if read_record(cells[0]).get("claim", token) != token:
                return cells, None
            return [write_record({"run": run, "at": moment.stamp()}) for run in ids[:1]] or [None], None

        await self.cells.change([name], rule, self.ttl_s)

    @asynccontextmanager
    async def _turn(self, key: str) -> AsyncGenerator[None]:
        lock, users = self._locks.get(key, (anyio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)


def _unsure() -> UpstreamTimeout:
    error = UpstreamTimeout(
        "Another process began to start this run and never reported the outcome: the run may have started. Check "
        "list_runs before you call again."
    )
    error.retryable = False
    return error
