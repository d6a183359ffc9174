"""`compare_to`: what is new in a failed run or sandbox against one that did well."""

import re
from typing import Any

import pytest

from mcp_server.demo import ids
from mcp_server.demo.causes import CAUSES
from mcp_server.logs.tokens import estimate
from tests.stage import Answer, OpenStage, Stage

pytestmark = pytest.mark.anyio

BAD, GOOD = ids.OPENSANDBOX_DEPENDENCY_CONFLICT, ids.OPENSANDBOX_SETUP_SUCCESS
PAIRS: dict[str, dict[str, Any]] = {
    "get_diagnostics": {"sandbox_id": BAD, "compare_to": GOOD},
    "get_run_logs": {"run_id": ids.RUN_FAILED, "compare_to": ids.RUN_COMPLETED},
}
SUBJECT = {"get_diagnostics": "sandbox_id", "get_run_logs": "run_id"}


def new_lines(answer: Answer) -> list[str]:
    return [text for _, text in re.findall(r"(?m)^  (\d+) \| (.*)$", answer.text)]


async def test_a_sandbox_shows_its_cause_and_what_the_good_one_said_instead(stage: Stage) -> None:
    answer = await stage.call("get_diagnostics", **PAIRS["get_diagnostics"])
    assert CAUSES[BAD] in answer.text
    assert "ModuleNotFoundError: No module named 'flask'" in answer.text
    assert re.search(r"(?m)^  good \d+: Successfully installed boto3", answer.text)
    assert re.search(r"(?m)^  good \d+: setup.sh: done$", answer.text)
    # What both say is not shown as new.
    assert not [line for line in new_lines(answer) if "Collecting" in line]


async def test_a_small_answer_shows_the_cause_first(stage: Stage) -> None:
    text = await stage.text("get_diagnostics", **PAIRS["get_diagnostics"], max_tokens=1000)
    assert re.search(r"(?m)^  \d+ \| ERROR: Cannot install .* conflicting dependencies", text)


async def test_a_run_shows_where_it_left_the_good_one_and_what_failed_in_it_alone(stage: Stage) -> None:
    text = await stage.text("get_run_logs", **PAIRS["get_run_logs"])
    assert "conflicting dependencies" in text
    assert "same steps up to #1; then here #2 view_file" in text
    assert "failed here only: #4 run_command, #7 run_command, #8 run_command" in text
    assert "tools, here/good: run_command 5/2" in text


@pytest.mark.parametrize("tool", PAIRS)
async def test_both_logs_can_be_read_on(stage: Stage, tool: str) -> None:
    answer = await stage.call(tool, **PAIRS[tool])
    handles = set(re.findall(r"log_[a-z2-7]{12}", answer.text))
    assert len(handles) == 2
    assert answer.log_id in handles
    assert set(answer.figures) == set((await stage.call(tool, **{SUBJECT[tool]: PAIRS[tool][SUBJECT[tool]]})).figures)
    assert answer.figures["view"] == "evidence"
    asked = len(stage.journal)
    for handle in handles:
        await stage.text("read_log", log_id=handle, start_line=1)
    assert len(stage.journal) == asked


@pytest.mark.parametrize("tool", PAIRS)
async def test_line_numbers_are_those_of_the_failing_log(stage: Stage, tool: str) -> None:
    answer = await stage.call(tool, **PAIRS[tool], max_tokens=1000)
    number, text = re.findall(r"(?m)^  (\d+) \| ([^…\n]+)$", answer.text)[-1]
    read = await stage.text("read_log", log_id=answer.log_id, start_line=int(number))
    assert f"  {number} | {text}" in read


@pytest.mark.parametrize("max_tokens", [200, 500, 20000])
@pytest.mark.parametrize("tool", PAIRS)
async def test_the_answer_keeps_its_bound(stage: Stage, tool: str, max_tokens: int) -> None:
    answer = await stage.call(tool, **PAIRS[tool], max_tokens=max_tokens)
    assert estimate(answer.text) == answer.figures["tokens"] <= max_tokens


@pytest.mark.parametrize("tool", PAIRS)
async def test_a_log_is_not_compared_with_itself(stage: Stage, tool: str) -> None:
    name = SUBJECT[tool]
    error = await stage.error(tool, **{name: PAIRS[tool][name], "compare_to": PAIRS[tool][name]})
    assert error["code"] == "invalid_argument"
    assert "compare_to" in error["text"]
    assert not stage.journal


@pytest.mark.parametrize(
    ("tool", "more"),
    [
        ("get_diagnostics", {"find": "x"}),
        ("get_run_logs", {"find": "x"}),
        ("get_run_logs", {"skip": 2}),
        ("get_run_logs", {"limit": 3}),
        ("get_run_logs", {"tool_name": "shell"}),
        ("get_run_logs", {"message_types": ["ERROR"]}),
    ],
)
async def test_a_comparison_is_of_whole_logs(stage: Stage, tool: str, more: dict[str, Any]) -> None:
    error = await stage.error(tool, **PAIRS[tool], **more)
    assert error["code"] == "invalid_argument"
    assert next(iter(more)) in error["text"]
    assert "read_log" in error["text"]
    assert not stage.journal


@pytest.mark.parametrize(
    ("tool", "name", "value"),
    [
        ("get_diagnostics", "compare_to", ids.AGENTBOX_SUCCESS),
        ("get_diagnostics", "sandbox_id", ids.AGENTBOX_DNS),
        ("get_run_logs", "compare_to", 999),
        ("get_run_logs", "run_id", 999),
    ],
)
async def test_an_unknown_id_is_named_with_its_argument(stage: Stage, tool: str, name: str, value: object) -> None:
    error = await stage.error(tool, **{**PAIRS[tool], name: value})
    assert error["code"] == "not_found"
    assert error["text"].startswith(f"{name} {str(value)!r}: ")


@pytest.mark.parametrize(
    ("tool", "compare_to"), [("get_run_logs", ids.RUN_LOOPING), ("get_diagnostics", ids.OPENSANDBOX_PORT_IN_USE)]
)
async def test_a_good_one_that_itself_failed_is_called_so(stage: Stage, tool: str, compare_to: object) -> None:
    answer = await stage.call(tool, **{**PAIRS[tool], "compare_to": compare_to})
    assert any("compare_to itself failed" in warning for warning in answer.figures["warnings"])
    assert "warning: compare_to itself failed" in answer.text


async def test_another_program_is_called_so_and_the_first_answer_follows(stage: Stage) -> None:
    text = await stage.text("get_diagnostics", sandbox_id=BAD, compare_to=ids.OPENSANDBOX_SUCCESS)
    assert "hardly anything in common" in text
    assert CAUSES[BAD] in text


async def test_a_pair_asked_for_again_at_once_costs_nothing(stage: Stage) -> None:
    for tool, arguments in PAIRS.items():
        await stage.call(tool, **arguments)
        asked = len(stage.journal)
        await stage.call(tool, **arguments, max_tokens=400)
        assert len(stage.journal) == asked, tool


async def test_a_good_log_that_was_not_read_whole_is_called_so(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        answer = await stage.call("get_diagnostics", **PAIRS["get_diagnostics"], scope="container")
        assert any("compare_to is not complete" in warning for warning in answer.figures["warnings"])
