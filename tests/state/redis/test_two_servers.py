"""Two servers over the demo world that share nothing but a Redis."""

import re
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest
from mcp import Client

from mcp_server.demo import ids
from mcp_server.demo.app import AGENTBOX_KEY, CODEGEN_TOKEN, OPENSANDBOX_KEY, Asked, demo_app, environment
from mcp_server.demo.world import world
from mcp_server.http.wire import AsgiApp, in_process
from mcp_server.platforms.base import accounts_of
from mcp_server.server.build import Sandscope, build
from mcp_server.server.results import text_of
from mcp_server.settings import Settings
from mcp_server.state.clock import Clock
from mcp_server.state.redis_blobs import BLOBS
from mcp_server.state.redis_cells import CELLS
from mcp_server.state.redis_link import PREFIX
from mcp_server.state.state import open_state
from tests.stage import ADDRESS
from tests.state.redis.server import RedisServer

pytestmark = pytest.mark.anyio


@dataclass
class Connected:
    """A server, its client, and what its platforms were asked."""

    sandscope: Sandscope
    client: Client
    journal: list[Asked]

    async def call(self, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
        """Text and `sandscope/log` of an answer."""
        result = await self.client.call_tool(tool, arguments)
        text = text_of(result)
        assert not result.is_error, text
        return text, (result.meta or {}).get("sandscope/log", {})


def numbered(text: str) -> list[str]:
    return re.findall(r"^ *\d+ \| .*$", text, re.MULTILINE)


@asynccontextmanager
async def connected(redis: RedisServer, **variables: str) -> AsyncGenerator[Connected]:
    app = demo_app(world())
    settings = Settings.from_env({**environment(ADDRESS), "SANDSCOPE_REDIS_URL": redis.url, **variables})
    sandscope = build(settings, wire=in_process(cast("AsgiApp", app)), state=open_state(settings, Clock()))
    try:
        async with Client(sandscope.server) as client:
            yield Connected(sandscope, client, app.state.journal)
    finally:
        await sandscope.aclose()


async def test_a_log_that_one_captured_is_read_by_the_other_without_a_request(server: RedisServer) -> None:
    async with connected(server) as one, connected(server) as other:
        _, figures = await one.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)
        # A window that is not cut: where it is, the random boundary decides about the last line.
        window: dict[str, Any] = {"log_id": figures["log_id"], "start_line": 1390, "max_tokens": 20_000}
        read, theirs = [(await sandscope.call("read_log", **window))[0] for sandscope in (one, other)]
        assert numbered(read)[-1].startswith(f"{figures['lines']:>6} | ")
        assert numbered(theirs) == numbered(read)
        assert len(numbered(read)) > 10
        assert other.journal == []


async def test_what_one_sends_counts_for_the_other(server: RedisServer) -> None:
    async with connected(server) as one, connected(server) as other:
        await one.call("get_run_logs", run_id=ids.RUN_FAILED)
        account, *_ = [platform.account for platform in other.sandscope.platforms if "codegen.logs" in platform.groups]
        state = (await other.sandscope.budget.states(account, ["codegen.logs"]))["codegen.logs"]
        assert state.used_here == 0
        assert state.used_elsewhere > 0


async def test_logs_that_are_not_redacted_stay_in_the_process(server: RedisServer) -> None:
    async with connected(server, SANDSCOPE_REDACT="off") as one:
        await one.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)
        await one.call("get_run_logs", run_id=ids.RUN_FAILED)
    assert server.keys(f"{CELLS}*") != []
    assert server.keys(f"{BLOBS}*") == []


async def test_nothing_in_the_server_can_be_read_as_an_account_an_origin_or_a_key(server: RedisServer) -> None:
    async with connected(server) as one:
        await one.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)
        await one.call("get_run_logs", run_id=ids.RUN_FAILED)
        await one.call("list_sandboxes")
        await one.call("list_runs")
        await one.call("whoami")
        accounts = accounts_of(one.sandscope.platforms)
    keys = server.keys()
    assert len(accounts) == 3
    assert len(server.keys(f"{CELLS}*")) > 3
    assert len(server.keys(f"{BLOBS}*")) > 1
    assert all(key.startswith(PREFIX.encode()) for key in keys)
    values = [server.ask("GET", key) for key in keys]
    unpacked = [zlib.decompress(server.ask("GET", key)) for key in server.keys(f"{BLOBS}*")]
    digests = [word for account in accounts for word in account.split()]
    unreadable = {"demo.invalid", AGENTBOX_KEY, CODEGEN_TOKEN, OPENSANDBOX_KEY, *accounts, *digests}
    everything = b"\n".join([*keys, *values, *unpacked])
    assert [word for word in unreadable if word.encode() in everything] == []
    names = b"\n".join([*keys, *values])
    assert [word for word in (b"codegen", b"agentbox", b"window") if word in names] == []
