"""`get_sandbox_logs`: the first answer shows why an AgentBox sandbox failed."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.demo.app import Options
from mcp_server.demo.causes import CAUSES
from mcp_server.http.wire import in_process
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio

OWN = {value: CAUSES[value] for name, value in vars(ids).items() if name.startswith("AGENTBOX") and value in CAUSES}


@pytest.mark.parametrize(("sandbox_id", "cause"), OWN.items())
async def test_the_first_answer_holds_the_cause(stage: Stage, sandbox_id: str, cause: str) -> None:
    answer = await stage.text("get_sandbox_logs", sandbox_id=sandbox_id)
    assert cause in answer
    assert "state: Failed" in answer


@pytest.mark.parametrize("sandbox_id", [*OWN, ids.AGENTBOX_SUCCESS, ids.AGENTBOX_RUNNING])
async def test_no_planted_secret_and_no_key_is_in_any_answer(stage: Stage, sandbox_id: str) -> None:
    result = await stage.call("get_sandbox_logs", sandbox_id=sandbox_id, max_tokens=20000)
    log_id = result.figures["log_id"]
    found = await stage.text("read_log", log_id=log_id, find="(?i)(key|token|secret|auth|://)", max_tokens=20000)
    for secret in stage.world.secrets:
        assert secret not in result.text
        assert secret not in found


async def test_it_asks_for_logs_and_state_once(stage: Stage) -> None:
    await stage.text("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)
    assert sorted(stage.paths()) == [
        "GET /agentbox/v1/sandboxes/{sandbox_id}",
        "GET /agentbox/v1/sandboxes/{sandbox_id}/logs",
    ]


async def test_the_figures_tell_what_was_captured(stage: Stage) -> None:
    result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_TEST_FAILURE)
    figures = result.figures
    assert figures["platform"] == "agentbox"
    assert figures["subject"] == ids.AGENTBOX_TEST_FAILURE
    assert figures["complete"] == "yes"
    assert figures["view"] == "evidence"
    assert figures["lines"] > 40_000
    assert figures["tokens"] <= 2000
    assert figures["warnings"] == []
    assert len(json.dumps(figures)) < 1000
    assert not result.structured


async def test_the_last_lines_alone_are_not_complete(stage: Stage) -> None:
    result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS, lines=10)
    assert result.figures["complete"] == "no"
    assert result.figures["lines"] == 10


async def test_find_shows_matches_and_their_number(stage: Stage) -> None:
    result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS, find="(?i)could not resolve")
    assert result.figures["view"] == "find"
    assert "Could not resolve host" in result.text


async def test_a_recycled_sandbox_still_tells_its_state(stage: Stage) -> None:
    result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_RECYCLED)
    assert not result.is_error
    assert "the logs are gone" in result.figures["warnings"][0]
    assert "state:" in result.text
    assert result.figures["complete"] == "no"


async def test_a_silent_sandbox_has_an_empty_log_and_is_no_error(stage: Stage) -> None:
    answer = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_SILENT)
    assert "empty" in answer.text
    # A log that could not be read looks the same.
    assert answer.figures["complete"] == "unknown"


async def test_a_find_that_does_not_compile_costs_no_request(stage: Stage) -> None:
    error = await stage.error("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS, find="(")
    assert error["code"] == "invalid_argument"
    assert stage.journal == []


class Logs(httpx2.AsyncBaseTransport):
    """Answers every request for logs alike, and any other one with an error."""

    def __init__(self, logs: dict[str, Any]) -> None:
        self.logs = logs

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/logs"):
            return httpx2.Response(200, json=self.logs)
        return httpx2.Response(500, json={"error": "no"})


async def test_containers_and_a_source_that_is_not_live_are_facts(open_stage: OpenStage) -> None:
    entries = [{"log": "one\rtwo\nthree"}, {"log": "four"}]
    logs = {"entries": entries, "containers": ["main", "helper"], "source": "archive"}
    async with open_stage(wire=lambda _: Logs(logs)) as stage:
        result = await stage.call("get_sandbox_logs", sandbox_id="x")
        assert "containers: main, helper" in result.text
        assert "source: archive" in result.text
        assert result.figures["complete"] == "unknown"
    async with open_stage(wire=lambda _: Logs({**logs, "containers": ["main"], "source": "live"})) as stage:
        result = await stage.call("get_sandbox_logs", sandbox_id="x", lines=3)
        assert result.figures["complete"] == "yes"
        assert "containers" not in result.text
        assert "source:" not in result.text
        assert (await stage.call("get_sandbox_logs", sandbox_id="x", lines=2)).figures["complete"] == "no"


async def test_a_sandbox_nobody_knows_is_not_found(stage: Stage) -> None:
    error = await stage.error("get_sandbox_logs", sandbox_id="019aa8c1-0000-7000-8000-000000000000")
    assert error["code"] == "not_found"
    assert "an OpenSandbox id needs get_diagnostics" in error["text"]
    assert error["platform"] == "agentbox"


async def test_an_unknown_container_is_an_invalid_argument_that_names_the_containers(stage: Stage) -> None:
    error = await stage.error("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS, container="nope")
    assert error["code"] == "invalid_argument"
    assert "sandbox" in error["text"]


async def test_the_bearer_mode_works_too(open_stage: OpenStage) -> None:
    async with open_stage(options=Options(agentbox_auth="bearer")) as stage:
        assert "Could not resolve host" in await stage.text("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)


class TooLarge(httpx2.AsyncBaseTransport):
    """Answers a request for the whole log with more JSON than is read, and any other one truly."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/logs") and request.url.params.get("lines") in {None, "9000"}:
            return httpx2.Response(200, content=b" " * (25 * 1024 * 1024))
        return await self.inner.handle_async_request(request)


@pytest.fixture
def too_large() -> Callable[[Any], httpx2.AsyncBaseTransport]:
    return lambda app: TooLarge(in_process(app))


async def test_a_log_too_large_to_read_is_asked_for_again_with_its_last_lines(
    open_stage: OpenStage, too_large: Any
) -> None:
    async with open_stage(wire=too_large) as stage:
        result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_TEST_FAILURE)
        figures = result.figures
        assert figures["lines"] == 10_000
        assert figures["complete"] == "no"
        assert "too large" in figures["warnings"][0]


async def test_a_part_of_a_log_that_is_too_large_is_an_error(open_stage: OpenStage, too_large: Any) -> None:
    async with open_stage(wire=too_large) as stage:
        error = await stage.error("get_sandbox_logs", sandbox_id=ids.AGENTBOX_TEST_FAILURE, lines=9000)
        assert error["code"] == "response_too_large"


class NoState(httpx2.AsyncBaseTransport):
    """Fails to tell the state."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("/logs"):
            return httpx2.Response(500, json={"error": "boom"})
        return await self.inner.handle_async_request(request)


async def test_logs_without_a_state_are_shown_with_a_warning(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda app: NoState(in_process(app))) as stage:
        result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)
        assert result.figures["warnings"] == ["the state could not be read (upstream_error)"]
        assert "Could not resolve host" in result.text
