"""The three stand-ins as one application: mounts, journal, dialects, and the variables that point at it."""

from collections.abc import Callable
from typing import Any

import pytest

from mcp_server.demo import ids
from mcp_server.demo.app import AGENTBOX_KEY, CODEGEN_TOKEN, OPENSANDBOX_KEY, Asked, Options, environment

OPENSANDBOX = {"OPEN-SANDBOX-API-KEY": OPENSANDBOX_KEY}


def test_the_journal_notes_what_was_asked_and_how_it_was_answered(demo: Any):
    demo.seconds = 2.5
    demo.codegen("organizations/1/users", limit=3)
    demo.agentbox("sandboxes", status="Failed")
    demo.http.get("/v1/sandboxes/nope", headers=OPENSANDBOX)
    demo.http.get("/health")
    rows = demo.app.state.journal
    keys = [row.key for row in rows]
    assert rows == [
        Asked(2.5, "GET", "/codegen/v1/organizations/{org_id}/users", "limit=3", 200, keys[0]),
        Asked(2.5, "GET", "/agentbox/v1/sandboxes", "status=Failed", 200, keys[1]),
        Asked(2.5, "GET", "/v1/sandboxes/{sandbox_id}", "", 404, keys[2]),
        Asked(2.5, "GET", "/health", "", 200, None),
    ]
    assert len({*keys}) == 4


def test_the_journal_tells_keys_apart_without_showing_them(demo: Any):
    for token in (CODEGEN_TOKEN, CODEGEN_TOKEN, "other"):
        demo.http.get("/codegen/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    first, again, other = demo.app.state.journal
    assert first.key == again.key != other.key
    assert CODEGEN_TOKEN not in repr(demo.app.state.journal)


def test_a_refusal_is_in_the_journal_too(demo: Any):
    demo.http.get("/codegen/v1/users/me")
    demo.http.get("/codegen/v2/nothing")
    assert [(row.template, row.status) for row in demo.app.state.journal] == [
        ("/codegen/v1/users/me", 401),
        ("/codegen/v2/nothing", 404),
    ]


def test_starting_and_stopping_the_server_is_no_request(demo: Any):
    with demo.http:
        pass
    assert demo.app.state.journal == []


def test_the_demo_keeps_the_documented_limits(serve: Callable[..., Any]):
    demo = serve(rate_limits=True)
    headers = {"Authorization": f"Bearer {CODEGEN_TOKEN}"}
    codes = [demo.http.get("/codegen/v1/users/me", headers=headers).status_code for _ in range(61)]
    assert codes == [200] * 60 + [429]
    assert [row.status for row in demo.app.state.journal] == codes


def test_the_shared_limit_can_be_lifted_alone(serve: Callable[..., Any]):
    demo = serve(rate_limits=True, codegen_shared_limit=False)
    for _ in range(60):
        demo.codegen("users/me")
    assert demo.codegen("organizations")["total"] == 1


def test_codegens_dialects_are_options(serve: Callable[..., Any]):
    demo = serve(codegen_logs_path="v1", codegen_status_words="upper")
    found = demo.codegen("organizations/1/agent/run/101/logs", limit=1)
    assert found["status"] == "FAILED"


def test_agentboxs_dialects_are_options(serve: Callable[..., Any]):
    demo = serve(agentbox_auth="bearer", agentbox_containers="all")
    path = f"/agentbox/v1/sandboxes/{ids.AGENTBOX_DNS}/logs?lines=1"
    headers = {"Authorization": f"Bearer {AGENTBOX_KEY}"}
    assert len(demo.http.get(path, headers=headers).json()["entries"]) == 2


def test_opensandboxs_dialects_are_options(serve: Callable[..., Any]):
    path = f"/v1/sandboxes/{ids.OPENSANDBOX_OOM}/diagnostics/logs?scope=container"
    old = serve(opensandbox_dialect="0.2.0").http.get(path, headers=OPENSANDBOX)
    assert old.status_code == 501
    fast = serve(opensandbox_runtime="fsb").http.get(path, headers=OPENSANDBOX)
    assert fast.json()["code"] == "FSB::API_NOT_SUPPORTED"
    demo = serve(opensandbox_delivery="url")
    url = demo.http.get(path, headers=OPENSANDBOX).json()["contentUrl"]
    assert "shard 0595" in demo.http.get(url).text


@pytest.mark.parametrize("auth", ["header", "bearer"])
def test_the_environment_points_a_client_at_the_demo(auth: Any):
    assert environment("http://127.0.0.1:8700/", Options(agentbox_auth=auth)) == {
        "CODEGEN_API_TOKEN": CODEGEN_TOKEN,
        "CODEGEN_ORG_ID": "1",
        "CODEGEN_API_BASE_URL": "http://127.0.0.1:8700/codegen",
        "AGENTBOX_API_KEY": AGENTBOX_KEY,
        "AGENTBOX_ENDPOINT": "http://127.0.0.1:8700/agentbox",
        "AGENTBOX_AUTH": auth,
        "OPEN_SANDBOX_API_KEY": OPENSANDBOX_KEY,
        "OPEN_SANDBOX_DOMAIN": "127.0.0.1:8700",
        "OPEN_SANDBOX_PROTOCOL": "http",
    }
