"""The tool `generate_setup_commands`: an agent writes the setup script of a repository."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from mcp_server.errors import NotFound
from mcp_server.platforms.base import STARTS, Ground, Tool
from mcp_server.platforms.codegen.api import READS, SETUP, SHARED
from mcp_server.platforms.codegen.facts import OrgId, RunResult, WaitSeconds, run_result
from mcp_server.platforms.codegen.job import job_of
from mcp_server.platforms.codegen.models import Run
from mcp_server.platforms.codegen.poller import Allowance
from mcp_server.platforms.codegen.service import Codegen
from mcp_server.store.begun import Begun

# Longer than any such run lasts; an ended one is never reused.
REMEMBERED_FOR_S = 3600.0


@dataclass(frozen=True, slots=True)
class GenerateSetupCommands:
    """`generate_setup_commands` over one Codegen; remembers what it started, by repository and prompt."""

    codegen: Callable[[], Codegen]
    ground: Ground
    begun: Begun

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(
            self.generate_setup_commands,
            "Let an agent write setup commands",
            STARTS,
            (SETUP.name, READS.name, SHARED.name),
            job_of(self.codegen, self.ground),
        )

    async def generate_setup_commands(
        self,
        repo_id: Annotated[int, Field(description="Codegen repository; no tool lists them: ask the user")],
        ctx: Context[Any, Any],
        prompt: Annotated[str | None, Field(description="What the script is for")] = None,
        trigger_source: Annotated[str, Field(description="Source name of the run")] = "setup-commands",
        wait_seconds: WaitSeconds = 25,
        org_id: OrgId = None,
    ) -> RunResult:
        """Starts a Codegen agent that writes the commands to set up a repository; `result` is the script.

        Costs an agent run; 5 per minute. While the same request is running, calling again returns that run.
        """
        allowance = Allowance.of(self.ground.clock, wait_seconds)
        codegen = self.codegen()
        org = await codegen.api.org(org_id)
        key = f"setup {codegen.account} {org} {repo_id} {prompt}"

        async def start() -> int:
            begun = await codegen.api.generate_setup_commands(
                org, repo_id, prompt, trigger_source, allowance.slot_wait_s
            )
            return begun.agent_run_id

        async def still_running(run_id: int) -> bool:
            try:
                return not (await codegen.poller.now(org, run_id)).finished
            except NotFound:
                return False

        run_id, joined = await self.begun.once(key, start, still_running)
        note = f"Run {run_id} for the same request is still running, so no other was started." if joined else ""
        run = await codegen.poller.seen(org, Run(id=run_id, organization_id=org, status="running"), allowance)
        run = await codegen.poller.wait_for(org, run, allowance, ctx.report_progress)
        return run_result(run, self.ground, org=org_id, note=note)
