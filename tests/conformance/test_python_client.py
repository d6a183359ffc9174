"""The current Python SDK as a client of a server that is a process of its own, on both event loops."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, asynccontextmanager

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult, TextContent

from tests.conformance.calls import CALLS, FAILING
from tests.conformance.serving import SERVE_DEMO, serving

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    # On trio the SDK's client leaves the generators of its HTTP responses to the garbage collector.
    pytest.mark.filterwarnings("ignore:Async generator 'httpx2:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <async_generator:pytest.PytestUnraisableExceptionWarning"),
]

# "auto" is the current revision, and SSE the transport of old clients only.
WAYS = [("auto", "stdio"), ("legacy", "stdio"), ("auto", "http"), ("legacy", "http"), ("legacy", "sse")]


@asynccontextmanager
async def connected(mode: str, transport: str) -> AsyncGenerator[Client]:
    with ExitStack() as stack:
        if transport == "stdio":
            program, *arguments = SERVE_DEMO
            target = stdio_client(StdioServerParameters(command=program, args=arguments, env=dict(os.environ)))
        else:
            url = stack.enter_context(serving(transport))
            target = sse_client(url) if transport == "sse" else url
        async with Client(target, mode=mode) as client:
            yield client


def text(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


@pytest.mark.parametrize(("mode", "transport"), WAYS)
async def test_every_tool_answers_and_fails_in_words(
    anyio_backend: str, mode: str, transport: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("judge", f"python {mode} {transport} {anyio_backend}")
    async with connected(mode, transport) as client:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        for tool, arguments in CALLS.items():
            answer = await client.call_tool(tool, arguments)
            assert not answer.is_error, text(answer)
            assert text(answer)
        captured = await client.call_tool("get_sandbox_logs", CALLS["get_sandbox_logs"])
        log_id = (captured.meta or {})["sandscope/log"]["log_id"]
        assert log_id in text(await client.call_tool("read_log", {"log_id": log_id, "start_line": -2}))
        assert {*CALLS, "read_log"} == tools
        for failing in FAILING:
            failure = await client.call_tool(failing.tool, failing.arguments)
            assert failure.is_error
            assert failing.words in text(failure)
    record_property("score", f"{len(tools)} tools answer, {len(FAILING)} calls fail in words")
