"""A hosted application asked in this process, as clients of 2026-07-28 and of 2025 ask."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from mcp_server.server.hosted.app import app
from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.tenants import Tenants

MODERN = "2026-07-28"
HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
INITIALIZE: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@dataclass
class Served:
    """An application, and one who asks it.

    Attributes:
        http: Sends bytes.
        bearer: What the caller shows; empty shows nothing.
    """

    http: httpx2.AsyncClient
    bearer: str = ""

    def by(self, bearer: str) -> "Served":
        """The same, asked by another."""
        return Served(self.http, bearer)

    async def post(self, body: dict[str, Any] | bytes, **headers: str) -> httpx2.Response:
        """An answer to a body."""
        shown = {"authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post("/mcp", content=content, headers={**HEADERS, **shown, **named})

    async def ask(self, method: str, /, *, tasks: bool = True, **params: Any) -> dict[str, Any]:
        """The message that answers a request of 2026-07-28, by a client that knows tasks or does not."""
        named = params.get("taskId") or params.get("name") or params.get("uri")
        headers = {"mcp_protocol_version": MODERN, "mcp_method": method, **({"mcp_name": named} if named else {})}
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": envelope(tasks=tasks)}}
        answer = await self.post(body, **headers)
        assert answer.status_code in {200, 400, 404}, answer.text
        last = [line for line in answer.text.splitlines() if line.strip()][-1]
        return json.loads(last.removeprefix("data: "))

    async def call(self, tool: str, /, *, tasks: bool = True, **arguments: Any) -> dict[str, Any]:
        """The result of a tool."""
        return (await self.ask("tools/call", tasks=tasks, name=tool, arguments=arguments))["result"]

    async def text(self, tool: str, **arguments: Any) -> str:
        """The text of a result."""
        return "\n".join(block["text"] for block in (await self.call(tool, **arguments))["content"])

    async def status(self, **headers: str) -> int:
        """How a session of 2025 is opened."""
        return (await self.post(INITIALIZE, **headers)).status_code


@asynccontextmanager
async def served(tenants: Tenants, hosting: Hosting) -> AsyncGenerator[Served]:
    """The application while it runs."""
    made = app(tenants, hosting)
    transport = httpx2.ASGITransport(made)
    async with (
        made.router.lifespan_context(made),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
    ):
        yield Served(http)


def envelope(*, tasks: bool) -> dict[str, Any]:
    """What a request of 2026-07-28 says of its client."""
    extensions: dict[str, Any] = {"io.modelcontextprotocol/tasks": {}} if tasks else {}
    return {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {"extensions": extensions},
    }
