"""The tool `analyze_logs`: an agent reads a sandbox's setup logs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from mcp_server.platforms.base import STARTS, Ground, Tool
from mcp_server.platforms.codegen.api import ANALYZE, READS, SHARED
from mcp_server.platforms.codegen.facts import OrgId, RunResult, WaitSeconds, run_result
from mcp_server.platforms.codegen.job import job_of
from mcp_server.platforms.codegen.models import Run
from mcp_server.platforms.codegen.poller import Allowance
from mcp_server.platforms.codegen.service import Codegen
from mcp_server.store.begun import Begun

# An analysis costs an agent run; what it read does not change in this time.
REUSED_FOR_S = 600.0


@dataclass(frozen=True, slots=True)
class AnalyzeLogs:
    """`analyze_logs` over one Codegen; remembers the analyses it started, by organisation and sandbox."""

    codegen: Callable[[], Codegen]
    ground: Ground
    begun: Begun

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(
            self.analyze_logs,
            "Let an agent read a sandbox's setup logs",
            STARTS,
            (ANALYZE.name, READS.name, SHARED.name),
            job_of(self.codegen, self.ground, analyzed=True),
        )

    async def analyze_logs(
        self,
        sandbox_id: Annotated[int, Field(description="Codegen sandbox, named by get_run")],
        ctx: Context[Any, Any],
        wait_seconds: WaitSeconds = 25,
        force: Annotated[bool, Field(description="Start another even within 10 minutes of the last")] = False,  # noqa: FBT002  the tool's own argument, given by name
        org_id: OrgId = None,
    ) -> RunResult:
        """Starts a Codegen agent that reads a sandbox's setup logs and says what went wrong and how to fix it.

        Costs an agent run; 5 per minute. For AgentBox or OpenSandbox sandboxes use get_sandbox_logs or get_diagnostics.
        """
        allowance = Allowance.of(self.ground.clock, wait_seconds)
        codegen = self.codegen()
        org = await codegen.api.org(org_id)
        key = f"analysis {codegen.account} {org} {sandbox_id}"

        async def start() -> int:
            return (await codegen.api.analyze_logs(org, sandbox_id, allowance.slot_wait_s)).agent_run_id

        async def usable(_run_id: int) -> bool:
            return not force

        run_id, joined = await self.begun.once(key, start, usable)
        note = f"Analysis {run_id} of this sandbox was already started; force=true starts another." if joined else ""
        run = await codegen.poller.seen(org, Run(id=run_id, organization_id=org, status="running"), allowance)
        run = await codegen.poller.wait_for(org, run, allowance, ctx.report_progress)
        # Another analysis of the same logs would tell no more than a failed one did.
        return run_result(run, self.ground, org=org_id, note=note, analyzed=True)
