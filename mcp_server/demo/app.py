"""The three stand-ins as one web application over one world."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from mcp_server.demo.keys import AGENTBOX_KEY, CODEGEN_TOKEN, OPENSANDBOX_KEY
from mcp_server.demo.world import World
from mcp_server.platforms.agentbox import stand_in as agentbox
from mcp_server.platforms.codegen import stand_in as codegen
from mcp_server.platforms.opensandbox import stand_in as opensandbox
from mcp_server.platforms.stand_in_web import Asked, Journal

__all__ = ["AGENTBOX_KEY", "CODEGEN_TOKEN", "OPENSANDBOX_KEY", "Asked", "Options", "demo_app", "environment"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """Which of the dialects met in the wild the servers speak.

    Attributes:
        codegen_logs_path: Where run logs are; the other path is a route 404.
        codegen_status_words: `completed` or `COMPLETE`.
        codegen_shared_limit: Whether all Codegen endpoints also share 60 requests in 60 seconds.
        agentbox_auth: Which header carries the key.
        agentbox_containers: What is read when no container is named: the first (newest servers) or all.
        opensandbox_dialect: Version; 0.2.0 answers every scoped request with 501.
        opensandbox_delivery: Whether big payloads come as a URL.
        opensandbox_runtime: Docker, or fast-sandbox without logs.
        rate_limits: Whether Codegen keeps its documented limits.
    """

    codegen_logs_path: Literal["alpha", "v1"] = "alpha"
    codegen_status_words: Literal["lower", "upper"] = "lower"
    codegen_shared_limit: bool = True
    agentbox_auth: Literal["header", "bearer"] = "header"
    agentbox_containers: Literal["first", "all"] = "first"
    opensandbox_dialect: Literal["1.1.1", "0.2.0"] = "1.1.1"
    opensandbox_delivery: Literal["inline", "url"] = "inline"
    opensandbox_runtime: Literal["docker", "fsb"] = "docker"
    rate_limits: bool = True


def demo_app(world: World, *, clock: Callable[[], float] = time.monotonic, options: Options = Options()) -> Starlette:
    """Build the application: Codegen under `/codegen`, AgentBox under `/agentbox`, OpenSandbox at the root.

    `clock` counts seconds; runs, limits and expiry times go by it, from `world.now` on. Every request is noted in
    `app.state.journal`, a list of `Asked`.
    """
    began = clock()

    def now() -> datetime:
        return world.now + timedelta(seconds=clock() - began)

    journal: list[Asked] = []
    app = Starlette(
        routes=[
            Mount("/codegen", codegen.codegen_app(world.codegen, clock=clock, now=now, dialect=_codegen(options))),
            Mount("/agentbox", agentbox.agentbox_app(world.agentbox, dialect=_agentbox(options))),
            Mount("/", opensandbox.opensandbox_app(world.opensandbox, now=now, dialect=_opensandbox(options))),
        ],
        middleware=[Middleware(Journal, rows=journal, clock=clock)],
    )
    app.state.journal = journal
    return app


def _codegen(options: Options) -> codegen.Dialect:
    return codegen.Dialect(
        logs_path=options.codegen_logs_path,
        status_words=options.codegen_status_words,
        rate_limits=options.rate_limits,
        shared_limit=options.codegen_shared_limit,
    )


def _agentbox(options: Options) -> agentbox.Dialect:
    return agentbox.Dialect(auth=options.agentbox_auth, containers=options.agentbox_containers)


def _opensandbox(options: Options) -> opensandbox.Dialect:
    return opensandbox.Dialect(
        version=options.opensandbox_dialect,
        delivery=options.opensandbox_delivery,
        runtime=options.opensandbox_runtime,
    )


def environment(base_url: str, options: Options = Options()) -> dict[str, str]:
    """Return the variables that point sandscope at an application served at `base_url`, say `http://127.0.0.1:8700`."""
    base = base_url.rstrip("/")
    parts = urlsplit(base)
    return {
        "CODEGEN_API_TOKEN": CODEGEN_TOKEN,
        "CODEGEN_ORG_ID": "1",
        "CODEGEN_API_BASE_URL": f"{base}/codegen",
        "AGENTBOX_API_KEY": AGENTBOX_KEY,
        "AGENTBOX_ENDPOINT": f"{base}/agentbox",
        "AGENTBOX_AUTH": options.agentbox_auth,
        "OPEN_SANDBOX_API_KEY": OPENSANDBOX_KEY,
        "OPEN_SANDBOX_DOMAIN": parts.netloc,
        "OPEN_SANDBOX_PROTOCOL": parts.scheme,
    }
