"""Fetches a small public document, such as an issuer's signing keys: no key of ours, no redirect, a cap, a deadline."""

from urllib.parse import urlsplit

import httpx2

from mcp_server.errors import BadResponse, UpstreamError, UpstreamTimeout, UpstreamUnavailable
from mcp_server.http.client import read
from mcp_server.http.wire import Deadline, Network, Wire

MAX_BYTES = 256 * 1024
TIMEOUT_S = 5.0


async def public_document(url: str, wire: Wire | None = None) -> bytes:
    """What is published at a URL that the operator named.

    Args:
        url: Over https, or to this machine.
        wire: Replaces the network.

    Raises:
        Upstream: It cannot be had, within 5 s, or is over 256 kB.
    """
    host = urlsplit(url).hostname
    try:
        async with (
            httpx2.AsyncClient(
                transport=Deadline(wire or Network(), TIMEOUT_S), timeout=None, follow_redirects=False, trust_env=False
            ) as http,
            http.stream("GET", url, headers={"accept": "application/json"}) as response,
        ):
            if not response.is_success:
                raise UpstreamError(f"{host} answered {response.status_code}.")
            text = await read(response, MAX_BYTES)
    except httpx2.TimeoutException as exc:
        raise UpstreamTimeout(f"{host} did not answer within {TIMEOUT_S:g} s.") from exc
    except (httpx2.TransportError, httpx2.DecodingError) as exc:
        raise UpstreamUnavailable(f"{host} cannot be reached.") from exc
    if text.cut:
        raise BadResponse(f"{host} answered over {MAX_BYTES} bytes.")
    return text.content
