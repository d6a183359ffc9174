"""The hosted application: the way of a request through its layers, and the pages that load balancers look at."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.provider import TokenVerifier
from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from mcp.server.transport_security import (
    DEFAULT_MAX_REQUEST_BODY_SIZE,
    RequestBodyLimitMiddleware,
    TransportSecuritySettings,
)
from pydantic import AnyHttpUrl, ConfigDict, TypeAdapter
from starlette.applications import Starlette
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from mcp_server.server.hosted.guards import CallerLimit, Counted, ForThisHost, unready
from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.probes import Probes
from mcp_server.server.hosted.signing_keys import KeysUnavailable, SigningKeys, source
from mcp_server.server.hosted.tenants import Tenants
from mcp_server.server.hosted.verifiers import SignedToken, TeamToken
from mcp_server.server.well_formed import WellFormed

PATH = "/mcp"
# What a browser's page may send and see beyond what every page may.
_ASKED = (
    "authorization",
    "content-type",
    "last-event-id",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
)
# Issuers are compared letter by letter (RFC 8414, 3.3), so none gets a slash it does not have.
_URL = TypeAdapter(AnyHttpUrl, config=ConfigDict(url_preserve_empty_path=True))
_TOLD = ("mcp-session-id", "retry-after", "www-authenticate")


def app(tenants: Tenants, hosting: Hosting) -> Starlette:
    """The application of these servers.

    Args:
        tenants: Only one of them, where the transport is SSE.
        hosting: Checked.
    """
    if hosting.transport == "sse":
        return _sse_app(tenants, hosting)
    keys = SigningKeys(source(hosting.jwks), tenants.state.clock) if hosting.jwks else None
    verifier = _verifier(hosting, keys)
    probes = Probes(tenants.state, keys)
    made = Starlette(
        routes=[
            *probes.routes(),
            *_metadata(hosting),
            Route(PATH, endpoint=_guarded(tenants, hosting, tenants, verifier)),
        ],
        lifespan=partial(_running, tenants, keys),
    )
    return _outermost(made, hosting, probes)


def _sse_app(tenants: Tenants, hosting: Hosting) -> Starlette:
    """For clients that know SSE alone."""
    sandscope = tenants.open_server(tenants.profiles[0])
    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    inner = sandscope.server.sse_app(transport_security=unchecked)
    probes = Probes(tenants.state, None)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        await tenants.aclose()

    made = Starlette(routes=[*probes.routes(), Mount("/", _guarded(inner, hosting, tenants, None))], lifespan=lifespan)
    return _outermost(made, hosting, probes)


def _guarded(served: ASGIApp, hosting: Hosting, tenants: Tenants, verifier: TokenVerifier | None) -> ASGIApp:
    """What is served, behind what a request must pass; read from the last line up."""
    layer: ASGIApp = WellFormed(served)
    layer = RequestBodyLimitMiddleware(layer, DEFAULT_MAX_REQUEST_BODY_SIZE)
    layer = CallerLimit(layer, hosting.caller_limit, tenants.state.clock)
    if verifier is not None:
        metadata = build_resource_metadata_url(_URL.validate_python(hosting.resource)) if hosting.resource else None
        layer = RequireAuthMiddleware(layer, list(hosting.scopes), metadata)
        layer = AuthContextMiddleware(layer)
        layer = AuthenticationMiddleware(layer, backend=BearerAuthBackend(verifier), on_error=unready)
    return ForThisHost(layer, hosting.host_headers, hosting.origin_headers)


def _outermost(made: Starlette, hosting: Hosting, probes: Probes) -> Starlette:
    # The last one added is met first.
    made.add_middleware(Counted, turned_away=probes.turned_away)
    if hosting.allowed_origins:
        made.add_middleware(
            CORSMiddleware,
            allow_origins=hosting.allowed_origins,
            allow_methods=("DELETE", "GET", "POST"),
            allow_headers=_ASKED,
            expose_headers=_TOLD,
        )
    made.state.turned_away = probes.turned_away
    return made


def _verifier(hosting: Hosting, keys: SigningKeys | None) -> TokenVerifier | None:
    if hosting.auth == "token" and hosting.token is not None:
        return TeamToken(hosting.token)
    if keys is not None and hosting.issuer and hosting.audience:
        return SignedToken(keys, hosting.issuer, hosting.audience)
    return None


def _metadata(hosting: Hosting) -> list[BaseRoute]:
    """Where clients learn who issues tokens for this server (RFC 9728)."""
    if not hosting.resource or not hosting.issuer:
        return []
    resource, issuer = map(_URL.validate_python, (hosting.resource, hosting.issuer))
    return [*create_protected_resource_routes(resource, [issuer], list(hosting.scopes) or None, "sandscope")]


@asynccontextmanager
async def _running(tenants: Tenants, keys: SigningKeys | None, _: Starlette) -> AsyncGenerator[None]:
    if keys is not None:
        # Known before the first caller comes, if they can be; if not, each caller asks.
        with suppress(KeysUnavailable):
            await keys.refresh()
    async with tenants.running():
        yield
