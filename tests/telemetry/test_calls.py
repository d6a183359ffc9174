"""A call is counted once, however it ends, and its span tells no more than that."""

import json
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, InputRequiredResult, TextContent

from mcp_server.budget.ledger import GroupState
from mcp_server.demo.app import Options
from mcp_server.demo.ids import OPENSANDBOX_DEPENDENCY_CONFLICT
from mcp_server.demo.world import world
from mcp_server.server.results import Results
from mcp_server.server.seam import SeamServer
from mcp_server.telemetry import Telemetry
from tests.stage import OpenStage, Stage
from tests.telemetry.conftest import Told

pytestmark = pytest.mark.anyio

CALLS = "mcp.server.operation.duration"
CANARY = "sk-canary-0123456789abcdefghij"


async def test_a_call_that_works_is_counted_and_has_a_span(told: Told, stage: Stage) -> None:
    await stage.facts("get_run", run_id=101)

    number, seconds = told.metric(CALLS)
    assert (number, seconds > 0) == (1, True)
    assert told.points[CALLS][0][0] == {
        "mcp.method.name": "tools/call",
        "gen_ai.tool.name": "get_run",
        "sandscope.platform": "codegen",
    }
    (span,) = told.named("tools/call get_run")
    assert span["sandscope.outcome"] == "ok"
    assert span["sandscope.platform"] == "codegen"
    assert span["sandscope.upstream.requests"] == 1
    assert "error.type" not in span


async def test_an_attempt_is_part_of_its_call(told: Told, stage: Stage) -> None:
    await stage.facts("get_run", run_id=101)

    spans = {span.name: span for span in told.spans}
    call, attempt = spans["tools/call get_run"], spans["GET codegen.reads"]
    assert attempt.parent
    assert call.context
    assert attempt.parent.span_id == call.context.span_id
    assert told.named("GET codegen.reads") == [
        {
            "http.request.method": "GET",
            "http.request.resend_count": 0,
            "http.response.status_code": 200,
            "sandscope.budget.group": "codegen.reads",
            "sandscope.budget.wait": 0.0,
            "sandscope.platform": "codegen",
            "server.address": "demo.invalid",
        }
    ]


async def test_a_call_that_fails_is_counted_by_the_code_of_its_error(told: Told, stage: Stage) -> None:
    await stage.error("get_run", run_id=999_999)

    assert told.metric(CALLS, error__type="not_found")[0] == 1
    (span,) = told.named("tools/call get_run")
    assert (span["error.type"], span["sandscope.outcome"]) == ("not_found", "not_found")
    assert told.metric("http.client.request.duration", http__response__status_code=404, error__type="404")[0] == 1


async def test_a_refused_argument_costs_no_request(told: Told, stage: Stage) -> None:
    await stage.error("get_run", run_id="x")

    assert told.metric(CALLS, error__type="invalid_argument", sandscope__platform="codegen")[0] == 1
    assert told.metric("http.client.request.duration") is None


async def test_what_is_left_of_a_budget_is_as_the_call_saw_it(told: Told, stage: Stage) -> None:
    left = (await stage.call("analyze_logs", sandbox_id=201, wait_seconds=0)).meta["sandscope/budget"]

    told.collect()
    seen = {
        attributes["sandscope.budget.group"]: value for attributes, value in told.points["sandscope.budget.remaining"]
    }
    assert {group: seen[group] for group in left} == {group: figures["remaining"] for group, figures in left.items()}


async def test_no_account_is_told(told: Told, stage: Stage) -> None:
    await stage.facts("get_run", run_id=101)

    assert [
        platform.account.split()[1]
        for platform in stage.sandscope.platforms
        if platform.account.split()[1] in told.everything()
    ] == []


async def test_where_there_are_several_profiles_each_has_its_figures(told: Told) -> None:
    async def answers() -> CallToolResult:
        return CallToolResult(content=[])

    for profile in ("one", "other"):
        await serving(answers, telemetry=Telemetry(profile)).call_tool("answers", {})

    profiles = [attributes["sandscope.profile"] for attributes, _ in points(told, CALLS)]
    assert profiles == ["one", "other"]


async def test_secrets_are_counted_by_kind(told: Told, stage: Stage) -> None:
    figures = (await stage.call("get_diagnostics", sandbox_id=OPENSANDBOX_DEPENDENCY_CONFLICT)).figures
    assert figures["redactions"]

    for kind, number in figures["redactions"].items():
        assert told.metric("sandscope.redactions", sandscope__redaction__kind=kind) >= number


async def test_what_an_answer_leaves_out_is_counted_in_bytes(told: Told, stage: Stage) -> None:
    answer = await stage.call("get_run_logs", run_id=101, max_tokens=300)

    left_out = answer.figures["bytes"] - len(answer.text.encode())
    assert left_out > 0
    assert told.metric("sandscope.answer.cut", gen_ai__tool__name="get_run_logs") == left_out
    assert told.named("tools/call get_run_logs")[0]["sandscope.answer.cut"] == left_out


async def test_no_key_argument_or_line_of_a_log_is_told(told: Told, open_stage: OpenStage) -> None:
    lines: set[str] = set()
    async with open_stage(options=Options(opensandbox_delivery="url")) as stage:
        for tool, arguments in (
            ("get_run_logs", {"run_id": 101}),
            ("get_sandbox_logs", {"sandbox_id": "nosuch-canary"}),
            ("get_diagnostics", {"sandbox_id": "nosuch-canary"}),
            ("create_run", {"prompt": CANARY, "wait_seconds": 0}),
            ("list_sandboxes", {}),
            ("whoami", {}),
        ):
            answer = await stage.call(tool, **arguments)
            lines |= {line for line in answer.text.splitlines() if len(line) > 20}

        everything = told.everything()

    assert len(lines) > 30
    escaped = {line: json.dumps(line)[1:-1] for line in lines}
    assert [line for line, shown in escaped.items() if shown in everything] == []
    assert [secret for secret in world().secrets if secret in everything] == []
    assert CANARY not in everything
    assert "canary" not in everything


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_a_client_names_is_not_told(told: Told, stage: Stage) -> None:
    with pytest.raises(MCPError):
        await stage.client.call_tool(CANARY, {"key": CANARY})
    with pytest.raises(MCPError):
        await stage.client.get_prompt(CANARY, {CANARY: CANARY})
    with pytest.raises(MCPError):
        await stage.client.read_resource(f"sandscope://{CANARY}")
    await stage.client.call_tool(
        "whoami", {}, meta={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": f"vendor={CANARY}"}
    )

    assert CANARY not in told.everything()
    assert len(told.named("tools/call")) == len(told.named("prompts/get")) == len(told.named("resources/read")) == 1
    assert any(span.parent and span.parent.trace_id == int("a" * 32, 16) for span in told.spans)


async def test_a_call_in_hand_is_counted_until_it_is_given_up(told: Told) -> None:
    begun = anyio.Event()

    async def waits() -> CallToolResult:
        begun.set()
        await anyio.sleep_forever()
        raise NotImplementedError

    server = serving(waits)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call, server, "waits")
        await begun.wait()
        assert told.metric("sandscope.calls.in_hand", gen_ai__tool__name="waits") == 1
        told.points.clear()
        tasks.cancel_scope.cancel()

    assert told.metric("sandscope.calls.in_hand", gen_ai__tool__name="waits") == 0
    assert told.metric(CALLS, error__type="cancelled", gen_ai__tool__name="waits")[0] == 1


async def test_a_question_back_and_an_error_of_the_protocol_are_counted_as_what_they_are(told: Told) -> None:
    async def asks() -> InputRequiredResult:
        return InputRequiredResult(request_state="more")

    async def breaks() -> CallToolResult:
        raise MCPError(-32000, CANARY)

    server = serving(asks, breaks)
    await server.call_tool("asks", {})
    with pytest.raises(MCPError):
        await server.call_tool("breaks", {})

    assert told.metric(CALLS, gen_ai__tool__name="asks", error__type="input_required")[0] == 1
    assert told.metric(CALLS, gen_ai__tool__name="breaks", error__type="MCPError")[0] == 1


async def test_a_call_of_several_platforms_or_of_none_names_none(told: Told) -> None:
    async def answers() -> CallToolResult:
        return CallToolResult(content=[TextContent(type="text", text="fine")])

    async with Client(serving(answers)) as client:
        await client.call_tool("answers", {})

    assert [attributes for attributes, _ in points(told, CALLS)] == [
        {"mcp.method.name": "tools/call", "gen_ai.tool.name": "answers"}
    ]


async def call(server: SeamServer, tool: str) -> None:
    await server.call_tool(tool, {})


def points(told: Told, name: str) -> list[tuple[dict[str, Any], Any]]:
    told.collect()
    return told.points[name]


def serving(*functions: Any, telemetry: Telemetry | None = None) -> SeamServer:
    """A server of these tools, whose calls are charged to two platforms."""
    state = GroupState(None, 60.0, None, 0.0)

    async def states(_: str) -> dict[str, GroupState]:
        return {"codegen.reads": state, "opensandbox.all": state}

    tools = [Tool.from_function(function) for function in functions]
    return SeamServer("test", tools=tools, results=Results(states), telemetry=telemetry)
