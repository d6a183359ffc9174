"""One Redis or Valkey that many machines share, and the one script that changes cells in it.

The script compares and sets: the rules themselves are ours, written once for every kind of cells, and are applied again when
somebody else was faster. The server's own time is the only one that counts, so clocks of machines may differ. What is
stored is marked with an epoch that is lost when the server loses its memory, which is how that is noticed.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from mcp_server.errors import StateUnavailable
from mcp_server.state.cells import Moment
from mcp_server.state.shielded import shielded

ResultT = TypeVar("ResultT")

# A server that takes longer for one of our few bytes is of no help.
TIMEOUT_S = 2.0
# What a URL may say beside host and port. Any other option could undo what is relied on here.
URL_OPTIONS = frozenset(
    {"client_name", "db", "password", "ssl_ca_certs", "ssl_cert_reqs", "ssl_certfile", "ssl_keyfile", "username"}
)
# All keys lie in one slot of a cluster, because one script touches several.
PREFIX = "{sandscope}:"
EPOCH = f"{PREFIX}epoch"
EPOCH_BYTES = 8
ABSENT, PRESENT, AS_IT_IS = b"-", b"=", b"."

# KEYS: the epoch, then cells. ARGV: an epoch to begin with; the epoch expected, empty to read only; milliseconds to keep,
# empty to leave as they are; then for each cell what it must hold and what it shall hold.
# Gives: whether it was done, seconds, microseconds, epoch, and what each cell held.
COMPARE_AND_SET = """
redis.call('SET', KEYS[1], ARGV[1], 'NX')
local epoch = redis.call('GET', KEYS[1])
local time = redis.call('TIME')
local told = {0, tonumber(time[1]), tonumber(time[2]), epoch}
local same = ARGV[2] == epoch
for i = 2, #KEYS do
    local held = redis.call('GET', KEYS[i])
    told[i + 3] = held
    local must = ARGV[2 * i]
    if held then same = same and must == '=' .. held else same = same and must == '-' end
end
if not same then return told end
for i = 2, #KEYS do
    local shall = ARGV[2 * i + 1]
    if shall == '-' then
        redis.call('DEL', KEYS[i])
    elseif shall ~= '.' and ARGV[3] == '' then
        redis.call('SET', KEYS[i], string.sub(shall, 2), 'KEEPTTL')
    elseif shall ~= '.' then
        redis.call('SET', KEYS[i], string.sub(shall, 2), 'PX', ARGV[3])
    end
end
told[1] = 1
return told
"""


class RedisLink:
    """A connection to the server, opened when it is first used.

    Args:
        url: `redis://`, `rediss://` or `unix://`, with a password where one is needed. Never shown.

    Raises:
        ValueError: It cannot be used.
    """

    def __init__(self, url: str) -> None:
        from_url = cast("Callable[..., Redis]", Redis.from_url)  # pyright: ignore[reportUnknownMemberType]  its options are untyped
        if parse_qs(urlsplit(url).query).keys() - URL_OPTIONS:
            raise ValueError("an option that is not for here")
        try:
            # Nothing is sent twice: whether the first was done is unknown. Under protocol 3 the library does not notice
            # that an idle connection was cut.
            self._redis = from_url(
                url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0), protocol=2
            )
            # Otherwise what is wrong with an option would show at the first command.
            self._redis.connection_pool.make_connection()
        except (RedisError, TypeError) as exc:
            raise ValueError("an option that cannot be used") from exc
        self._script = self._redis.register_script(COMPARE_AND_SET)

    async def compare_and_set(
        self, keys: Sequence[str], expected: bytes, keep_ms: int | None, pairs: Sequence[tuple[bytes, bytes]]
    ) -> tuple[bool, Moment, list[bytes | None]]:
        """Sets cells if all hold what is expected.

        Args:
            keys: Of the cells.
            expected: The epoch; empty only reads.
            keep_ms: Milliseconds to keep what is set; None leaves them as they are.
            pairs: For each key what it must hold and what it shall hold, marked by `ABSENT`, `PRESENT`, `AS_IT_IS`.

        Returns:
            Whether it was done, the server's moment, and what the cells held.

        Raises:
            StateUnavailable: The server cannot be reached in time, or refuses.
        """
        arguments: list[Any] = [os.urandom(EPOCH_BYTES), expected, b"" if keep_ms is None else keep_ms]
        for pair in pairs:
            arguments += pair
        told = await self.ask(self._script(keys=[EPOCH, *keys], args=arguments))
        done, seconds, microseconds, epoch, *held = cast("list[Any]", told)
        now = seconds + microseconds / 1e6
        return bool(done), Moment(now, now, epoch), held

    @property
    def commands(self) -> Redis:
        """The library's client, whose commands go through `ask`."""
        return self._redis

    async def ask(self, command: Awaitable[ResultT]) -> ResultT:
        """The answer to a command; cancellation waits for it.

        Raises:
            StateUnavailable: The server cannot be reached in time, or refuses.
        """
        try:
            return await shielded(command)
        except (RedisError, OSError) as exc:
            # The library's own text may name the address.
            raise StateUnavailable(f"Redis: {type(exc).__name__}") from exc

    async def keys(self, pattern: str) -> list[str]:
        """The keys there are of a pattern.

        Raises:
            StateUnavailable: The server cannot be reached in time, or refuses.
        """

        async def all_of_them() -> list[str]:
            found = cast("AsyncIterator[bytes]", self._redis.scan_iter(match=pattern))  # pyright: ignore[reportUnknownMemberType]  its options are untyped
            return [key.decode() async for key in found]

        return await self.ask(all_of_them())

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._redis.aclose()
