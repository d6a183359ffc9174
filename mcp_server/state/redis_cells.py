"""Cells in Redis."""

from collections.abc import Callable, Sequence

from mcp_server.errors import StateUnavailable
from mcp_server.state.cells import Cell, Moment, ResultT, Rule, hidden
from mcp_server.state.redis_link import ABSENT, AS_IT_IS, PREFIX, PRESENT, RedisLink

CELLS = f"{PREFIX}cell:"
# Somebody wins every race, so losing this often means that something else is wrong.
MAX_RACES = 200


class RedisCells:
    """Cells that every machine with the same Redis shares."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._epoch = b""

    async def change(self, names: Sequence[str], rule: Rule[ResultT], keep_s: float) -> ResultT:
        """Applies a rule to what the cells hold, again when somebody changed them meanwhile.

        Raises:
            StateUnavailable: Redis cannot be used now.
        """
        moment, before = await self._read(names)
        for _ in range(MAX_RACES):
            after, result = rule(moment, before)
            if all(new is old for new, old in zip(after, before, strict=True)):
                return result
            pairs = [
                (_held(old), AS_IT_IS if new is old else _held(new)) for old, new in zip(before, after, strict=True)
            ]
            done, moment, before = await self._link.compare_and_set(
                self._keys(names), moment.epoch, round(keep_s * 1000), pairs
            )
            if done:
                return result
            if moment.epoch != self._epoch:
                moment, before = await self._read(names)
        raise StateUnavailable("Redis: too many others change the same cells")

    async def rewrite(self, rule: Callable[[bytes], Cell]) -> None:
        """Applies a rule to every cell; one that is changed meanwhile stays as it then is.

        Raises:
            StateUnavailable: Redis cannot be used now.
        """
        moment, _ = await self._read(())
        for key in await self._link.keys(f"{CELLS}*"):
            held = await self._link.ask(self._link.commands.get(key))
            if isinstance(held, bytes):
                await self._link.compare_and_set([key], moment.epoch, None, [(_held(held), _held(rule(held)))])

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._link.aclose()

    async def _read(self, names: Sequence[str]) -> tuple[Moment, Sequence[Cell]]:
        while True:
            asked = self._epoch
            _, moment, held = await self._link.compare_and_set(self._keys(names), b"", None, [(b"", b"")] * len(names))
            self._epoch = moment.epoch
            if asked == moment.epoch:
                return moment, held

    def _keys(self, names: Sequence[str]) -> list[str]:
        return [CELLS + hidden(self._epoch, name).hex() for name in names]


def _held(cell: Cell) -> bytes:
    return ABSENT if cell is None else PRESENT + cell
