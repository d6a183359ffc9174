"""The OpenSandbox stand-in against answers of genuine servers: both forms of diagnostics, their caps and errors."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from mcp_server.platforms.opensandbox.stand_in import Dialect, opensandbox_app
from mcp_server.platforms.opensandbox.stand_in_data import Data, Sandbox

NOW = datetime(2026, 11, 21, 20, 20, tzinfo=UTC)
BORN = datetime(2026, 11, 21, 20, 18, 48, 561480, tzinfo=UTC)


def lines(count: int) -> tuple[str, ...]:
    return tuple(f"2026-11-21T20:18:{n % 60:02d}.054701415Z line {n + 1}" for n in range(count))


RUNNING = Sandbox(
    id="running",
    image="acme/busybox:1",
    container_id="5362186b13ec",
    created_at=BORN,
    started_at=BORN + timedelta(milliseconds=490),
    expires_at=BORN + timedelta(hours=1),
    entrypoint=("sh", "-c", "sleep 100"),
    lines=lambda: lines(130),
    others={"proxy": lambda: ("2026-11-21T20:18:00Z proxy ready",)},
    metadata={"name": "logger", "team": "core"},
    environment={"DB_PASSWORD": "hunter2", "GREETING": "hi"},
)
OOM = replace(
    RUNNING,
    id="oom",
    created_at=BORN + timedelta(seconds=1),
    finished_at=BORN + timedelta(seconds=3),
    exit_code=137,
    oom_killed=True,
    lines=lambda: lines(2),
    metadata={"name": "oom", "team": "core"},
)
DONE = replace(OOM, id="done", exit_code=0, oom_killed=False, created_at=BORN - timedelta(seconds=9), lines=tuple)
DATA = Data(keys=frozenset({"good"}), sandboxes=(RUNNING, OOM, DONE))


def client(*sandboxes: Sandbox, key: str | None = "good", **dialect: Any) -> TestClient:
    data = replace(DATA, sandboxes=sandboxes) if sandboxes else DATA
    app = opensandbox_app(data, now=lambda: NOW, dialect=Dialect(**dialect))
    return TestClient(app, headers={"OPEN-SANDBOX-API-KEY": key} if key else {})


@pytest.fixture
def api() -> TestClient:
    return client()


def answer(api: TestClient, path: str, **params: Any) -> tuple[int, Any]:
    got = api.get(path, params=params or None)
    return got.status_code, got.json()


def ids(api: TestClient, **params: Any) -> list[str]:
    return [one["id"] for one in api.get("/v1/sandboxes", params=params).json()["items"]]


MISSING = {
    "code": "MISSING_API_KEY",
    "message": "Authentication credentials are missing. Provide API key via OPEN-SANDBOX-API-KEY header.",
}
INVALID = {
    "code": "INVALID_API_KEY",
    "message": "Authentication credentials are invalid. Check your API key and try again.",
}


@pytest.mark.parametrize("path", ["/v1/sandboxes", "/sandboxes/running/diagnostics/logs", "/v1/nothing"])
def test_a_key_in_the_vendors_own_header_is_needed_everywhere(path: str):
    assert answer(client(key=None), path) == (401, MISSING)
    assert answer(client(key="bad"), path) == (401, INVALID)
    bearer = client(key=None).get(path, headers={"Authorization": "Bearer good"})
    assert (bearer.status_code, bearer.json()) == (401, MISSING)


def test_a_server_without_keys_asks_for_none():
    open_server = opensandbox_app(replace(DATA, keys=frozenset()), now=lambda: NOW, dialect=Dialect())
    assert TestClient(open_server).get("/v1/sandboxes").status_code == 200


def test_health_and_version_need_no_key_but_the_old_version_has_no_route_that_tells_it():
    assert answer(client(key=None), "/health") == (200, {"status": "healthy"})
    assert answer(client(key=None), "/v1/version") == (200, {"version": "1.1.1"})
    assert answer(client(key=None, version="0.2.0"), "/version") == (401, MISSING)
    assert answer(client(version="0.2.0"), "/version") == (404, {"detail": "Not Found"})


def test_every_answer_carries_a_request_id_of_its_own():
    anonymous = client(key=None)
    found = [anonymous.get(path).headers["x-request-id"] for path in ("/health", "/v1/sandboxes", "/v1/nothing")]
    assert len(set(found)) == 3
    assert all(len(one) == 32 for one in found)


def test_no_route_and_wrong_method_have_fastapis_shape(api: TestClient):
    assert answer(api, "/v1/nothing") == (404, {"detail": "Not Found"})
    assert answer(api, "/v1/sandboxes/..%2F..%2Fhealth/diagnostics/logs", scope="all") == (404, {"detail": "Not Found"})
    wrong = api.post("/v1/sandboxes/running/diagnostics/logs")
    assert (wrong.status_code, wrong.json(), wrong.headers["allow"]) == (405, {"detail": "Method Not Allowed"}, "GET")
    assert api.head("/v1/sandboxes").status_code == 405


def test_a_sandbox_is_told_as_a_genuine_server_tells_it(api: TestClient):
    assert answer(api, "/v1/sandboxes/oom")[1] == {
        "id": "oom",
        "image": {"uri": "acme/busybox:1"},
        "status": {
            "state": "Failed",
            "reason": "CONTAINER_EXITED_ERROR",
            "message": "Sandbox container exited with code 137.",
            "lastTransitionAt": "2026-11-21T20:18:51.561480Z",
        },
        "metadata": {"name": "oom", "team": "core"},
        "entrypoint": ["sh", "-c", "sleep 100"],
        "expiresAt": "2026-11-21T21:18:48.561480Z",
        "createdAt": "2026-11-21T20:18:49.561480Z",
    }
    assert answer(api, "/v1/sandboxes/running")[1]["status"]["state"] == "Running"
    assert answer(api, "/v1/sandboxes/done")[1]["status"]["state"] == "Terminated"


def test_an_unknown_sandbox_is_404_in_the_runtimes_name(api: TestClient):
    refusal = {"code": "DOCKER::SANDBOX_NOT_FOUND", "message": "Sandbox nope not found."}
    for path in ("", "/diagnostics/logs?scope=all", "/diagnostics/events", "/diagnostics/inspect"):
        assert answer(api, f"/v1/sandboxes/nope{path}") == (404, refusal)
    assert answer(client(runtime="fsb"), "/v1/sandboxes/nope")[1]["code"] == "FSB::SANDBOX_NOT_FOUND"


def test_sandboxes_are_listed_newest_first_by_state_and_metadata(api: TestClient):
    assert ids(api) == ["oom", "running", "done"]
    assert ids(api, state=["failed", "Terminated"]) == ["oom", "done"]
    assert ids(api, metadata="name=oom&team=core") == ["oom", "done"]
    assert ids(api, metadata="name=oom", state="RUNNING") == []


def test_lists_are_paged(api: TestClient):
    page = answer(api, "/v1/sandboxes", page=2, pageSize=1)[1]
    assert [one["id"] for one in page["items"]] == ["running"]
    figures = {"page": 2, "pageSize": 1, "totalItems": 3, "totalPages": 3, "hasNextPage": True}
    assert page["pagination"] == figures
    assert answer(api, "/v1/sandboxes", page=3, pageSize=1)[1]["pagination"]["hasNextPage"] is False


def test_bad_list_parameters_have_two_shapes(api: TestClient):
    assert answer(api, "/v1/sandboxes", pageSize=201) == (
        422,
        {
            "detail": [
                {
                    "type": "less_than_equal",
                    "loc": ["query", "pageSize"],
                    "msg": "Input should be less than or equal to 200",
                    "input": "201",
                    "ctx": {"le": 200},
                }
            ]
        },
    )
    message = "Invalid metadata format: bad query field: 'oops'"
    refusal = {"code": "INVALID_METADATA_FORMAT", "message": message}
    assert answer(api, "/v1/sandboxes", metadata="oops") == (400, refusal)


def test_a_scoped_log_is_its_last_hundred_lines(api: TestClient):
    content = "".join(f"{line}\n" for line in lines(130)[30:])
    assert answer(api, "/v1/sandboxes/running/diagnostics/logs", scope="container", tail=3)[1] == {
        "sandboxId": "running",
        "kind": "logs",
        "scope": "container",
        "delivery": "inline",
        "contentType": "text/plain; charset=utf-8",
        "content": content,
        "contentLength": len(content),
        "truncated": True,
    }


def test_a_scope_is_trimmed_and_lowered_and_all_warns(api: TestClient):
    found = answer(api, "/sandboxes/oom/diagnostics/logs", scope=" ALL ")[1]
    assert (found["scope"], found["truncated"]) == ("all", False)
    assert found["warnings"] == ["The current backend only contributes sandbox container logs to the all scope."]


@pytest.mark.parametrize(
    ("kind", "scope", "supported"),
    [("logs", "network", "container, all"), ("logs", "", "container, all"), ("events", "container", "runtime, all")],
)
def test_an_unsupported_scope_is_400_even_for_an_unknown_sandbox(
    api: TestClient, kind: str, scope: str, supported: str
):
    status, body = answer(api, f"/v1/sandboxes/nope/diagnostics/{kind}", scope=scope)
    message = f"Unsupported {kind} diagnostics scope '{scope}'. Supported scopes: {supported}."
    assert (status, body) == (400, {"code": "DIAGNOSTICS_SCOPE_UNSUPPORTED", "message": message})


def test_truncated_lies_about_long_lines():
    long = tuple(f"2026-11-21T20:18:00Z {'x' * 40_000} end-{n}" for n in range(60))
    found = answer(client(replace(RUNNING, lines=lambda: long)), "/v1/sandboxes/running/diagnostics/logs?scope=all")[1]
    received = found["content"].splitlines()
    assert found["truncated"] is False
    assert len(received) == 34
    assert received[0].endswith("end-26")
    assert not received[0].startswith("2026")


def test_an_empty_log_is_a_literal_text(api: TestClient):
    found = answer(api, "/v1/sandboxes/done/diagnostics/logs", scope="container")[1]
    assert (found["content"], found["contentLength"]) == ("(no logs)", 9)


def test_the_deprecated_form_takes_tail_since_and_container(api: TestClient):
    def plain(**params: Any) -> str:
        got = api.get("/v1/sandboxes/running/diagnostics/logs", params=params)
        assert got.headers["deprecation"] == "true"
        assert got.headers["content-type"] == "text/plain; charset=utf-8"
        return got.text

    assert plain().count("\n") == 100
    assert plain(tail=10_000).count("\n") == 130
    assert plain(tail=1) == lines(130)[-1] + "\n"
    assert plain(container="proxy") == "2026-11-21T20:18:00Z proxy ready\n"
    assert plain(since="70s", tail=1000).count("\n") == 20
    assert plain(since="1s") == "(no logs)"
    assert plain(since="whenever", tail=1000).count("\n") == 130


def test_a_bad_tail_is_422(api: TestClient):
    status, body = answer(api, "/v1/sandboxes/running/diagnostics/logs", tail=0)
    assert status == 422
    assert body["detail"][0]["ctx"] == {"ge": 1}


OOM_EVENTS = """\
Container:  5362186b13ec (sandbox-oom)
Status:     exited
Created:    2026-11-21T20:18:49.56148Z
Started:    2026-11-21T20:18:49.05148Z
Finished:   2026-11-21T20:18:51.56148Z
Event:      OOMKilled - container was killed due to out-of-memory
Event:      Exited with code 137"""


def test_only_events_name_the_memory_kill(api: TestClient):
    found = answer(api, "/v1/sandboxes/oom/diagnostics/events", scope="runtime")[1]
    assert (found["content"], found["truncated"]) == (OOM_EVENTS, False)
    plain = api.get("/v1/sandboxes/oom/diagnostics/events", params={"limit": 2})
    assert plain.text == "\n".join(OOM_EVENTS.splitlines()[:2])
    assert plain.headers["deprecation"] == "true"
    both = answer(api, "/v1/sandboxes/running/diagnostics/events", scope="all")[1]
    assert both["warnings"] == ["The current backend only contributes runtime events to the all scope."]


def test_inspect_masks_by_name_only(api: TestClient):
    text = api.get("/v1/sandboxes/running/diagnostics/inspect").text
    assert "OOMKilled:      False\nExit Code:      0\n" in text
    assert "Finished At:    0001-01-01T00:00:00Z\n" in text
    assert text.endswith("Environment:\n  DB_PASSWORD=***\n  GREETING=hi\n  OPENSANDBOX_ID=running")
    assert "Finished At:    2026-11-21T20:18:51.56148Z" in api.get("/sandboxes/oom/diagnostics/inspect").text


def test_a_summary_joins_inspect_events_and_the_end_of_the_log(api: TestClient):
    text = api.get("/v1/sandboxes/oom/diagnostics/summary", params={"tail": 1}).text
    rule = "-" * 40
    assert f"\n\n{rule}\nEVENTS\n{rule}\n{OOM_EVENTS}\n\n{rule}\nLOGS (last 1 lines)\n{rule}\n" in text
    assert text.endswith(f"{lines(2)[-1]}\n\n")
    assert api.get("/v1/sandboxes/oom/diagnostics/summary", params={"event_limit": 0}).status_code == 422


def test_the_old_version_does_not_know_scopes():
    old = client(version="0.2.0")
    refusal = {
        "code": "DIAGNOSTICS_NOT_IMPLEMENTED",
        "message": "The stable Diagnostics API is not implemented by this OpenSandbox server.",
    }
    for path in ("logs?scope=container", "logs?scope=bogus", "events?scope=runtime"):
        assert answer(old, f"/v1/sandboxes/running/diagnostics/{path}") == (501, refusal)
    assert old.get("/v1/sandboxes/running/diagnostics/logs").status_code == 200


def test_fast_sandboxes_have_events_but_no_logs():
    fast = client(runtime="fsb")
    status, body = answer(fast, "/v1/sandboxes/oom/diagnostics/logs", scope="container")
    assert (status, body["code"]) == (501, "FSB::API_NOT_SUPPORTED")
    content = answer(fast, "/v1/sandboxes/oom/diagnostics/events", scope="runtime")[1]["content"]
    assert '"reason": "CONTAINER_EXITED_ERROR"' in content
