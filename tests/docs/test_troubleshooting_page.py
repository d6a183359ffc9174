"""The page on troubleshooting has every code there is, and shows the very text an agent is told."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest

from mcp_server.demo import ids
from mcp_server.errors import SandscopeError
from mcp_server.http.wire import AsgiApp, Wire, in_process
from mcp_server.server import seam
from tests.stage import OpenStage, Stage
from tests.test_errors import CODES, leaves

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^### `(\w+)`\n(.*?)(?=^##|\Z)", PAGE))
NEVER_SENT = "cancelled"

Ask = Callable[[Stage], Awaitable[dict[str, Any]]]


class Answers(httpx2.AsyncBaseTransport):
    """Answers every request the same way; with None, never."""

    def __init__(self, answer: Callable[[], httpx2.Response] | None) -> None:
        self.answer = answer

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        del request
        while self.answer is None:
            await anyio.sleep_forever()
        return self.answer()


def asking(tool: str, **arguments: Any) -> Ask:
    async def ask(stage: Stage) -> dict[str, Any]:
        return await stage.error(tool, **arguments)

    return ask


async def twice(stage: Stage) -> dict[str, Any]:
    await stage.facts("get_run", run_id=ids.RUN_FAILED)
    return await stage.error("list_runs")


async def with_one_too_many(stage: Stage) -> dict[str, Any]:
    go_on = anyio.Event()
    begun = anyio.Event()
    waiting = 0
    told: list[dict[str, Any]] = []

    async def waits() -> str:
        nonlocal waiting
        waiting += 1
        if waiting == seam.MAX_CALLS:
            begun.set()
        await go_on.wait()
        return "done"

    stage.sandscope.server.add_tool(waits)
    async with anyio.create_task_group() as tasks:
        for _ in range(seam.MAX_CALLS):
            tasks.start_soon(stage.client.call_tool, "waits")
        await begun.wait()
        told.append(await stage.error("whoami"))
        go_on.set()
    return told[0]


async def with_a_defect(stage: Stage) -> dict[str, Any]:
    async def breaks() -> str:
        raise KeyError("sk-live-secret")

    stage.sandscope.server.add_tool(breaks, name="breaks")
    return await stage.error("breaks")


def saying(status: int, body: dict[str, Any] | None = None, **headers: str) -> Callable[[], httpx2.Response]:
    return lambda: httpx2.Response(status, json=body or {}, headers=headers)


BOX = asking("get_sandbox_logs", sandbox_id=ids.AGENTBOX_GCC)
# How each is brought about: what is asked, what the platform answers (None: the stand-ins do), and what is set.
RECIPES: dict[str, tuple[Ask, Answers | None, dict[str, str | None]]] = {
    "not_configured": (asking("get_run", run_id=1), None, {"CODEGEN_API_TOKEN": None}),
    "unauthorized": (BOX, None, {"AGENTBOX_API_KEY": "agbx_of_somebody_else"}),
    "forbidden": (asking("list_users"), Answers(saying(403, {"message": "Forbidden"})), {}),
    "plan_limit": (
        asking("create_run", prompt="Fix it."),
        Answers(saying(402, {"message": "Agent run limit reached"})),
        {},
    ),
    "invalid_argument": (asking("get_sandbox_logs", sandbox_id=ids.AGENTBOX_GCC, tail=50), None, {}),
    "not_found": (asking("get_run", run_id=999), None, {}),
    "unsupported_scope": (asking("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, scope="network"), None, {}),
    "no_logs": (asking("analyze_logs", sandbox_id=ids.CODEGEN_NO_LOGS), None, {}),
    "expired_handle": (asking("read_log", log_id="log_aaaaaaaaaaaa"), None, {}),
    "unsafe_url": (
        asking("get_diagnostics", sandbox_id=ids.OPENSANDBOX_OOM, kind="logs"),
        Answers(saying(200, {"delivery": "url", "contentUrl": "http://internal.example.com/log"})),
        {},
    ),
    "rate_budget_spent": (twice, None, {"SANDSCOPE_LIMITS": "codegen.shared=1/60"}),
    # One request: of two at once the second may be held back before it is sent.
    "rate_limited": (
        asking("get_run", run_id=1),
        Answers(saying(429, {"error": "slow down"}, **{"retry-after": "30"})),
        {},
    ),
    "server_busy": (with_one_too_many, None, {}),
    "upstream_error": (BOX, Answers(saying(500, {"error": "database is locked"})), {}),
    "upstream_unavailable": (BOX, Answers(saying(503, {"error": "maintenance"})), {}),
    "timeout": (BOX, Answers(None), {"SANDSCOPE_TIMEOUT_S": "1"}),
    "response_too_large": (
        asking("get_sandbox_logs", sandbox_id=ids.AGENTBOX_GCC, lines=10),
        Answers(lambda: httpx2.Response(200, content=b" " * (25 << 20))),
        {},
    ),
    "bad_response": (BOX, Answers(lambda: httpx2.Response(200, text="<html>Sign in</html>")), {}),
    "internal": (with_a_defect, None, {}),
}


def test_every_code_is_there_and_none_more() -> None:
    assert sorted(SECTIONS) == sorted(CODES)
    assert {kind.code for kind in leaves(SandscopeError)} == set(SECTIONS)


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_a_code_says_what_it_means_and_what_to_do_and_whether_again_helps(code: str) -> None:
    (kind,) = [kind for kind in leaves(SandscopeError) if kind.code == code]
    said = SECTIONS[code]
    assert re.search(r"^Retryable: (yes|no)\.", said, re.MULTILINE)
    assert f"Retryable: {'yes' if kind.retryable else 'no'}." in said
    assert "**Do:**" in said


def test_the_one_code_that_is_never_answered_is_raised_nowhere() -> None:
    assert set(RECIPES) == CODES - {NEVER_SENT}
    raised = [path for path in (ROOT / "mcp_server").rglob("*.py") if "Cancelled(" in path.read_text(encoding="utf-8")]
    assert [path.name for path in raised if path.name != "errors.py"] == []
    assert "```" not in SECTIONS[NEVER_SENT]


@pytest.mark.parametrize("code", sorted(RECIPES))
async def test_the_text_it_shows_is_what_an_agent_is_told(open_stage: OpenStage, code: str) -> None:
    ask, answers, environ = RECIPES[code]

    def wire(app: AsgiApp) -> Wire:
        return answers or in_process(app)

    async with open_stage(wire=wire, environ=environ, demo=False) as stage:
        told = await ask(stage)
    assert told["code"] == code
    (example,) = re.findall(r"```text\n(.*?)\n```", SECTIONS[code], re.DOTALL)
    assert " ".join(example.split()) == told["text"]
