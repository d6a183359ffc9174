"""A part of the state for some of those who share it: what others of them keep does not exist for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcp_server.state.blobs import Blobs
from mcp_server.state.cells import Cell, Cells, ResultT, Rule


@dataclass(frozen=True, slots=True)
class ScopedCells:
    """Cells of one scope.

    Attributes:
        cells: Where they are, among those of other scopes.
        scope: Names it.
    """

    cells: Cells
    scope: str

    async def change(self, names: Sequence[str], rule: Rule[ResultT], keep_s: float) -> ResultT:
        """Applies the rule to cells of the scope."""
        return await self.cells.change([_scoped(self.scope, name) for name in names], rule, keep_s)

    async def rewrite(self, rule: Callable[[bytes], Cell]) -> None:
        """Applies the rule to every cell of every scope: names are not stored readably, so nobody can tell whose they are."""
        await self.cells.rewrite(rule)

    async def aclose(self) -> None:
        """Whoever opened the cells closes them."""


@dataclass(frozen=True, slots=True)
class ScopedBlobs:
    """Blobs of one scope.

    Attributes:
        blobs: Where they are, among those of other scopes.
        scope: Names it.
    """

    blobs: Blobs
    scope: str

    async def get(self, name: str) -> bytes | None:
        """The blob of the scope."""
        return await self.blobs.get(_scoped(self.scope, name))

    async def put(self, name: str, value: bytes, ttl_s: float) -> None:
        """Keeps a blob for the scope."""
        await self.blobs.put(_scoped(self.scope, name), value, ttl_s)

    async def clear(self) -> None:
        """Deletes every blob of every scope."""
        await self.blobs.clear()

    async def aclose(self) -> None:
        """Whoever opened the blobs closes them."""


def _scoped(scope: str, name: str) -> str:
    # No name of ours holds a NUL, so no name of one scope is another's.
    return f"{scope}\0{name}"
