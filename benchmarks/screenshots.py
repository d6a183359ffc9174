"""Pictures of the run timeline for docs/, and how long the page takes until it is painted.

    python -m benchmarks.screenshots             prints the figures, the median of five openings
    python -m benchmarks.screenshots --write     makes docs/images/*.png anew

Needs Playwright (group `gates`) and a Chromium on the path.
"""

import argparse
import importlib
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from benchmarks.long_runs import RUN, LongRun, long_run
from mcp_server.apps import run_timeline
from mcp_server.commands.report import run_data
from mcp_server.demo.app import environment
from mcp_server.platforms.base import accounts_of
from mcp_server.server.build import build
from mcp_server.settings import Settings

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LENGTHS = (25, 500, 5000)
OPENINGS = 5
NARROW = 400
# Steps, width in CSS pixels, theme; those that docs/timeline.md shows.
PICTURES: tuple[tuple[int, int, Any], ...] = (
    (25, 1200, "light"),
    (500, 1200, "dark"),
    (25, 400, "dark"),
    (5000, 400, "light"),
)
PAINTED = "() => performance.getEntriesByName('sandscope:first paint')[0]?.duration"
WHOLE = "() => performance.getEntriesByName('sandscope:painted')[0]?.startTime"
# While the list is scrolled from end to end: milliseconds between frames.
FRAMES = """async () => {
  const list = document.querySelector(".rows"), gaps = [];
  let last = performance.now();
  for (let at = 0; at <= 120; at += 1) {
    list.scrollTop = (list.scrollHeight * at) / 120;
    await new Promise(requestAnimationFrame);
    gaps.push(performance.now() - last);
    last = performance.now();
  }
  return gaps.slice(1);
}"""


async def page_of(steps: int) -> str:
    """The report of a run of so many steps."""
    # All pages at once: what a rate limit allows is measured elsewhere.
    environ = {**environment("http://demo.invalid"), "SANDSCOPE_STATE_DIR": tempfile.mkdtemp()}
    sandscope = build(
        Settings.from_env({**environ, "SANDSCOPE_LIMITS": "codegen.logs=off,codegen.shared=off"}),
        wire=LongRun(long_run(steps)),
    )
    result: Any = await sandscope.server.call_tool("get_run_logs", {"run_id": RUN})
    log_id = result.meta["sandscope/log"]["log_id"]
    stored = await sandscope.logs.get(log_id, accounts_of(sandscope.platforms))
    await sandscope.aclose()
    return run_timeline(run_data(result.content[0].text, stored))


async def opened(browser: "Browser", path: Path, width: int, theme: Any) -> "Page":
    """The page in a window of its own, painted."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(path.as_uri())
    await page.wait_for_function(PAINTED)
    return page


async def measured(browser: "Browser", path: Path, steps: int) -> None:
    """Prints how fast a page is."""
    shown: list[float] = []
    whole: list[float] = []
    for _ in range(OPENINGS):
        page = await opened(browser, path, 1200, "light")
        shown.append(await page.evaluate(PAINTED))
        whole.append(await page.evaluate(WHOLE))
        await page.context.close()
    page = await opened(browser, path, 1200, "light")
    gaps = sorted(await page.evaluate(FRAMES))
    await page.context.close()
    size = (await anyio.Path(path).stat()).st_size / 1e6
    print(
        f"{steps:>5} steps, {size:.2f} MB: painted {statistics.median(shown):.0f} ms after its data was there, "
        f"{statistics.median(whole):.0f} ms after it was opened; scrolled through in frames of "
        f"{gaps[len(gaps) // 2]:.0f} ms, 95 % within {gaps[len(gaps) * 95 // 100]:.0f} ms"
    )


async def drawn(browser: "Browser", path: Path, steps: int, width: int, theme: Any) -> None:
    """Writes one picture."""
    page = await opened(browser, path, width, theme)
    narrow = width == NARROW
    if not narrow:
        await page.get_by_role("option", name="failed").first.click()
    await page.screenshot(path=IMAGES / f"timeline-{steps}-{width}-{theme}.png", full_page=narrow)
    await page.context.close()


async def main() -> None:
    """Measures, and draws where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    # Whoever asks how it is used need not have it.
    library: Any = importlib.import_module("playwright.async_api")

    with tempfile.TemporaryDirectory() as folder:
        paths = {steps: Path(folder) / f"{steps}.html" for steps in LENGTHS}
        for steps, path in paths.items():
            path.write_text(await page_of(steps), encoding="utf-8")
        async with library.async_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for steps, path in paths.items():
                await measured(browser, path, steps)
            for steps, width, theme in PICTURES if write else ():
                await drawn(browser, paths[steps], steps, width, theme)
            await browser.close()


if __name__ == "__main__":
    anyio.run(main)
