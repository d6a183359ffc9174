"""`read_log`: more of a captured log, for free, under stable line numbers."""

import re

import pytest

from mcp_server.demo import ids
from tests.stage import Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def log_id(stage: Stage) -> str:
    result = await stage.call("get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)
    stage.journal.clear()
    return result.figures["log_id"]


async def test_it_sends_no_request(stage: Stage, log_id: str) -> None:
    await stage.text("read_log", log_id=log_id)
    await stage.text("read_log", log_id=log_id, find="DATABASE_URL")
    await stage.text("read_log", log_id=log_id, start_line=-5)
    assert stage.journal == []


async def test_a_window_is_contiguous_from_its_first_line(stage: Stage, log_id: str) -> None:
    text = await stage.text("read_log", log_id=log_id, start_line=1390)
    numbers = [int(number) for number in re.findall(r"^ *(\d+) \| ", text, re.MULTILINE)]
    assert numbers == list(range(1390, 1390 + len(numbers)))
    assert len(numbers) > 10


async def test_a_negative_start_counts_from_the_end(stage: Stage, log_id: str) -> None:
    result = await stage.call("read_log", log_id=log_id, start_line=-3)
    figures = result.figures
    numbers = [int(number) for number in re.findall(r"^ *(\d+) \| ", result.text, re.MULTILINE)]
    assert numbers == [figures["lines"] - 2, figures["lines"] - 1, figures["lines"]]
    assert figures["view"] == "window"


async def test_a_search_resumes_at_a_line(stage: Stage, log_id: str) -> None:
    everywhere = await stage.text("read_log", log_id=log_id, find="DATABASE_URL is undefined", context_lines=0)
    later = await stage.text(
        "read_log", log_id=log_id, find="DATABASE_URL is undefined", context_lines=0, start_line=1600
    )
    assert " 1397 | " in everywhere
    assert " 1397 | " not in later
    assert " 1615 | " in later


async def test_no_match_offers_what_does_occur(stage: Stage, log_id: str) -> None:
    text = await stage.text("read_log", log_id=log_id, find="no such words here")
    assert "Signs of failure here: warning (14)" in text


async def test_without_find_or_start_it_is_the_first_answer_again(stage: Stage, log_id: str) -> None:
    result = await stage.call("read_log", log_id=log_id)
    assert result.figures["view"] == "evidence"
    assert "DATABASE_URL is undefined" in result.text


async def test_an_unknown_handle_says_how_to_get_a_new_one(stage: Stage) -> None:
    error = await stage.error("read_log", log_id="log_nothing")
    assert error["code"] == "expired_handle"
    assert "get_sandbox_logs" in error["text"]


async def test_an_expression_that_does_not_compile_is_an_invalid_argument(stage: Stage, log_id: str) -> None:
    error = await stage.error("read_log", log_id=log_id, find="(")
    assert error["code"] == "invalid_argument"
    assert "find" in error["text"]


@pytest.mark.parametrize("max_tokens", [200, 500, 20_000])
async def test_the_bound_is_kept(stage: Stage, log_id: str, max_tokens: int) -> None:
    for arguments in ({}, {"find": "npm"}, {"start_line": 1}):
        result = await stage.call("read_log", log_id=log_id, max_tokens=max_tokens, **arguments)
        assert result.figures["tokens"] <= max_tokens
