"""Answers that are not quite as documented: nulls, odd rows, other types where nothing depends on them."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.http.wire import in_process
from tests.stage import OpenStage

pytestmark = pytest.mark.anyio


class Answers(httpx2.AsyncBaseTransport):
    """Answers by the end of the path; what is not named is answered by the stand-ins."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, answers: Mapping[str, Any]) -> None:
        self.inner = inner
        self.answers = answers

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        for end, answer in self.answers.items():
            if request.url.path.endswith(end):
                return httpx2.Response(200, json=answer)
        return await self.inner.handle_async_request(request)


@pytest.mark.parametrize("tool", ["list_sandboxes", "list_runs", "list_users"])
async def test_a_null_list_is_an_empty_one(open_stage: OpenStage, tool: str) -> None:
    none = {"items": None, "total": None, "pagination": None}
    answers = {"/sandboxes": none, "/runs": none, "/users": none}
    async with open_stage(wire=lambda app: Answers(in_process(app), answers)) as stage:
        facts = await stage.facts(tool)
        assert facts[tool.removeprefix("list_")] == []


@pytest.mark.parametrize("items", ["none", ["odd"], [{"id": {}}]])
@pytest.mark.parametrize("tool", ["list_runs", "list_users"])
async def test_a_list_without_a_readable_row_is_a_bad_response(open_stage: OpenStage, tool: str, items: object) -> None:
    answers = {"/runs": {"items": items}, "/users": {"items": items}}
    async with open_stage(wire=lambda app: Answers(in_process(app), answers)) as stage:
        assert (await stage.error(tool))["code"] == "bad_response"


@pytest.mark.parametrize("tool", ["list_runs", "list_sandboxes"])
async def test_a_list_that_is_no_page_is_a_bad_response(open_stage: OpenStage, tool: str) -> None:
    async with open_stage(wire=lambda app: Answers(in_process(app), {"/runs": [], "/sandboxes": []})) as stage:
        assert (await stage.error(tool))["code"] == "bad_response"


async def test_one_odd_run_does_not_take_the_others_with_it(open_stage: OpenStage) -> None:
    items = ["odd", {"id": None}, {"id": 5, "status": "error", "metadata": ["a"], "github_pull_requests": None}]
    async with open_stage(wire=lambda app: Answers(in_process(app), {"/runs": {"items": items}})) as stage:
        assert (await stage.facts("list_runs"))["runs"] == [{"run_id": 5, "status": "failed"}]
        assert (await stage.facts("list_runs", status="failed"))["scanned"] == 3


async def test_odd_sandboxes_are_listed_as_unknown_and_those_without_an_id_are_not(open_stage: OpenStage) -> None:
    agentbox = [{"sandboxId": "a", "status": None, "claimedAt": "soon"}, {"status": "Failed"}, "odd"]
    metadata = {"name": 7, "tags": ["x"]}
    opensandbox = [{"id": "o", "status": {"state": ""}, "createdAt": "2026-01-01T00:00:00", "metadata": metadata}]
    answers = {"/agentbox/v1/sandboxes": {"items": agentbox}, "/v1/sandboxes": {"items": opensandbox}}
    async with open_stage(wire=lambda app: Answers(in_process(app), answers)) as stage:
        facts = await stage.facts("list_sandboxes", state="Unknown")
        rows = [(row["sandbox_id"], row["state"], row.get("name")) for row in facts["sandboxes"]]
        assert rows == [("o", "unknown", "7"), ("a", "unknown", None)]
        assert facts["scanned"] == 3


async def test_a_run_that_was_started_is_told_whatever_else_the_answer_holds(open_stage: OpenStage) -> None:
    answer: dict[str, Any] = {
        "id": 77,
        "organization_id": None,
        "status": "done",
        "metadata": ["a"],
        "github_pull_requests": ["x", {}],
    }
    async with open_stage(wire=lambda app: Answers(in_process(app), {"/agent/run": answer})) as stage:
        facts = await stage.facts("create_run", prompt="Fix it", wait_seconds=0)
        assert facts["run_id"] == 77
        assert "sandbox_id" not in facts


async def test_null_lines_of_a_sandbox_log_are_empty(open_stage: OpenStage) -> None:
    logs = {"entries": [{"log": None}, {"log": "last words", "container": None}], "source": "live", "containers": None}
    async with open_stage(wire=lambda app: Answers(in_process(app), {"/logs": logs})) as stage:
        result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)
        assert result.figures["lines"] == 2
        assert "last words" in result.text


async def test_a_null_log_of_a_run_is_empty(open_stage: OpenStage) -> None:
    logs = {"id": ids.RUN_FAILED, "status": "failed", "logs": None, "total_logs": None}
    async with open_stage(wire=lambda app: Answers(in_process(app), {"/logs": logs})) as stage:
        assert not (await stage.call("get_run_logs", run_id=ids.RUN_FAILED)).is_error
