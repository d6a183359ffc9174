"""The page inside a host page of ours, over a real server: what people see and do."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.long_runs import RUN, LongRun, long_run
from mcp_server.demo import ids
from tests.stage import OpenStage, Stage

pytest.importorskip("playwright", reason="playwright is not installed (group gates)")

from playwright.async_api import expect

from tests.app.browser import MARKS, Window, host, window

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = MARKS
HOSTILE = '</script><img src="http://evil.invalid/x" onerror="document.title=1"><b>bold</b>'


# Of each row in the document: its number as it is seen and as it is read aloud, its type and shape, and whether it is marked as
# failed, thrice.
ROWS = """() => [...document.querySelectorAll(".row")].map((row) => [
  row.querySelector(".n").textContent, row.ariaLabel.match(/^Step (\\d+), /)[1],
  `${row.querySelector(".kind").textContent} ${row.querySelector("svg").classList[1]}`,
  row.matches(".failed"), /, failed(,|$)/.test(row.ariaLabel), row.querySelector(".mark").checkVisibility()])"""


@asynccontextmanager
async def seen(chromium: "Browser", stage: Stage, width: int = 1200, **setting: Any) -> AsyncGenerator[Window]:
    """The page with a run in it; at the end it has done nothing it should not."""
    async with window(chromium, width) as opened:
        await host(opened, stage, **setting)
        await expect(opened.app.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
        yield opened
        assert (opened.faults, opened.requests) == ([], [])


async def test_steps_failures_figures_and_tools_are_shown(chromium: "Browser", open_stage: OpenStage) -> None:
    async with open_stage() as stage, seen(chromium, stage, run_id=ids.RUN_FAILED) as opened:
        await expect(opened.app.get_by_role("heading", level=1)).to_have_text("Run 101")
        rows = opened.list.get_by_role("option")
        await expect(rows).to_have_count(8)
        await expect(opened.list.get_by_role("option", name="failed")).to_have_count(3)
        await expect(rows.nth(3)).to_have_attribute("aria-label", "Step 4, ACTION, run_command, failed, took 1 min 8 s")
        figures = await opened.app.locator(".figures").inner_text()
        assert figures.split("\n")[:6] == ["Steps", "8", "Failed", "3", "Error rate", "38 %"]
        table = await opened.app.get_by_role("table").inner_text()
        assert table.splitlines()[1].split("\t")[:3] == ["run_command", "5", "3"]
        axis = opened.app.get_by_role("img")
        assert "ACTION 5, PLAN_EVALUATION 2, ERROR 1; 3 failed" in str(await axis.get_attribute("aria-label"))


async def test_an_opened_step_tells_what_was_thought_asked_and_answered(
    chromium: "Browser", open_stage: OpenStage
) -> None:
    async with open_stage() as stage, seen(chromium, stage, run_id=ids.RUN_FAILED, org_id=1) as opened:
        await opened.list.get_by_role("option").nth(3).click()
        panel = opened.app.get_by_role("region", name="Step 4: ACTION")
        await expect(panel.get_by_label("Thought")).to_have_text("Now the service's own packages.")
        await expect(panel.get_by_label("Output")).to_contain_text("conflicting dependencies")
        await expect(panel.get_by_label("Input")).to_contain_text("pip install -v -r requirements.txt")
        assert opened.asked == [
            "codegen://runs/101/timeline?org_id=1",
            "codegen://runs/101/logs?skip=3&limit=1&org_id=1",
        ]
        await opened.app.get_by_role("button", name="Close").click()
        await expect(panel).to_be_hidden()


async def test_everything_is_reached_with_the_keyboard(chromium: "Browser", open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: LongRun(long_run(500))) as stage, seen(chromium, stage, run_id=RUN) as opened:
        press = opened.page.keyboard.press
        focused = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
        await opened.list.get_by_role("option").first.focus()
        for key, number in (("End", 500), ("ArrowUp", 499), ("Home", 1), ("ArrowDown", 2), ("PageDown", 14)):
            await press(key)
            assert (await opened.in_app(focused)).startswith(f"Step {number}, ")
        assert await opened.app.locator("[role=option][tabindex='0']").count() == 1
        await press("Enter")
        await expect(opened.app.get_by_role("region", name="Step 14:")).to_be_visible()
        assert (await opened.in_app(focused)).startswith("Step 14: ")
        await press("Escape")
        assert (await opened.in_app(focused)).startswith("Step 14, ")
        await opened.app.get_by_role("button", name="Next failed").focus()
        await press("Enter")
        assert ", failed" in await opened.in_app(focused)
        ring = await opened.in_app("getComputedStyle(document.activeElement).outlineStyle")
        assert ring == "solid"


async def test_a_row_that_is_scrolled_to_shows_its_own_step(chromium: "Browser", open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: LongRun(long_run(500))) as stage, seen(chromium, stage, run_id=RUN) as opened:
        kinds: set[str] = set()
        marks: set[bool] = set()
        for part, number in ((1, 500), (0.5, 250), (0, 1)):
            await opened.list.evaluate("(list, part) => list.scrollTo(0, list.scrollHeight * part)", part)
            await expect(opened.list.get_by_role("option", name=f"Step {number},")).to_be_visible()
            rows = await opened.in_app(ROWS)
            assert all(seen == heard and marked[0] == marked[1] == marked[2] for seen, heard, _, *marked in rows)
            assert len(rows) < 60
            kinds |= {row[2] for row in rows}
            marks |= {row[3] for row in rows}
        assert kinds == {"ACTION act", "ERROR bad", "PLAN_EVALUATION plan", "PR_EVALUATION pull", "USER_MESSAGE user"}
        assert marks == {True, False}
        await opened.list.evaluate("list => list.scrollTo(0, list.scrollHeight)")
        await opened.list.get_by_role("option", name="Step 499,").click()
        await expect(opened.app.get_by_role("region", name="Step 499:")).to_be_visible()


async def test_steps_are_filtered_by_type_tool_and_failure(chromium: "Browser", open_stage: OpenStage) -> None:
    async with open_stage() as stage, seen(chromium, stage, run_id=ids.RUN_FAILED) as opened:
        rows, status = opened.list.get_by_role("option"), opened.app.locator(".said [role=status]")
        await expect(status).to_have_text("8 steps")
        await opened.app.get_by_label("Failed only (3)").check()
        await expect(rows).to_have_count(3)
        await opened.app.get_by_role("button", name="ERROR").click()
        await expect(rows).to_have_count(1)
        await expect(status).to_have_text("1 of 8 steps")
        await opened.app.get_by_label("Tool", exact=True).select_option("view_file")
        await expect(opened.app.get_by_text("No Steps match the filter.")).to_be_visible()
        await opened.app.get_by_role("button", name="Clear filter").click()
        await expect(rows).to_have_count(8)


@pytest.mark.parametrize("steps", [25, 500, 5000])
@pytest.mark.parametrize("width", [400, 1200])
async def test_it_fits_a_narrow_and_a_wide_host_at_any_length(
    chromium: "Browser", open_stage: OpenStage, steps: int, width: int
) -> None:
    async with open_stage(wire=lambda _: LongRun(long_run(steps))) as stage:
        if steps == 5000:
            await stage.text("get_run_logs", run_id=RUN)
            stage.time.seconds += 61
        async with seen(chromium, stage, width, run_id=RUN) as opened:
            await expect(opened.app.locator(".said [role=status]")).to_have_text(f"{steps:,} steps")
            assert await opened.list.get_by_role("option").count() < 60
            assert await opened.in_app("document.documentElement.scrollWidth") == width
            await opened.list.get_by_role("option").nth(4).click()
            await expect(opened.app.get_by_role("region", name="Step 5:")).to_be_visible()
            assert await opened.in_app("document.documentElement.scrollWidth") == width
            painted = await opened.in_app("performance.getEntriesByName('sandscope:first paint')[0].duration")
            assert painted < 1500


async def test_text_of_a_log_stays_text(chromium: "Browser", open_stage: OpenStage) -> None:
    step = {"message_type": HOSTILE, "tool_name": HOSTILE, "thought": HOSTILE, "tool_input": {"a": HOSTILE}}
    async with (
        open_stage(wire=lambda _: LongRun([step, {**step, "message_type": "ERROR"}], HOSTILE)) as stage,
        seen(chromium, stage, run_id=RUN) as opened,
    ):
        await opened.list.get_by_role("option").first.click()
        await expect(opened.app.get_by_label("Thought")).to_have_text(HOSTILE)
        assert await opened.in_app("document.querySelectorAll('img, b, iframe, a').length") == 0
        assert await opened.in_app("document.title") == "Run timeline"


@pytest.mark.parametrize("capabilities", [{}, {"serverTools": {}}])
async def test_a_host_that_offers_no_resources_shows_the_answer_and_steps_as_text(
    chromium: "Browser", open_stage: OpenStage, capabilities: dict[str, Any]
) -> None:
    async with (
        open_stage() as stage,
        seen(chromium, stage, capabilities=capabilities, run_id=ids.RUN_LOOPING) as opened,
    ):
        await expect(opened.app.get_by_label("Answer")).to_contain_text("repeated: run_command")
        button = opened.app.get_by_role("button", name="Read the steps as text")
        assert await button.count() == len(capabilities)
        if capabilities:
            await button.click()
            await expect(opened.app.get_by_label("From step 1", exact=True)).to_contain_text("#1 PLAN_EVALUATION")
            await opened.app.get_by_role("button", name="Read on").click()
            await expect(opened.app.locator("[aria-label^='From step']")).to_have_count(2)


async def test_what_cannot_be_read_is_said(chromium: "Browser", open_stage: OpenStage) -> None:
    async with open_stage() as stage, seen(chromium, stage, run_id=999) as opened:
        await expect(opened.app.get_by_label("Answer")).to_contain_text("Agent run not found")
        assert opened.asked == []


async def test_the_theme_of_the_host_is_taken_and_can_change(chromium: "Browser", open_stage: OpenStage) -> None:
    context = {"theme": "dark", "styles": {"variables": {"--font-sans": "monospace", "background": "red"}}}
    async with open_stage() as stage, seen(chromium, stage, context=context, run_id=ids.RUN_FAILED) as opened:
        back = "getComputedStyle(document.body).backgroundColor"
        assert await opened.in_app(back) == "rgb(21, 23, 28)"
        assert await opened.in_app("getComputedStyle(document.body).fontFamily") == "monospace"
        changed = {"method": "ui/notifications/host-context-changed", "params": {"theme": "light"}}
        await opened.page.evaluate("message => send(message)", changed)
        await opened.page.evaluate("send({ id: 'end', method: 'ui/resource-teardown', params: {} })")
        await opened.page.wait_for_function("seen.some((message) => message.id === 'end' && message.result)")
        assert await opened.in_app(back) == "rgb(255, 255, 255)"
        heights = await opened.page.evaluate(
            "seen.filter((m) => m.method?.endsWith('size-changed')).map((m) => m.params.height)"
        )
        assert heights[-1] > 600


async def test_times_that_are_missing_leave_the_order(chromium: "Browser", open_stage: OpenStage) -> None:
    steps = [{**step, "created_at": None} for step in long_run(30)]
    async with open_stage(wire=lambda _: LongRun(steps)) as stage, seen(chromium, stage, run_id=RUN) as opened:
        assert "without times" in str(await opened.app.get_by_role("img").get_attribute("aria-label"))
        await opened.app.get_by_role("img").click(position={"x": 600, "y": 9})
        await expect(opened.app.locator("[aria-selected=true]")).to_have_count(1)
