"""The tool `get_diagnostics`: why an OpenSandbox sandbox failed, from state, events and logs joined."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import Field

from mcp_server.errors import SandscopeError, UnsupportedScope
from mcp_server.logs.captured import Row, capture, digest_id, rows_of_text
from mcp_server.logs.header import Header
from mcp_server.logs.sanitise import clean_line
from mcp_server.off_loop import off_loop, while_wanted
from mcp_server.platforms import log_answers
from mcp_server.platforms.base import READS, Access, Ground, Tool
from mcp_server.platforms.log_answers import Find, MaxTokens
from mcp_server.platforms.opensandbox.api import GROUP, Kind
from mcp_server.platforms.opensandbox.diagnostics import Diagnostics, Piece
from mcp_server.platforms.opensandbox.models import Sandbox
from mcp_server.platforms.together import attempt, together
from mcp_server.store.stored_log import StoredLog

# Events first: only they tell why the platform itself ended a sandbox.
KINDS: tuple[Kind, ...] = ("events", "logs")


@dataclass(frozen=True, slots=True)
class GetDiagnostics:
    """`get_diagnostics` over one OpenSandbox."""

    diagnostics: Access[Diagnostics]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.get_diagnostics, "Why an OpenSandbox sandbox failed", READS, (GROUP,))

    async def get_diagnostics(
        self,
        sandbox_id: Annotated[str, Field(description="OpenSandbox id")],
        kind: Annotated[Literal["all", "logs", "events"], Field(description="What to read")] = "all",
        scope: Annotated[
            str | None, Field(description="Such as container, runtime, all; default fits the kind")
        ] = None,
        find: Find = None,
        compare_to: Annotated[
            str | None, Field(description="A successful sandbox: show only what is new; costs twice")
        ] = None,
        max_tokens: MaxTokens = log_answers.DEFAULT_TOKENS,
    ) -> CallToolResult:
        """Why did an OpenSandbox sandbox fail? State, exit code, platform events (only they show an OOM kill) and logs.

        Costs three or four requests. For more lines call read_log, which is free.
        """
        log_answers.check_compared(compare_to, sandbox_id, find=find)
        log_answers.check_find(find)
        diagnostics = self.diagnostics()
        kinds: tuple[Kind, ...] = KINDS if kind == "all" else (kind,)

        account = self.diagnostics.account

        async def capture(sandbox: str) -> StoredLog:
            async def ask() -> StoredLog:
                return await self._captured(diagnostics, sandbox, kinds, scope)

            stored = await log_answers.captured(self.ground, account, f"{sandbox} {kind} {scope}", ask)
            return await log_answers.noted(self.ground, account, stored, (GROUP,))

        if compare_to is None:
            return await log_answers.answer(self.ground, await capture(sandbox_id), find, max_tokens)
        one, good = await log_answers.both(("sandbox_id", sandbox_id), compare_to, capture)
        return await log_answers.compared(one, good, self.ground.boundary(), max_tokens)

    async def _captured(
        self, diagnostics: Diagnostics, sandbox_id: str, kinds: tuple[Kind, ...], scope: str | None
    ) -> StoredLog:
        async def state() -> Sandbox:
            return await diagnostics.api.sandbox(sandbox_id)

        read: list[Piece | SandscopeError] = []

        async def pieces() -> None:
            read.extend(await _pieces(diagnostics, sandbox_id, kinds, scope))

        sandbox, _ = await together(state, pieces)
        size = sum(len(piece.content) for piece in read if isinstance(piece, Piece))
        return await off_loop(size, self._stored, sandbox_id, sandbox, read)

    def _stored(
        self, sandbox_id: str, sandbox: Sandbox | SandscopeError, read: list[Piece | SandscopeError]
    ) -> StoredLog:
        pieces = [piece for piece in read if isinstance(piece, Piece)]
        errors = [piece for piece in read if isinstance(piece, SandscopeError)]
        if not pieces:
            raise _joined(errors)
        said = [warning for piece in pieces for warning in piece.warnings]
        said += [f"the server holds no {piece.kind}" for piece in pieces if not piece.content]
        said += [f"a part could not be read: {error}" for error in errors]
        if isinstance(sandbox, SandscopeError):
            said.append(f"the state could not be read ({sandbox.code})")
        redactor = self.ground.redactor
        log = capture(while_wanted(_rows(pieces)), redactor)
        header = Header(
            title=f"{self.ground.titled('OpenSandbox')} sandbox {sandbox_id}",
            log_id=digest_id(log, "opensandbox", sandbox_id),
            facts=() if isinstance(sandbox, SandscopeError) else self._facts(sandbox, pieces),
            complete="yes" if not errors and all(piece.whole for piece in pieces) else "no",
            warnings=tuple(clean_line(warning, redactor) for warning in said),
        )
        return StoredLog("opensandbox", sandbox_id, header, log)

    def _facts(self, sandbox: Sandbox, pieces: list[Piece]) -> tuple[tuple[str, str], ...]:
        status = sandbox.status
        return log_answers.header_facts(
            self.ground.redactor,
            state=status.state,
            exit_code=status.exit_code,
            event=next((event for piece in pieces for event in piece.ends), None),
            reason=status.reason,
            message=status.message,
            since=status.last_transition_at,
            name=sandbox.name,
        )


async def _pieces(
    diagnostics: Diagnostics, sandbox_id: str, kinds: tuple[Kind, ...], scope: str | None
) -> tuple[Piece | SandscopeError, ...]:
    """Each kind's text, or the error it ended with."""
    if len(kinds) == 1:
        return (await attempt(lambda: diagnostics.read(sandbox_id, kinds[0], scope)),)
    return await together(
        lambda: diagnostics.read(sandbox_id, kinds[0], scope), lambda: diagnostics.read(sandbox_id, kinds[1], scope)
    )


def _joined(errors: list[SandscopeError]) -> SandscopeError:
    """One error for all kinds: each has scopes of its own."""
    if len({str(error) for error in errors}) > 1 and all(isinstance(error, UnsupportedScope) for error in errors):
        return UnsupportedScope(
            " ".join(str(error) for error in errors), platform="opensandbox", request_id=errors[0].request_id
        )
    return errors[0]


def _rows(pieces: list[Piece]) -> Iterator[Row]:
    for piece in pieces:
        yield from rows_of_text(piece.content, piece.kind)
