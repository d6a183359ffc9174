"""What asks the client for something while a call runs, or serves what 2025-era clients may ask: the shipped server does not."""

from typing import Any

import anyio
from mcp.server import ServerRequestContext
from mcp.server.mcpserver import Context
from mcp_types import (
    CallToolResult,
    ElicitRequestedSchema,
    EmptyResult,
    SamplingMessage,
    SetLevelRequestParams,
    TextContent,
)

from mcp_server.server.seam import SeamServer
from tests.conformance.fixtures_content import result

FORM: dict[str, Any] = {
    "username": {"type": "string", "description": "User's response"},
    "email": {"type": "string", "description": "User's email address"},
}
STATUS = ["active", "inactive", "pending"]
DEFAULTS: dict[str, Any] = {
    "name": {"type": "string", "default": "John Doe"},
    "age": {"type": "integer", "default": 30},
    "score": {"type": "number", "default": 95.5},
    "status": {"type": "string", "enum": STATUS, "default": "active"},
    "verified": {"type": "boolean", "default": True},
}
TITLED = [{"const": f"value{number}", "title": f"Choice {number}"} for number in (1, 2, 3)]
UNTITLED = ["option1", "option2", "option3"]
ENUMS: dict[str, Any] = {
    "untitledSingle": {"type": "string", "enum": UNTITLED},
    "titledSingle": {"type": "string", "oneOf": TITLED},
    "legacyEnum": {
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"],
    },
    "untitledMulti": {"type": "array", "items": {"type": "string", "enum": UNTITLED}},
    "titledMulti": {"type": "array", "items": {"anyOf": TITLED}},
}


def register(server: SeamServer) -> None:
    """Registers them."""
    for tool in (tool_with_logging, sampling, elicitation, elicitation_sep1034_defaults, elicitation_sep1330_enums):
        server.add_tool(tool, name=f"test_{tool.__name__}")
    server.lowlevel.add_request_handler("logging/setLevel", SetLevelRequestParams, accepts)


async def tool_with_logging(ctx: Context[None, None]) -> CallToolResult:
    """Logs three times."""
    for done in ("started", "processing data", "completed"):
        await ctx.log("info", f"Tool execution {done}")  # pyright: ignore[reportDeprecated]  2025-era clients are asked
        await anyio.sleep(0.05)
    return result("done")


async def sampling(prompt: str, ctx: Context[None, None]) -> CallToolResult:
    """Asks the client's model."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
    answer = await ctx.session.create_message(  # pyright: ignore[reportDeprecated]  2025-era clients are asked
        [message], max_tokens=100, related_request_id=ctx.request_id
    )
    return result(f"LLM response: {answer.content}")


async def elicitation(message: str, ctx: Context[None, None]) -> CallToolResult:
    """Asks the user."""
    return await _asked(ctx, message, FORM)


async def elicitation_sep1034_defaults(ctx: Context[None, None]) -> CallToolResult:
    """Asks the user, with a default for every type."""
    return await _asked(ctx, "Please check the defaults", DEFAULTS)


async def elicitation_sep1330_enums(ctx: Context[None, None]) -> CallToolResult:
    """Asks the user to choose, in every form a choice has."""
    return await _asked(ctx, "Please choose", ENUMS)


async def _asked(ctx: Context[None, None], message: str, properties: dict[str, Any]) -> CallToolResult:
    schema: ElicitRequestedSchema = {"type": "object", "properties": properties, "required": list(properties)}
    answer = await ctx.session.elicit(message, schema, ctx.request_id)
    return result(f"User response: action={answer.action}, content={answer.content}")


async def accepts(_ctx: ServerRequestContext[Any, Any], _params: Any) -> EmptyResult:
    """Accepts the request, and that is all."""
    return EmptyResult()
