"""The seam: whatever goes wrong becomes a result the model can read, in one place, and the server goes on."""

import logging
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup
from mcp import Client
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolResult,
    CompleteRequestParams,
    EmptyResult,
    ImageContent,
    InputRequiredResult,
    PromptReference,
    TextContent,
)
from pydantic import BaseModel

from mcp_server.budget.ledger import GroupState
from mcp_server.errors import RateLimited
from mcp_server.server import seam
from mcp_server.server.results import Results
from mcp_server.server.seam import SeamServer

pytestmark = pytest.mark.anyio

SECRET = "sk-live-do-not-show"


class Document(BaseModel):
    number: int


async def refuses(**_kwargs: Any) -> CallToolResult:
    raise RateLimited("Wait.", retry_after_s=7, platform="codegen", request_id="r-1", run_id=9)


async def breaks() -> CallToolResult:
    message = f"boom {SECRET}"
    raise KeyError(message)


async def leaves() -> CallToolResult:
    raise SystemExit(SECRET)


async def parses_wrongly() -> CallToolResult:
    Document.model_validate({"number": SECRET})
    return CallToolResult(content=[])


async def never_ends() -> CallToolResult:
    await anyio.sleep_forever()
    return CallToolResult(content=[])


async def answers() -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text="fine")], _meta={"own": 1})


async def limited() -> CallToolResult:
    return await refuses()


async def shows_a_log() -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text="1 | line")], _meta={"sandscope/log": {}})


async def shows_nothing_to_read() -> CallToolResult:
    return CallToolResult(content=[ImageContent(type="image", data="", mime_type="image/png")])


LEFT = {"answers": 4, "shows_a_log": 0, "shows_nothing_to_read": 0, "nearly_spends": 1}


async def nearly_spends() -> CallToolResult:
    return await answers()


async def states(name: str) -> dict[str, GroupState]:
    return {"a.logs": GroupState(5, 60.0, LEFT.get(name, 5), 12.34), "a.free": GroupState(None, 60.0, None, 0.0)}


def figures(name: str) -> dict[str, Any]:
    return {
        "a.logs": {"limit": 5, "window_s": 60.0, "remaining": LEFT.get(name, 5), "resets_in_s": 12.3},
        "a.free": {"limit": None, "window_s": 60.0, "remaining": None, "resets_in_s": 0.0},
    }


def server(*functions: Any) -> SeamServer:
    return SeamServer(
        "test",
        tools=[Tool.from_function(function) for function in functions],
        results=Results(states, {"sandscope/demo": True}),
    )


def text_of(result: CallToolResult) -> str:
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


async def test_our_error_becomes_a_result_with_its_code_and_all_six_keys() -> None:
    async with Client(server(limited)) as client:
        result = await client.call_tool("limited", {})
        assert result.is_error
        assert text_of(result) == "Wait."
        assert result.meta
        assert result.meta["sandscope/error"] == {
            "code": "rate_limited",
            "retryable": True,
            "retry_after_s": 7,
            "platform": "codegen",
            "request_id": "r-1",
            "run_id": 9,
        }
        assert result.meta["sandscope/budget"] == figures("limited")


async def breaks_aside() -> CallToolResult:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(breaks)
    return CallToolResult(content=[])


async def test_of_a_defect_outside_tools_only_the_place_is_known(caplog: pytest.LogCaptureFixture) -> None:
    async def breaks_down(*_: object) -> EmptyResult:
        raise KeyError(SECRET)

    for mode in ("auto", "legacy"):
        broken = server(answers)
        broken.lowlevel.add_request_handler("completion/complete", CompleteRequestParams, breaks_down)
        async with Client(broken, mode=mode) as client:
            with caplog.at_level(logging.DEBUG), pytest.raises(MCPError) as failure:
                await client.complete(PromptReference(name="any"), {"name": "any", "value": ""})
            assert failure.value.code == -32603
            assert SECRET not in str(failure.value)
            assert SECRET not in caplog.text
            assert "defect in completion/complete" in caplog.text
            assert text_of(await client.call_tool("answers", {})) == "fine"


@pytest.mark.parametrize("function", [breaks, parses_wrongly, breaks_aside, leaves])
async def test_a_defect_is_internal_and_neither_told_nor_logged_with_its_message(
    function: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with Client(server(function, answers)) as client:
        with caplog.at_level(logging.DEBUG):
            result = await client.call_tool(function.__name__, {})
        assert result.meta
        assert result.meta["sandscope/error"]["code"] == "internal"
        assert SECRET not in text_of(result)
        assert SECRET not in caplog.text
        assert f"defect in {function.__name__}" in caplog.text
        assert "test_seam.py" in caplog.text
        assert "raise KeyError" in caplog.text or function in {parses_wrongly, leaves}
        assert text_of(await client.call_tool("answers", {})) == "fine"


async def test_a_call_that_does_not_end_is_given_up_before_the_client_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seam, "LONGEST_CALL_S", 0.05)
    async with Client(server(never_ends)) as client:
        result = await client.call_tool("never_ends", {})
        assert result.meta
        assert result.meta["sandscope/error"]["code"] == "timeout"
        assert result.meta["sandscope/error"]["retryable"] is False
        assert "list_runs" in text_of(result)


async def test_a_good_result_keeps_its_own_meta_beside_ours() -> None:
    async with Client(server(answers)) as client:
        result = await client.call_tool("answers", {})
        assert result.meta
        assert result.meta["own"] == 1
        assert result.meta["sandscope/demo"] is True
        assert result.meta["sandscope/budget"] == figures("answers")


async def asks_back() -> InputRequiredResult:
    return InputRequiredResult(request_state="more")


async def asks_back_about(about: str) -> InputRequiredResult:
    return InputRequiredResult(request_state=about)


async def test_a_question_back_to_the_client_passes_as_it_is() -> None:
    result = await server(asks_back).call_tool("asks_back", {})
    assert isinstance(result, InputRequiredResult)


async def test_a_resource_may_ask_back_too() -> None:
    asking = server()
    asking.resource("ask://{about}")(asks_back_about)
    async with Client(asking) as client:
        result = await client.session.read_resource("ask://it", allow_input_required=True)
    assert isinstance(result, InputRequiredResult)


async def starts_something(ctx: Context[TaskGroup, Any]) -> CallToolResult:
    ctx.request_context.lifespan_context.start_soon(anyio.sleep_forever)
    return await answers()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_what_goes_on_beyond_a_call_ends_with_the_server(mode: str) -> None:
    with anyio.fail_after(1):
        async with Client(server(starts_something), mode=mode) as client:
            assert text_of(await client.call_tool("starts_something", {})) == "fine"


async def test_more_calls_than_it_takes_at_once_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seam, "MAX_CALLS", 2)
    begun = anyio.Event()
    go_on = anyio.Event()

    async def waits() -> CallToolResult:
        begun.set()
        await go_on.wait()
        return CallToolResult(content=[])

    async with Client(server(waits, answers)) as client, anyio.create_task_group() as tasks:
        for _ in range(2):
            begun = anyio.Event()
            tasks.start_soon(client.call_tool, "waits")
            await begun.wait()
        refused = await client.call_tool("answers", {})
        go_on.set()
        assert refused.meta
        assert refused.meta["sandscope/error"]["code"] == "server_busy"
    async with Client(server(answers)) as client:
        assert text_of(await client.call_tool("answers", {})) == "fine"


async def test_more_reads_than_it_takes_at_once_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seam, "MAX_READS", 2)
    begun = anyio.Event()
    go_on = anyio.Event()

    async def waits() -> str:
        begun.set()
        await go_on.wait()
        return "fine"

    reading = server(answers)
    reading.resource("test://waits")(waits)
    async with Client(reading) as client, anyio.create_task_group() as tasks:
        for _ in range(2):
            begun = anyio.Event()
            tasks.start_soon(client.read_resource, "test://waits")
            await begun.wait()
        with pytest.raises(MCPError, match="2 resources are being read") as refused:
            await client.read_resource("test://waits")
        assert refused.value.error.data["sandscope/error"]["code"] == "server_busy"
        go_on.set()
    async with Client(reading) as client:
        assert (await client.read_resource("test://waits")).contents


async def test_a_group_that_is_nearly_spent_is_told_in_one_line_below_the_facts() -> None:
    async with Client(server(answers, nearly_spends)) as client:
        assert text_of(await client.call_tool("answers", {})) == "fine"
        told = text_of(await client.call_tool("nearly_spends", {}))
    assert told == "fine\nRate budget: a.logs 1 of 5 left, next in 13 s."


@pytest.mark.parametrize("tool", [shows_a_log, shows_nothing_to_read])
async def test_nothing_is_added_to_a_log_with_its_own_bound_nor_to_what_is_no_text(tool: Any) -> None:
    async with Client(server(tool)) as client:
        result = await client.call_tool(tool.__name__, {})
    assert "Rate budget" not in str(result.content)
    assert result.meta
    assert result.meta["sandscope/budget"] == figures(tool.__name__)
