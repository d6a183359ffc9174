"""The state a server stands on: where it is kept, and what is said where it cannot be."""

import importlib
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path

from mcp_server.errors import NotConfigured
from mcp_server.settings import Settings
from mcp_server.state.blobs import Blobs, MemoryBlobs
from mcp_server.state.cells import Cells, MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.state.health import Health
from mcp_server.state.sqlite_blobs import SqliteBlobs
from mcp_server.state.sqlite_cells import SqliteCells
from mcp_server.state.steady_cells import SteadyCells

STATE_DIR = "SANDSCOPE_STATE_DIR"
REDIS_URL = "SANDSCOPE_REDIS_URL"


@dataclass(frozen=True, slots=True)
class State:
    """What processes share.

    Attributes:
        clock: Time and chance.
        cells: What all of them must agree on, such as the rate limits of a key, whoever has it.
        blobs: What they need not ask for twice.
        health: What works only in part.
        key: Gives the key that makes ids and fingerprints of secrets mean nothing to others, to whichever thread asks.
        deleted_at_end: A folder that is of no use afterwards.
        scope: Names those whose state it is, where others keep theirs in the same place; empty where nobody does.
    """

    clock: Clock
    cells: SteadyCells
    blobs: Blobs
    health: Health
    key: Callable[[], bytes]
    deleted_at_end: Path | None = None
    scope: str = ""

    @property
    def own(self) -> Cells:
        """What those of the scope must agree on."""
        if not self.scope:
            return self.cells
        from mcp_server.state.scoped import ScopedCells  # noqa: PLC0415  hosted servers alone need it: light start-up

        return ScopedCells(self.cells, self.scope)

    def scoped(self, scope: str) -> "State":
        """The same for a part of those who share it; whoever opened the whole closes it."""
        from mcp_server.state.scoped import ScopedBlobs  # noqa: PLC0415  likewise: light start-up

        def key() -> bytes:
            return blake2b(scope.encode(), key=self.key(), digest_size=32).digest()

        return replace(self, blobs=ScopedBlobs(self.blobs, scope), key=key, deleted_at_end=None, scope=scope)

    async def aclose(self) -> None:
        """Lets go of what is open."""
        if self.scope:
            return
        await self.cells.aclose()
        await self.blobs.aclose()
        if self.deleted_at_end is not None:
            shutil.rmtree(self.deleted_at_end, ignore_errors=True)


def in_memory(clock: Clock) -> State:
    """The state of a process that has nobody to share with."""
    health = Health()
    return State(
        clock, SteadyCells(MemoryCells(clock), "memory", health, clock), MemoryBlobs(clock), health, _key_of(None)
    )


def directory_of(settings: Settings) -> Path:
    """The folder that the settings, or else the platform, name."""
    if settings.state_dir is not None:
        return settings.state_dir
    import platformdirs  # noqa: PLC0415  asked at the first use only: light start-up

    return Path(platformdirs.user_state_dir("sandscope", appauthor=False))


def open_state(settings: Settings, clock: Clock) -> State:
    """The state that the settings name; files and connections are opened when they are first used.

    Raises:
        NotConfigured: Redis is named, and its client is not installed.
    """
    health = Health()
    if settings.redis_url is not None:
        cells, blobs, key = _in_redis(settings.redis_url.get_secret_value())
        kept = blobs if settings.cache_on_disk else MemoryBlobs(clock)
        return State(clock, SteadyCells(cells, REDIS_URL, health, clock), kept, health, key)
    directory = partial(directory_of, settings)
    cells = SqliteCells(directory, clock)
    blobs = SqliteBlobs(directory, clock) if settings.cache_on_disk else MemoryBlobs(clock)
    key = _key_of(directory if settings.cache_on_disk else None)
    return State(clock, SteadyCells(cells, STATE_DIR, health, clock), blobs, health, key)


def _key_of(directory: Callable[[], Path] | None) -> Callable[[], bytes]:
    """Gives the key that is kept in a state directory; where nothing is kept, one of this process."""
    lock = threading.Lock()
    known: list[bytes] = []

    def key() -> bytes:
        from mcp_server.state.installation_key import SIZE, installation_key  # noqa: PLC0415  at the first secret: light start-up

        with lock:
            if not known:
                draw = secrets.token_bytes
                known.append(draw(SIZE) if directory is None else installation_key(directory(), draw))
        return known[0]

    return key


def _in_redis(url: str) -> tuple[Cells, Blobs, Callable[[], bytes]]:
    # Imported only where it is used, to keep start-up light; and it may not be installed.
    try:
        link = importlib.import_module("mcp_server.state.redis_link").RedisLink(url)
    except ModuleNotFoundError as exc:
        raise NotConfigured(f'{REDIS_URL} needs the Redis client: pip install "sandscope[redis]".') from exc
    except ValueError as exc:
        raise NotConfigured(f"{REDIS_URL} is not a URL that can be used; check host, port and options.") from exc
    cells = importlib.import_module("mcp_server.state.redis_cells").RedisCells(link)
    blobs = importlib.import_module("mcp_server.state.redis_blobs").RedisBlobs(link)
    # Machines that share a Redis are one installation whatever they keep in memory: a task may be asked about at any of them.
    key = importlib.import_module("mcp_server.state.redis_key").RedisKey(url, secrets.token_bytes)
    return cells, blobs, key
