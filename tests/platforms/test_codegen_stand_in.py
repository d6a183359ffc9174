"""The Codegen stand-in against the vendor's OpenAPI document: routes, shapes, dialects, limits."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from mcp_server.platforms.codegen.stand_in import Dialect, codegen_app
from mcp_server.platforms.codegen.stand_in_data import (
    Data,
    Organization,
    PullRequest,
    Repository,
    Run,
    Sandbox,
    Step,
    Task,
    User,
    Work,
)

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
STEPS = tuple(Step(message_type="ACTION", thought=f"step {n}", tool_name="shell") for n in range(5))


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1000.0)


@dataclass
class EchoAgent:
    """Does what its caller can check."""

    def analyze(self, sandbox: Sandbox, log: str) -> Work:
        return Work(steps=STEPS, result=f"sandbox {sandbox.id}: {log}", seconds=6)

    def set_up(self, repository: Repository, prompt: str | None) -> Work:
        return Work(steps=STEPS, result=f"set up {repository.name}: {prompt}", seconds=6)

    def work(self, task: Task) -> Work:
        name = task.repository.name if task.repository else None
        opened = PullRequest(
            id=7, title="Do it", url="https://github.com/acme/a/pull/7", head_branch_name="codegen/do-it"
        )
        result = f"{task.prompt} in {name} with {dict(task.metadata)}"
        return Work(steps=STEPS, result=result, summary="did it", pull_requests=(opened,), seconds=6)


def run(run_id: int, **changes: Any) -> Run:
    made = Run(
        id=run_id,
        org_id=1,
        user_id=11,
        created_at=NOW - timedelta(minutes=run_id),
        work=lambda: Work(steps=STEPS, result="done", seconds=6),
        metadata={"sandbox_id": 21},
    )
    return replace(made, **changes)


DATA = Data(
    tokens=frozenset({"good", "other"}),
    user_id=11,
    users=(
        User(id=11, org_id=1, github_user_id="900", github_username="dana", role="ADMIN", email="dana@acme.example"),
        User(id=12, org_id=1, github_user_id="901", github_username="lee", role="MEMBER"),
        User(id=13, org_id=2, github_user_id="902", github_username="sam"),
    ),
    organizations=(Organization(id=1, name="acme"), Organization(id=3, name="empty")),
    repositories=(
        Repository(id=31, org_id=1, name="acme/a", files={}),
        Repository(id=32, org_id=1, name="acme/b", files={}),
    ),
    sandboxes=(Sandbox(id=21, org_id=1, setup_log=lambda: "boom"), Sandbox(id=22, org_id=1, setup_log=None)),
    runs=(run(1, live=True, created_at=NOW), run(2, source_type="SLACK", user_id=12), run(3, counted=False)),
    agent=EchoAgent(),
    plan_limit_repo=39,
)


def client(clock: Clock | None = None, *, token: str = "good", **dialect: Any) -> TestClient:
    clock = clock or Clock()
    app = codegen_app(DATA, clock=clock, now=clock.now, dialect=Dialect(**dialect))
    return TestClient(app, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bad"}, {"Authorization": "Basic good"}])
def test_a_request_without_a_known_bearer_token_is_401(headers: dict[str, str]):
    clock = Clock()
    anonymous = TestClient(codegen_app(DATA, clock=clock, now=clock.now, dialect=Dialect()), headers=headers)
    answer = anonymous.get("/v1/users/me")
    assert answer.status_code == 401
    assert answer.json() == {"message": "Unauthorized - Invalid or missing API token", "status_code": 401}


def test_me_is_the_owner_of_the_token():
    assert client().get("/v1/users/me").json() == {
        "id": 11,
        "email": "dana@acme.example",
        "github_user_id": "900",
        "github_username": "dana",
        "avatar_url": "https://avatars.githubusercontent.com/u/900",
        "full_name": None,
        "role": "ADMIN",
        "is_admin": True,
    }


def test_lists_come_as_pages():
    api = client()
    users = api.get("/v1/organizations/1/users", params={"skip": 1, "limit": 1}).json()
    assert [user["github_username"] for user in users.pop("items")] == ["lee"]
    assert users == {"total": 2, "page": 2, "size": 1, "pages": 2}
    organizations = api.get("/v1/organizations").json()
    settings = {"enable_pr_creation": True, "enable_rules_detection": True}
    assert organizations["items"][0] == {"id": 1, "name": "acme", "settings": settings}


def test_one_user_is_found_in_the_organisation_only():
    api = client()
    assert api.get("/v1/organizations/1/users/12").json()["role"] == "MEMBER"
    missing = api.get("/v1/organizations/1/users/13")
    assert (missing.status_code, missing.json()) == (404, {"message": "User not found.", "status_code": 404})


def test_another_organisation_is_403_everywhere():
    api = client()
    refusal = {"message": "You do not have access to this organization.", "status_code": 403}
    body = {"prompt": "x", "agent_run_id": 1, "repo_id": 31, "org_id": 2}
    answers = [
        api.get("/v1/organizations/2/users"),
        api.get("/v1/organizations/2/agent/run/1"),
        api.get("/v1/alpha/organizations/2/agent/run/1/logs"),
        api.post("/v1/organizations/2/agent/run", json=body),
        api.post("/v1/organizations/2/agent/run/resume", json=body),
        api.post("/v1/organizations/2/sandbox/21/analyze-logs"),
        api.post("/v1/organizations/2/setup-commands/generate", json=body),
        api.post("/v1/slack-connect/generate-token", json=body),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(403, refusal)] * len(answers)


def test_a_wrong_type_is_422_in_fastapis_shape():
    api = client()
    path = api.get("/v1/organizations/acme/users")
    assert path.status_code == 422
    assert path.json()["detail"] == [
        {
            "type": "int_parsing",
            "loc": ["path", "org_id"],
            "msg": "Input should be a valid integer, unable to parse string as an integer",
            "input": "acme",
        }
    ]
    query = api.get("/v1/organizations/1/agent/runs", params={"limit": 101, "source_type": "FAX"}).json()["detail"]
    assert [(one["loc"], one["type"]) for one in query] == [
        (["query", "limit"], "less_than_equal"),
        (["query", "source_type"], "enum"),
    ]
    body = api.post("/v1/organizations/1/agent/run", json={"prompt": 3, "repo_id": "x"}).json()["detail"]
    assert [one["loc"] for one in body] == [["body", "prompt"], ["body", "repo_id"]]


def test_a_body_that_is_missing_or_no_json_is_422():
    api = client()
    missing = api.post("/v1/organizations/1/agent/run").json()["detail"]
    assert missing == [{"type": "missing", "loc": ["body"], "msg": "Field required", "input": None}]
    invalid = api.post("/v1/organizations/1/agent/run", content=b'{"prompt": ').json()["detail"]
    assert (invalid[0]["type"], invalid[0]["loc"]) == ("json_invalid", ["body", 11])


def test_a_path_that_is_no_route_is_fastapis_404():
    answer = client().get("/v1/nothing")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize(
    ("logs_path", "there", "not_there"), [("alpha", "/v1/alpha", "/v1"), ("v1", "/v1", "/v1/alpha")]
)
def test_run_logs_are_under_one_of_two_paths(logs_path: str, there: str, not_there: str):
    api = client(logs_path=logs_path)
    assert api.get(f"{there}/organizations/1/agent/run/2/logs").status_code == 200
    other = api.get(f"{not_there}/organizations/1/agent/run/2/logs")
    assert (other.status_code, other.json()) == (404, {"detail": "Not Found"})


def test_runs_are_listed_newest_first_and_filtered():
    api = client()

    def ids(**params: Any) -> list[int]:
        return [one["id"] for one in api.get("/v1/organizations/1/agent/runs", params=params).json()["items"]]

    assert ids() == [1, 2, 3]
    assert ids(skip=1, limit=1) == [2]
    assert ids(user_id=12) == [2]
    assert ids(source_type="SLACK") == [2]
    assert ids(source_type="API", user_id=12) == []


def test_an_unknown_run_is_404_with_a_message():
    api = client()
    refusal = {"message": "Agent run not found.", "status_code": 404}
    answers = [
        api.get("/v1/organizations/1/agent/run/99"),
        api.get("/v1/organizations/3/agent/run/2"),
        api.get("/v1/alpha/organizations/1/agent/run/99/logs"),
        api.post("/v1/organizations/1/agent/run/resume", json={"agent_run_id": 99, "prompt": "go on"}),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, refusal)] * len(answers)


@pytest.mark.parametrize(
    ("words", "running", "completed"), [("lower", "running", "completed"), ("upper", "RUNNING", "COMPLETE")]
)
def test_a_status_is_spelled_in_one_of_two_ways(words: str, running: str, completed: str):
    api = client(status_words=words)
    assert api.get("/v1/organizations/1/agent/run/1").json()["status"] == running
    assert api.get("/v1/organizations/1/agent/run/2").json()["status"] == completed


LIMITED = [
    ("GET", "/v1/users/me", 60, 30),
    ("GET", "/v1/organizations/1/users", 60, 30),
    ("GET", "/v1/organizations/1/agent/run/2", 60, 30),
    ("GET", "/v1/alpha/organizations/1/agent/run/2/logs", 60, 60),
    ("POST", "/v1/organizations/1/sandbox/21/analyze-logs", 5, 60),
    ("POST", "/v1/organizations/1/setup-commands/generate", 5, 60),
    ("POST", "/v1/organizations/1/agent/run", 10, 60),
]


@pytest.mark.parametrize(("method", "path", "count", "seconds"), LIMITED)
def test_every_documented_limit_is_kept_as_a_sliding_window(method: str, path: str, count: int, seconds: int):
    clock = Clock()
    api = client(clock, shared_limit=False)
    body = {"prompt": "x", "repo_id": 31} if method == "POST" else None

    def ask(token: str = "good") -> int:
        return api.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"}).status_code

    assert [ask() for _ in range(count)] == [200] * count
    refused = api.request(method, path, json=body)
    assert refused.json() == {"message": "Rate limit exceeded. Please try again later.", "status_code": 429}
    assert "retry-after" not in refused.headers
    assert ask("other") == 200
    clock.seconds += seconds - 0.01
    assert ask() == 429
    clock.seconds += 0.02
    assert ask() == 200


def test_all_endpoints_share_sixty_requests_a_minute():
    clock = Clock()
    api = client(clock)
    paths = ["/v1/users/me", "/v1/organizations/1/agent/run/2", "/v1/alpha/organizations/1/agent/run/2/logs"]
    assert {api.get(paths[n % 3]).status_code for n in range(60)} == {200}
    resume = {"agent_run_id": 2, "prompt": "go on"}
    assert api.post("/v1/organizations/1/agent/run/resume", json=resume).status_code == 429
    assert (
        client(clock, shared_limit=False).post("/v1/organizations/1/agent/run/resume", json=resume).status_code == 200
    )


def test_limits_can_be_switched_off():
    api = client(rate_limits=False)
    assert {api.get("/v1/users/me").status_code for _ in range(70)} == {200}
