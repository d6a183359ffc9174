from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from mcp_server.demo.app import environment
from mcp_server.http.wire import in_process
from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.profiles import Profile
from mcp_server.server.hosted.tenants import Tenants, by_profile, only
from mcp_server.settings import Settings
from mcp_server.state.state import in_memory
from tests.hosted.issuer import AUDIENCE, ISSUER, Issuer
from tests.stage import ADDRESS, OpenStage, Stage

OpenTenants = Callable[..., Tenants]


@pytest.fixture
def issuer() -> Issuer:
    made = Issuer()
    made.add("first")
    return made


@pytest.fixture
def by_token(issuer: Issuer, tmp_path: Path) -> Hosting:
    """Access tokens of the issuer are asked for."""
    return Hosting(transport="http", auth="jwt", jwks=issuer.publish(tmp_path), issuer=ISSUER, audience=AUDIENCE)


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncGenerator[Stage]:
    async with open_stage() as opened:
        yield opened


@pytest.fixture
def tenants(stage: Stage) -> Tenants:
    """One server for everybody."""
    return only(stage.sandscope)


@pytest.fixture
def open_tenants(stage: Stage) -> OpenTenants:
    """A server for each of these profiles, all over the stage's stand-ins, with the same keys unless given otherwise."""

    def opened(*names: str, **environ: str) -> Tenants:
        keys = {**environment(ADDRESS), **environ}
        profiles = [Profile(name, {"org": frozenset([name])}, keys, (f"key-of-{name}-1234567890",)) for name in names]
        settings = Settings.from_env({})
        return by_profile(profiles, settings, wire=in_process(stage.app), state=in_memory(stage.time.clock))

    return opened
