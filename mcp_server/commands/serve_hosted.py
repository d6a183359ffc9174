"""The part of `sandscope serve` that listens: over Streamable HTTP or SSE."""

import argparse
import sys
from collections.abc import Mapping

from mcp_server.demo.in_process import demo_server
from mcp_server.errors import NotConfigured
from mcp_server.platforms import misnamed
from mcp_server.server.build import Choice, build
from mcp_server.server.hosted.hosting import Hosting, http_token
from mcp_server.server.hosted.profiles import read_profiles
from mcp_server.server.hosted.serving import serve
from mcp_server.server.hosted.tenants import Tenants, by_profile, only
from mcp_server.settings import Settings, limit_rule


def run(arguments: argparse.Namespace, environ: Mapping[str, str], choice: Choice) -> None:
    """Serves until a signal comes.

    Raises:
        NotConfigured: An option or variable cannot be used.
    """
    rule = limit_rule(arguments.caller_limit)
    if rule is None:
        raise NotConfigured("--caller-limit must be count/seconds, such as 600/60, or off.")
    hosting = Hosting(
        transport=arguments.transport,
        host=arguments.host,
        port=arguments.port,
        demo=arguments.demo,
        auth=arguments.auth,
        token=http_token(environ),
        profiles=arguments.profiles,
        allowed_hosts=tuple(arguments.allow_host),
        allowed_origins=tuple(arguments.allow_origin),
        jwks=arguments.jwks,
        issuer=arguments.issuer,
        audience=arguments.audience,
        scopes=tuple(arguments.scope),
        caller_limit=rule,
    )
    serve(_tenants(hosting, environ, choice), hosting)


def _tenants(hosting: Hosting, environ: Mapping[str, str], choice: Choice) -> Tenants:
    if hosting.demo:
        return only(demo_server(environ, choice))
    sys.stderr.writelines(f"sandscope: {line}\n" for line in misnamed(environ))
    settings = Settings.from_env(environ)
    token = [hosting.token.get_secret_value()] if hosting.token else []
    if hosting.profiles is None:
        return only(build(settings, choice=choice, secrets_beside=token))
    return by_profile(read_profiles(hosting.profiles, environ), settings, choice, token)
