"""One call of a server in a process of its own, and what it took: `python -m tests.faults.weighed TOOL ARGUMENTS`.

The environment names the platforms. Prints as JSON whether it failed, its text, its `_meta`, and by how many bytes the most
memory that the process ever had has grown.
"""

import json
import os
import sys

import anyio
from mcp import Client

from benchmarks.throughput_worker import peak
from mcp_server.server.build import build
from mcp_server.server.results import text_of
from mcp_server.settings import Settings


async def main(tool: str, arguments: str) -> None:
    """Calls twice: what the first answer loads is no part of what the second one takes."""
    sandscope = build(Settings.from_env(os.environ))
    async with Client(sandscope.server) as client:
        # A sandbox nobody knows is asked for by all the same code, and is kept apart by its name.
        asked = {
            name: value + "-warm" if isinstance(value, str) else value for name, value in json.loads(arguments).items()
        }
        await client.call_tool(tool, asked)
        before = peak()
        result = await client.call_tool(tool, json.loads(arguments))
        grown = peak() - before
    await sandscope.aclose()
    print(json.dumps({"failed": result.is_error, "text": text_of(result), "meta": result.meta, "grown": grown}))  # noqa: T201  the answer


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2])
