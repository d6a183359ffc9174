"""What a log tool returns: one bounded text block, and in `_meta` what was captured and shown."""

from typing import Annotated, Any

from mcp_types import CallToolResult, TextContent
from pydantic import Field

from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.redact import Redactor
from mcp_server.logs.run_view import run_digest
from mcp_server.logs.runs import CapturedRun
from mcp_server.logs.sanitise import clean_line
from mcp_server.logs.view import View, find_view, first_answer, window_view
from mcp_server.platforms.base import Ground, present
from mcp_server.store.captured_logs import StoredLog

MaxTokens = Annotated[int, Field(ge=200, le=20000, description="Bound of the answer in tokens")]
Find = Annotated[str | None, Field(description="RE2 regex: show only matching lines, with context")]

DEFAULT_TOKENS = 2000
CONTEXT_LINES = 3


def log_result(stored: StoredLog, view: View) -> CallToolResult:
    """The result of a log tool: the view's text and its figures."""
    log = stored.log
    header = stored.header
    return CallToolResult(
        content=[TextContent(type="text", text=view.text)],
        _meta={
            "sandscope/log": {
                "log_id": header.log_id,
                "platform": stored.platform,
                "subject": stored.subject,
                "lines": len(log.lines),
                "bytes": log.raw_bytes,
                "complete": header.complete,
                "view": view.kind,
                "shown_lines": view.shown_lines,
                "tokens": view.tokens,
                "redactions": dict(log.redactions),
                "sanitised": log.sanitised,
                "warnings": list(header.warnings),
            }
        },
    )


def header_facts(redactor: Redactor, **fields: object) -> tuple[tuple[str, str], ...]:
    """The facts of a header that have a value, cleaned; the most telling first, for a small budget cuts from the end."""
    facts = present(**fields)
    return tuple((name.replace("_", " "), clean_line(str(value), redactor)) for name, value in facts.items())


def keep_and_answer(ground: Ground, stored: StoredLog, find: str | None, max_tokens: int) -> CallToolResult:
    """Keeps a log for `read_log` and gives the answer of the tool that captured it.

    Raises:
        InvalidArgument: `find` does not compile.
    """
    ground.logs.put(stored)
    if find is not None:
        return found(stored, find, ground.boundary(), max_tokens)
    return first(stored, ground.boundary(), max_tokens)


def found(
    stored: StoredLog,
    find: str,
    boundary: str,
    max_tokens: int,
    start_line: int | None = None,
    context_lines: int = CONTEXT_LINES,
) -> CallToolResult:
    """Lines that match, with context and the total number of matches.

    Raises:
        InvalidArgument: `find` does not compile.
    """
    view = find_view(
        stored.log,
        stored.header,
        find=find,
        start_line=start_line,
        context_lines=context_lines,
        max_tokens=max_tokens,
        boundary=boundary,
    )
    return log_result(stored, view)


def window(stored: StoredLog, start_line: int, boundary: str, max_tokens: int) -> CallToolResult:
    """Contiguous lines from `start_line` (negative: from the end)."""
    view = window_view(stored.log, stored.header, start_line=start_line, max_tokens=max_tokens, boundary=boundary)
    return log_result(stored, view)


def first(stored: StoredLog, boundary: str, max_tokens: int) -> CallToolResult:
    """What explains the failure, wherever in the log it is."""
    content: CapturedLog | CapturedRun = stored.content
    options: dict[str, Any] = {"max_tokens": max_tokens, "boundary": boundary}
    if isinstance(content, CapturedRun):
        return log_result(stored, run_digest(content, stored.header, **options))
    return log_result(stored, first_answer(content, stored.header, **options))
