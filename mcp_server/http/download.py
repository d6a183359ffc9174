"""Downloads a URL that a server handed us: its own client, no key, no cookies, no redirects, host rules, caps."""

import contextlib
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import anyio
import httpx2

from mcp_server.errors import BadResponse, NotFound, UnsafeUrl, UpstreamTimeout, UpstreamUnavailable
from mcp_server.http.auth import origin_of
from mcp_server.http.client import MAX_TEXT_BYTES, Text, read
from mcp_server.http.wire import Deadline, Network, Wire, observed
from mcp_server.telemetry import Telemetry, of_group

# How its requests are told of.
GROUP = "opensandbox.content"
Resolve = Callable[[str, int], Awaitable[list[str]]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds answer any process of a machine, or of a container, with its credentials; what is of the link alone is
# refused as a whole, and named here for its other spellings.
METADATA = frozenset(
    map(
        ipaddress.ip_address,
        (
            "169.254.169.254",  # nearly all of them
            "168.63.129.16",  # Azure
            "100.100.100.200",  # Alibaba
            "192.0.0.192",  # Oracle
            "169.254.0.23",  # Tencent
            "169.254.42.42",  # Scaleway
            "169.254.170.2",  # AWS, of a container
            "169.254.170.23",  # AWS, of a pod
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd00:42::42",
            "fd20:ce::254",  # Google
        ),
    )
)
_METADATA_OCTETS = tuple(ip.packed for ip in METADATA if ip.version == 4)  # noqa: PLR2004  the version's own number
# What IANA has given out for hosts; everything else is local, or wraps an IPv4 address (NAT64, IPv4-compatible).
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Of IANA's special-purpose registries what not every release of Python knows, and what tunnels to any IPv4 address.
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20")))
_HIGHEST_PORT = 65535
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
        hosts: `host` or `host:port` the operator listed (IPv6 in brackets), allowed likewise.
        timeout_s: Hard total seconds of one download: look-up, every address tried, body.
        wire: Replaces the network; then allowed hosts are not looked up, for nothing connects to them.
        resolver: Looks up host names.
        telemetry: Is told of downloads.
    """

    def __init__(
        self,
        own: str,
        hosts: frozenset[str],
        timeout_s: float,
        wire: Wire | None,
        resolver: Resolve = resolve,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._own = origin_of(own)
        self._hosts = hosts
        self._timeout_s = timeout_s
        self._resolve = resolver
        self._networked = wire is None
        self._telemetry = telemetry or Telemetry()
        self._http = httpx2.AsyncClient(
            # It closes a body that is not read to its end, too; the clock of the whole is in `fetch`.
            transport=observed(Deadline(wire or Network(proxied=False), timeout_s), self._telemetry, GROUP),
            timeout=None,
            follow_redirects=False,
            trust_env=False,
            # A connection to a checked address must not serve another host name of the same address.
            headers={"connection": "close"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
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
            raise UnsafeUrl("The server's contentUrl is not a URL. Call again with another `scope`.") from exc
        try:
            with anyio.fail_after(self._timeout_s):
                return await self._fetched(target)
        except (TimeoutError, httpx2.TimeoutException) as exc:
            raise UpstreamTimeout(
                f"The diagnostics download did not finish within {self._timeout_s:g} s. Call again once; if that is too slow "
                "too, raise SANDSCOPE_TIMEOUT_S."
            ) from exc
        except (httpx2.TransportError, httpx2.DecodingError) as exc:
            raise UpstreamUnavailable(
                "The diagnostics download broke off. Call again once; if it breaks off again, check the network."
            ) from exc

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _fetched(self, url: httpx2.URL) -> Text:
        addresses = await self._addresses(url)
        *others, last = addresses
        # An address where nobody answers must not use up the time of the next.
        connect_s = self._timeout_s / len(addresses)
        for address in others:
            with contextlib.suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                return await self._read(url, address, connect_s)
        return await self._read(url, last, connect_s)

    async def _read(self, url: httpx2.URL, address: str, connect_s: float) -> Text:
        # The address that was checked is the one connected to: a name may have another at the next look.
        async with self._http.stream(
            "GET",
            url.copy_with(host=address),
            headers={"host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
            timeout=httpx2.Timeout(None, connect=connect_s),
        ) as response:
            self._accept(response)
            text = await read(response, MAX_TEXT_BYTES)
            if text.cut:
                self._telemetry.unread(of_group(GROUP))
            return text

    async def _addresses(self, url: httpx2.URL) -> list[str]:
        """Where to connect to, every one of them checked."""
        origin = origin_of(url)
        plain = url.scheme in {"http", "https"} and not url.userinfo and origin[2] <= _HIGHEST_PORT
        # With a zone, a host is an address of the link.
        if not plain or not url.host or "%" in url.host:
            raise UnsafeUrl(
                "The server's contentUrl is not a plain http(s) URL, so it was not opened. Call again with another `scope`."
            )
        name = f"[{url.host}]" if ":" in url.host else url.host
        trusted = origin == self._own or bool({name, f"{name}:{origin[2]}"} & self._hosts)
        if not trusted and url.scheme != "https":
            raise UnsafeUrl(_REFUSED)
        if trusted and not self._networked:
            return [url.host]
        try:
            # As it stands in the certificate, not as another reading of its Unicode form would have it.
            found = await self._resolve(url.raw_host.decode("ascii"), origin[2])
        except (OSError, UnicodeError) as exc:
            raise UpstreamUnavailable(
                "The host of the server's contentUrl cannot be resolved. Check the DNS of the machine this server runs on, then "
                "call again."
            ) from exc
        addresses = list(map(_unwrapped, found))
        if any(map(_never, addresses)):
            raise UnsafeUrl(_NEVER)
        if not addresses or not (trusted or all(map(_public, addresses))):
            raise UnsafeUrl(_REFUSED)
        return list(map(str, addresses))

    @staticmethod
    def _accept(response: httpx2.Response) -> None:
        if response.is_redirect:
            raise UnsafeUrl(
                "The server's contentUrl redirects, and redirects are not followed. Call again with another `scope`."
            )
        if response.status_code in _GONE:
            raise NotFound("The server's contentUrl has expired or is gone. Call again: each call gets a new one.")
        if not response.is_success:
            raise UpstreamUnavailable(f"The diagnostics download answered {response.status_code}. Call again in 60 s.")
        content_type = response.headers.get("content-type", "text/plain").lower()
        if not content_type.startswith(_TEXT_TYPES):
            raise BadResponse(
                "The diagnostics download is not text, so it was not read. Call again with another `scope`."
            )


_REFUSED = (
    "The server's contentUrl points to a host that is not allowed, so it was not opened. If the user trusts it, "
    "add the host to OPEN_SANDBOX_CONTENT_HOSTS."
)


_NEVER = (
    "The server's contentUrl points to a link-local address, or to one where a cloud hands out credentials; such are never "
    "opened. Call again with another `scope`."
)


def _public(ip: Address) -> bool:
    """Whether an address is of the public internet."""
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _GLOBAL_UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL)


def _never(ip: Address) -> bool:
    """Whether not even a trusted host may have this address: it is one of `METADATA`, in any spelling, or of the link."""
    if ip in METADATA or ip.is_link_local:
        return True
    if isinstance(ip, ipaddress.IPv4Address):
        return False
    # Whatever stands for an IPv4 address holds its octets: in a row, around octet 8 (RFC 6052, 2.2) or inverted (Teredo).
    octets = ip.packed
    forms = octets, octets[:8] + octets[9:], bytes(0xFF ^ octet for octet in octets)
    return any(wanted in form for wanted in _METADATA_OCTETS for form in forms)


def _unwrapped(address: str) -> Address:
    """An address without zone, and an IPv4 address out of the IPv6 address that stands for it on a socket."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return (ip.ipv4_mapped or ip) if isinstance(ip, ipaddress.IPv6Address) else ip
