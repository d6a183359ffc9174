"""`get_run_logs`: what a run did, from its steps."""

import re
from typing import Any

import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.demo.app import Options
from tests.stage import OpenStage, Stage

pytestmark = pytest.mark.anyio


async def test_the_first_answer_shows_outcome_errors_and_every_step(stage: Stage) -> None:
    answer = await stage.text("get_run_logs", run_id=ids.RUN_FAILED)
    assert "state: failed" in answer
    assert "conflicting dependencies" in answer
    assert all(f"#{number} " in answer for number in range(1, 9))


async def test_a_loop_is_pointed_out(stage: Stage) -> None:
    answer = await stage.text("get_run_logs", run_id=ids.RUN_LOOPING)
    assert "same" in answer.lower() or "loop" in answer.lower() or "repeat" in answer.lower()


async def test_a_failed_pull_request_is_shown(stage: Stage) -> None:
    assert "PR_CREATION_FAILED" in await stage.text("get_run_logs", run_id=ids.RUN_PR_FAILED)


async def test_a_long_log_is_read_in_pages_of_a_hundred_and_whole(stage: Stage) -> None:
    result = await stage.call("get_run_logs", run_id=ids.RUN_LOOPING)
    assert result.figures["complete"] == "yes"
    pages = [asked for asked in stage.journal if asked.template.endswith("/logs")]
    assert len(pages) >= 2
    assert all("limit=100" in asked.query for asked in pages)


async def test_skip_and_limit_show_the_steps_themselves(stage: Stage) -> None:
    result = await stage.call("get_run_logs", run_id=ids.RUN_FAILED, skip=3, limit=2)
    text = result.text
    assert result.figures["view"] == "entries"
    assert result.figures["complete"] == "no"
    assert re.findall(r"#(\d+) [A-Z_]+", text)[:2] == ["4", "5"]
    assert "skip=5" in text


async def test_a_slice_over_two_pages_reads_both(stage: Stage) -> None:
    text = await stage.text("get_run_logs", run_id=ids.RUN_LOOPING, skip=95, limit=10, max_tokens=20000)
    assert "#96 " in text
    assert "#105 " in text


async def test_types_choose_steps_and_skip_counts_matches(stage: Stage) -> None:
    actions = await stage.text("get_run_logs", run_id=ids.RUN_FAILED, message_types=["action"])
    assert "#1 " not in actions
    assert "#2 ACTION" in actions
    later = await stage.text("get_run_logs", run_id=ids.RUN_FAILED, message_types=["ACTION"], skip=1, limit=1)
    assert "#3 ACTION" in later
    assert "#2 ACTION" not in later
    assert "message_types=['ACTION'], skip=2, limit=1" in later


async def test_a_tool_chooses_steps(stage: Stage) -> None:
    text = await stage.text("get_run_logs", run_id=ids.RUN_FAILED, tool_name="view_file", limit=1)
    assert "#2 ACTION view_file" in text
    assert "#3 " not in text


async def test_the_next_call_names_the_tool_again(stage: Stage) -> None:
    text = await stage.text("get_run_logs", run_id=ids.RUN_FAILED, tool_name="run_command", limit=1)
    assert "tool_name='run_command', skip=1, limit=1" in text


async def test_find_shows_only_rows_of_the_chosen_steps(stage: Stage) -> None:
    everywhere = await stage.text("get_run_logs", run_id=ids.RUN_FAILED, find="flask")
    errors = await stage.text("get_run_logs", run_id=ids.RUN_FAILED, find="flask", message_types=["ERROR"])
    assert everywhere.count("flask") > errors.count("flask") > 0


async def test_a_captured_run_can_be_read_on_for_free(stage: Stage) -> None:
    result = await stage.call("get_run_logs", run_id=ids.RUN_FAILED)
    before = len(stage.journal)
    log_id = result.figures["log_id"]
    assert "conflicting" in await stage.text("read_log", log_id=log_id, find="conflicting")
    assert "#4 " in await stage.text("read_log", log_id=log_id)
    assert len(stage.journal) == before


async def test_the_other_path_of_run_logs_is_found_once_and_remembered(open_stage: OpenStage) -> None:
    async with open_stage(options=Options(codegen_logs_path="v1")) as stage:
        await stage.text("get_run_logs", run_id=ids.RUN_FAILED)
        await stage.text("get_run_logs", run_id=ids.RUN_COMPLETED)
        assert [asked.status for asked in stage.journal] == [404, 200, 200]


async def test_a_run_nobody_knows_is_not_found_and_named(stage: Stage) -> None:
    error = await stage.error("get_run_logs", run_id=999)
    assert error["code"] == "not_found"
    assert error["run_id"] == 999
    assert len(stage.journal) == 1


async def test_a_growing_run_gets_a_new_handle(stage: Stage) -> None:
    first = await stage.call("get_run_logs", run_id=ids.RUN_RUNNING)
    stage.time.seconds += 20
    second = await stage.call("get_run_logs", run_id=ids.RUN_RUNNING)
    handles = {result.figures["log_id"] for result in (first, second)}
    assert len(handles) == 2
    assert "  1 | " in await stage.text("read_log", log_id=min(handles), start_line=1)


class Pages(httpx2.AsyncBaseTransport):
    """A run of many steps; `total` says how many there are, or does not; pages from `fails_from` on fail."""

    def __init__(self, steps: int, *, total: bool, fails_from: int | None = None) -> None:
        self.steps = steps
        self.total = total
        self.fails_from = fails_from
        self.asked: list[int] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        skip = int(request.url.params["skip"])
        self.asked.append(skip)
        if self.fails_from is not None and len(self.asked) > self.fails_from:
            return httpx2.Response(500, json={"message": "no", "status_code": 500})
        logs = [
            {"agent_run_id": 1, "message_type": "ACTION", "thought": f"step {number}"}
            for number in range(skip + 1, min(skip + 100, self.steps) + 1)
        ]
        total = self.steps if self.total else None
        run = {"id": 1, "organization_id": 1, "status": "completed", "logs": logs, "total_logs": total}
        return httpx2.Response(200, json=run)


async def test_pages_are_read_from_both_ends(open_stage: OpenStage) -> None:
    pages = Pages(450, total=True)
    async with open_stage(wire=lambda _: pages) as stage:
        result = await stage.call("get_run_logs", run_id=1)
        assert pages.asked == [0, 400, 300, 200, 100]
        assert result.figures["complete"] == "yes"


async def test_without_a_total_pages_are_read_onwards_to_the_short_one(open_stage: OpenStage) -> None:
    pages = Pages(250, total=False)
    async with open_stage(wire=lambda _: pages) as stage:
        result = await stage.call("get_run_logs", run_id=1)
        assert pages.asked == [0, 100, 200]
        assert result.figures["complete"] == "yes"


async def test_a_page_that_fails_leaves_a_gap_that_is_told(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: Pages(450, total=True, fails_from=2)) as stage:
        result = await stage.call("get_run_logs", run_id=1)
        figures = result.figures
        assert figures["complete"] == "no"
        assert figures["warnings"] == [
            "reading stopped after 2 pages (upstream_error); 300 steps in the middle are missing"
        ]


async def test_a_first_page_that_fails_is_the_error(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: Pages(450, total=True, fails_from=0)) as stage:
        assert (await stage.error("get_run_logs", run_id=1))["code"] == "upstream_error"


class SlowPages(Pages):
    """Each page takes six seconds of the stage's time."""

    def __init__(self) -> None:
        super().__init__(2000, total=False)
        self.time: Any = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.time.seconds += 6
        return await super().handle_async_request(request)


async def test_reading_ends_after_twenty_seconds(open_stage: OpenStage) -> None:
    pages = SlowPages()
    async with open_stage(wire=lambda _: pages) as stage:
        pages.time = stage.time
        result = await stage.call("get_run_logs", run_id=1)
        assert result.figures["warnings"] == ["reading stopped after 4 pages"]


async def test_reading_stops_when_the_budget_is_spent(open_stage: OpenStage) -> None:
    async with open_stage(
        wire=lambda _: Pages(9000, total=True), environ={"SANDSCOPE_LIMITS": "codegen.logs=5/600"}
    ) as stage:
        result = await stage.call("get_run_logs", run_id=1)
        figures = result.figures
        assert "rate_budget_spent" in figures["warnings"][0]
        assert figures["complete"] == "no"
