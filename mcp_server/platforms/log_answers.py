"""What a log tool returns: one bounded text block, and in `_meta` what was captured and shown."""

import copy
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar

from mcp_types import CallToolResult, TextContent
from pydantic import Field

from mcp_server.budget.words import nearly_spent
from mcp_server.errors import InvalidArgument, SandscopeError
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor
from mcp_server.logs.runs import CapturedRun
from mcp_server.logs.sanitise import clean_line
from mcp_server.off_loop import off_loop
from mcp_server.platforms.base import Ground, present
from mcp_server.platforms.together import together
from mcp_server.store.read_through import Question, WordCodec
from mcp_server.store.stored_log import StoredLog

if TYPE_CHECKING:
    from mcp_server.logs.compare import Good
    from mcp_server.logs.view import View

AskedT = TypeVar("AskedT")
MaxTokens = Annotated[int, Field(ge=200, le=20000, description="Bound of the answer in tokens")]
Find = Annotated[str | None, Field(description="RE2 regex: show only matching lines, with context")]

DEFAULT_TOKENS = 2000
CONTEXT_LINES = 3
# A log of up to so much is unpacked while it is digested; of a larger one that would take too much memory.
_UNPACKED_LINES = 250_000
_UNPACKED_BYTES = 16 * 1024 * 1024
# Calls that come together share one capture; what a sandbox writes after that is new.
TOGETHER_S = 2.0


def log_result(stored: StoredLog, view: "View") -> CallToolResult:
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


def check_find(find: str | None) -> None:
    """Refuses an expression that is none, before anything is asked: a slip in it must cost no request.

    Raises:
        InvalidArgument: `find` does not compile.
    """
    if find is not None:
        # With it comes RE2: light start-up.
        from mcp_server.logs.search import compile_find  # noqa: PLC0415  see above

        compile_find(find)


async def captured(ground: Ground, account: str, asked: str, capture: Callable[[], Awaitable[StoredLog]]) -> StoredLog:
    """The log that is asked for, kept for `read_log`; those who ask within 2 s, in whatever process, share one capture.

    Args:
        ground: Where logs are kept.
        account: Whose key it is captured with.
        asked: Everything that makes it this log and no other.
        capture: Captures it.

    Raises:
        SandscopeError: It could not be captured.
    """

    async def ask() -> str:
        stored = await capture()
        await ground.logs.put(account, stored)
        return stored.header.log_id

    question = Question(f"capture {account} {asked}", ask, WordCodec(), lambda _: TOGETHER_S)
    return await ground.logs.get(await ground.known.read(question), (account,))


async def noted(ground: Ground, account: str, stored: StoredLog, groups: Sequence[str]) -> StoredLog:
    """The log with a note in its header where a rate limit that its capture is charged to is nearly spent."""
    note = nearly_spent(await ground.budget.states(account, groups))
    return dataclasses.replace(stored, header=dataclasses.replace(stored.header, note=note)) if note else stored


async def answer(ground: Ground, stored: StoredLog, find: str | None, max_tokens: int) -> CallToolResult:
    """The answer of the tool that captured a log.

    Raises:
        InvalidArgument: `find` does not compile.
    """
    if find is not None:
        return await found(stored, find, ground.boundary(), max_tokens)
    return await first(stored, ground.boundary(), max_tokens)


async def both(
    subject: tuple[str, AskedT], compare_to: AskedT, capture: Callable[[AskedT], Awaitable[StoredLog]]
) -> tuple[StoredLog, StoredLog]:
    """The log asked for and the one it is compared with, captured at once.

    Args:
        subject: The argument that names the first, and its value.
        compare_to: The value of the argument of that name.
        capture: Captures the one of a value.

    Raises:
        SandscopeError: One of them could not be captured; the message says which.
    """
    name, value = subject
    one, good = await together(lambda: capture(value), lambda: capture(compare_to))
    return _or_raised(name, value, one), _or_raised("compare_to", compare_to, good)


def _or_raised(name: str, value: object, stored: StoredLog | SandscopeError) -> StoredLog:
    if isinstance(stored, StoredLog):
        return stored
    # A copy: others may wait for the same answer.
    error = copy.copy(stored)
    error.args = (f"{name} {str(value)[:80]!r}: {stored}",)
    raise error


def check_compared(compare_to: object, subject: object, **others: object) -> None:
    """Refuses a comparison with itself, and what cannot go together with one.

    Raises:
        InvalidArgument: Naming what to do instead.
    """
    if compare_to is None:
        return
    if compare_to == subject:
        raise InvalidArgument("compare_to is the same as what it is compared with: name a good one, from a list tool.")
    if given := [name for name, value in others.items() if value]:
        raise InvalidArgument(
            f"compare_to cannot be combined with {', '.join(given)}. Compare first, then search either log with read_log: "
            "the answer names the log_id of each."
        )


async def compared(stored: StoredLog, good: StoredLog, boundary: str, max_tokens: int) -> CallToolResult:
    """What is new in a log against a good one; figures and line numbers are those of the first."""
    from mcp_server.logs.compare import Good, compared_header  # noqa: PLC0415  comes with first use: light start-up

    other = Good(good.subject, good.log, good.header, good.content if isinstance(good.content, CapturedRun) else None)
    stored = dataclasses.replace(stored, header=compared_header(stored.header, other))
    view = partial(_compared_view, max_tokens=max_tokens, boundary=boundary)
    size = stored.log.raw_bytes + good.log.raw_bytes
    return log_result(stored, await off_loop(size, view, stored.content, stored.header, other))


def _compared_view(
    content: CapturedLog | CapturedRun, header: Header, good: "Good", *, max_tokens: int, boundary: str
) -> "View":
    from mcp_server.logs.compare import compared as view  # noqa: PLC0415  comes with first use: light start-up

    about = None
    if isinstance(content, CapturedRun):
        from mcp_server.logs.compare_runs import about_run  # noqa: PLC0415  light start-up

        about = about_run(content, good.run)
        content = content.log
    return view(_unpacked(content), header, good, max_tokens=max_tokens, boundary=boundary, about=about)


async def found(
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
    from mcp_server.logs.view import find_view  # noqa: PLC0415  views come with the first log: light start-up

    view = partial(
        find_view,
        find=find,
        start_line=start_line,
        context_lines=context_lines,
        max_tokens=max_tokens,
        boundary=boundary,
    )
    return log_result(stored, await off_loop(stored.log.raw_bytes, view, stored.log, stored.header))


def window(stored: StoredLog, start_line: int, boundary: str, max_tokens: int) -> CallToolResult:
    """Contiguous lines from `start_line` (negative: from the end)."""
    from mcp_server.logs.view import window_view  # noqa: PLC0415  views come with the first log: light start-up

    # However large the log is, only what is shown is looked at.
    view = window_view(stored.log, stored.header, start_line=start_line, max_tokens=max_tokens, boundary=boundary)
    return log_result(stored, view)


async def first(stored: StoredLog, boundary: str, max_tokens: int) -> CallToolResult:
    """What explains the failure, wherever in the log it is."""
    view = partial(_first_view, max_tokens=max_tokens, boundary=boundary)
    return log_result(stored, await off_loop(stored.log.raw_bytes, view, stored.content, stored.header))


def _first_view(content: CapturedLog | CapturedRun, header: Header, *, max_tokens: int, boundary: str) -> "View":
    # Views come with the first log: light start-up.
    from mcp_server.logs.run_view import run_digest  # noqa: PLC0415  see above
    from mcp_server.logs.view import first_answer  # noqa: PLC0415  see above

    if isinstance(content, CapturedRun):
        return run_digest(content, header, max_tokens=max_tokens, boundary=boundary)
    return first_answer(_unpacked(content), header, max_tokens=max_tokens, boundary=boundary)


def _unpacked(log: CapturedLog) -> CapturedLog:
    """A digest looks at lines in no order, which is faster while they are strings."""
    if len(log.lines) <= _UNPACKED_LINES and log.raw_bytes <= _UNPACKED_BYTES:
        return dataclasses.replace(log, lines=tuple(log.lines))
    return log
