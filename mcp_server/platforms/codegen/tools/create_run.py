"""The tool `create_run`: starts an agent, or gives a run a further prompt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from mcp_server.errors import InvalidArgument
from mcp_server.platforms.base import CHANGES, Ground, Tool
from mcp_server.platforms.codegen.api import CREATE, READS, SHARED
from mcp_server.platforms.codegen.facts import OrgId, RunResult, WaitSeconds, run_result
from mcp_server.platforms.codegen.job import job_of
from mcp_server.platforms.codegen.poller import Allowance
from mcp_server.platforms.codegen.service import Codegen


@dataclass(frozen=True, slots=True)
class CreateRun:
    """`create_run` over one Codegen."""

    codegen: Callable[[], Codegen]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(
            self.create_run,
            "Start or resume a run",
            CHANGES,
            (CREATE.name, READS.name, SHARED.name),
            job_of(self.codegen, self.ground),
        )

    async def create_run(
        self,
        prompt: Annotated[str, Field(min_length=1, description="The whole task; quote the evidence it rests on")],
        ctx: Context[Any, Any],
        repo_id: Annotated[int | None, Field(description="No tool lists them: ask the user")] = None,
        metadata: Annotated[dict[str, Any] | None, Field(description="Stored with the run")] = None,
        resume_run_id: Annotated[int | None, Field(description="Continue this run instead")] = None,
        wait_seconds: WaitSeconds = 0,
        org_id: OrgId = None,
    ) -> RunResult:
        """Starts a Codegen agent on a task, for example a fix; it may push code and open pull requests.

        Costs an agent run; 10 per minute; never repeated automatically. Call it when you know the cause and the user agrees.
        """
        allowance = Allowance.of(self.ground.clock, wait_seconds)
        if resume_run_id is not None and (repo_id is not None or metadata is not None):
            raise InvalidArgument(
                "A resumed run keeps its repository and metadata: give resume_run_id without repo_id and metadata."
            )
        codegen = self.codegen()
        org = await codegen.api.org(org_id)
        if resume_run_id is None:
            run = await codegen.api.create_run(org, prompt, repo_id, metadata, allowance.slot_wait_s)
        else:
            run = await codegen.api.resume_run(org, resume_run_id, prompt, allowance.slot_wait_s)
            # It was seen to end before, and would be taken for ended.
            await codegen.poller.tell(org, run)
        run = await codegen.poller.wait_for(org, run, allowance, ctx.report_progress)
        return run_result(run, self.ground, org=org_id)
