"""The tool `get_sandbox_logs`: why an AgentBox sandbox failed, from its logs and its state."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import Field

from mcp_server.errors import NotFound, ResponseTooLarge, SandscopeError
from mcp_server.logs.captured import Row, capture, digest_id
from mcp_server.logs.header import Header
from mcp_server.off_loop import off_loop, while_wanted
from mcp_server.platforms import log_answers
from mcp_server.platforms.agentbox.api import GROUP, AgentBoxApi
from mcp_server.platforms.agentbox.models import Sandbox, SandboxLogs
from mcp_server.platforms.base import READS, Access, Ground, Tool
from mcp_server.platforms.log_answers import Find, MaxTokens
from mcp_server.platforms.together import together
from mcp_server.store.stored_log import StoredLog

MAX_LINES = 10_000
LIVE = "live"

SandboxId = Annotated[str, Field(description="AgentBox id, `uuid` or `cluster.uuid`")]
Lines = Annotated[int, Field(ge=0, le=MAX_LINES, description="Last N lines; 0 is all")]


@dataclass(frozen=True, slots=True)
class GetSandboxLogs:
    """`get_sandbox_logs` over one AgentBox."""

    api: Access[AgentBoxApi]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.get_sandbox_logs, "Why an AgentBox sandbox failed", READS, (GROUP,))

    async def get_sandbox_logs(
        self,
        sandbox_id: SandboxId,
        container: Annotated[str | None, Field(description="One that the header names; default: the main one")] = None,
        lines: Lines = 0,
        source: Annotated[str | None, Field(description="Runtime name, for its log file")] = None,
        find: Find = None,
        max_tokens: MaxTokens = log_answers.DEFAULT_TOKENS,
    ) -> CallToolResult:
        """Why did an AgentBox sandbox fail? State, exit code and the log lines that explain it, from the whole log.

        Leave `lines` at 0: the answer is bounded anyway. Costs two requests. For more lines call read_log, which is free.
        """
        log_answers.check_find(find)
        api = self.api()

        async def capture_it() -> StoredLog:
            return await self._captured(api, sandbox_id, container, lines, source)

        asked = f"{sandbox_id} {container} {lines} {source}"
        stored = await log_answers.captured(self.ground, self.api.account, asked, capture_it)
        noted = await log_answers.noted(self.ground, self.api.account, stored, (GROUP,))
        return await log_answers.answer(self.ground, noted, find, max_tokens)

    async def _captured(
        self, api: AgentBoxApi, sandbox_id: str, container: str | None, lines: int, source: str | None
    ) -> StoredLog:
        warnings: list[str] = []

        async def logs() -> SandboxLogs:
            return await _logs(api, sandbox_id, container, lines, source, warnings)

        async def state() -> Sandbox:
            return await api.sandbox(sandbox_id)

        answer, sandbox = await together(logs, state)
        size = 0 if isinstance(answer, SandscopeError) else sum(len(entry.log) for entry in answer.entries)
        return await off_loop(size, self._stored, sandbox_id, lines, answer, sandbox, warnings)

    def _stored(
        self,
        sandbox_id: str,
        lines: int,
        answer: SandboxLogs | SandscopeError,
        sandbox: Sandbox | SandscopeError,
        warnings: list[str],
    ) -> StoredLog:
        """The captured log; a recycled sandbox whose state still tells why it ended is an answer too."""
        if isinstance(answer, SandscopeError):
            if isinstance(sandbox, SandscopeError) or not isinstance(answer, NotFound):
                raise answer
            warnings.append(f"the logs are gone: {answer.refusal.message if answer.refusal else 'not found'}")
            answer = SandboxLogs(truncated=True)
        if isinstance(sandbox, SandscopeError):
            warnings.append(f"the state could not be read ({sandbox.code})")
        log = capture(while_wanted(_rows(answer)), self.ground.redactor)
        header = Header(
            title=f"{self.ground.titled('AgentBox')} sandbox {sandbox_id}",
            log_id=digest_id(log, "agentbox", sandbox_id),
            facts=self._facts(answer, sandbox),
            complete=_complete(answer, lines),
            warnings=tuple(warnings),
        )
        return StoredLog("agentbox", sandbox_id, header, log)

    def _facts(self, logs: SandboxLogs, sandbox: Sandbox | SandscopeError) -> tuple[tuple[str, str], ...]:
        read = log_answers.header_facts(
            self.ground.redactor,
            containers=", ".join(logs.containers) if len(logs.containers) > 1 else None,
            source=logs.source if logs.source != LIVE else None,
        )
        return read if isinstance(sandbox, SandscopeError) else (*self._state(sandbox), *read)

    def _state(self, sandbox: Sandbox) -> tuple[tuple[str, str], ...]:
        detail = sandbox.status_detail
        return log_answers.header_facts(
            self.ground.redactor,
            state=sandbox.status,
            exit_code=sandbox.exit_code,
            reason=sandbox.failure_reason or (detail and detail.reason),
            message=sandbox.failure_message or (detail and detail.message),
            ended=sandbox.terminated_at,
        )


async def _logs(
    api: AgentBoxApi, sandbox_id: str, container: str | None, lines: int, source: str | None, warnings: list[str]
) -> SandboxLogs:
    try:
        return await api.logs(sandbox_id, container=container, lines=lines, source=source)
    except ResponseTooLarge:
        if lines:
            raise
        # A JSON body cannot be cut, so the newest part is asked for instead.
        warnings.append(f"the whole log is too large to read; these are its last {MAX_LINES:,} lines")
        last = await api.logs(sandbox_id, container=container, lines=MAX_LINES, source=source)
        return last.model_copy(update={"truncated": True})


def _rows(answer: SandboxLogs) -> Iterator[Row]:
    for entry in answer.entries:
        yield Row(entry.log, entry.timestamp, entry.container)


def _complete(answer: SandboxLogs, lines: int) -> Literal["yes", "no", "unknown"]:
    # The server never says that it left lines out, so a full count is the sign.
    if answer.truncated or (lines and len(answer.entries) >= lines):
        return "no"
    # Nor does it say that reading failed: no entries may be all there are, or none of them.
    return "yes" if answer.source == LIVE and answer.entries else "unknown"
