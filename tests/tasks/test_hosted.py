"""Tasks over Streamable HTTP: the routing header is checked, and a task belongs to whoever began it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from starlette.types import ASGIApp, Receive, Scope, Send

from mcp_server.server.hosted.app import app
from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.tenants import only
from tests.stage import OpenStage
from tests.tasks.client import ID

pytestmark = pytest.mark.anyio

REVISION = "2026-07-28"
METHODS: dict[str, dict[str, Any]] = {"tasks/get": {}, "tasks/update": {"inputResponses": {}}, "tasks/cancel": {}}
ENVELOPE: dict[str, Any] = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientCapabilities": {"extensions": {ID: {}}},
}


class Known:
    """Tells the server who calls, by a header, as a verifier of tokens would."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = dict(scope["headers"]).get(b"x-caller", b"nobody").decode()
        token = auth_context_var.set(AuthenticatedUser(AccessToken(token="t", client_id=name, scopes=[])))
        try:
            await self.app(scope, receive, send)
        finally:
            auth_context_var.reset(token)


class Hosted:
    """Requests to a server over HTTP, as bytes."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def send(self, method: str, params: dict[str, Any], **headers: str) -> dict[str, Any]:
        sent = {"Mcp-Method": method, "Mcp-Name": params.get("taskId") or params.get("name"), **headers}
        body: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": ENVELOPE}}
        answer = await self.client.post("/mcp", json=body, headers={k: v for k, v in sent.items() if v})
        return answer.json()

    async def created(self, **headers: str) -> str:
        told = await self.send("tools/call", {"name": "analyze_logs", "arguments": {"sandbox_id": 201}}, **headers)
        assert told["result"]["resultType"] == "task"
        return told["result"]["taskId"]


@pytest.fixture
async def hosted(open_stage: OpenStage) -> AsyncGenerator[Hosted]:
    async with open_stage() as stage, serving(app(only(stage.sandscope), Hosting(transport="http"))) as client:
        yield Hosted(client)


@asynccontextmanager
async def serving(application: Any) -> AsyncGenerator[httpx2.AsyncClient]:
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": REVISION}
    transport = httpx2.ASGITransport(Known(application))
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client,
    ):
        yield client


async def test_a_header_that_names_another_task_is_refused(hosted: Hosted) -> None:
    task_id = await hosted.created()
    for method, more in METHODS.items():
        for name in ("another", ""):
            told = await hosted.send(method, {"taskId": task_id, **more}, **{"Mcp-Name": name})
            assert told["error"]["code"] == -32020
    told = await hosted.send("tasks/get", {"taskId": task_id})
    assert told["result"]["status"] == "working"


async def test_a_task_is_unknown_to_anybody_else(hosted: Hosted) -> None:
    task_id = await hosted.created(**{"X-Caller": "alice"})
    for method, more in METHODS.items():
        told = await hosted.send(method, {"taskId": task_id, **more}, **{"X-Caller": "mallory"})
        assert told["error"]["code"] == -32602
    told = await hosted.send("tasks/get", {"taskId": task_id}, **{"X-Caller": "alice"})
    assert told["result"]["status"] == "working"
