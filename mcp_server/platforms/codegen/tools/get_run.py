"""The tool `get_run`: one run, waited for if asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver import Context

from mcp_server.platforms.base import READS, Ground, Tool
from mcp_server.platforms.codegen.api import READS as READS_GROUP
from mcp_server.platforms.codegen.api import SHARED
from mcp_server.platforms.codegen.facts import OrgId, RunId, RunResult, WaitSeconds, run_result
from mcp_server.platforms.codegen.job import job_of
from mcp_server.platforms.codegen.poller import Allowance
from mcp_server.platforms.codegen.service import Codegen


@dataclass(frozen=True, slots=True)
class GetRun:
    """`get_run` over one Codegen."""

    codegen: Callable[[], Codegen]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(
            self.get_run,
            "State and result of a run",
            READS,
            (READS_GROUP.name, SHARED.name),
            job_of(self.codegen, self.ground),
        )

    async def get_run(
        self, run_id: RunId, ctx: Context[Any, Any], wait_seconds: WaitSeconds = 0, org_id: OrgId = None
    ) -> RunResult:
        """State, result and pull requests of a Codegen run, and in `next` the call to make next.

        To wait for a running one, set wait_seconds instead of polling. To learn why it failed, use get_run_logs.
        """
        allowance = Allowance.of(self.ground.clock, wait_seconds)
        codegen = self.codegen()
        org = await codegen.api.org(org_id)
        run = await (codegen.poller.first(org, run_id) if wait_seconds else codegen.poller.now(org, run_id))
        run = await codegen.poller.wait_for(org, run, allowance, ctx.report_progress)
        return run_result(run, self.ground, org=org_id)
