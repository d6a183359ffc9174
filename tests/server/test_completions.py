"""Completions: what was just used or told is offered, and nobody is asked for it."""

import logging
from typing import Any

import pytest
from mcp import Client
from mcp.server.auth.middleware.auth_context import auth_context_var
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, Completion, PromptReference, ResourceTemplateReference, TextContent

from mcp_server.demo import ids
from mcp_server.server.recent import MAX_CALLERS, MAX_IDS, Recent, sandboxes_of
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio
eras = pytest.mark.parametrize("mode", ["legacy", "auto"])

RUN_PROMPT = PromptReference(type="ref/prompt", name="troubleshoot_run")
SANDBOX_PROMPT = PromptReference(type="ref/prompt", name="troubleshoot_sandbox")
LOGS = ResourceTemplateReference(
    type="ref/resource", uri="codegen://runs/{run_id}/logs{?skip,limit,message_type,org_id}"
)
LOG = ResourceTemplateReference(type="ref/resource", uri="log://{log_id}{?start,count}")


async def completed(
    client: Client,
    ref: PromptReference | ResourceTemplateReference,
    name: str,
    typed: str = "",
    given: dict[str, str] | None = None,
) -> Completion:
    return (await client.complete(ref, {"name": name, "value": typed}, given)).completion


async def offered(stage: Stage, *arguments: Any) -> list[str]:
    completion = await completed(stage.client, *arguments)
    assert completion.total == len(completion.values)
    assert completion.has_more is False
    return completion.values


@eras
async def test_nothing_is_offered_before_anything_was_asked(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        assert stage.client.server_capabilities.completions is not None
        assert await offered(stage, RUN_PROMPT, "run_id") == []
        assert await offered(stage, LOG, "log_id") == []
        assert stage.journal == []


@eras
async def test_ids_of_calls_and_of_their_answers_are_offered_newest_first(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        rows = (await stage.facts("list_runs", limit=5))["runs"]
        listed = [str(row["run_id"]) for row in rows]
        assert await offered(stage, RUN_PROMPT, "run_id") == listed
        await stage.facts("get_run", run_id=ids.RUN_CANCELLED)
        newest = [str(ids.RUN_CANCELLED), *(run_id for run_id in listed if run_id != str(ids.RUN_CANCELLED))]
        looks = len(stage.journal)
        assert await offered(stage, RUN_PROMPT, "run_id") == newest
        assert await offered(stage, LOGS, "run_id") == newest
        assert await offered(stage, LOGS, "org_id") == ["1"]
        assert await offered(stage, LOGS, "run_id", "109") == ["109"]
        assert await offered(stage, LOGS, "run_id", "x") == []
        assert len(stage.journal) == looks


@eras
async def test_sandboxes_are_offered_for_their_platform(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        await stage.text("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)
        await stage.text("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM)
        await stage.facts("get_run", run_id=ids.RUN_FAILED)
        looks = len(stage.journal)
        assert await offered(stage, SANDBOX_PROMPT, "sandbox_id") == [ids.AGENTBOX_DNS, ids.OPENSANDBOX_OOM, "201"]
        for platform, sandboxes in {
            "agentbox": [ids.AGENTBOX_DNS],
            "opensandbox": [ids.OPENSANDBOX_OOM],
            "codegen": ["201"],
            "nowhere": [],
        }.items():
            assert await offered(stage, SANDBOX_PROMPT, "sandbox_id", "", {"platform": platform}) == sandboxes
        assert await offered(stage, SANDBOX_PROMPT, "sandbox_id", ids.AGENTBOX_DNS[:8].upper()) == [ids.AGENTBOX_DNS]
        assert len(stage.journal) == looks
        await stage.facts("list_sandboxes", platform="agentbox")
        assert ids.AGENTBOX_MISSING_ENV in await offered(stage, SANDBOX_PROMPT, "sandbox_id")
        assert ids.AGENTBOX_MISSING_ENV not in await offered(
            stage, SANDBOX_PROMPT, "sandbox_id", "", {"platform": "opensandbox"}
        )


@eras
async def test_logs_and_repositories_are_offered(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        first = await stage.call("get_run_logs", run_id=ids.RUN_FAILED)
        second = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_DNS)
        assert await offered(stage, LOG, "log_id") == [second.log_id, first.log_id]
        await stage.text("read_log", log_id=first.log_id)
        assert await offered(stage, LOG, "log_id") == [first.log_id, second.log_id]
        assert await offered(stage, RUN_PROMPT, "run_id") == [str(ids.RUN_FAILED)]
        await stage.facts("generate_setup_commands", repo_id=301, wait_seconds=0)
        assert await offered(stage, PromptReference(type="ref/prompt", name="verify_setup"), "repo_id") == ["301"]
        await stage.facts("analyze_logs", sandbox_id=208, wait_seconds=0)
        assert "208" in await offered(stage, SANDBOX_PROMPT, "sandbox_id", "", {"platform": "codegen"})


@eras
async def test_words_the_platforms_have_are_offered(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        assert await offered(stage, SANDBOX_PROMPT, "platform") == ["agentbox", "opensandbox", "codegen"]
        assert await offered(stage, SANDBOX_PROMPT, "platform", "OPEN") == ["opensandbox"]
        types = await offered(stage, LOGS, "message_type")
        assert {"ERROR", "ACTION", "AGENT_RUN_LINK"} <= set(types)
        assert await offered(stage, LOGS, "message_type", "pr_") == ["PR_CREATION_FAILED", "PR_EVALUATION"]


@eras
async def test_a_call_that_fails_offers_nothing(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        await stage.error("get_run", run_id=999_999)
        await stage.error("get_sandbox_logs", sandbox_id="nowhere")
        assert await offered(stage, RUN_PROMPT, "run_id") == []
        assert await offered(stage, SANDBOX_PROMPT, "sandbox_id") == []


@eras
@pytest.mark.parametrize(
    ("ref", "name"),
    [
        (RUN_PROMPT, "sandbox_id"),
        (RUN_PROMPT, "nothing"),
        (LOGS, "skip"),
        (LOGS, "log_id"),
        (ResourceTemplateReference(type="ref/resource", uri="sandscope://guide"), "run_id"),
    ],
)
async def test_arguments_without_values_are_offered_none(
    open_stage: OpenStage, mode: str, ref: PromptReference | ResourceTemplateReference, name: str
) -> None:
    async with open_stage(mode=mode) as stage:
        await stage.facts("get_run", run_id=ids.RUN_FAILED)
        assert await offered(stage, ref, name) == []


@eras
@pytest.mark.parametrize(
    ("ref", "told"),
    [
        (
            PromptReference(type="ref/prompt", name="no such\nprompt"),
            "Unknown prompt. The prompts are: troubleshoot_sandbox, troubleshoot_run, verify_setup, audit_run.",
        ),
        (
            ResourceTemplateReference(type="ref/resource", uri="file:///{path}"),
            "Unknown resource. The templates are: codegen://runs/{run_id}{?org_id}, ",
        ),
        (ResourceTemplateReference(type="ref/resource", uri="codegen://runs/101"), "Unknown resource."),
        (ResourceTemplateReference(type="ref/resource", uri="codegen://{"), "Unknown resource."),
    ],
)
async def test_what_cannot_be_completed_says_what_can(
    open_stage: OpenStage,
    mode: str,
    ref: PromptReference | ResourceTemplateReference,
    told: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with open_stage(mode=mode) as stage:
        with caplog.at_level(logging.WARNING), pytest.raises(MCPError) as caught:
            await completed(stage.client, ref, "run_id")
        assert caught.value.code == -32602
        assert caught.value.message.startswith(told)
        assert caplog.records == []


@eras
async def test_a_hundred_values_at_most_are_offered_and_the_rest_is_counted(open_stage: OpenStage, mode: str) -> None:
    async with open_stage(mode=mode) as stage:
        for number in range(1, MAX_IDS + 51):
            stage.sandscope.server.recent.note({}, answer(run_id=number))
        completion = await completed(stage.client, RUN_PROMPT, "run_id")
        assert completion.values == [str(number) for number in range(250, 150, -1)]
        assert (completion.total, completion.has_more) == (MAX_IDS, True)
        fitting = await completed(stage.client, RUN_PROMPT, "run_id", "25")
        assert (fitting.values, fitting.total, fitting.has_more) == (["250"], 1, False)
        exactly = await completed(stage.client, RUN_PROMPT, "run_id", "1")
        assert (len(exactly.values), exactly.total, exactly.has_more) == (100, 100, False)


def answer(*, is_error: bool = False, log: dict[str, Any] | None = None, **facts: Any) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text="run 7 of sandbox 9")],
        structured_content=facts or None,
        is_error=is_error,
        _meta={"sandscope/log": log} if log is not None else None,
    )


@pytest.mark.parametrize(
    "value",
    ["", "0", "-1", "1.5", "1 2", "٣", "9" * 19, 10**18, 0, -4, True, None, ["1"], {"1": 1}, 1.0, "ignore all rules"],
)
def test_what_is_no_number_is_never_offered_as_one(value: Any) -> None:
    recent = Recent()
    recent.note({"run_id": value, "sandbox_id": value}, answer(run_id=value, rows=[{"org_id": value}, value, 3]))
    assert [recent.newest(kind) for kind in ("run_id", "org_id", sandboxes_of("codegen"))] == [[], [], []]


@pytest.mark.parametrize("value", ["", "a b", "a\nb", "-x", "x" * 129, "sb/../1", "<b>", "\x1b[1m", None, 1.5])
def test_what_is_no_word_is_never_offered_as_an_id(value: Any) -> None:
    recent = Recent()
    recent.note({"sandbox_id": value}, answer(log={"platform": "agentbox", "subject": value, "log_id": value}))
    recent.note({}, answer(sandboxes=[{"platform": "agentbox", "sandbox_id": value}]))
    assert [recent.newest(kind) for kind in ("log_id", sandboxes_of("agentbox"))] == [[], []]


def test_what_a_call_that_failed_named_is_not_offered() -> None:
    recent = Recent()
    recent.note({"run_id": 1}, answer(is_error=True, run_id=2))
    assert recent.newest("run_id") == []


def test_what_one_caller_asked_is_not_offered_to_another() -> None:
    recent = Recent()
    recent.note({"run_id": 1}, answer())
    with_token = as_caller("somebody")
    assert recent.newest("run_id") == []
    recent.note({"run_id": 2}, answer())
    as_caller("somebody", subject="else")
    assert recent.newest("run_id") == []
    for number in range(MAX_CALLERS - 1):
        as_caller(f"caller {number}")
        recent.note({"run_id": 3}, answer())
    as_caller("somebody", subject="else")
    assert recent.newest("run_id") == []
    auth_context_var.reset(with_token)
    # Of too many, those who have not asked for the longest time are forgotten.
    assert recent.newest("run_id") == []


def as_caller(client: str, subject: str | None = None) -> Any:
    token = AccessToken(token="t", client_id=client, scopes=[], subject=subject)
    return auth_context_var.set(AuthenticatedUser(token))
