"""The four tools that start or wait: bounded time, progress, nothing paid for twice."""

import json
from typing import Any

import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.demo.app import Options
from mcp_server.demo.people import PLAN_LIMIT_REPO
from mcp_server.http.wire import in_process
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio


async def test_an_analysis_is_waited_for_and_finds_the_cause(stage: Stage) -> None:
    facts = await stage.facts("analyze_logs", sandbox_id=201)
    assert facts["status"] == "completed"
    assert facts["finished"] is True
    assert "urllib3" in facts["result"]
    assert "next" not in facts
    assert stage.progress


async def test_an_analysis_can_be_started_without_waiting(stage: Stage) -> None:
    facts = await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0)
    assert facts["finished"] is False
    assert facts["next"] == f"get_run(run_id={facts['run_id']}, wait_seconds=25)"
    assert stage.progress == []


async def test_asking_again_gives_the_analysis_already_started_and_says_so(stage: Stage) -> None:
    first = await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0)
    again = await stage.call("analyze_logs", sandbox_id=201)
    assert again.facts["run_id"] == first["run_id"]
    assert "already started" in again.text
    assert sum("analyze-logs" in path for path in stage.paths()) == 1


async def test_force_starts_another_analysis(stage: Stage) -> None:
    first = await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0)
    forced = await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0, force=True)
    assert forced["run_id"] != first["run_id"]


async def test_after_ten_minutes_an_analysis_starts_anew(stage: Stage) -> None:
    first = await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0)
    stage.time.seconds += 601
    second = await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0)
    assert second["run_id"] != first["run_id"]


async def test_a_sandbox_without_logs_cannot_be_analyzed(stage: Stage) -> None:
    error = await stage.error("analyze_logs", sandbox_id=ids.CODEGEN_NO_LOGS)
    assert error["code"] == "no_logs"
    assert "get_run_logs" in error["text"]


async def test_a_sandbox_nobody_knows_is_not_found(stage: Stage) -> None:
    error = await stage.error("analyze_logs", sandbox_id=999_999)
    assert error["code"] == "not_found"
    assert "get_run names the sandbox of a run" in error["text"]


async def test_the_sixth_analysis_in_a_minute_is_not_sent(stage: Stage) -> None:
    for _ in range(5):
        await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0, force=True)
    error = await stage.error("analyze_logs", sandbox_id=201, wait_seconds=0, force=True)
    assert error["code"] == "rate_budget_spent"
    assert error["retryable"] is True
    assert 0 < error["retry_after_s"] <= 61
    assert sum("analyze-logs" in path for path in stage.paths()) == 5
    stage.time.seconds += error["retry_after_s"]
    assert await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0, force=True)
    assert 429 not in {asked.status for asked in stage.journal}


async def test_setup_commands_come_back_as_a_script(stage: Stage) -> None:
    facts = await stage.facts("generate_setup_commands", repo_id=301, prompt="for staging")
    assert facts["status"] == "completed"
    assert "pip install" in facts["result"] or "npm" in facts["result"]


async def test_the_same_setup_request_joins_the_one_still_running(stage: Stage) -> None:
    first = await stage.facts("generate_setup_commands", repo_id=301, wait_seconds=0)
    again = await stage.call("generate_setup_commands", repo_id=301, wait_seconds=0)
    assert again.facts["run_id"] == first["run_id"]
    assert "still running" in again.text
    other = await stage.facts("generate_setup_commands", repo_id=301, prompt="other", wait_seconds=0)
    assert other["run_id"] != first["run_id"]


async def test_a_setup_request_that_has_ended_is_made_anew(stage: Stage) -> None:
    first = await stage.facts("generate_setup_commands", repo_id=301)
    assert first["finished"]
    second = await stage.facts("generate_setup_commands", repo_id=301, wait_seconds=0)
    assert second["run_id"] != first["run_id"]


async def test_an_unknown_repository_is_not_found(stage: Stage) -> None:
    error = await stage.error("generate_setup_commands", repo_id=999_999)
    assert error["code"] == "not_found"
    assert "ask the user for the id" in error["text"]


async def test_a_run_is_created_and_never_joined(stage: Stage) -> None:
    first = await stage.facts("create_run", prompt="Fix the pins", repo_id=301, metadata={"ticket": "A-1"})
    second = await stage.facts("create_run", prompt="Fix the pins", repo_id=301)
    assert first["run_id"] != second["run_id"]
    assert first["status"] == "running"


async def test_a_run_is_resumed(stage: Stage) -> None:
    facts = await stage.facts("create_run", prompt="Try again", resume_run_id=ids.RUN_FAILED)
    assert facts["run_id"] == ids.RUN_FAILED
    assert any("resume" in path for path in stage.paths())


async def test_a_plan_that_allows_no_more_says_so(stage: Stage) -> None:
    error = await stage.error("create_run", prompt="x", repo_id=PLAN_LIMIT_REPO)
    assert error["code"] == "plan_limit"


async def test_the_waiting_call_ends_in_its_time_and_gives_the_handle(stage: Stage) -> None:
    began = stage.time.seconds
    facts = await stage.facts("create_run", prompt="Fix it", repo_id=301, wait_seconds=4)
    assert facts["finished"] is False
    assert stage.time.seconds - began == pytest.approx(4)


async def test_a_running_run_is_waited_for(stage: Stage) -> None:
    now = await stage.facts("get_run", run_id=ids.RUN_RUNNING)
    assert now["status"] == "running"
    later = await stage.facts("get_run", run_id=ids.RUN_RUNNING, wait_seconds=30)
    assert later["finished"] is True


@pytest.mark.parametrize(
    ("run_id", "status", "following"),
    [
        (ids.RUN_FAILED, "failed", "analyze_logs(sandbox_id=201)"),
        (ids.RUN_COMPLETED, "completed", None),
        (ids.RUN_CANCELLED, "cancelled", f"get_run_logs(run_id={ids.RUN_CANCELLED})"),
    ],
)
async def test_the_next_call_fits_the_status(stage: Stage, run_id: int, status: str, following: str | None) -> None:
    facts = await stage.facts("get_run", run_id=run_id)
    assert facts["status"] == status
    assert facts.get("next") == following
    assert facts["org_id"] == 1


async def test_the_vendors_other_status_words_are_understood(open_stage: OpenStage) -> None:
    async with open_stage(options=Options(codegen_status_words="upper")) as stage:
        facts = await stage.facts("get_run", run_id=ids.RUN_COMPLETED)
        assert facts["status"] == "completed"
        assert facts["raw_status"] == "COMPLETE"
        assert "(COMPLETE)" in await stage.text("get_run", run_id=ids.RUN_COMPLETED)


async def test_an_organisation_named_by_the_caller_is_named_in_the_next_call(stage: Stage) -> None:
    facts = await stage.facts("get_run", run_id=ids.RUN_FAILED, org_id=1)
    assert facts["next"] == "analyze_logs(sandbox_id=201, org_id=1)"


class Scripted(httpx2.AsyncBaseTransport):
    """Answers with one status and document per path ending, or the demo world."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, answers: dict[str, list[tuple[int, Any]]]) -> None:
        self.inner = inner
        self.answers = answers

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        for ending, answers in self.answers.items():
            if request.url.path.endswith(ending) and answers:
                status, document = answers.pop(0)
                if status == 0:
                    raise httpx2.ReadError("reset")
                return httpx2.Response(status, json=document)
        return await self.inner.handle_async_request(request)


async def test_a_started_run_is_not_lost_when_it_cannot_be_read(open_stage: OpenStage) -> None:
    answers: dict[str, list[tuple[int, Any]]] = {"/agent/run/111": [(500, {"message": "no"})] * 9}
    async with open_stage(wire=lambda app: Scripted(in_process(app), answers)) as stage:
        facts = await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=4)
        assert facts == {
            "run_id": 111,
            "org_id": 1,
            "status": "running",
            "raw_status": facts["raw_status"],
            "finished": False,
            "next": "get_run(run_id=111, wait_seconds=25)",
        }


async def test_a_start_that_broke_off_says_where_to_look_and_is_not_repeated(open_stage: OpenStage) -> None:
    answers: dict[str, list[tuple[int, Any]]] = {"/agent/run": [(0, None)] * 9}
    async with open_stage(wire=lambda app: Scripted(in_process(app), answers)) as stage:
        error = await stage.error("create_run", prompt="x")
        assert error["code"] == "upstream_unavailable"
        assert "list_runs" in error["text"]
        assert len(answers["/agent/run"]) == 8


async def test_a_bad_request_of_an_analysis_that_is_not_about_logs_stays_one(open_stage: OpenStage) -> None:
    answers: dict[str, list[tuple[int, Any]]] = {
        "/analyze-logs": [(422, {"detail": [{"loc": ["path"], "msg": "bad"}]})]
    }
    async with open_stage(wire=lambda app: Scripted(in_process(app), answers)) as stage:
        assert (await stage.error("analyze_logs", sandbox_id=201))["code"] == "invalid_argument"


async def test_a_long_result_is_cut_with_the_number_of_characters(open_stage: OpenStage) -> None:
    run = {"id": 7, "organization_id": 1, "status": "done?", "result": "x" * 20_000, "metadata": {"sandbox_id": "12"}}
    async with open_stage(wire=lambda app: Scripted(in_process(app), {"/agent/run/7": [(200, run)]})) as stage:
        facts = await stage.facts("get_run", run_id=7)
        assert facts["result"].endswith("[4000 more characters]")
        assert facts["status"] == "unknown"
        assert facts["sandbox_id"] == 12
        assert len(json.dumps(facts)) < 17_000


async def test_after_a_wait_the_budget_is_told_as_it_stands_then(stage: Stage) -> None:
    began = stage.time.seconds
    answer = await stage.call("create_run", prompt="Fix it", repo_id=301, wait_seconds=50)
    waited = stage.time.seconds - began
    assert waited > 5
    assert answer.meta["sandscope/budget"]["codegen.create"]["resets_in_s"] <= 61 - waited
