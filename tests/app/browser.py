"""A Chromium that reaches nothing, and in it our page: from a file, or inside a host page that asks a real server."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from playwright.async_api import Browser, FrameLocator, Locator, Page, Route

from mcp_server.platforms.base import accounts_of
from mcp_server.store.stored_log import StoredLog
from tests.stage import Stage

# Playwright is at home on asyncio alone.
MARKS = [
    pytest.mark.anyio,
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.bound(60),
    pytest.mark.parametrize("anyio_backend", ["asyncio"], scope="module"),
]

HOST = "http://host.invalid/"
HOST_PAGE = Path(__file__).with_name("host.html")
# As the extension has it for a page that names no domain; our own policy comes on top.
HOST_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; frame-src 'self'"
ALL: dict[str, Any] = {"serverResources": {}, "serverTools": {}}


@dataclass
class Window:
    """A page in the browser, and what it did that it should not.

    Attributes:
        page: The page itself; of a host, the host's.
        faults: What the console warned of, refused by a policy or thrown.
        requests: Addresses it wanted, but its own.
        asked: What the page wanted from the server through its host.
    """

    page: Page
    faults: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])

    @property
    def app(self) -> FrameLocator:
        """The page inside its host."""
        return self.page.frame_locator("iframe")

    @property
    def list(self) -> Locator:
        """The steps in it."""
        return self.app.get_by_role("listbox", name="Steps")

    async def in_app(self, script: str) -> Any:
        """What a script gives inside the page."""
        return await self.page.frames[-1].evaluate(script)


@asynccontextmanager
async def window(
    browser: Browser, width: int = 1200, scheme: Any = "light", motion: Any = "reduce"
) -> AsyncGenerator[Window]:
    """An empty page of that width."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion=motion
    )
    opened = Window(await context.new_page())

    async def answer(route: Route) -> None:
        if route.request.url == HOST:
            headers = {"content-type": "text/html", "content-security-policy": HOST_POLICY}
            await route.fulfill(body=HOST_PAGE.read_text(encoding="utf-8"), headers=headers)
        else:
            opened.requests.append(route.request.url)
            await route.abort()

    await context.route(lambda url: not url.startswith("file:"), answer)
    opened.page.on("console", lambda said: opened.faults.append(said.text))
    opened.page.on("pageerror", lambda error: opened.faults.append(str(error)))
    yield opened
    await context.close()


async def host(opened: Window, stage: Stage, *, capabilities: Any = None, context: Any = None, **given: Any) -> None:
    """Calls `get_run_logs` as a model would and shows the tool's page beside the result."""
    tool = next(tool for tool in (await stage.client.list_tools()).tools if tool.name == "get_run_logs")
    uri = (tool.meta or {})["ui"]["resourceUri"]
    document = (await stage.client.read_resource(uri)).contents[0].model_dump()["text"]
    result = await stage.client.call_tool("get_run_logs", given)

    async def ask(method: str, params: dict[str, Any]) -> dict[str, Any]:
        opened.asked.append(params.get("uri") or params["name"])
        try:
            if method == "resources/read":
                answer = await stage.client.read_resource(params["uri"])
            else:
                answer = await stage.client.call_tool(params["name"], params["arguments"])
        except MCPError as exc:
            return {"error": {"code": exc.error.code, "message": exc.error.message}}
        return {"result": answer.model_dump(mode="json", by_alias=True, exclude_none=True)}

    # Playwright leaves open what the function gives.
    await opened.page.expose_function("ask", ask)  # pyright: ignore[reportUnknownMemberType]  # see above
    await opened.page.goto(HOST)
    setting: dict[str, Any] = {
        "page": document,
        "capabilities": ALL if capabilities is None else capabilities,
        "context": context or {},
        "given": given,
        "result": result.model_dump(mode="json", by_alias=True, exclude_none=True),
    }
    await opened.page.evaluate("setting => begin(setting)", setting)


async def stored(stage: Stage, tool: str, **given: Any) -> tuple[str, StoredLog]:
    """A log tool's answer and the log it is about, as `sandscope report` has them."""
    answer = await stage.call(tool, **given)
    sandscope = stage.sandscope
    return answer.text, await sandscope.logs.get(answer.log_id, accounts_of(sandscope.platforms))
