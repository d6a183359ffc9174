"""Everything one key can ask of Codegen, and ways to ask it as seldom as possible."""

from dataclasses import dataclass
from typing import Self

from mcp_server.http.client import Client
from mcp_server.platforms.base import Ground
from mcp_server.platforms.codegen.api import CodegenApi
from mcp_server.platforms.codegen.directory import Directory
from mcp_server.platforms.codegen.models import Run
from mcp_server.platforms.codegen.poller import Poller
from mcp_server.platforms.codegen.run_pages import RunPages
from mcp_server.store.read_through import ModelCodec
from mcp_server.store.sightings import Sightings


@dataclass(frozen=True, slots=True)
class Codegen:
    """Codegen for one key.

    Attributes:
        api: Asks it directly.
        account: Names the key.
        pages: Pages of run logs.
        poller: Runs that somebody waits for.
        directory: Users and organisations.
    """

    api: CodegenApi
    account: str
    pages: RunPages
    poller: Poller
    directory: Directory

    @classmethod
    def over(cls, client: Client, account: str, default_org: int | None, ground: Ground) -> Self:
        """Codegen over a client that is charged to an account."""
        api = CodegenApi(client, default_org)
        known, redactor, clock = ground.known, ground.redactor, ground.clock
        sightings = Sightings(ground.state.own, clock)
        return cls(
            api=api,
            account=account,
            pages=RunPages(api, account, known, redactor, clock),
            poller=Poller(api, account, ground.budget, sightings, known, ModelCodec(Run, redactor)),
            directory=Directory(api, account, known, redactor),
        )
