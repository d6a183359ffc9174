"""Listens, serves until a signal comes, and then lets those answer who only wait."""

import logging
import socket
import sys
from types import FrameType
from typing import cast

import uvicorn
from sse_starlette.sse import AppStatus

from mcp_server.errors import NotConfigured
from mcp_server.server.hosted.app import PATH, app
from mcp_server.server.hosted.hosting import Hosting, shown
from mcp_server.server.hosted.slow_requests import in_time
from mcp_server.server.hosted.tenants import Tenants
from mcp_server.server.hosted.warm_up import warm_up
from mcp_server.state.clock import Patience

# Calls in flight and open streams get this long to end after a signal; who sent it waits two.
GRACE_S = 0.5
# Connections at once; beyond them strangers are told to come back.
MAX_CONNECTIONS = 2048


class _Server(uvicorn.Server):
    """The web server; a signal first ends everybody's patience."""

    def __init__(self, config: uvicorn.Config, patience: Patience) -> None:
        super().__init__(config)
        self._patience = patience

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Runs between two steps of the event loop, in its thread."""
        self._patience.end()
        # Streams that are open when the grace is over are cut, which is no defect to be told at length.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        super().handle_exit(sig, frame)


def serve(tenants: Tenants, hosting: Hosting) -> None:
    """Serves until a signal comes.

    Args:
        tenants: The servers.
        hosting: Where, and for whom.

    Raises:
        NotConfigured: It cannot listen.
    """
    # It would cut every stream at the signal, answers that are about to be written too.
    AppStatus.disable_automatic_graceful_drain()
    listening = _listening(hosting)
    warm_up()
    served = app(tenants, hosting)
    at = f"http://{shown(hosting.host)}:{listening.getsockname()[1]}{PATH if hosting.transport == 'http' else '/sse'}"
    config = uvicorn.Config(
        served,
        http=in_time(too_slow=served.state.turned_away.note),
        ws="none",
        log_config=None,  # its lines are to be of one form with ours
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=cast("int", GRACE_S),  # any number of seconds will do
    )
    sys.stderr.write(f"sandscope: serving MCP at {at}\n")
    sys.stderr.flush()
    _Server(config, tenants.state.clock.patience).run(sockets=[listening])


def _listening(hosting: Hosting) -> socket.socket:
    family = socket.AF_INET6 if ":" in hosting.host else socket.AF_INET
    try:
        listening = socket.create_server((hosting.host, hosting.port), family=family)
    except OSError as exc:
        raise NotConfigured(
            f"Cannot listen on {hosting.host} port {hosting.port}: {exc.strerror}. Use another --host or --port."
        ) from exc
    # Connections take it over. Of a socket that was opened so the event loop does not know that it is one of TCP, and the
    # second part of an answer would wait 40 ms for the first to be acknowledged.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
