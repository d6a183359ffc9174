"""The tool `list_runs`: recent runs, filtered."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast, get_args

from mcp_types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict

from mcp_server.errors import InvalidArgument
from mcp_server.logs.sanitise import clean_line
from mcp_server.platforms.base import READS, Ground, Tool, present
from mcp_server.platforms.codegen.api import PAGE, SHARED
from mcp_server.platforms.codegen.api import READS as READS_GROUP
from mcp_server.platforms.codegen.facts import OrgId, facts_result
from mcp_server.platforms.codegen.models import Run, Status
from mcp_server.platforms.codegen.service import Codegen

SUMMARY_CHARS = 160
STATUSES: tuple[str, ...] = get_args(Status)


class RunRow(TypedDict, total=False):
    """One run in a list; a field without a value is absent."""

    run_id: int
    status: str
    created_at: str
    source_type: str
    sandbox_id: int
    summary: str


class RunRows(TypedDict, total=False):
    """Rows, how many there are in all, and how many were looked at where a filter is ours."""

    runs: list[RunRow]
    total: int
    scanned: int


@dataclass(frozen=True, slots=True)
class ListRuns:
    """`list_runs` over one Codegen."""

    codegen: Callable[[], Codegen]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.list_runs, "Recent runs", READS, (READS_GROUP.name, SHARED.name))

    async def list_runs(
        self,
        status: Annotated[
            str | None, Field(description="running, completed, failed, cancelled, unknown; scans the newest 100")
        ] = None,
        source_type: Annotated[str | None, Field(description="Such as API, SLACK, GITHUB, SETUP_COMMANDS")] = None,
        limit: Annotated[int, Field(ge=1, le=100, description="Most rows to show")] = 20,
        skip: Annotated[int, Field(ge=0, description="Rows to pass over")] = 0,
        org_id: OrgId = None,
    ) -> Annotated[CallToolResult, RunRows]:
        """Codegen runs, newest first: finds the id of a failed run for get_run_logs.

        Costs one request. For one run whose id you have, use get_run.
        """
        codegen = self.codegen()
        org = await codegen.api.org(org_id)
        if status is None:
            page = await codegen.api.runs(org, source_type=source_type, skip=skip, limit=limit)
            return self._result(page.items, total=page.total)
        page = await codegen.api.runs(org, source_type=source_type, skip=0, limit=PAGE)
        wanted = status.strip().lower()
        matches = [run for run in page.items if wanted in {run.normal_status, (run.status or "").lower()}]
        if not matches and wanted not in STATUSES:
            raise InvalidArgument(
                f"None of the newest runs has this status. Pass one of {', '.join(STATUSES)}.", platform="codegen"
            )
        note = "" if matches else _occurring(page.items)
        return self._result(matches[skip : skip + limit], scanned=page.sent, note=note)

    def _result(
        self, runs: Sequence[Run], *, total: int | None = None, scanned: int | None = None, note: str = ""
    ) -> CallToolResult:
        rows = [self._row(run) for run in runs]
        facts = present(runs=rows, total=total, scanned=scanned)
        counted = f"{scanned} newest scanned" if scanned is not None else f"{total} in all" if total is not None else ""
        head = f"{self.ground.titled('Codegen')}: {len(rows)} runs{f' ({counted})' if counted else ''}{note}"
        return facts_result(facts, "\n".join([head, *map(_line, rows)]))

    def _row(self, run: Run) -> RunRow:
        redactor = self.ground.redactor
        fields = present(
            run_id=run.id,
            status=run.normal_status,
            created_at=clean_line(run.created_at or "", redactor),
            source_type=clean_line(run.source_type or "", redactor),
            sandbox_id=run.sandbox_id,
            summary=clean_line(run.summary or run.result or "", redactor, SUMMARY_CHARS),
        )
        return cast("RunRow", fields)


def _occurring(runs: Sequence[Run]) -> str:
    counts = Counter(run.normal_status for run in runs).most_common()
    occurring = ", ".join(f"{status} {count}" for status, count in counts)
    return f"; statuses found: {occurring}" if occurring else ""


def _line(row: RunRow) -> str:
    values = cast("dict[str, Any]", row)
    sandbox = f"sandbox {values['sandbox_id']}" if "sandbox_id" in values else ""
    shown = [values.get("created_at"), values.get("source_type"), sandbox, values.get("summary")]
    return " · ".join([f"{values['run_id']} {values['status']}", *(str(value) for value in shown if value)])
