"""The run a tool waits for, as whoever waits longer than one call may last asks about it."""

from collections.abc import Callable

from mcp_types import CallToolResult

from mcp_server.platforms.base import Ground, Job
from mcp_server.platforms.codegen.api import READS, charge
from mcp_server.platforms.codegen.facts import run_result
from mcp_server.platforms.codegen.models import Run
from mcp_server.platforms.codegen.service import Codegen
from mcp_server.store.sightings import LEAST_S


def job_of(codegen: Callable[[], Codegen], ground: Ground, *, analyzed: bool = False) -> Job:
    """The job of a tool over one Codegen.

    Args:
        codegen: Gives the current caller's.
        ground: What it is connected on.
        analyzed: Whether the tool's runs are themselves analyses of a sandbox.
    """

    async def look(org: int, run_id: int, named: bool) -> CallToolResult:  # noqa: FBT001  by position, as `Job` has it
        glance = await codegen().poller.glance(org, run_id)
        run = glance.run or Run(id=run_id, organization_id=org, status="running")
        return run_result(run, ground, org=org if named else None, analyzed=analyzed)

    def left(org: int, run_id: int, named: bool) -> str:  # noqa: FBT001  by position, as `Job` has it
        where = f", org_id={org}" if named else ""
        told = f", and get_run(run_id={run_id}{where}) shows its state" if "get_run" in ground.registered else ""
        return f"Codegen cannot stop a run: run {run_id} goes on{told}."

    return Job(look, left, lambda: max(LEAST_S, ground.budget.poll_s(charge(READS))))
