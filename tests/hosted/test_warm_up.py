"""A hosted server has imported before its first call what a first call takes."""

import json
import os
import subprocess
import sys

CALLS = """
import json, sys
import anyio
from mcp import Client
from mcp_server.demo import ids
from mcp_server.demo.app import demo_app, environment
from mcp_server.demo.world import world
from mcp_server.http.wire import in_process
from mcp_server.server.build import build
from mcp_server.server.hosted.warm_up import warm_up
from mcp_server.settings import Settings

async def main():
    settings = Settings.from_env({**environment("http://platforms"), "SANDSCOPE_CACHE": "memory"})
    sandscope = build(settings, wire=in_process(demo_app(world())))
    async with Client(sandscope.server) as client:
        if sys.argv[1] == "warm":
            warm_up()
        known = set(sys.modules)
        logs = await client.call_tool("get_sandbox_logs", {"sandbox_id": ids.AGENTBOX_GCC})
        await client.call_tool("read_log", {"log_id": logs.meta["sandscope/log"]["log_id"], "find": "error"})
        await client.call_tool("get_run_logs", {"run_id": ids.RUN_FAILED, "find": "error"})
        await client.call_tool("get_run", {"run_id": ids.RUN_COMPLETED, "wait_seconds": 1})
    await sandscope.aclose()
    ours = [name for name in set(sys.modules) - known if name.split(".")[0] in {"mcp_server", "re2"}]
    print(json.dumps(sorted(ours)), json.dumps("httpcore2" in known))

anyio.run(main)
"""


def imported_by_first_calls(how: str) -> tuple[list[str], bool]:
    """What of ours first calls import, and whether the network had been loaded before."""
    command = [sys.executable, "-c", CALLS, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    modules, _, network = done.stdout.partition("] ")
    return json.loads(modules + "]"), json.loads(network)


def test_first_calls_import_nothing_after_the_warm_up() -> None:
    assert imported_by_first_calls("warm") == ([], True)


def test_without_it_they_import_what_looks_for_secrets_and_failures() -> None:
    modules, network = imported_by_first_calls("cold")
    assert {"mcp_server.logs.redaction", "mcp_server.logs.run_view"} <= set(modules)
    assert not network
