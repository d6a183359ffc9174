"""`get_diagnostics`: state, events and logs of an OpenSandbox sandbox in one answer, whatever the server's dialect."""

import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.demo.app import Options
from mcp_server.demo.causes import CAUSES
from mcp_server.http.wire import in_process
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio

OWN = {value: CAUSES[value] for name, value in vars(ids).items() if name.startswith("OPENSANDBOX") and value in CAUSES}

DIALECTS = {
    "1.1.1": Options(),
    "0.2.0": Options(opensandbox_dialect="0.2.0"),
    "url": Options(opensandbox_delivery="url"),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("sandbox_id", "cause"), OWN.items())
async def test_the_first_answer_holds_the_cause(
    open_stage: OpenStage, sandbox_id: str, cause: str, dialect: str
) -> None:
    async with open_stage(options=DIALECTS[dialect]) as stage:
        answer = await stage.text("get_diagnostics", sandbox_id=sandbox_id)
        assert cause in answer
        assert "state: Failed" in answer


async def test_only_the_events_tell_of_an_oom_kill(stage: Stage) -> None:
    answer = await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM)
    assert "exit code: 137" in answer
    assert "OOMKilled" in answer
    logs = await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, kind="logs")
    assert "OOMKilled" not in logs


async def test_events_come_before_logs_in_one_numbering(stage: Stage) -> None:
    result = await stage.call("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, max_tokens=20000)
    log_id = result.figures["log_id"]
    start = await stage.text("read_log", log_id=log_id, start_line=1)
    assert "  1 | Container:" in start


async def test_more_than_a_hundred_lines_are_read_by_the_plain_form(stage: Stage) -> None:
    result = await stage.call("get_diagnostics", sandbox_id=ids.OPENSANDBOX_NODE_CRASH)
    figures = result.figures
    assert figures["lines"] > 2000
    assert any("deprecated plain form" in warning for warning in figures["warnings"])
    assert figures["complete"] == "yes"


async def test_events_alone_need_one_request_beside_the_state(stage: Stage) -> None:
    answer = await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, kind="events")
    assert "OOMKilled" in answer
    assert len(stage.journal) == 2


async def test_a_server_without_scopes_is_remembered(open_stage: OpenStage) -> None:
    async with open_stage(options=DIALECTS["0.2.0"]) as stage:
        await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM)
        refused = [asked for asked in stage.journal if asked.status == 501]
        await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_PORT_IN_USE)
        assert len(refused) == 2
        assert [asked for asked in stage.journal if asked.status == 501] == refused


async def test_a_scope_that_one_kind_refuses_shows_the_other_with_a_warning(stage: Stage) -> None:
    result = await stage.call("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, scope="container")
    warnings = " ".join(result.figures["warnings"])
    assert "Supported scopes: runtime, all" in warnings
    assert result.figures["complete"] == "no"


async def test_a_scope_that_all_refuse_is_an_error_that_names_the_supported_ones(stage: Stage) -> None:
    error = await stage.error("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, scope="network")
    assert error["code"] == "unsupported_scope"
    assert "Supported scopes: runtime, all" in error["text"]


async def test_a_named_scope_on_a_server_without_scopes_is_unsupported_and_told_to_be_left_out(
    open_stage: OpenStage,
) -> None:
    async with open_stage(options=DIALECTS["0.2.0"]) as stage:
        error = await stage.error("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, scope="network")
        assert error["code"] == "unsupported_scope"
        assert error["request_id"]
        assert error["text"].endswith("Call again without `scope`.")


async def test_a_runtime_without_logs_still_shows_its_events(open_stage: OpenStage) -> None:
    async with open_stage(options=Options(opensandbox_runtime="fsb")) as stage:
        result = await stage.call("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM)
        assert not result.is_error
        assert result.figures["complete"] == "no"
        assert "exited with code 137" in result.text


async def test_an_unknown_sandbox_is_not_found(stage: Stage) -> None:
    error = await stage.error("get_diagnostics", sandbox_id="nope")
    assert error["code"] == "not_found"
    assert error["request_id"]
    assert "an AgentBox id needs get_sandbox_logs" in error["text"]


async def test_without_configuration_both_variables_are_named(open_stage: OpenStage) -> None:
    async with open_stage(environ={"OPEN_SANDBOX_API_KEY": None, "OPEN_SANDBOX_DOMAIN": None}) as stage:
        error = await stage.error("get_diagnostics", sandbox_id="x")
        assert "Set OPEN_SANDBOX_DOMAIN, and OPEN_SANDBOX_API_KEY if that server requires a key, in" in error["text"]


async def test_a_find_that_does_not_compile_costs_no_request(stage: Stage) -> None:
    error = await stage.error("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, find="(")
    assert error["code"] == "invalid_argument"
    assert stage.journal == []


class Events(httpx2.AsyncBaseTransport):
    """A server with so many event lines: the first 50 by scope, the first 500 at most in the plain form."""

    def __init__(self, count: int, plain_status: int = 200) -> None:
        self.lines = [f"event {number}" for number in range(1, count + 1)]
        self.plain_status = plain_status

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("/events"):
            return httpx2.Response(200, json={"id": "x"})
        if "scope" in request.url.params:
            return httpx2.Response(200, json={"content": "\n".join(self.lines[:50])})
        assert request.url.params["limit"] == "500"
        return httpx2.Response(self.plain_status, text="\n".join(self.lines[:500]))


@pytest.mark.parametrize(
    ("count", "lines", "complete", "said"),
    [
        (49, 49, "yes", []),
        (50, 50, "yes", ["events were read through the server's deprecated plain form"]),
        (60, 60, "yes", ["events were read through the server's deprecated plain form"]),
        (
            600,
            500,
            "no",
            ["events were read through the server's deprecated plain form, which gives the first 500 lines at most"],
        ),
    ],
)
async def test_fifty_events_may_be_the_first_fifty_of_more(
    open_stage: OpenStage, count: int, lines: int, complete: str, said: list[str]
) -> None:
    async with open_stage(wire=lambda _: Events(count)) as stage:
        figures = (await stage.call("get_diagnostics", sandbox_id="x", kind="events")).figures
        assert (figures["lines"], figures["complete"], figures["warnings"]) == (lines, complete, said)


async def test_without_the_deeper_form_the_first_events_are_shown_with_a_warning(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: Events(60, plain_status=500)) as stage:
        figures = (await stage.call("get_diagnostics", sandbox_id="x", kind="events")).figures
        assert (figures["lines"], figures["complete"]) == (50, "no")
        assert figures["warnings"] == ["only the first 50 lines of events could be read (upstream_error beyond them)"]


async def test_find_looks_in_events_and_logs(stage: Stage) -> None:
    answer = await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, find="OOMKilled")
    assert "OOMKilled" in answer


async def test_a_silent_sandbox_is_no_error(stage: Stage) -> None:
    answer = await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_SILENT)
    assert ids.OPENSANDBOX_SILENT in answer


async def test_a_content_url_is_never_shown(open_stage: OpenStage) -> None:
    async with open_stage(options=DIALECTS["url"]) as stage:
        answer = await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_NODE_CRASH, max_tokens=20000)
        assert "/content/" not in answer


class Failing(httpx2.AsyncBaseTransport):
    """Fails requests whose path and query hold one of the given texts, with a status, so many times."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, text: str, status: int, times: int = 1000) -> None:
        self.inner = inner
        self.text = text
        self.status = status
        self.times = times

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.text in str(request.url) and self.times:
            self.times -= 1
            return httpx2.Response(self.status, json={"code": "X", "message": "no"})
        return await self.inner.handle_async_request(request)


async def test_without_the_deeper_form_the_last_lines_are_shown_with_a_warning(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda app: Failing(in_process(app), "tail=", 500)) as stage:
        result = await stage.call("get_diagnostics", sandbox_id=ids.OPENSANDBOX_NODE_CRASH)
        figures = result.figures
        assert figures["complete"] == "no"
        assert any("only the last 100 lines of logs" in warning for warning in figures["warnings"])


async def test_an_expired_content_url_is_asked_for_anew(open_stage: OpenStage) -> None:
    options = DIALECTS["url"]
    async with open_stage(
        options=options, wire=lambda app: Failing(in_process(app), "/content/", 403, times=1)
    ) as stage:
        assert "OOMKilled" in await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, kind="all")


async def test_diagnostics_without_a_state_are_shown_with_a_warning(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda app: NoState(in_process(app))) as stage:
        result = await stage.call("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM)
        assert "the state could not be read (upstream_error)" in result.figures["warnings"]


class NoState(httpx2.AsyncBaseTransport):
    """Fails to tell the state."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if "/diagnostics/" not in request.url.path:
            return httpx2.Response(500, json={"code": "X", "message": "no"})
        return await self.inner.handle_async_request(request)


async def test_a_refusal_that_is_not_about_the_scope_stays_what_it_is(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda app: Failing(in_process(app), "scope=", 400)) as stage:
        error = await stage.error("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM)
        assert error["code"] == "invalid_argument"
