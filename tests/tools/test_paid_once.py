"""What costs an agent run is started once, is never lost, and is never repeated by mistake."""

from typing import Any

import anyio
import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.http.wire import in_process
from mcp_server.server.build import Choice
from mcp_server.store import begun
from tests.stage import Answer, OpenStage, Stage

pytestmark = pytest.mark.anyio


class Scripted(httpx2.AsyncBaseTransport):
    """Answers with a status and document per path ending as long as there are any, and else with the demo world.

    A POST waits for `go_on`, if there is one.
    """

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        answers: dict[str, list[tuple[int, Any]]] | None = None,
        go_on: anyio.Event | None = None,
    ) -> None:
        self.inner = inner
        self.answers = answers or {}
        self.go_on = go_on
        self.posts = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            self.posts += 1
            if self.go_on:
                await self.go_on.wait()
        for ending, answers in self.answers.items():
            if request.url.path.endswith(ending) and answers:
                status, document = answers.pop(0)
                return httpx2.Response(status, json=document)
        return await self.inner.handle_async_request(request)


@pytest.mark.parametrize(
    ("tool", "arguments"), [("analyze_logs", {"sandbox_id": 201}), ("generate_setup_commands", {"repo_id": 301})]
)
async def test_asked_for_several_times_at_once_it_is_started_once(
    open_stage: OpenStage, tool: str, arguments: dict[str, Any]
) -> None:
    wires: list[Scripted] = []

    def wire(app: Any) -> Scripted:
        wires.append(Scripted(in_process(app)))
        return wires[0]

    answers: list[Answer] = []
    async with open_stage(wire=wire) as stage:

        async def ask() -> None:
            answers.append(await stage.call(tool, **arguments, wait_seconds=0))

        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask)
    assert len({answer.facts["run_id"] for answer in answers}) == 1
    assert wires[0].posts == 1


async def test_a_caller_that_leaves_does_not_lose_what_it_started(open_stage: OpenStage) -> None:
    go_on = anyio.Event()
    wires: list[Scripted] = []

    def wire(app: Any) -> Scripted:
        wires.append(Scripted(in_process(app), go_on=go_on))
        return wires[0]

    async with open_stage(wire=wire) as stage:
        async with anyio.create_task_group() as tasks:

            async def leave() -> None:
                with anyio.CancelScope() as scope:
                    tasks.start_soon(release, scope)
                    await stage.sandscope.server.call_tool("analyze_logs", {"sandbox_id": 201, "wait_seconds": 0})

            async def release(scope: anyio.CancelScope) -> None:
                while not wires[0].posts:
                    await anyio.lowlevel.checkpoint()
                scope.cancel()
                go_on.set()

            tasks.start_soon(leave)
        again = await stage.call("analyze_logs", sandbox_id=201, wait_seconds=0)
        assert "already started" in again.text
        assert wires[0].posts == 1


async def test_a_start_without_an_answer_says_where_to_look_before_asking_again(
    open_stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(begun, "START_S", 0.05)
    async with open_stage(wire=lambda app: Scripted(in_process(app), go_on=anyio.Event())) as stage:
        error = await stage.error("analyze_logs", sandbox_id=201)
        assert error["code"] == "timeout"
        assert error["retryable"] is False
        assert "list_runs" in error["text"]


async def test_the_longest_wait_ends_with_the_handle_and_not_with_an_error(open_stage: OpenStage) -> None:
    running = {"id": 7, "organization_id": 1, "status": "running"}
    async with open_stage(wire=lambda app: Scripted(in_process(app), {"/agent/run/7": [(200, running)] * 40})) as stage:
        facts = await stage.facts("get_run", run_id=7, wait_seconds=55)
        assert facts["finished"] is False
        assert facts["next"] == "get_run(run_id=7, wait_seconds=25)"


async def test_a_short_wait_sees_a_run_that_ends_within_it(open_stage: OpenStage) -> None:
    answers: dict[str, list[tuple[int, Any]]] = {
        "/agent/run/7": [
            (200, {"id": 7, "organization_id": 1, "status": "running"}),
            (200, {"id": 7, "organization_id": 1, "status": "completed"}),
        ]
    }
    async with open_stage(wire=lambda app: Scripted(in_process(app), answers)) as stage:
        assert (await stage.facts("get_run", run_id=7, wait_seconds=2))["finished"] is True


async def test_a_run_that_cannot_be_seen_yet_is_no_error(open_stage: OpenStage) -> None:
    gone: dict[str, list[tuple[int, Any]]] = {"/agent/run/111": [(404, {"message": "Agent run not found."})]}
    async with open_stage(wire=lambda app: Scripted(in_process(app), gone)) as stage:
        facts = await stage.facts("analyze_logs", sandbox_id=201, wait_seconds=0)
        assert facts["run_id"] == 111
        assert facts["status"] == "running"


async def test_a_setup_run_that_is_gone_is_made_anew(open_stage: OpenStage) -> None:
    gone: dict[str, list[tuple[int, Any]]] = {"/agent/run/111": []}
    async with open_stage(wire=lambda app: Scripted(in_process(app), gone)) as stage:
        first = await stage.facts("generate_setup_commands", repo_id=301, wait_seconds=0)
        gone["/agent/run/111"].append((404, {"message": "Agent run not found."}))
        second = await stage.facts("generate_setup_commands", repo_id=301, wait_seconds=0)
        assert (first["run_id"], second["run_id"]) == (111, 112)


async def test_a_started_run_that_does_not_name_its_organisation_has_the_one_asked_for(open_stage: OpenStage) -> None:
    begun_run = {"id": 112, "status": "running"}
    async with open_stage(wire=lambda app: Scripted(in_process(app), {"/agent/run": [(200, begun_run)]})) as stage:
        assert (await stage.facts("create_run", prompt="x"))["org_id"] == 1


async def test_a_failed_analysis_is_not_followed_by_another_one(open_stage: OpenStage) -> None:
    failed = {"id": 111, "organization_id": 1, "status": "failed", "metadata": {"sandbox_id": 201}}
    async with open_stage(wire=lambda app: Scripted(in_process(app), {"/agent/run/111": [(200, failed)]})) as stage:
        facts = await stage.facts("analyze_logs", sandbox_id=201)
        assert facts["next"] == "get_run_logs(run_id=111)"


async def test_no_tool_is_named_that_is_not_registered(open_stage: OpenStage) -> None:
    async with open_stage(choice=Choice(read_only=True)) as stage:
        facts = await stage.facts("get_run", run_id=ids.RUN_FAILED)
        assert facts["next"] == f"get_run_logs(run_id={ids.RUN_FAILED})"


@pytest.mark.parametrize("own", [{"repo_id": 301}, {"metadata": {"a": 1}}])
async def test_a_resumed_run_takes_no_repository_or_metadata(stage: Stage, own: dict[str, Any]) -> None:
    error = await stage.error("create_run", prompt="Go on", resume_run_id=101, **own)
    assert error["code"] == "invalid_argument"
    assert stage.journal == []
