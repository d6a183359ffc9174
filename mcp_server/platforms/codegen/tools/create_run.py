"""The tool `create_run`: starts an agent, or gives a run a further prompt."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from mcp_server.platforms.base import CHANGES, Ground, Tool
from mcp_server.platforms.codegen.api import CREATE, SHARED, CodegenApi
from mcp_server.platforms.codegen.facts import OrgId, RunResult, WaitSeconds, run_result
from mcp_server.platforms.codegen.poller import Deadline, wait_for_run


@dataclass(frozen=True, slots=True)
class CreateRun:
    """`create_run` over one Codegen."""

    api: Callable[[], CodegenApi]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.create_run, "Start or resume a run", CHANGES, (CREATE.name, SHARED.name))

    async def create_run(
        self,
        prompt: Annotated[str, Field(min_length=1, description="The whole task; quote the evidence it rests on")],
        ctx: Context[Any, Any],
        repo_id: int | None = None,
        metadata: Annotated[dict[str, Any] | None, Field(description="Stored with the run")] = None,
        resume_run_id: Annotated[
            int | None, Field(description="Continue this run instead; repo_id and metadata stay its own")
        ] = None,
        wait_seconds: WaitSeconds = 0,
        org_id: OrgId = None,
    ) -> RunResult:
        """Starts a Codegen agent on a task, for example a fix; it may push code and open pull requests.

        Costs an agent run; 10 per minute; never repeated by itself. Call it once you know the cause, with the user's consent.
        """
        deadline = Deadline.of(self.ground.clock, wait_seconds)
        api = self.api()
        org = await api.org(org_id)
        if resume_run_id is None:
            run = await api.create_run(org, prompt, repo_id, metadata, deadline.slot_wait_s)
        else:
            run = await api.resume_run(org, resume_run_id, prompt, deadline.slot_wait_s)
        run = await wait_for_run(api, run, deadline, ctx.report_progress)
        return run_result(run, self.ground.redactor, self.ground.titled("Codegen"), org=org_id)
