"""The tool `generate_setup_commands`: an agent writes the setup script of a repository."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from mcp_server.platforms.base import STARTS, Ground, Tool
from mcp_server.platforms.codegen.api import SETUP, SHARED, CodegenApi
from mcp_server.platforms.codegen.facts import OrgId, RunResult, WaitSeconds, run_result
from mcp_server.platforms.codegen.models import Run
from mcp_server.platforms.codegen.poller import Deadline, seen, wait_for_run
from mcp_server.store.recent import Recent

# Longer than any such run lasts; an ended one is never reused.
REMEMBERED_FOR_S = 3600.0


@dataclass(frozen=True, slots=True)
class GenerateSetupCommands:
    """`generate_setup_commands` over one Codegen; remembers what it started, by repository and prompt."""

    api: Callable[[], CodegenApi]
    ground: Ground
    started: Recent[int]

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(
            self.generate_setup_commands, "Let an agent write setup commands", STARTS, (SETUP.name, SHARED.name)
        )

    async def generate_setup_commands(
        self,
        repo_id: Annotated[int, Field(description="Codegen repository")],
        ctx: Context[Any, Any],
        prompt: Annotated[str | None, Field(description="What the script must do or be for")] = None,
        trigger_source: str = "setup-commands",
        wait_seconds: WaitSeconds = 25,
        org_id: OrgId = None,
    ) -> RunResult:
        """Starts a Codegen agent that writes the shell commands to set up a repository; `result` is the script.

        Costs an agent run; 5 per minute. While the same request is still running, asking again gives that run.
        """
        deadline = Deadline.of(self.ground.clock, wait_seconds)
        api = self.api()
        org = await api.org(org_id)
        run = await self._still_running(api, org, repo_id, prompt)
        note = f"Run {run.id} for the same request is still running; no other was started." if run else ""
        if run is None:
            begun = await api.generate_setup_commands(org, repo_id, prompt, trigger_source, deadline.slot_wait_s)
            self.started.put((org, repo_id, prompt), begun.agent_run_id)
            known = Run(id=begun.agent_run_id, organization_id=org, status=begun.status or "running", web_url=begun.url)
            run = await seen(api, known, deadline)
        run = await wait_for_run(api, run, deadline, ctx.report_progress)
        return run_result(run, self.ground.redactor, self.ground.titled("Codegen"), org=org_id, note=note)

    async def _still_running(self, api: CodegenApi, org: int, repo_id: int, prompt: str | None) -> Run | None:
        run_id = self.started.get((org, repo_id, prompt))
        if run_id is None:
            return None
        run = await api.run(org, run_id)
        return None if run.finished else run
