"""Runs of the Codegen stand-in: started, watched, resumed, read page by page, all by a clock that the tests move."""

from dataclasses import replace
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
STEPS = tuple(Step(message_type="ACTION", thought=f"step {n}", dated=n != 1) for n in range(5))


class EchoAgent:
    """Does what its caller can check."""

    def analyze(self, sandbox: Sandbox, log: str) -> Work:
        return Work(steps=STEPS, result=f"sandbox {sandbox.id}: {log}", seconds=6)

    def set_up(self, repository: Repository, prompt: str | None) -> Work:
        return Work(steps=STEPS, result=f"set up {repository.name}: {prompt}", seconds=6)

    def work(self, task: Task) -> Work:
        name = task.repository.name if task.repository else None
        opened = PullRequest(id=7, title="Do it", url="https://github.com/acme/a/pull/7", head_branch_name="do-it")
        result = f"{task.prompt} in {name} with {dict(task.metadata)}"
        return Work(steps=STEPS, result=result, summary="did it", pull_requests=(opened,), seconds=6)


def work() -> Work:
    return Work(steps=STEPS, result="done", seconds=6)


OVER = Run(id=2, org_id=1, user_id=11, created_at=NOW - timedelta(minutes=2), work=work, metadata={"sandbox_id": 21})
DATA = Data(
    tokens=frozenset({"good"}),
    user_id=11,
    users=(User(id=11, org_id=1, github_user_id="900", github_username="dana"),),
    organizations=(Organization(id=1, name="acme"), Organization(id=3, name="empty")),
    repositories=(
        Repository(id=31, org_id=1, name="acme/a", files={}),
        Repository(id=32, org_id=1, name="acme/b", files={}),
    ),
    sandboxes=(Sandbox(id=21, org_id=1, setup_log=lambda: "boom"), Sandbox(id=22, org_id=1, setup_log=None)),
    runs=(replace(OVER, id=1, live=True, created_at=NOW), OVER, replace(OVER, id=3, counted=False)),
    agent=EchoAgent(),
    plan_limit_repo=39,
)


class Story:
    """A server and its clock."""

    def __init__(self) -> None:
        self.seconds = 0.0
        app = codegen_app(
            DATA,
            clock=lambda: self.seconds,
            now=lambda: NOW + timedelta(seconds=self.seconds),
            dialect=Dialect(rate_limits=False),
        )
        self.api = TestClient(app, headers={"Authorization": "Bearer good"})

    def run(self, run_id: int) -> dict[str, Any]:
        return self.api.get(f"/v1/organizations/1/agent/run/{run_id}").json()

    def logs(self, run_id: int, **params: Any) -> dict[str, Any]:
        return self.api.get(f"/v1/alpha/organizations/1/agent/run/{run_id}/logs", params=params).json()

    def thoughts(self, run_id: int, **params: Any) -> list[str]:
        return [entry["thought"] for entry in self.logs(run_id, **params)["logs"]]

    def post(self, path: str, **body: Any) -> tuple[int, Any]:
        answer = self.api.post(f"/v1/organizations/1/{path}", json=body)
        return answer.status_code, answer.json()


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_live_run_shows_three_entries_at_once_and_its_result_when_it_is_over(story: Story):
    assert story.run(1)["status"] == "running"
    assert story.run(1)["result"] is None
    seen: list[int] = []
    for seconds in (0, 1.9, 2, 4, 5.9):
        story.seconds = seconds
        seen.append(len(story.thoughts(1)))
    assert seen == [3, 3, 4, 5, 5]
    assert story.run(1)["status"] == "running"
    story.seconds = 6
    assert story.run(1) == {
        "id": 1,
        "organization_id": 1,
        "status": "completed",
        "created_at": "2026-11-21T20:00:00.000Z",
        "web_url": "https://app.codegen.com/agent/trace/1",
        "result": "done",
        "summary": None,
        "source_type": "API",
        "github_pull_requests": [],
        "metadata": {"sandbox_id": 21},
    }


def test_entries_keep_their_times_while_the_clock_goes_on(story: Story):
    story.seconds = 6
    before = story.logs(1)["logs"]
    story.seconds = 60
    assert story.logs(1)["logs"] == before
    assert [entry["created_at"] for entry in before] == [
        "2026-11-21T20:00:00.000Z",
        None,
        "2026-11-21T20:00:00.000Z",
        "2026-11-21T20:00:02.000Z",
        "2026-11-21T20:00:04.000Z",
    ]


def test_an_entry_has_all_its_fields(story: Story):
    assert story.logs(2, limit=1)["logs"][0] == {
        "agent_run_id": 2,
        "created_at": "2026-11-21T19:58:00.000Z",
        "tool_name": None,
        "message_type": "ACTION",
        "thought": "step 0",
        "observation": None,
        "tool_input": None,
        "tool_output": None,
    }


def test_log_pages_go_forwards_and_backwards(story: Story):
    assert story.thoughts(2) == ["step 0", "step 1", "step 2", "step 3", "step 4"]
    assert story.thoughts(2, skip=3, limit=10) == ["step 3", "step 4"]
    assert story.thoughts(2, reverse=True, limit=2) == ["step 4", "step 3"]
    page = story.logs(2, skip=2, limit=2)
    assert [page[name] for name in ("total_logs", "page", "size", "pages")] == [5, 2, 2, 3]
    assert "summary" not in page


def test_some_runs_do_not_count_their_entries(story: Story):
    page = story.logs(3)
    assert [page[name] for name in ("total_logs", "page", "size", "pages")] == [None] * 4
    assert len(page["logs"]) == 5


def test_a_log_page_beyond_its_bounds_is_422(story: Story):
    wrong = story.logs(2, skip=-1, limit=101, reverse="maybe")["detail"]
    assert [(one["loc"], one["type"]) for one in wrong] == [
        (["query", "skip"], "greater_than_equal"),
        (["query", "limit"], "less_than_equal"),
        (["query", "reverse"], "bool_parsing"),
    ]


def test_a_created_run_gets_the_next_id_and_ends_with_what_the_agent_did(story: Story):
    status, made = story.post("agent/run", prompt="tidy up", repo_id=32, metadata={"ticket": "A-1"})
    assert (status, made["id"], made["status"]) == (200, 4, "running")
    assert made["metadata"] == {"repo_id": 32, "ticket": "A-1"}
    story.seconds = 6
    done = story.run(4)
    assert done["result"] == "tidy up in acme/b with {'ticket': 'A-1'}"
    assert done["summary"] == "did it"
    assert done["github_pull_requests"] == [
        {
            "id": 7,
            "title": "Do it",
            "url": "https://github.com/acme/a/pull/7",
            "created_at": "2026-11-21T20:00:06.000Z",
            "head_branch_name": "do-it",
        }
    ]
    assert story.api.get("/v1/organizations/1/agent/runs").json()["items"][0]["id"] == 4


def test_without_a_repository_the_first_one_is_used(story: Story):
    _, made = story.post("agent/run", prompt="look")
    assert made["metadata"] == {"repo_id": 31}


def test_the_plan_limit_is_402(story: Story):
    status, body = story.post("agent/run", prompt="more", repo_id=39)
    assert (status, body["status_code"]) == (402, 402)
    assert body["message"].startswith("Alloted agent runs for the current billing plan have been reached.")


def test_no_repository_is_404(story: Story):
    refusal = {
        "message": "No repos found in the organization. Please add some repos and try again.",
        "status_code": 404,
    }
    assert story.post("agent/run", prompt="x", repo_id=77) == (404, refusal)
    empty = story.api.post("/v1/organizations/3/agent/run", json={"prompt": "x"})
    assert (empty.status_code, empty.json()) == (404, refusal)


def test_an_agent_type_of_another_vendor_is_422(story: Story):
    status, body = story.post("agent/run", prompt="x", agent_type="gpt")
    assert (status, body["detail"][0]["loc"]) == (422, ["body", "agent_type"])


def test_a_resumed_run_keeps_its_entries_and_goes_on(story: Story):
    before = story.logs(2)["logs"]
    status, resumed = story.post("agent/run/resume", agent_run_id=2, prompt="go on")
    assert (status, resumed["id"], resumed["status"]) == (200, 2, "running")
    after = story.logs(2)["logs"]
    assert after[:5] == before
    assert (after[5]["message_type"], after[5]["observation"]) == ("USER_MESSAGE", "go on")
    assert len(after) == 9
    story.seconds = 6
    assert story.run(2)["result"] == "go on in acme/a with {'sandbox_id': 21}"
    assert len(story.logs(2)["logs"]) == 11


def test_analysis_is_a_run_of_its_own(story: Story):
    status, started = story.post("sandbox/21/analyze-logs")
    assert (status, started) == (
        200,
        {"agent_run_id": 4, "status": "running", "message": "Analysis started for sandbox logs"},
    )
    story.seconds = 6
    assert story.run(4)["result"] == "sandbox 21: boom"
    assert story.run(4)["metadata"] == {"sandbox_id": 21}


def test_a_sandbox_without_a_log_is_400_and_an_unknown_one_404(story: Story):
    assert story.post("sandbox/22/analyze-logs") == (400, {"detail": "No logs available for analysis"})
    assert story.post("sandbox/99/analyze-logs") == (404, {"detail": "Sandbox not found"})
    assert story.post("sandbox/sbx/analyze-logs")[0] == 422


def test_setup_commands_are_a_run_of_their_own(story: Story):
    status, started = story.post("setup-commands/generate", repo_id=31, prompt="for staging")
    url = "https://codegen.com/agents/4"
    assert (status, started) == (200, {"agent_run_id": 4, "status": "running", "url": url})
    story.seconds = 6
    done = story.run(4)
    assert (done["result"], done["source_type"]) == ("set up acme/a: for staging", "SETUP_COMMANDS")
    assert done["metadata"] == {"repo_id": 31, "trigger_source": "setup-commands"}


def test_setup_commands_for_nothing_are_refused(story: Story):
    assert story.post("setup-commands/generate", repo_id=99) == (404, {"detail": "Repository not found"})
    assert story.post("setup-commands/generate", repo_id=31, trigger_source="") == (400, {"detail": "Invalid input"})
    assert story.post("setup-commands/generate", prompt="x")[0] == 422


def test_every_slack_token_is_a_new_one(story: Story):
    answers = [story.api.post("/v1/slack-connect/generate-token", json={"org_id": 1}).json() for _ in range(2)]
    assert answers[0]["message"] == "Token generated successfully"
    assert answers[0]["expires_in_minutes"] == 10
    assert len({answer["token"] for answer in answers}) == 2
