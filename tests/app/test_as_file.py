"""A report opened from the disk: the same view without any host, and what everybody can read of it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.long_runs import RUN, LongRun, long_run
from mcp_server.apps import run_timeline
from mcp_server.commands.report import run_data, sandbox_data
from mcp_server.demo import ids
from tests.stage import OpenStage

pytest.importorskip("playwright", reason="playwright is not installed (group gates)")

from playwright.async_api import expect

from tests.app.browser import MARKS, Window, stored, window

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = MARKS
# Of every text in sight, the least contrast with what is behind it (WCAG 2.2, 1.4.3), and of every shape (1.4.11).
CONTRASTS = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const bytes = (colour) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data]; };
  const light = (colour) => bytes(colour).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (node) => { const colour = getComputedStyle(node).backgroundColor;
    return bytes(colour)[3] === 255 ? colour : behind(node.parentElement); };
  const ratio = (node) => { const [a, b] = [light(getComputedStyle(node).color), light(behind(node))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
  const seen = [...document.querySelectorAll("main *")].filter((node) => node.checkVisibility() && !node.closest(":disabled"));
  const texts = seen.filter((node) => [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim()));
  const shapes = seen.filter((node) => node.matches("svg.shape"));
  return [Math.min(...texts.map(ratio)), Math.min(...shapes.map(ratio))];
}"""
NAMELESS = """() => [...document.querySelectorAll("button, select, input, summary, [role], [tabindex], canvas")]
  .filter((node) => node.checkVisibility() && !["presentation", "status"].includes(node.getAttribute("role")))
  .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length))
  .map((node) => node.outerHTML)"""


@asynccontextmanager
async def from_disk(chromium: "Browser", page: str, folder: Path, **how: Any) -> AsyncGenerator[Window]:
    """A page opened as a file; at the end it has asked for nothing and broken no policy."""
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    async with window(chromium, **how) as opened:
        await opened.page.goto(path.as_uri())
        await expect(opened.page.get_by_role("heading", level=1)).to_be_visible()
        yield opened
        assert (opened.faults, opened.requests) == ([], [])


async def run_page(open_stage: OpenStage, steps: int) -> str:
    async with open_stage(wire=lambda _: LongRun(long_run(steps))) as stage:
        return run_timeline(run_data(*await stored(stage, "get_run_logs", run_id=RUN)))


async def test_a_report_shows_steps_and_evidence_and_opens_a_step(
    chromium: "Browser", open_stage: OpenStage, tmp_path: Path
) -> None:
    async with open_stage() as stage:
        page = run_timeline(run_data(*await stored(stage, "get_run_logs", run_id=ids.RUN_FAILED)))
    async with from_disk(chromium, page, tmp_path) as opened:
        steps = opened.page.get_by_role("listbox", name="Steps").get_by_role("option")
        await expect(steps).to_have_count(8)
        await steps.nth(3).click()
        await expect(opened.page.get_by_label("Output")).to_contain_text("conflicting dependencies")
        await expect(opened.page.get_by_label("Answer")).to_contain_text("signs of failure in 3")


@pytest.mark.parametrize(("run_id", "shown"), [(ids.RUN_FAILED, True), (ids.RUN_COMPLETED, False)])
async def test_the_evidence_is_open_where_a_run_failed_and_one_click_away_where_not(
    chromium: "Browser", open_stage: OpenStage, tmp_path: Path, run_id: int, *, shown: bool
) -> None:
    async with open_stage() as stage:
        page = run_timeline(run_data(*await stored(stage, "get_run_logs", run_id=run_id)))
    async with from_disk(chromium, page, tmp_path) as opened:
        answer = opened.page.get_by_label("Answer", exact=True)
        await expect(answer).to_be_visible(visible=shown)
        await opened.page.get_by_text("Evidence").click()
        await expect(answer).to_be_visible(visible=not shown)


async def test_a_sandbox_shows_its_state_its_evidence_and_its_lines(
    chromium: "Browser", open_stage: OpenStage, tmp_path: Path
) -> None:
    async with open_stage() as stage:
        asked = await stored(stage, "get_sandbox_logs", sandbox_id=ids.AGENTBOX_MISSING_ENV)
    async with from_disk(chromium, run_timeline(sandbox_data(*asked)), tmp_path, width=400) as opened:
        await expect(opened.page.locator(".status")).to_have_text("Failed")
        await expect(opened.page.get_by_label("Answer")).to_be_visible()
        lines = opened.page.get_by_role("listbox", name="Lines").get_by_role("option")
        await lines.first.focus()
        await opened.page.keyboard.press("End")
        await opened.page.keyboard.press("Enter")
        await expect(opened.page.get_by_role("region", name="Line 1739:")).to_be_visible()
        assert await opened.page.evaluate("document.documentElement.scrollWidth") == 400


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1200])
async def test_everything_has_a_name_and_enough_contrast_in_both_themes(
    chromium: "Browser", open_stage: OpenStage, tmp_path: Path, scheme: str, width: int
) -> None:
    page = await run_page(open_stage, 120)
    async with from_disk(chromium, page, tmp_path, width=width, scheme=scheme) as opened:
        await opened.page.get_by_role("option", name="failed").first.click()
        text, shape = await opened.page.evaluate(CONTRASTS)
        assert text >= 4.5
        assert shape >= 3
        assert await opened.page.evaluate(NAMELESS) == []
        assert await opened.page.evaluate("document.documentElement.scrollWidth") == width


async def test_whoever_wants_no_motion_sees_none(chromium: "Browser", open_stage: OpenStage, tmp_path: Path) -> None:
    page = await run_page(open_stage, 25)
    moves = "getComputedStyle(document.querySelector('button')).transitionDuration"
    async with from_disk(chromium, page, tmp_path) as opened:
        assert await opened.page.evaluate(moves) == "0s"
    async with from_disk(chromium, page, tmp_path, motion="no-preference") as opened:
        assert await opened.page.evaluate(moves) == "0.12s"
