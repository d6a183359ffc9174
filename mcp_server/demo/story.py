"""The story `sandscope demo` tells: an agent explains a failed sandbox and a failed run, through a real server process."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO, cast

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult

from mcp_server.demo.causes import CAUSES
from mcp_server.demo.ids import CODEGEN_DEPENDENCY_CONFLICT, OPENSANDBOX_OOM, RUN_FAILED
from mcp_server.demo.terminal import Page
from mcp_server.logs.tokens import estimate
from mcp_server.server.results import text_of

LOG_TOOLS = {"agentbox": "get_sandbox_logs", "opensandbox": "get_diagnostics"}


@dataclass(slots=True)
class Agent:
    """An agent without a model: makes calls and shows what it gets.

    Attributes:
        client: A connected MCP client.
        page: Where the story is shown.
        calls: Tool calls made.
        tokens: Tokens of all answers, estimated from above.
        missed: Causes that a first answer did not show.
        limited: Answers that a rate limit refused.
    """

    client: Client
    page: Page
    calls: int = 0
    tokens: int = 0
    missed: int = 0
    limited: int = 0
    budget: dict[str, Any] = field(default_factory=dict[str, Any])

    async def ask(self, tool: str, **arguments: Any) -> CallToolResult:
        """Calls a tool and counts the answer."""
        result = await self.client.call_tool(tool, arguments, progress_callback=self._progress)
        self.calls += 1
        self.tokens += estimate(text_of(result))
        self.limited += (result.meta or {}).get("sandscope/error", {}).get("code") in {
            "rate_limited",
            "rate_budget_spent",
        }
        self.budget |= (result.meta or {}).get("sandscope/budget", {})
        return result

    async def show(self, tool: str, **arguments: Any) -> CallToolResult:
        """Calls a tool and shows call, answer and cost."""
        self.page.call(f"{tool}({', '.join(f'{name}={json.dumps(value)}' for name, value in arguments.items())})")
        result = await self.ask(tool, **arguments)
        self.page.answer(text_of(result))
        self.page.note(f"{estimate(text_of(result))} tokens at most")
        return result

    async def _progress(self, progress: float, total: float | None, message: str | None) -> None:
        self.page.note(f"… {progress:.0f} of {total or 0:.0f} s: {message}")


async def tell(out: TextIO, environ: Mapping[str, str]) -> int:
    """Starts `sandscope serve --demo` as a process, connects a client, and walks from symptoms to a fix.

    Args:
        out: Where the story is written.
        environ: Passed on to the server; `NO_COLOR` switches colours off.

    Returns:
        How many causes were not in the first answer.
    """
    page = Page.on(out, plain="NO_COLOR" in environ)
    page.say(
        "sandscope demo: a real MCP server process with built-in stand-ins of the three platforms, a real MCP client, "
        "no key and no network. You see what an agent would see."
    )
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "mcp_server", "serve", "--demo"], env=dict(environ)
    )
    async with Client(stdio_client(server)) as client:
        agent = Agent(client, page)
        await _sandbox(agent)
        await _run(agent)
        await _fix(agent)
        await _rest(agent)
        _sum_up(agent)
        return agent.missed


async def _sandbox(agent: Agent) -> None:
    agent.page.chapter(1, "A sandbox failed. Which, and why?")
    await agent.show("list_sandboxes", state="Failed")
    agent.page.say("Its state says only `exited with code 137`. The first answer joins state, events and logs:")
    await agent.show("get_diagnostics", sandbox_id=OPENSANDBOX_OOM, max_tokens=800)


async def _run(agent: Agent) -> None:
    agent.page.chapter(2, "A coding agent's run failed. Where did it go wrong?")
    await agent.show("get_run", run_id=RUN_FAILED)
    await agent.show("get_run_logs", run_id=RUN_FAILED, max_tokens=1200)


async def _fix(agent: Agent) -> None:
    agent.page.chapter(3, "Let an agent analyze the sandbox's setup logs, then fix it")
    analysis = await agent.show("analyze_logs", sandbox_id=CODEGEN_DEPENDENCY_CONFLICT, wait_seconds=40)
    found = facts_of(analysis).get("result", "")
    prompt = f"Fix the setup of sandbox {CODEGEN_DEPENDENCY_CONFLICT}. An analysis found:\n{found}"
    agent.page.call(f"create_run(prompt={json.dumps(prompt[:60])}…, repo_id=301, wait_seconds=40)")
    fix = await agent.ask("create_run", prompt=prompt, repo_id=301, wait_seconds=40)
    agent.page.answer(text_of(fix))


async def _rest(agent: Agent) -> None:
    agent.page.chapter(4, "Every other failed sandbox: the cause, as it stands in the first answer")
    listed = facts_of(await agent.ask("list_sandboxes", state="Failed"))
    for row in cast("list[dict[str, Any]]", listed["sandboxes"]):
        # One of another cluster is listed without the cluster's prefix.
        cause = next(cause for sandbox_id, cause in CAUSES.items() if sandbox_id.endswith(row["sandbox_id"]))
        tool = LOG_TOOLS[row["platform"]]
        agent.page.call(f"{tool}(sandbox_id={json.dumps(row['sandbox_id'])})")
        answer = text_of(await agent.ask(tool, sandbox_id=row["sandbox_id"]))
        shown = [line for line in answer.splitlines() if cause in line]
        agent.missed += not shown
        agent.page.answer(shown[0] if shown else f"[not shown: {cause}]")


def _sum_up(agent: Agent) -> None:
    agent.page.chapter(5, "What it cost")
    agent.page.say(
        f"{agent.calls} calls, {agent.tokens} tokens at most, {agent.limited} refused for a rate limit. Left of the rate limits:"
    )
    for group, state in agent.budget.items():
        if state["limit"] is not None:
            agent.page.note(f"{group}: {state['remaining']} of {state['limit']} per {state['window_s']:g} s")
    agent.page.say("Attach it to your own client: see README.md. Check your keys: sandscope doctor")


def facts_of(result: CallToolResult) -> dict[str, Any]:
    """The structured facts of a result; none if it is an error."""
    return cast("dict[str, Any]", result.structured_content or {})
