"""The tool `read_log`: more of a log already captured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from mcp_server.platforms import log_answers
from mcp_server.platforms.base import READS_OWN, Connected, Ground, Tool, accounts_of
from mcp_server.platforms.log_answers import Find, MaxTokens


@dataclass(frozen=True, slots=True)
class ReadLog:
    """`read_log` over the logs captured with the keys of this server, by whatever process."""

    platforms: Sequence[Connected]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.read_log, "More of a captured log", READS_OWN)

    async def read_log(
        self,
        log_id: Annotated[str, Field(description="From an earlier answer")],
        find: Find = None,
        start_line: Annotated[
            int | None,
            Field(description="First line; negative counts from the end; with find, where the search starts"),
        ] = None,
        context_lines: Annotated[
            int, Field(ge=0, le=100, description="Lines around each match")
        ] = log_answers.CONTEXT_LINES,
        max_tokens: MaxTokens = log_answers.DEFAULT_TOKENS,
    ) -> CallToolResult:
        """More of a log already captured: a search, a window of lines, or the first answer again.

        Free: no request is made. Call it instead of asking a log tool again.
        """
        stored = await self.ground.logs.get(log_id, accounts_of(self.platforms))
        boundary = self.ground.boundary()
        if find is not None:
            return await log_answers.found(stored, find, boundary, max_tokens, start_line, context_lines)
        if start_line is not None:
            return log_answers.window(stored, start_line, boundary, max_tokens)
        return await log_answers.first(stored, boundary, max_tokens)
