"""What must be passed before a request is served, and what is told of those that were not."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send

from mcp_server.server.hosted.guards import MAX_CALLERS, CallerLimit
from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.tenants import Tenants
from mcp_server.settings import LimitRule
from tests.hosted.issuer import Issuer
from tests.hosted.served import INITIALIZE, served
from tests.stage import FakeTime, Stage

pytestmark = pytest.mark.anyio

OPEN = Hosting(transport="http", allowed_hosts=("mcp.example.com",), allowed_origins=("https://app.example.com",))


async def test_requests_for_other_hosts_and_from_other_pages_are_refused_before_anybody_is_asked_who_he_is(
    tenants: Tenants, by_token: Hosting, issuer: Issuer
) -> None:
    async with served(tenants, by_token) as web:
        caller = web.by(issuer.token())
        assert await caller.status(host="sandscope.example.com") == 200
        for known in (caller, web):
            assert await known.status(host="evil.example.com") == 421
            assert await known.status(origin="https://evil.example.com") == 403


async def test_a_host_that_was_named_is_answered_on_every_port(tenants: Tenants) -> None:
    async with served(tenants, OPEN) as web:
        for host in ("mcp.example.com", "mcp.example.com:8443", "localhost:8000"):
            assert await web.status(host=host, origin="https://app.example.com") == 200
        assert (await web.http.get("/readyz")).json() == {"status": "ready"}
        for host in ("mcp.example.com.evil.com", "amcp.example.com"):
            assert await web.status(host=host) == 421


async def test_pages_of_named_origins_alone_may_read_answers(tenants: Tenants) -> None:
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,mcp-session-id"}
    async with served(tenants, OPEN) as web:
        may = await web.http.options("/mcp", headers={"origin": "https://app.example.com", **asks})
        assert (may.status_code, may.headers["access-control-allow-origin"]) == (200, "https://app.example.com")
        answer = await web.post(INITIALIZE, origin="https://app.example.com")
        assert "mcp-session-id" in answer.headers["access-control-expose-headers"]
        may_not = await web.http.options("/mcp", headers={"origin": "https://evil.example.com", **asks})
        assert (may_not.status_code, "access-control-allow-origin" in may_not.headers) == (400, False)


# On trio the client leaves its own iterator of a body to the garbage collector.
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_body_of_100_mb_is_refused_whether_it_says_so_or_not(tenants: Tenants) -> None:
    async with served(tenants, OPEN) as web:
        told = await web.http.post("/mcp", content=b"x", headers={"content-length": str(100 << 20)})
        assert told.status_code == 413
        sent = 0

        async def endless() -> AsyncGenerator[bytes]:
            nonlocal sent
            while sent < 100 << 20:
                sent += 1 << 20
                yield b" " * (1 << 20)

        async with aclosing(endless()) as body:
            assert (await web.http.post("/mcp", content=body)).status_code == 413
        assert sent <= 6 << 20
        assert await web.status() == 200


async def test_a_caller_who_asks_too_often_is_told_when_to_come_back_and_nobody_else_notices(
    tenants: Tenants, by_token: Hosting, issuer: Issuer, stage: Stage
) -> None:
    async with served(tenants, replace(by_token, caller_limit=LimitRule(3, 60))) as web:
        eager, other = web.by(issuer.token()), web.by(issuer.token(sub="bob"))
        assert [await eager.status() for _ in range(4)] == [200, 200, 200, 429]
        refused = await eager.post(INITIALIZE)
        assert (refused.headers["retry-after"], refused.json()["error"]) == ("20", "rate_limited")
        assert await other.status() == 200
        stage.time.seconds += 20
        assert [await eager.status() for _ in range(2)] == [200, 429]


async def test_without_a_limit_nobody_is_counted() -> None:
    served_requests = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  ASGI's names
        nonlocal served_requests
        served_requests += 1

    for rule in (LimitRule(None), LimitRule(1, 60)):
        limit = CallerLimit(app, rule, FakeTime().clock)
        for _ in range(3):
            await limit({"type": "http", "client": None}, _receive, _send)
    assert served_requests == 3 + 1


async def test_callers_who_have_not_come_for_long_are_forgotten() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None: ...

    limit = CallerLimit(app, LimitRule(1, 60), FakeTime().clock)
    for number in range(MAX_CALLERS + 1):
        await limit({"type": "http", "client": (f"host {number}", 1)}, _receive, _send)
    assert len(limit._buckets) == MAX_CALLERS  # pyright: ignore[reportPrivateUsage]  what it holds is seen nowhere else


async def test_what_is_refused_is_counted_by_its_status(tenants: Tenants, by_token: Hosting, issuer: Issuer) -> None:
    async with served(tenants, by_token) as web:
        assert (await web.http.get("/healthz")).json() == {"status": "ok", "refused": {}}
        await web.status()
        await web.by("hello").status()
        await web.by(issuer.token()).status(host="evil.example.com")
        assert (await web.http.get("/healthz")).json() == {"status": "ok", "refused": {"401": 2, "421": 1}}


async def test_a_balancer_is_told_whether_to_send_requests(
    tenants: Tenants, by_token: Hosting, issuer: Issuer, stage: Stage, tmp_path: Path
) -> None:
    async def ready(client: httpx2.AsyncClient) -> tuple[int, str]:
        answer = await client.get("/readyz", headers={"host": "10.0.0.7:8000"})
        return answer.status_code, answer.json()["status"]

    jwks = tmp_path / "later.json"
    async with served(tenants, replace(by_token, jwks=str(jwks))) as web:
        assert await ready(web.http) == (503, "starting")
        refused = await web.by(issuer.token()).post(INITIALIZE)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        jwks.write_bytes(issuer.document())
        stage.time.seconds += 3
        assert await ready(web.http) == (200, "ready")
        assert await web.by(issuer.token()).status() == 200
        stage.sandscope.state.health.warn("SANDSCOPE_REDIS_URL", "it is away")
        assert await ready(web.http) == (200, "degraded")
        stage.time.clock.patience.end()
        tenants.state.clock.patience.end()
        assert await ready(web.http) == (503, "draining")


async def _receive() -> Message:
    return {}


async def _send(message: Message) -> None: ...
