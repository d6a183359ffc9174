"""Downloads a URL that a server handed us: its own client, no key, no cookies, no redirects, host rules, caps."""

import ipaddress
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx2

from mcp_server.errors import BadResponse, NotFound, UnsafeUrl, UpstreamTimeout, UpstreamUnavailable
from mcp_server.http.auth import origin_of
from mcp_server.http.client import MAX_TEXT_BYTES, Text, read
from mcp_server.http.wire import Deadline, Network, Wire

Resolve = Callable[[str, int], Awaitable[list[str]]]

# Where clouds answer any process of a machine with that machine's credentials.
METADATA = frozenset({"169.254.169.254", "168.63.129.16", "fd00:ec2::254"})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_TEXT_TYPES = ("text/", "application/json", "application/x-ndjson")
_GONE = frozenset({403, 404, 410})


async def resolve(host: str, port: int) -> list[str]:
    """Every address of a host name."""
    found: list[Any] = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [entry[4][0] for entry in found]


class Downloader:
    """Fetches text from where the API's owner, the operator or the public internet may keep it.

    Args:
        own: The API's base URL; its origin is always allowed, by http and on a private address too.
        hosts: `host` or `host:port` the operator listed, allowed likewise.
        timeout_s: Hard total seconds.
        wire: Replaces the network.
        resolver: Looks up host names.
    """

    def __init__(
        self, own: str, hosts: frozenset[str], timeout_s: float, wire: Wire | None, resolver: Resolve = resolve
    ) -> None:
        self._own = origin_of(own)
        self._hosts = hosts
        self._timeout_s = timeout_s
        self._resolve = resolver
        self._http = httpx2.AsyncClient(
            transport=Deadline(wire or Network(proxied=False), timeout_s),
            timeout=None,  # the deadline layer is the only clock
            follow_redirects=False,
            trust_env=False,
        )

    async def fetch(self, url: str) -> Text:
        """The text behind `url`, cut at 64 MB of decoded bytes. No error names the URL: it may be signed.

        Raises:
            UnsafeUrl: It points where we do not go, or redirects.
            NotFound: It has expired or is gone.
            BadResponse: It is not text.
            UpstreamTimeout, UpstreamUnavailable: As for any request.
        """
        try:
            target = httpx2.URL(url)
        except httpx2.InvalidURL as exc:
            raise UnsafeUrl("The server's contentUrl is not a URL. Ask again with another scope.") from exc
        await self._check(target)
        try:
            async with self._http.stream("GET", target) as response:
                self._accept(response)
                return await read(response, MAX_TEXT_BYTES)
        except httpx2.TimeoutException as exc:
            raise UpstreamTimeout(f"The diagnostics download did not finish within {self._timeout_s:g} s.") from exc
        except (httpx2.TransportError, httpx2.DecodingError) as exc:
            raise UpstreamUnavailable("The diagnostics download broke off. Try again.") from exc

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _check(self, url: httpx2.URL) -> None:
        if url.scheme not in {"http", "https"} or url.userinfo or not url.host:
            raise UnsafeUrl("The server's contentUrl is not a plain http(s) URL; it was not opened.")
        origin = origin_of(url)
        trusted = origin == self._own or bool({url.host, f"{url.host}:{origin[2]}"} & self._hosts)
        if url.host in METADATA or (not trusted and url.scheme != "https"):
            raise UnsafeUrl(_REFUSED)
        if trusted:
            return
        try:
            addresses = await self._resolve(url.host, origin[2])
        except OSError as exc:
            raise UpstreamUnavailable("The host of the server's contentUrl cannot be resolved.") from exc
        if not addresses or not all(_public(address) for address in addresses):
            raise UnsafeUrl(_REFUSED)

    @staticmethod
    def _accept(response: httpx2.Response) -> None:
        if response.is_redirect:
            raise UnsafeUrl("The server's contentUrl redirects; redirects are not followed.")
        if response.status_code in _GONE:
            raise NotFound("The server's contentUrl has expired or is gone. Ask again for a new one.")
        if not response.is_success:
            raise UpstreamUnavailable(f"The diagnostics download answered {response.status_code}. Try again.")
        content_type = response.headers.get("content-type", "text/plain")
        if not content_type.startswith(_TEXT_TYPES):
            raise BadResponse("The diagnostics download is not text; it was not read.")


_REFUSED = (
    "The server's contentUrl points to a host that is not allowed; it was not opened. If you trust it, add its host to "
    "OPEN_SANDBOX_CONTENT_HOSTS."
)


def _public(address: str) -> bool:
    """Whether an address is of the public internet, looking through IPv4 addresses wrapped in IPv6."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.sixtofour or ip.teredo or ip in _NAT64:
            return False
        ip = ip.ipv4_mapped or ip
    return ip.is_global and not ip.is_multicast and str(ip) not in METADATA
