"""The layer that adds the key, and only at the origin it belongs to."""

from dataclasses import dataclass

import httpx2
from pydantic import SecretStr

from mcp_server.errors import UnsafeUrl
from mcp_server.http.wire import Wire


@dataclass(frozen=True, slots=True)
class Key:
    """A header that carries a secret."""

    header: str
    value: SecretStr


def origin_of(url: httpx2.URL | str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL (RFC 6454), the default port filled in."""
    parsed = httpx2.URL(url)
    return parsed.scheme, parsed.host, parsed.port or {"https": 443}.get(parsed.scheme, 80)


class Authorize(Wire):
    """Adds the key to requests for `base_url`'s origin; anything else is refused, not sent without."""

    def __init__(self, inner: Wire, base_url: str, key: Key | None) -> None:
        self._inner = inner
        self._origin = origin_of(base_url)
        self._key = key

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request with the key.

        Raises:
            UnsafeUrl: The request is for another origin.
        """
        if origin_of(request.url) != self._origin:
            raise UnsafeUrl(
                "A request left the configured origin and was not sent. This is a defect of this server: tell the user."
            )
        if self._key is not None:
            request.headers[self._key.header] = self._key.value.get_secret_value()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Closes the layer below."""
        await self._inner.aclose()
