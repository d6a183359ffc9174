import shutil
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
async def chromium(anyio_backend: str) -> "AsyncGenerator[Browser]":  # noqa: ARG001  of the loop it lives in
    """A Chromium without a window, the machine's own."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on the path (Debian: apt install chromium)")
    # Its absence skips only the tests that need it.
    playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed (group gates)")
    async with playwright.async_playwright() as started:
        browser = await started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()
