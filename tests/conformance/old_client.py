"""A client of the first protocol revision: a script for the interpreter that has `mcp` 1.8.0, not for this one.

    python old_client.py <asked.json

`asked.json` holds the server (`command` or `url`, whose path names the transport), `calls`, `failing`, `resource` and
`prompt`. Prints what the client saw, as JSON. What that SDK cannot read ends the script with its own words.
"""

import json
import os
import sys
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any

import anyio
from mcp import ClientSession, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from pydantic import AnyUrl, BaseModel


def document(result: BaseModel) -> dict[str, Any]:
    """A result as it came over the wire."""
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def connected(asked: dict[str, Any]) -> AbstractAsyncContextManager[Any]:
    """The streams to the server."""
    url: str | None = asked.get("url")
    if url is None:
        program, *arguments = asked["command"]
        return stdio_client(StdioServerParameters(command=program, args=arguments, env=dict(os.environ)))
    if url.endswith("/sse"):
        return sse_client(url)
    # By its name, for the SDK of this file's neighbours has no such function.
    return import_module("mcp.client.streamable_http").streamablehttp_client(url)


async def seen(asked: dict[str, Any]) -> dict[str, Any]:
    """Everything the client is told."""
    async with connected(asked) as streams, ClientSession(streams[0], streams[1]) as opened:
        # Its methods are those of 1.8.0.
        session: Any = opened
        initialized = document(await session.initialize())
        tools = document(await session.list_tools())["tools"]
        answers = {call["name"]: document(await session.call_tool(**call)) for call in asked["calls"]}
        if captured := answers.get("get_sandbox_logs"):
            log_id = captured["_meta"]["sandscope/log"]["log_id"]
            answers["read_log"] = document(await session.call_tool("read_log", {"log_id": log_id, "start_line": -2}))
        return {
            "protocol": initialized["protocolVersion"],
            "tools": [tool["name"] for tool in tools],
            "answers": answers,
            "failures": [document(await session.call_tool(**call)) for call in asked["failing"]],
            "prompts": document(await session.list_prompts())["prompts"],
            "prompt": document(await session.get_prompt(**asked["prompt"])),
            "resources": document(await session.list_resources())["resources"],
            "templates": document(await session.list_resource_templates())["resourceTemplates"],
            "resource": document(await session.read_resource(AnyUrl(asked["resource"]))),
        }


if __name__ == "__main__":
    print(json.dumps(anyio.run(seen, json.load(sys.stdin))))  # noqa: T201  its answer
