"""Two customers of one server, with the same keys of the platforms even: what one has does not exist for the other."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.tenants import MAX_PER_CALLER, MAX_SESSIONS, Tenants
from mcp_server.settings import LimitRule
from tests.hosted.conftest import OpenTenants
from tests.hosted.issuer import Issuer
from tests.hosted.served import INITIALIZE, Served, served
from tests.stage import Stage

pytestmark = pytest.mark.anyio

OOM_SANDBOX = "3f8b6c1e-9d24-4a57-8e03-b1c75d9a0e11"
UNLIMITED = LimitRule(None)
METHODS: dict[str, dict[str, Any]] = {"get": {}, "update": {"inputResponses": {}}, "cancel": {}}


@asynccontextmanager
async def two(tenants: Tenants, hosting: Hosting, issuer: Issuer) -> AsyncGenerator[tuple[Served, Served]]:
    """Somebody of each customer."""
    async with served(tenants, replace(hosting, caller_limit=UNLIMITED)) as web:
        yield web.by(issuer.token(org="acme")), web.by(issuer.token(org="evil", sub="mallory"))


async def test_a_caller_without_a_profile_has_no_keys(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer, stage: Stage
) -> None:
    async with served(open_tenants("acme"), by_token) as web:
        for token in (issuer.token(), issuer.token(org="other"), issuer.token(org=7)):
            answer = await web.by(token).post(INITIALIZE)
            assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")
    assert not stage.journal


async def test_a_captured_log_is_read_by_its_own_customer_alone(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer, stage: Stage
) -> None:
    async with two(open_tenants("acme", "evil"), by_token, issuer) as (acme, evil):
        told = await acme.text("get_diagnostics", sandbox_id=OOM_SANDBOX)
        log_id = (re.findall(r"log_id (log_\w+)", told) or [""])[0]
        assert "OOMKilled" in await acme.text("read_log", log_id=log_id)
        asked = len(stage.journal)
        stolen = await evil.call("read_log", log_id=log_id)
        assert stolen["_meta"]["sandscope/error"]["code"] == "expired_handle"
        stolen = await evil.ask("resources/read", uri=f"log://{log_id}")
        assert stolen["error"]["data"]["sandscope/error"]["code"] == "expired_handle"
        assert len(stage.journal) == asked
        # The same question of the other customer is asked, not answered from what this one knows.
        await evil.text("get_diagnostics", sandbox_id=OOM_SANDBOX)
        assert len(stage.journal) > asked


async def test_a_task_is_its_own_customers_alone(open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer) -> None:
    async with two(open_tenants("acme", "evil"), by_token, issuer) as (acme, evil):
        task = await acme.call("get_run", run_id=103, wait_seconds=20)
        # The same person, with the profile of the other customer.
        turncoat = evil.by(issuer.token(org="evil"))
        for thief in (evil, turncoat):
            for method, more in METHODS.items():
                refused = await thief.ask(f"tasks/{method}", taskId=task["taskId"], **more)
                assert (
                    refused["error"]["message"] == "No such task, or it is over a day old. Find its run with list_runs."
                )
        mine = await acme.ask("tasks/get", taskId=task["taskId"])
        assert mine["result"]["status"] == "working"


async def test_what_one_customer_knows_of_runs_is_not_used_for_the_other(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer, stage: Stage
) -> None:
    async with two(open_tenants("acme", "evil"), by_token, issuer) as (acme, evil):
        first = await acme.call("analyze_logs", sandbox_id=201, wait_seconds=0)
        again = await acme.call("analyze_logs", sandbox_id=201, wait_seconds=0)
        other = await evil.call("analyze_logs", sandbox_id=201, wait_seconds=0)
        ids = [answer["structuredContent"]["run_id"] for answer in (first, again, other)]
        assert ids[0] == ids[1] != ids[2]
        await acme.call("get_run_logs", run_id=101)
        asked = len(stage.journal)
        await evil.call("get_run_logs", run_id=101)
        assert len(stage.journal) > asked


async def test_what_one_customer_sees_of_a_run_it_waits_for_is_not_told_to_the_other(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer, stage: Stage
) -> None:
    async with two(open_tenants("acme", "evil"), by_token, issuer) as (acme, evil):
        after_s: list[float] = []
        for caller in (acme, acme.by(issuer.token(org="acme", sub="carol")), evil):
            before, began_at = len(stage.journal), stage.time.now()
            waited = await caller.call("get_run", run_id=103, wait_seconds=2, org_id=1, tasks=False)
            assert waited["structuredContent"]["run_id"] == 103
            after_s.append(stage.journal[before].time - began_at)
        # A colleague who comes at once goes by what was just seen; whoever is of another customer looks for himself.
        assert after_s[0] == after_s[2] == 0 < after_s[1]


async def test_ids_of_one_customer_are_not_suggested_to_the_other(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer
) -> None:
    completing: dict[str, Any] = {
        "ref": {"type": "ref/resource", "uri": "codegen://runs/{run_id}{?org_id}"},
        "argument": {"name": "run_id", "value": ""},
    }
    async with two(open_tenants("acme", "evil"), by_token, issuer) as (acme, evil):
        await acme.call("get_run", run_id=101)
        assert (await acme.ask("completion/complete", **completing))["result"]["completion"]["values"] == ["101"]
        assert (await evil.ask("completion/complete", **completing))["result"]["completion"]["values"] == []


async def test_a_session_is_its_own_callers_alone(open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer) -> None:
    async with two(open_tenants("acme", "evil"), by_token, issuer) as (acme, evil):
        session = (await acme.post(INITIALIZE)).headers["mcp-session-id"]
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        colleague = acme.by(issuer.token(org="acme", sub="carol"))
        for thief in (evil, colleague):
            assert (await thief.post(listing, mcp_session_id=session)).status_code == 404
        assert (await acme.post(listing, mcp_session_id=session)).status_code == 200


async def test_a_rate_limit_is_its_keys_whoever_has_it(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer
) -> None:
    async with two(open_tenants("acme", "evil"), by_token, issuer) as (acme, evil):
        before = await acme.call("get_run", run_id=102)
        after = await evil.call("get_run", run_id=102)
        left = [answer["_meta"]["sandscope/budget"]["codegen.reads"]["remaining"] for answer in (before, after)]
        assert left[1] == left[0] - 1


async def test_no_key_of_any_customer_is_shown_to_one_of_them(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer
) -> None:
    tenants = open_tenants("acme", "evil")
    async with two(tenants, by_token, issuer):
        shown = tenants.open_server(tenants.profiles[1]).redactor.redact("see key-of-acme-1234567890 there")
    assert "1234567890" not in shown


async def test_a_server_is_built_when_its_first_caller_comes(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer
) -> None:
    built: list[str] = []
    tenants = open_tenants("acme", "evil")
    open_server = tenants.open_server

    def noted(profile: Any) -> Any:
        built.append(profile.name)
        return open_server(profile)

    async with two(replace(tenants, open_server=noted), by_token, issuer) as (acme, _):
        assert built == []
        await acme.status()
        await acme.status()
        assert built == ["acme"]


@pytest.mark.slow
async def test_sessions_end_where_others_need_room(
    open_tenants: OpenTenants, by_token: Hosting, issuer: Issuer
) -> None:
    async with two(open_tenants("acme", "evil"), by_token, issuer) as (acme, evil):
        for _ in range(MAX_PER_CALLER):
            assert await evil.status() == 200
        refused = await evil.post(INITIALIZE)
        assert (refused.status_code, "Too many open sessions" in refused.text) == (503, True)
        # A colleague of his has room, and so has another customer, until all there is is taken.
        opened = MAX_PER_CALLER
        callers = (evil.by(issuer.token(org="evil", sub=f"user {n // MAX_PER_CALLER}")) for n in range(MAX_SESSIONS))
        for caller in callers:
            if await caller.status() != 200:
                break
            opened += 1
        assert opened == MAX_SESSIONS
        assert await acme.status() == 503
        # Who needs no session is served all the same.
        assert "101" in await acme.text("get_run", run_id=101)
