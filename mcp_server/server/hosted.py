"""Serves over Streamable HTTP or SSE, on loopback."""

import ipaddress
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import uvicorn
from mcp.server.transport_security import (
    DEFAULT_MAX_REQUEST_BODY_SIZE,
    RequestBodyLimitMiddleware,
    TransportSecuritySettings,
)
from starlette.applications import Starlette

from mcp_server.errors import NotConfigured
from mcp_server.server.build import Sandscope
from mcp_server.server.well_formed import WellFormed

# Calls in flight and open streams get this long to end after a signal; who sent it waits two.
GRACE_S = 0.5
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def serve(sandscope: Sandscope, transport: str, host: str, port: int, *, demo: bool) -> None:
    """Serves until a signal comes.

    Args:
        sandscope: What to serve.
        transport: `http` (at `/mcp`) or `sse` (at `/sse`).
        host: Address to listen on; beyond loopback only with `demo`, for nothing here asks who calls.
        port: 0 takes a free one; the first line on stderr tells which.
        demo: Whether the stand-ins answer.

    Raises:
        NotConfigured: The host is not loopback and real keys would be served, or it cannot be listened on.
    """
    if not demo and not _loopback(host):
        raise NotConfigured(
            f"--host {host} is reachable from elsewhere and nothing here asks who calls. Use 127.0.0.1, or put a "
            "proxy that authenticates in front of it."
        )
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as exc:
        raise NotConfigured(
            f"Cannot listen on {host} port {port}: {exc.strerror}. Use another --host or --port."
        ) from exc
    bound = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    config = uvicorn.Config(
        app(sandscope, transport, shown),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=cast("int", GRACE_S),  # any number of seconds will do
    )
    sys.stderr.write(f"sandscope: serving MCP at http://{shown}:{bound}/{'mcp' if transport == 'http' else 'sse'}\n")
    sys.stderr.flush()
    uvicorn.Server(config).run(sockets=[listening])


def app(sandscope: Sandscope, transport: str, host: str) -> Starlette:
    """The ASGI application; it answers to loopback names and to the host it listens on, against DNS rebinding."""
    names = sorted({*LOOPBACK_NAMES, host})
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[*names, *(f"{name}:*" for name in names)],
        allowed_origins=[f"http://{name}:*" for name in names],
    )
    if transport == "sse":
        made = sandscope.server.sse_app(transport_security=security)
    else:
        made = sandscope.server.streamable_http_app(transport_security=security)
    # The last one added is met first.
    made.add_middleware(WellFormed)
    made.add_middleware(RequestBodyLimitMiddleware, max_body_size=DEFAULT_MAX_REQUEST_BODY_SIZE)
    sdk_lifespan = made.router.lifespan_context

    @asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncGenerator[None]:
        async with sdk_lifespan(application):
            yield
        await sandscope.aclose()

    made.router.lifespan_context = lifespan
    return made


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
