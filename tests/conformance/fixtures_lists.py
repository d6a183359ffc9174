"""What the suite needs to see a stateless server at work: lists that change, a capability that is missing, silence."""

from typing import Annotated

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts import Prompt
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CallToolResult,
    ClientCapabilities,
    InputRequiredResult,
    MissingRequiredClientCapabilityErrorData,
    SamplingCapability,
)
from pydantic import Field

from tests.conformance.fixtures_content import result, simple_prompt, simple_text
from tests.conformance.fixtures_rounds import asks

REGION = Field(json_schema_extra={"x-mcp-header": "Region"})


def register(server: MCPServer[None]) -> None:
    """Registers them."""

    async def trigger_tool_change(ctx: Context[None, None]) -> CallToolResult:
        """Changes the list of tools and says so."""
        server.add_tool(simple_text, name="test_dynamic_tool")
        server.remove_tool("test_dynamic_tool")
        await ctx.notify_tools_changed()
        return result("changed")

    async def trigger_prompt_change(ctx: Context[None, None]) -> CallToolResult:
        """Changes the list of prompts and says so."""
        server.add_prompt(Prompt.from_function(simple_prompt, name="test_dynamic_prompt"))
        server.remove_prompt("test_dynamic_prompt")
        await ctx.notify_prompts_changed()
        return result("changed")

    for tool in (trigger_tool_change, trigger_prompt_change, missing_capability, logging_tool, streaming_elicitation):
        server.add_tool(tool, name=f"test_{tool.__name__}")
    server.add_tool(region, name="test_x_mcp_header")


async def missing_capability(ctx: Context[None, None]) -> CallToolResult:
    """Needs a client that samples."""
    declared = ctx.client_capabilities
    if declared is None or declared.sampling is None:
        missing = MissingRequiredClientCapabilityErrorData(
            required_capabilities=ClientCapabilities(sampling=SamplingCapability())
        )
        raise MCPError(
            MISSING_REQUIRED_CLIENT_CAPABILITY,
            "This tool needs sampling.",
            missing.model_dump(by_alias=True, exclude_none=True),
        )
    return result("sampling is there")


async def logging_tool(ctx: Context[None, None]) -> CallToolResult:
    """Logs, which only a client that gave a level may see."""
    await ctx.log("info", "a line of the log")  # pyright: ignore[reportDeprecated]  what is tested is that it is not sent
    return result("done")


async def streaming_elicitation(ctx: Context[None, None]) -> CallToolResult | InputRequiredResult:
    """Reports progress, then asks the user: never by a request of its own on the stream."""
    await ctx.report_progress(50, 100)
    if ctx.input_responses:
        return result("done")
    return InputRequiredResult(input_requests={"user_name": asks("What is your name?", name="string")})


async def region(region: Annotated[str, REGION] = "none") -> CallToolResult:
    """Has an argument that clients mirror into a header."""
    return result(region)
