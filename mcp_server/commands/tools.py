"""`sandscope tools`: the registered tools with what each costs in `tools/list`."""

import argparse
import json
from collections.abc import Mapping

import anyio

from mcp_server.logs.tokens import estimate
from mcp_server.server.build import Choice, Sandscope, build
from mcp_server.settings import Settings


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints one line per tool and the total; the counts are estimates from above."""
    choice = Choice(read_only=arguments.read_only, names=arguments.tools)
    costs = anyio.run(_costs, build(Settings.from_env(environ), choice=choice))
    total = sum(costs.values())
    if arguments.json:
        print(json.dumps({"tools": costs, "total": total}))
        return 0
    width = max(map(len, costs))
    for name, tokens in costs.items():
        print(f"{name:<{width}}  {tokens:>5}")
    print(f"{len(costs)} tools, at most {total} tokens in tools/list")
    return 0


async def _costs(sandscope: Sandscope) -> dict[str, int]:
    """Tokens of each tool as the client gets it."""
    tools = await sandscope.server.list_tools()
    await sandscope.aclose()
    return {tool.name: estimate(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in tools}
