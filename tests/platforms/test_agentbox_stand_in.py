"""The AgentBox stand-in against the vendor's document and what its handlers are known to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from mcp_server.platforms.agentbox.stand_in import Dialect, agentbox_app
from mcp_server.platforms.agentbox.stand_in_data import Container, Data, Runtime, Sandbox

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
LINES = tuple(f"2026-11-21T19:59:0{n}.123456789Z line {n}" for n in range(5))
UUID = "5de15c92-8fb5-740f-a9ea-7f62f734f1b9"


def sandbox(uuid: str, minutes_ago: int, status: str = "Running", **more: Any) -> Sandbox:
    main = Container(name="sandbox", lines=lambda: LINES)
    proxy = Container(name="egress-proxy", lines=lambda: ("2026-11-21T19:59:00Z proxy ready",))
    facts: dict[str, Any] = {"pool_name": "agents", "containers": (main, proxy), **more}
    claimed_at = NOW - timedelta(minutes=minutes_ago)
    return Sandbox(uuid=uuid, namespace="t-core-dana", status=status, claimed_at=claimed_at, **facts)


DATA = Data(
    keys=frozenset({"agbx_good"}),
    role="tenant",
    user="dana",
    team="core",
    clusters=("cluster1", "cluster2"),
    sandboxes=(
        sandbox(
            UUID,
            5,
            runtimes=(
                Runtime(name="envd", lines=("started", "ready")),
                Runtime(name="jupyter", lines=()),
                Runtime(name="shell", lines=None),
            ),
        ),
        sandbox(
            "failed",
            10,
            "Failed",
            started_at=NOW - timedelta(minutes=9),
            terminated_at=NOW,
            failure_reason="ContainerExited",
            failure_message="exit code 1",
            exit_code=1,
            status_detail=("Error", "exit code 1"),
            pool_name="builders",
        ),
        sandbox("central", 20, "Failed", pod="central"),
        sandbox("recycled", 30, "Failed", pod="recycled"),
        sandbox("silent", 1, "Starting", containers=(Container(name="sandbox", lines=tuple),)),
    ),
)


@pytest.fixture
def api() -> TestClient:
    return client()


def client(headers: dict[str, str] | None = None, **dialect: Any) -> TestClient:
    app = agentbox_app(DATA, dialect=Dialect(**dialect))
    return TestClient(app, headers={"AGENTBOX-API-KEY": "agbx_good"} if headers is None else headers)


def error(api: TestClient, path: str, **params: Any) -> tuple[int, Any]:
    answer = api.get(path, params=params)
    return answer.status_code, answer.json()


def logs(api: TestClient, sandbox_id: str = UUID, **params: Any) -> dict[str, Any]:
    answer = api.get(f"/v1/sandboxes/{sandbox_id}/logs", params=params)
    assert answer.status_code == 200
    return answer.json()


def texts(found: dict[str, Any]) -> list[str]:
    return [entry["log"] for entry in found["entries"]]


@pytest.mark.parametrize(
    ("auth", "headers", "status", "body"),
    [
        ("header", {}, 401, {"error": "missing api key"}),
        ("header", {"Authorization": "Bearer agbx_good"}, 401, {"error": "missing api key"}),
        ("header", {"AGENTBOX-API-KEY": "bad"}, 401, {"error": "invalid api key"}),
        ("bearer", {"AGENTBOX-API-KEY": "agbx_good"}, 401, {"error": "missing api key"}),
        ("bearer", {"Authorization": "Bearer "}, 401, {"error": "missing api key"}),
        ("bearer", {"Authorization": "Bearer bad"}, 401, {"error": "invalid api key"}),
        ("bearer", {"Authorization": "Bearer agbx_good"}, 200, {"role": "tenant", "user": "dana", "team": "core"}),
    ],
)
def test_the_key_comes_in_the_header_of_the_mode(auth: str, headers: dict[str, str], status: int, body: dict[str, str]):
    assert error(client(headers, auth=auth), "/v1/auth/whoami") == (status, body)


def test_ping_needs_no_key_and_every_answer_names_the_servers_version():
    answer = client({}).get("/ping")
    assert (answer.status_code, answer.text) == (200, "pong")
    assert "x-agentbox-server-version" in answer.headers


def test_the_first_cluster_is_local(api: TestClient):
    assert api.get("/v1/clusters").json() == {
        "clusters": [
            {"id": "cluster1", "name": "cluster1", "local": True},
            {"id": "cluster2", "name": "cluster2", "local": False},
        ]
    }


def test_a_path_or_method_without_a_route_is_gins_404(api: TestClient):
    assert api.get("/sandboxes").text == "404 page not found"
    assert api.post("/v1/sandboxes").status_code == 404


def test_sandboxes_are_listed_by_claim_and_filtered_by_several_states(api: TestClient):
    def ids(**params: Any) -> list[str]:
        return [one["sandboxId"] for one in api.get("/v1/sandboxes", params=params).json()["items"]]

    assert ids() == ["silent", UUID, "failed", "central", "recycled"]
    assert ids(status="Running,Starting") == ["silent", UUID]
    assert ids(poolName="builders") == ["failed"]
    assert ids(limit=2, offset=1) == [UUID, "failed"]
    assert ids(status="Nothing") == []


def test_a_list_has_twenty_rows_unless_told_and_never_more_than_a_hundred(api: TestClient):
    figures = [api.get("/v1/sandboxes", params=params).json() for params in ({}, {"limit": 1000})]
    assert [(one["limit"], one["offset"], one["total"]) for one in figures] == [(20, 0, 5), (100, 0, 5)]


@pytest.mark.parametrize("params", [{"limit": "many"}, {"limit": "0"}, {"offset": "-1"}])
def test_a_bad_list_parameter_is_400_in_gins_shape(api: TestClient, params: dict[str, str]):
    status, body = error(api, "/v1/sandboxes", **params)
    assert (status, list(body)) == (400, ["msg"])


def test_a_finished_sandbox_says_how_it_ended(api: TestClient):
    assert api.get("/v1/sandboxes/failed").json() == {
        "sandbox": {
            "sandboxId": "failed",
            "namespace": "t-core-dana",
            "poolName": "builders",
            "podName": "builders-ailed",
            "status": "Failed",
            "claimedAt": "2026-11-21T19:50:00Z",
            "startedAt": "2026-11-21T19:51:00Z",
            "terminatedAt": "2026-11-21T20:00:00Z",
            "failureReason": "ContainerExited",
            "failureMessage": "exit code 1",
            "exitCode": 1,
            "statusDetail": {"reason": "Error", "message": "exit code 1"},
        }
    }


def test_a_running_sandbox_leaves_out_what_it_does_not_have(api: TestClient):
    assert "exitCode" not in api.get(f"/v1/sandboxes/{UUID}").json()["sandbox"]


def test_an_id_may_carry_its_cluster(api: TestClient):
    assert api.get(f"/v1/sandboxes/cluster1.{UUID}").json()["sandbox"]["sandboxId"] == UUID
    assert error(api, f"/v1/sandboxes/mars.{UUID}") == (502, {"error": "unknown target cluster: mars"})


def test_an_unknown_sandbox_is_404(api: TestClient):
    refusal = {"error": "sandbox t-core-dana/nope not found or already terminated"}
    assert error(api, "/v1/sandboxes/nope") == (404, refusal)
    assert error(api, "/v1/sandboxes/cluster2.nope/logs") == (404, refusal)


def test_a_log_is_that_of_the_first_container_with_its_timestamps_split_off(api: TestClient):
    found = logs(api)
    assert found.pop("entries")[0] == {
        "timestamp": "2026-11-21T19:59:00.123456789Z",
        "container": "sandbox",
        "log": "line 0",
    }
    assert found == {
        "sandboxId": UUID,
        "namespace": "t-core-dana",
        "podName": "agents-4f1b9",
        "truncated": False,
        "totalBytes": sum(len(line) + 1 for line in LINES),
        "source": "live",
        "containers": ["sandbox", "egress-proxy"],
    }


def test_older_servers_read_all_containers_and_so_many_lines_of_each():
    found = logs(client(containers="all"), lines=1)
    assert [(entry["container"], entry["log"]) for entry in found["entries"]] == [
        ("sandbox", "line 4"),
        ("egress-proxy", "proxy ready"),
    ]


@pytest.mark.parametrize(("lines", "first"), [(0, "line 0"), (2, "line 3"), (10_000, "line 0")])
def test_lines_counts_from_the_end_and_zero_is_all(api: TestClient, lines: int, first: str):
    found = logs(api, lines=lines)
    assert texts(found)[0] == first
    assert found["truncated"] is False


@pytest.mark.parametrize("lines", ["-1", "10001", "1.5", "ten", ""])
def test_bad_lines_are_400_in_gins_shape(api: TestClient, lines: str):
    status, body = error(api, f"/v1/sandboxes/{UUID}/logs", lines=lines)
    assert (status, list(body)) == (400, ["msg"])
    assert "lines" in body["msg"]


def test_a_container_can_be_named_and_an_unknown_one_is_400_with_the_names(api: TestClient):
    assert texts(logs(api, container="egress-proxy")) == ["proxy ready"]
    status, body = error(api, f"/v1/sandboxes/{UUID}/logs", container="web")
    assert status == 400
    assert body["error"].endswith("available containers: sandbox, egress-proxy")


def test_a_log_without_a_line_is_null(api: TestClient):
    found = logs(api, "silent")
    assert (found["entries"], found["totalBytes"]) == (None, 0)


def test_a_finished_log_may_come_from_the_central_store(api: TestClient):
    found = logs(api, "central", lines=1)
    assert (found["source"], found["scope"]) == ("central", "project=default pod_name=agents-ntral")
    assert texts(found) == ["line 4"]


def test_a_recycled_pod_is_404_and_says_why(api: TestClient):
    status, body = error(api, "/v1/sandboxes/recycled/logs")
    assert status == 404
    assert "recycled" in body["error"]
    assert api.get("/v1/sandboxes/recycled").status_code == 200


def test_a_runtimes_log_has_no_timestamps_and_no_containers(api: TestClient):
    found = logs(api, source="envd", lines=1)
    assert found == {
        "sandboxId": UUID,
        "namespace": "t-core-dana",
        "podName": "agents-4f1b9",
        "entries": [{"container": "envd", "log": "ready"}],
        "truncated": False,
        "source": "runtime",
        "runtimeName": "envd",
    }
    assert logs(api, source="jupyter")["entries"] is None
    assert logs(api, source="stdout")["source"] == "live"


@pytest.mark.parametrize(
    ("sandbox_id", "source", "text"),
    [
        (UUID, "shell", "no logDir"),
        (UUID, "nothing", "no logDir"),
        ("failed", "envd", "running sandboxes"),
        ("central", "envd", "active sandboxes"),
        ("recycled", "envd", "active sandboxes"),
    ],
)
def test_a_runtimes_log_that_cannot_be_read_is_400(api: TestClient, sandbox_id: str, source: str, text: str):
    status, body = error(api, f"/v1/sandboxes/{sandbox_id}/logs", source=source)
    assert status == 400
    assert text in body["error"]
