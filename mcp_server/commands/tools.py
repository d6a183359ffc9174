"""`sandscope tools`: the registered tools with what each costs in `tools/list`."""

import argparse
import json
import re
from collections.abc import Mapping

import anyio

from mcp_server.server.build import Choice, Sandscope, build
from mcp_server.settings import Settings

# The o200k tokenizer first splits text like this; in tool schemas the pieces are words of one token, but for the few
# that are two. The exact counts are in tests/surface/tokens.json, and a test compares.
_PIECES = re.compile(r"[^\r\nA-Za-z0-9]?[A-Z]*[a-z]+|[^\r\nA-Za-z0-9]?[A-Z]+|[0-9]{1,3}| ?[^\sA-Za-z0-9]+[\r\n/]*|\s+")
TOKENS_PER_PIECE = 1.1


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints one line per tool and the total, in o200k tokens, right to a few in a hundred."""
    choice = Choice(read_only=arguments.read_only, names=arguments.tools)
    costs = anyio.run(_costs, build(Settings.from_env(environ), choice=choice))
    total = sum(costs.values())
    if arguments.json:
        print(json.dumps({"tools": costs, "total": total}))
        return 0
    width = max(map(len, costs), default=0)
    for name, tokens in costs.items():
        print(f"{name:<{width}}  {tokens:>5}")
    print(f"{len(costs)} tools, about {total} tokens in tools/list")
    return 0


async def _costs(sandscope: Sandscope) -> dict[str, int]:
    """Tokens of each tool as the client gets it."""
    tools = await sandscope.server.list_tools()
    await sandscope.aclose()
    return {tool.name: about(tool.model_dump_json(by_alias=True, exclude_none=True)) for tool in tools}


def about(schema: str) -> int:
    """The o200k tokens of a tool's JSON, about."""
    return round(len(_PIECES.findall(schema)) * TOKENS_PER_PIECE)
