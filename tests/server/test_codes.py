"""Whatever is asked wrongly gets the code its specification gives, on every transport, and the next call is answered."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import CLIENT_CAPABILITIES_META_KEY, PROTOCOL_VERSION_META_KEY

from mcp_server.demo.in_process import demo_environment, demo_wire
from mcp_server.server.build import build
from mcp_server.server.hosted.app import app
from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.tenants import only
from mcp_server.settings import Settings
from tests.server.processes import INITIALIZE, INITIALIZED, SERVE_DEMO, started
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio

SECRET = "sk-live-secret"
MODERN, LEGACY = "2026-07-28", "2025-11-25"
PARSE, INVALID, UNKNOWN, PARAMS, HEADERS, REVISION = -32700, -32600, -32601, -32602, -32020, -32022
# What is no message: the bytes, and which of the two codes of JSON-RPC 2.0 they deserve.
NO_MESSAGES = {
    "no JSON": (b'{"jsonrpc": "2.0", "sk-live-secret', PARSE),
    "no text": (b'{"jsonrpc": "2.0", "id": 1, "method": "\xff', PARSE),
    "a number": (b"5", INVALID),
    "a batch": (b'[{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}]', INVALID),
    "no method": (b'{"jsonrpc": "2.0", "id": 5, "sk-live-secret": 1}', INVALID),
    "another version": (b'{"jsonrpc": "1.0", "id": 5, "method": "tools/list"}', INVALID),
    "parameters by place": (
        b'{"jsonrpc": "2.0", "id": 9, "method": "tools/list", "params": ["sk-live-secret"]}',
        INVALID,
    ),
}
no_message = pytest.mark.parametrize(("body", "code"), NO_MESSAGES.values(), ids=NO_MESSAGES)


def request(method: str, params: dict[str, Any] | None = None, revision: str | None = MODERN) -> dict[str, Any]:
    """A request; with a revision, as 2026-07-28 has them."""
    meta: dict[str, Any] = {PROTOCOL_VERSION_META_KEY: revision, CLIENT_CAPABILITIES_META_KEY: {}}
    own: dict[str, Any] = {**(params or {}), **({"_meta": meta} if revision else {})}
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": own}


WHOAMI: dict[str, Any] = {"name": "whoami", "arguments": {}}
# Method, parameters, the code of 2026-07-28, and what the text says.
WRONG: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "unknown method": ("nothing/here", {}, UNKNOWN, "Method not found"),
    "unknown tool": ("tools/call", {"name": "nothing", "arguments": {}}, PARAMS, "The tools are: get_sandbox_logs, "),
    "tool without a name": ("tools/call", {"arguments": {}}, PARAMS, ""),
    "unknown prompt": ("prompts/get", {"name": "nothing"}, PARAMS, "The prompts are: troubleshoot_sandbox, "),
    "prompt without arguments": ("prompts/get", {"name": "audit_run"}, PARAMS, "run_id is required. audit_run takes: "),
    "prompt with another argument": (
        "prompts/get",
        {"name": "audit_run", "arguments": {"run_id": "1", "zoom": "1"}},
        PARAMS,
        "Unknown argument zoom. audit_run takes: run_id.",
    ),
    "unknown resource": ("resources/read", {"uri": "test://nothing"}, PARAMS, "Unknown resource"),
    "template value of another type": ("resources/read", {"uri": "codegen://runs/abc"}, PARAMS, "wrong type: run_id"),
    "query value of another type": ("resources/read", {"uri": "log://x?start=abc"}, PARAMS, "wrong type: start"),
    "tampered state": ("tools/call", {**WHOAMI, "requestState": "forged"}, PARAMS, "requestState"),
}
wrong = pytest.mark.parametrize(("method", "params", "code", "told"), WRONG.values(), ids=WRONG)


class Web:
    """The hosted application, asked in this process."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.session: dict[str, str] = {}

    async def post(self, body: bytes, path: str = "/mcp", **headers: str) -> tuple[int, dict[str, Any]]:
        """Status and last message of an answer."""
        sent = {"content-type": "application/json", "accept": "application/json, text/event-stream", **self.session}
        answer = await self.client.post(path, content=body, headers={**sent, **headers})
        last = [line for line in answer.text.splitlines() if line.strip()][-1]
        return answer.status_code, json.loads(last.removeprefix("data: "))

    async def modern(self, asked: dict[str, Any], **headers: str | None) -> tuple[int, dict[str, Any]]:
        """Asks as 2026-07-28 does; a header given as None is left out."""
        named = asked["params"].get("name") or asked["params"].get("uri")
        all_headers = {"mcp-protocol-version": MODERN, "mcp-method": asked["method"], "mcp-name": named}
        all_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.post(json.dumps(asked).encode(), **{k: v for k, v in all_headers.items() if v is not None})

    async def initialize(self) -> None:
        """Opens a session of 2025."""
        opening = {**INITIALIZE, "params": {**INITIALIZE["params"], "protocolVersion": LEGACY}}
        sent = {"accept": "application/json, text/event-stream"}
        answer = await self.client.post("/mcp", json=opening, headers=sent)
        self.session = {"mcp-session-id": answer.headers["mcp-session-id"], "mcp-protocol-version": LEGACY}
        await self.client.post("/mcp", json=INITIALIZED, headers={**sent, **self.session})

    async def lives(self) -> None:
        """A good call of either era is answered."""
        _, answer = await self.modern(request("tools/call", WHOAMI), mcp_session_id=None)
        assert answer["result"]["content"]
        if self.session:
            _, answer = await self.post(json.dumps(request("tools/call", WHOAMI, None)).encode())
            assert answer["result"]["content"]


@asynccontextmanager
async def open_web(transport: str = "http") -> AsyncGenerator[Web]:
    sandscope = build(Settings.from_env(demo_environment({}), demo=True), wire=demo_wire())
    served = app(only(sandscope), Hosting(transport=transport))
    async with (
        served.router.lifespan_context(served),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(served), base_url="http://127.0.0.1") as client,
    ):
        yield Web(client)


@wrong
async def test_what_is_asked_wrongly_over_http_has_its_code(
    method: str, params: dict[str, Any], code: int, told: str
) -> None:
    async with open_web() as web:
        status, answer = await web.modern(request(method, params))
        assert (status, answer["id"], answer["error"]["code"]) == (404 if code == UNKNOWN else 400, 7, code)
        assert told in answer["error"]["message"]
        await web.lives()


@wrong
async def test_what_is_asked_wrongly_in_a_session_has_its_code(
    method: str, params: dict[str, Any], code: int, told: str
) -> None:
    async with open_web() as web:
        await web.initialize()
        status, answer = await web.post(json.dumps(request(method, params, None)).encode())
        before_2026 = -32002 if params.get("uri") == "test://nothing" else code
        assert (status, answer["id"], answer["error"]["code"]) == (200, 7, before_2026)
        assert told in answer["error"]["message"]
        await web.lives()


async def test_an_id_that_is_half_a_character_is_answered() -> None:
    async with open_web() as web:
        asked = json.dumps({**request("tools/list", {}), "id": "\ud800"}).encode()
        status, answer = await web.post(asked, **{"mcp-protocol-version": LEGACY})
        assert (status, answer["error"]["code"]) == (400, HEADERS)
        await web.lives()


@no_message
@pytest.mark.parametrize("revision", [MODERN, LEGACY])
async def test_what_is_no_message_is_refused_over_http_and_not_repeated(body: bytes, code: int, revision: str) -> None:
    async with open_web() as web:
        await web.initialize()
        status, answer = await web.post(body, **{"mcp-protocol-version": revision})
        assert (status, answer["id"], answer["error"]["code"]) == (400, None, code)
        assert SECRET not in str(answer)
        await web.lives()


@no_message
async def test_what_is_no_message_is_refused_over_sse_too(body: bytes, code: int) -> None:
    async with open_web("sse") as web:
        status, answer = await web.post(body, "/messages/")
        assert (status, answer["id"], answer["error"]["code"]) == (400, None, code)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("mcp-method", None),
        ("mcp-method", "tools/list"),
        ("mcp-name", None),
        ("mcp-name", "list_users"),
        ("mcp-protocol-version", None),
        ("mcp-protocol-version", LEGACY),
        ("mcp-protocol-version", "2027-01-01"),
    ],
)
async def test_a_header_that_is_missing_or_says_another_thing_is_a_mismatch(header: str, value: str | None) -> None:
    async with open_web() as web:
        status, answer = await web.modern(request("tools/call", WHOAMI), **{header: value})
        assert (status, answer["id"], answer["error"]["code"]) == (400, 7, HEADERS)
        await web.lives()


async def test_a_revision_that_is_not_served_is_refused_with_those_that_are() -> None:
    async with open_web() as web:
        asked = request("tools/call", WHOAMI, "2027-01-01")
        status, answer = await web.modern(asked, mcp_protocol_version="2027-01-01")
        assert (status, answer["id"], answer["error"]["code"]) == (400, 7, REVISION)
        assert answer["error"]["data"] == {"supported": [MODERN], "requested": "2027-01-01"}
        await web.lives()


async def test_a_handshake_for_an_unknown_revision_is_offered_the_newest_that_has_one() -> None:
    async with open_web() as web:
        opening = {**INITIALIZE, "params": {**INITIALIZE["params"], "protocolVersion": "1999-01-01"}}
        _, answer = await web.post(json.dumps(opening).encode())
        assert answer["result"]["protocolVersion"] == LEGACY


async def test_a_handshake_that_carries_a_newer_revision_in_its_meta_is_one_all_the_same() -> None:
    async with open_web() as web:
        meta = {PROTOCOL_VERSION_META_KEY: MODERN}
        opening = {**INITIALIZE, "params": {**INITIALIZE["params"], "_meta": meta}}
        status, answer = await web.post(json.dumps(opening).encode())
        assert status == 200
        assert answer["result"]["serverInfo"]["name"] == "sandscope"


@pytest.mark.slow
@pytest.mark.bound(30)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("revision", [MODERN, LEGACY])
async def test_what_is_no_message_is_refused_over_stdio_and_the_next_call_is_answered(revision: str) -> None:
    async with started(*SERVE_DEMO) as server:
        assert server.process.stdin is not None
        if revision == LEGACY:
            await server.initialize()
        for body, code in NO_MESSAGES.values():
            await server.process.stdin.send(body + b"\n")
            refused = await server.message()
            assert (refused["id"], refused["error"]["code"]) == (None, code)
            assert SECRET not in str(refused)
        for method, params, code, _ in WRONG.values():
            await server.send(request(method, params, revision if revision == MODERN else None))
            before_2026 = -32002 if revision == LEGACY and params.get("uri") == "test://nothing" else code
            assert (await server.message())["error"]["code"] == before_2026
        await server.send(request("tools/call", WHOAMI, revision if revision == MODERN else None))
        assert (await server.message())["result"]["content"]
        await server.process.stdin.aclose()
        assert await server.ends(20) == 0


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_tool_that_was_added_later_is_checked_and_charged_nothing(open_stage: OpenStage, mode: str) -> None:
    async def echo(word: str) -> str:
        return word

    async with open_stage(mode=mode) as stage:
        stage.sandscope.server.add_tool(echo)
        answer = await stage.call("echo", word="hello")
        assert (answer.text, answer.meta["sandscope/budget"]) == ("hello", {})
        assert "Unknown argument loud. echo takes: word." in (await stage.error("echo", loud=True))["text"]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_defect_in_a_resource_or_a_prompt_is_internal_and_its_message_stays_here(
    open_stage: OpenStage, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> str:
        raise KeyError(SECRET)

    async with open_stage(mode=mode) as stage:
        stage.sandscope.server.resource("test://breaks")(breaks)
        stage.sandscope.server.prompt("breaks")(breaks)
        for code in (await failed(stage, "resource"), await failed(stage, "prompt")):
            assert code == -32603
        assert await stage.text("whoami")
    assert SECRET not in caplog.text
    assert "defect in resources/read: KeyError" in caplog.text
    assert "defect in prompts/get: KeyError" in caplog.text


async def failed(stage: Stage, what: str) -> int:
    """The code of what breaks."""
    with pytest.raises(MCPError) as caught:
        await (stage.client.read_resource("test://breaks") if what == "resource" else stage.client.get_prompt("breaks"))
    assert SECRET not in str(caught.value.error)
    return caught.value.error.code
