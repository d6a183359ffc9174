"""The tool `get_run_logs`: what an agent run did and where it went wrong."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from mcp_types import CallToolResult
from pydantic import Field

from mcp_server.logs.captured import digest_id
from mcp_server.logs.header import Header
from mcp_server.logs.runs import CapturedRun, RunEntry, capture_run
from mcp_server.off_loop import off_loop
from mcp_server.platforms import log_answers
from mcp_server.platforms.base import READS, RUN_TIMELINE, Ground, Tool
from mcp_server.platforms.codegen.api import LOGS, PAGE, SHARED
from mcp_server.platforms.codegen.facts import OrgId, RunId
from mcp_server.platforms.codegen.models import Run
from mcp_server.platforms.codegen.run_log import RunLog, Source, read_all, read_slice, run_entry, size_of
from mcp_server.platforms.codegen.service import Codegen
from mcp_server.platforms.log_answers import Find, MaxTokens
from mcp_server.store.stored_log import StoredLog

if TYPE_CHECKING:
    from mcp_server.logs.view import View

GROUPS = (LOGS.name, SHARED.name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which steps are asked for, and in how many tokens; `skip` and `limit` count matching steps."""

    run_id: int
    org_id: int | None
    max_tokens: int
    message_types: tuple[str, ...]
    tool_name: str | None
    skip: int
    limit: int | None

    @property
    def filtered(self) -> bool:
        """Whether steps are chosen by what they are."""
        return bool(self.message_types) or self.tool_name is not None

    @property
    def paged(self) -> bool:
        """Whether steps are chosen by where they are."""
        return self.skip > 0 or self.limit is not None

    @property
    def sliced(self) -> bool:
        """Whether a part of the log is enough."""
        return self.paged and not self.filtered

    def matches(self, entry: RunEntry) -> bool:
        """Whether a step is one of those."""
        type_fits = not self.message_types or entry.type.upper() in self.message_types
        return type_fits and self.tool_name in {None, entry.tool}


@dataclass(frozen=True, slots=True)
class GetRunLogs:
    """`get_run_logs` over one Codegen."""

    codegen: Callable[[], Codegen]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.get_run_logs, "What a run did and why it failed", READS, GROUPS, app=RUN_TIMELINE)

    async def get_run_logs(
        self,
        run_id: RunId,
        message_types: Annotated[
            list[str] | None, Field(description="Only these, such as ERROR, ACTION, FINAL_ANSWER")
        ] = None,
        tool_name: Annotated[str | None, Field(description="Only steps that used it")] = None,
        find: Find = None,
        skip: Annotated[int, Field(ge=0, description="Steps (or matches) to pass over")] = 0,
        limit: Annotated[int | None, Field(ge=1, le=PAGE, description="Show this many steps in full")] = None,
        compare_to: Annotated[
            int | None, Field(description="A successful run: show only what is new; costs twice")
        ] = None,
        max_tokens: MaxTokens = log_answers.DEFAULT_TOKENS,
        org_id: OrgId = None,
    ) -> CallToolResult:
        """What did a Codegen run do, and where did it go wrong? Outcome, errors, failing outputs, loops, all steps in outline.

        One request per 100 steps, 60 per minute. With skip, limit or a filter: the steps in full. More: read_log, free.
        """
        filters = {"message_types": message_types, "tool_name": tool_name, "skip": skip, "limit": limit}
        log_answers.check_compared(compare_to, run_id, find=find, **filters)
        log_answers.check_find(find)
        codegen = self.codegen()
        types = tuple(name.strip().upper() for name in message_types or ())
        wanted = Wanted(run_id, org_id, max_tokens, types, tool_name, skip, limit)
        if compare_to is not None:
            org = await codegen.api.org(org_id)

            async def capture(run: int) -> StoredLog:
                _, _, stored = await self._read(codegen, dataclasses.replace(wanted, run_id=run), org)
                return stored

            one, good = await log_answers.both(("run_id", run_id), compare_to, capture)
            return await log_answers.compared(one, good, self.ground.boundary(), max_tokens)
        log, captured, stored = await self._read(codegen, wanted, await codegen.api.org(org_id))
        if find is None and not (wanted.paged or wanted.filtered):
            return await log_answers.first(stored, self.ground.boundary(), max_tokens)
        size = sum(map(size_of, log.entries.values()))
        return log_answers.log_result(stored, await off_loop(size, self._view, stored, captured, wanted, log, find))

    async def _read(
        self, codegen: Codegen, wanted: Wanted, org: int
    ) -> tuple[RunLog[RunEntry], CapturedRun, StoredLog]:
        """The log of a run, read and kept."""
        source = Source(codegen.pages, org, wanted.run_id, self.ground.clock, run_entry)
        log = await (read_slice(source, wanted.skip, wanted.limit or PAGE) if wanted.sliced else read_all(source))
        size = sum(map(size_of, log.entries.values()))
        captured, stored = await off_loop(size, self._captured, wanted, log)
        await self.ground.logs.put(codegen.account, stored)
        return log, captured, await log_answers.noted(self.ground, codegen.account, stored, GROUPS)

    def _view(
        self, stored: StoredLog, captured: CapturedRun, wanted: Wanted, log: RunLog[RunEntry], find: str | None
    ) -> "View":
        """The steps asked for, or the lines of them that match."""
        from mcp_server.logs.run_view import entries_view, run_find_view  # noqa: PLC0415  light start-up: first use

        chosen = [number for number, entry in log.entries.items() if wanted.matches(entry)]
        total = len(chosen) if wanted.filtered else log.total
        if wanted.paged and wanted.filtered:
            chosen = chosen[wanted.skip : wanted.skip + (wanted.limit or PAGE)]
        boundary = self.ground.boundary()
        if find is not None:
            return run_find_view(
                captured, stored.header, find=find, numbers=chosen, max_tokens=wanted.max_tokens, boundary=boundary
            )

        def following(told: int) -> str:
            # With the total unknown there may always be more, but for a slice that is empty.
            more = told > 0 if total is None else wanted.skip + told < total
            return _next_call(wanted, told) if more else ""

        return entries_view(
            captured,
            stored.header,
            numbers=chosen,
            total=total,
            max_tokens=wanted.max_tokens,
            boundary=boundary,
            next_call=following,
        )

    def _captured(self, wanted: Wanted, log: RunLog[RunEntry]) -> tuple[CapturedRun, StoredLog]:
        run_id = wanted.run_id
        captured = capture_run(log.entries.values(), self.ground.redactor)
        # What a slice leaves out was not asked for.
        warning = log.stopped if wanted.sliced else log.warning
        header = Header(
            title=f"{self.ground.titled('Codegen')} run {run_id}",
            log_id=digest_id(captured.log, "codegen", str(log.run.organization_id), str(run_id)),
            facts=self._facts(log.run),
            complete="no" if warning or wanted.sliced else "yes",
            warnings=(warning,) if warning else (),
        )
        return captured, StoredLog("codegen", str(run_id), header, captured)

    def _facts(self, run: Run) -> tuple[tuple[str, str], ...]:
        pulls = ", ".join(pull.url for pull in run.github_pull_requests or () if pull.url)
        return log_answers.header_facts(
            self.ground.redactor,
            state=run.normal_status,
            source=run.source_type,
            sandbox=run.sandbox_id,
            created=run.created_at,
            pull_requests=pulls,
            result=run.result,
        )


def _next_call(wanted: Wanted, shown: int) -> str:
    """The call that shows the steps after those of this answer, as the caller asked for these."""
    arguments = [f"run_id={wanted.run_id}"]
    if wanted.message_types:
        arguments.append(f"message_types=[{', '.join(map(repr, wanted.message_types))}]")
    if wanted.tool_name is not None:
        arguments.append(f"tool_name={wanted.tool_name!r}")
    arguments += [f"skip={wanted.skip + shown}", f"limit={wanted.limit or PAGE}"]
    if wanted.max_tokens != log_answers.DEFAULT_TOKENS:
        arguments.append(f"max_tokens={wanted.max_tokens}")
    if wanted.org_id is not None:
        arguments.append(f"org_id={wanted.org_id}")
    return f"get_run_logs({', '.join(arguments)})"
