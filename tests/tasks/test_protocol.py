"""What the specification of the extension asks of a server, whatever the work is."""

import re
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

from mcp_server.server.build import Sandscope
from mcp_server.tasks.task_ids import TaskIds
from tests.stage import OpenStage, Stage
from tests.tasks.client import ID, KnowsTasks, ask, call, created, get, send
from tests.tasks.errand import ASKED, Errand

pytestmark = pytest.mark.anyio

METHODS: dict[str, dict[str, Any]] = {"tasks/get": {}, "tasks/update": {"inputResponses": {}}, "tasks/cancel": {}}


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncGenerator[Stage]:
    """The demo world, for a client that knows tasks."""
    async with open_stage(extensions=[KnowsTasks()]) as opened:
        yield opened


@pytest.fixture
def errand(stage: Stage) -> Errand:
    """Work behind `whoami`, which does not wait otherwise."""
    return errand_of(stage.sandscope)


def errand_of(sandscope: Sandscope) -> Errand:
    work = Errand()
    sandscope.tasks.works["whoami"] = work
    return work


@pytest.mark.parametrize("method", METHODS)
async def test_who_does_not_declare_the_extension_is_told_to(open_stage: OpenStage, method: str) -> None:
    async with open_stage() as stage:
        with pytest.raises(MCPError) as refused:
            await ask(stage.client, method, "any", **METHODS[method])
        assert refused.value.code == -32021
        assert refused.value.data == {"requiredCapabilities": {"extensions": {ID: {}}}}


@pytest.mark.parametrize("method", METHODS)
async def test_older_revisions_have_no_such_method(open_stage: OpenStage, method: str) -> None:
    async with open_stage(mode="legacy", extensions=[KnowsTasks()]) as stage:
        with pytest.raises(MCPError) as refused:
            await ask(stage.client, method, "any", **METHODS[method])
        assert refused.value.code == -32601


@pytest.mark.parametrize("method", ["tasks/result", "tasks/list"])
async def test_methods_of_the_earlier_draft_are_gone(stage: Stage, method: str) -> None:
    with pytest.raises(MCPError) as refused:
        await ask(stage.client, method, "any")
    assert refused.value.code == -32601


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (r"^.+", ""),
        (r"^.+", "nobody"),
        (r"^.+", "a.b.c.d"),
        (r"^.+", "whoami.0.17.ümläut"),
        (r".$", ""),
        (r"^whoami", "get_run"),
        (r"whoami.0", "whoami.1"),
        (r"$", "A"),
    ],
)
async def test_an_id_that_was_not_given_out_is_unknown(
    stage: Stage, errand: Errand, method: str, part: str, instead: str
) -> None:
    made = await created(stage.client, "whoami")
    with pytest.raises(MCPError, match="No such task") as refused:
        await ask(stage.client, method, re.sub(part, instead, made.task_id, count=1), **METHODS[method])
    assert refused.value.code == -32602
    assert (await get(stage.client, made.task_id))["status"] == "input_required"
    assert not errand.cancelled


def test_an_id_that_no_request_could_carry_on_is_unknown() -> None:
    assert TaskIds(lambda: b"key").read("get_run.1-2.3.\ud800", "") is None


async def test_a_task_is_known_for_a_day(stage: Stage, errand: Errand) -> None:
    made = await created(stage.client, "whoami")
    assert errand.answers
    stage.time.seconds += made.ttl_ms / 1000
    assert (await get(stage.client, made.task_id))["taskId"] == made.task_id
    stage.time.seconds += 1
    with pytest.raises(MCPError, match="over a day old"):
        await get(stage.client, made.task_id)


@pytest.mark.parametrize("params", [{}, {"inputResponses": ["colour"]}, {"inputResponses": None}])
async def test_a_malformed_update_is_refused(stage: Stage, errand: Errand, params: dict[str, Any]) -> None:
    made = await created(stage.client, "whoami")
    with pytest.raises(MCPError) as refused:
        await ask(stage.client, "tasks/update", made.task_id, **params)
    assert refused.value.code == -32602
    assert errand.answers == {"0": {}}


async def test_a_task_asks_and_goes_on_when_all_is_answered(stage: Stage, errand: Errand) -> None:
    made = await created(stage.client, "whoami")
    assert made.status == "working"
    assert made.poll_interval_ms == 500
    told = await get(stage.client, made.task_id)
    assert (told["status"], told["inputRequests"]) == ("input_required", ASKED)
    assert "requestState" not in told
    blue = {"colour": {"action": "accept", "content": {"value": "blue"}}}
    await ask(stage.client, "tasks/update", made.task_id, inputResponses=blue)
    told = await get(stage.client, made.task_id)
    assert (told["status"], told["inputRequests"]) == ("input_required", {"size": ASKED["size"]})
    # A second answer to the same question counts for nothing.
    red = {"colour": {"action": "accept", "content": {"value": "red"}}}
    large = {"size": {"action": "accept", "content": {"value": "large"}}}
    await ask(stage.client, "tasks/update", made.task_id, inputResponses={**red, **large})
    told = await get(stage.client, made.task_id)
    assert told["status"] == "completed"
    assert "inputRequests" not in told
    assert told["result"]["content"] == [{"type": "text", "text": "colour blue, size large"}]
    assert errand.answers["0"].keys() == ASKED.keys()


async def test_a_protocol_error_fails_a_task_and_is_told_as_it_was(stage: Stage, errand: Errand) -> None:
    made = await created(stage.client, "whoami")
    errand.broken = True
    told = await get(stage.client, made.task_id)
    assert (told["status"], told["statusMessage"]) == ("failed", "It broke.")
    assert told["error"] == {"code": -32603, "message": "broken", "data": {"part": "wheel"}}
    assert "result" not in told


async def test_work_that_is_lost_makes_its_task_unknown(stage: Stage, errand: Errand) -> None:
    made = await created(stage.client, "whoami")
    errand.lost = True
    with pytest.raises(MCPError, match="No such task"):
        await get(stage.client, made.task_id)


async def test_giving_up_reaches_the_work_once(stage: Stage, errand: Errand) -> None:
    made = await created(stage.client, "whoami")
    for _ in range(2):
        await ask(stage.client, "tasks/cancel", made.task_id)
    assert errand.cancelled == ["0"]
    told = await get(stage.client, made.task_id)
    assert told["status"] == "cancelled"
    assert "statusMessage" not in told


async def test_work_that_ends_while_it_is_given_up_stays_given_up(stage: Stage, errand: Errand) -> None:
    made = await created(stage.client, "whoami")
    errand.broken = True
    errand.meanwhile = partial(ask, stage.client, "tasks/cancel", made.task_id)
    told = await get(stage.client, made.task_id)
    assert told["status"] == "cancelled"
    assert "error" not in told


async def test_a_call_that_needs_no_task_is_answered_as_ever(stage: Stage, errand: Errand) -> None:
    answer = await call(stage.client, "whoami", platform="codegen")
    assert isinstance(answer, CallToolResult)
    assert isinstance(answer.content[0], TextContent)
    assert errand.answers == {}


async def test_a_hint_of_the_earlier_draft_makes_no_task(stage: Stage) -> None:
    answer = await send(stage.client, "tools/call", {"name": "list_runs", "arguments": {}, "task": {"ttl": 60_000}})
    assert answer["resultType"] == "complete"
    assert answer["content"]
