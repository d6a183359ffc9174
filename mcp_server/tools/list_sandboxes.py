"""The tool `list_sandboxes`: sandboxes of both platforms, failed first."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast

from mcp_types import CallToolResult, TextContent
from pydantic import Field
from typing_extensions import TypedDict

from mcp_server.errors import NotConfigured, SandscopeError
from mcp_server.logs.sanitise import clean_line
from mcp_server.platforms.base import READS, Connected, Ground, SandboxRow, SandboxRows, Tool, present
from mcp_server.platforms.together import all_of

REASON_CHARS = 120
UNKNOWN = "unknown"
READERS = {"agentbox": "get_sandbox_logs", "opensandbox": "get_diagnostics"}

Ask = Callable[[], Awaitable[SandboxRows]]


class Row(TypedDict, total=False):
    """One sandbox; a field without a value is absent."""

    sandbox_id: str
    platform: str
    state: str
    reason: str
    exit_code: int
    name: str
    created_at: str


class Rows(TypedDict, total=False):
    """Rows, how many sandboxes were looked at, and what could not be asked."""

    sandboxes: list[Row]
    scanned: int
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class ListSandboxes:
    """`list_sandboxes` over every platform that has such a list."""

    platforms: Sequence[Connected]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        groups = tuple(group for platform in self.platforms if platform.sandboxes for group in platform.groups)
        return Tool(self.list_sandboxes, "Sandboxes, failed first", READS, groups)

    async def list_sandboxes(
        self,
        platform: Annotated[Literal["agentbox", "opensandbox"] | None, Field(description="Only this one")] = None,
        state: Annotated[str | None, Field(description="Only this state, such as Failed or Running")] = None,
        limit: Annotated[int, Field(ge=1, le=200, description="Most rows to show")] = 20,
    ) -> Annotated[CallToolResult, Rows]:
        """AgentBox and OpenSandbox sandboxes, failed first, among the newest 100 of each: finds an id.

        Costs one request each. Codegen has no such list; its sandbox ids are in the facts of a run. Next: get_sandbox_logs for agentbox, get_diagnostics for opensandbox.
        """
        asked = self._asked(platform)
        answers = await all_of([ask for _, ask in asked])
        errors = [answer for answer in answers if isinstance(answer, SandscopeError)]
        if len(errors) == len(asked):
            raise errors[0]
        listed = [
            (name, row)
            for (name, _), answer in zip(asked, answers, strict=True)
            if not isinstance(answer, SandscopeError)
            for row in answer.rows
        ]
        wanted = state.strip().lower() if state is not None else None
        matching = [
            named for named in listed if named[1].sandbox_id and wanted in {None, (named[1].state or UNKNOWN).lower()}
        ]
        matching.sort(key=lambda named: (named[1].failed, _moment(named[1].created_at)), reverse=True)
        return self._result(matching[:limit], len(matching), len(listed), [str(error) for error in errors])

    def _asked(self, name: str | None) -> list[tuple[str, Ask]]:
        """The platforms to ask: the one named, or those configured.

        Raises:
            NotConfigured: None is.
        """
        asked = [
            (platform.name, platform.sandboxes)
            for platform in self.platforms
            if platform.sandboxes and (platform.name == name or (name is None and platform.configured_by))
        ]
        if not asked:
            raise NotConfigured(
                "Neither AgentBox nor OpenSandbox is configured. Set AGENTBOX_API_KEY and AGENTBOX_ENDPOINT, or "
                "OPEN_SANDBOX_DOMAIN (with OPEN_SANDBOX_API_KEY if that server requires a key), in this server's environment "
                "and restart it."
            )
        return asked

    def _result(
        self, rows: list[tuple[str, SandboxRow]], matching: int, scanned: int, warnings: list[str]
    ) -> CallToolResult:
        facts = [self._facts(name, row) for name, row in rows]
        demo = " (demo)" if self.ground.settings.demo else ""
        order = ", failed first" if facts else ""
        head = f"{len(facts)} of {matching} matching{demo}{order} ({scanned} newest scanned).{self._next(rows)}"
        lines = [head, *map(_line, facts), *(f"warning: {warning}" for warning in warnings)]
        return CallToolResult(
            content=[TextContent(type="text", text="\n".join(lines))],
            structured_content={"sandboxes": facts, "scanned": scanned, **present(warnings=warnings or None)},
        )

    def _next(self, rows: list[tuple[str, SandboxRow]]) -> str:
        shown = {name for name, _ in rows}
        readers = [
            f"{tool} ({name})" for name, tool in READERS.items() if name in shown and tool in self.ground.registered
        ]
        return f" Read one with {' or '.join(readers)}." if readers else ""

    def _facts(self, platform: str, row: SandboxRow) -> Row:
        def line(text: str) -> str:
            return clean_line(text, self.ground.redactor, REASON_CHARS)

        fields = present(
            sandbox_id=line(row.sandbox_id),
            platform=platform,
            state=line(row.state) or UNKNOWN,
            reason=line(row.reason),
            exit_code=row.exit_code,
            name=line(row.name),
            created_at=line(row.created_at),
        )
        return cast("Row", fields)


def _moment(created_at: str) -> float:
    """Seconds since 1970; what is no time is the oldest."""
    try:
        moment = datetime.fromisoformat(created_at)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _line(row: Row) -> str:
    values = cast("dict[str, Any]", row)
    exit_code = f"exit {values['exit_code']}" if "exit_code" in values else None
    shown = [values.get("name"), values.get("created_at"), exit_code, values.get("reason")]
    head = f"{values['sandbox_id']} {values['platform']} {values['state']}"
    return " · ".join([head, *(value for value in shown if value)])
