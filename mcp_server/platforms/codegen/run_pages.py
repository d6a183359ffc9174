"""Pages of run logs: cleaned when they come, asked for once by all processes, and kept when they cannot change."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from mcp_server.budget.groups import Purpose
from mcp_server.logs.clean_json import clean_json
from mcp_server.logs.redact import Redactor
from mcp_server.off_loop import off_loop
from mcp_server.platforms.codegen.api import PAGE, CodegenApi
from mcp_server.platforms.codegen.models import RunLogs
from mcp_server.state.clock import Clock
from mcp_server.store.read_through import Question, ReadThrough

KEPT_S = 86_400.0
# Calls that come together share one answer; a run that goes on has new steps after that.
TOGETHER_S = 2.0
# A run that has ended can be resumed, which nobody does later than this.
SETTLED_AFTER_S = 3600.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a run's log, cleaned.

    Attributes:
        logs: The run and its steps.
        asked_at: When it was asked for, in wall seconds.
        ended_at: When a page of the run first showed that it has ended, in wall seconds; None while it goes on.
    """

    logs: RunLogs
    asked_at: float
    ended_at: float | None

    def holds(self, now: float, total: int | None, *, first: bool) -> bool:
        """Whether it is as it was.

        Args:
            now: Wall seconds.
            total: How many steps the run has, as just asked, if Codegen says so.
            first: Whether the page is to tell how the run stands.
        """
        if 0 <= now - self.asked_at < TOGETHER_S:
            return True
        if self.ended_at is None:
            return False
        if first:
            return now - self.ended_at >= SETTLED_AFTER_S
        return len(self.logs.logs) == PAGE or self.logs.total_logs == total


@dataclass(frozen=True, slots=True)
class PageCodec:
    """Between a page and bytes."""

    def dump(self, value: Page) -> bytes:
        """The page as it is kept; its text is clean already."""
        document = value.logs.model_dump(mode="json")
        return json.dumps({"asked_at": value.asked_at, "ended_at": value.ended_at, "logs": document}).encode()

    def load(self, data: bytes) -> Page:
        """The page.

        Raises:
            ValueError: The bytes are of another layout.
        """
        record = json.loads(data)
        return Page(RunLogs.model_validate(record["logs"]), record["asked_at"], record["ended_at"])


@dataclass(frozen=True, slots=True)
class RunPages:
    """Pages of all runs, for one key.

    Attributes:
        api: Whom to ask.
        account: The key.
        known: What is kept.
        redactor: Cleans steps.
        clock: Tells how old a page is.
    """

    api: CodegenApi
    account: str
    known: ReadThrough
    redactor: Redactor
    clock: Clock

    async def page(
        self, org: int, run_id: int, *, skip: int, limit: int, purpose: Purpose, total: int | None, first: bool
    ) -> RunLogs:
        """Steps `skip + 1` to `skip + limit`, from what is kept where they cannot have changed.

        Args:
            org: The organisation.
            run_id: The run.
            skip: Steps to pass over.
            limit: 1 to 100; only whole hundreds are kept.
            purpose: Of the request, if there is one.
            total: How many steps the run has, if that is known.
            first: Whether this page is to tell how the run stands and how many steps it has.

        Raises:
            SandscopeError: It had to be asked for and could not be read.
        """

        async def ask() -> Page:
            logs = await self.api.logs(org, run_id, skip=skip, limit=limit, purpose=purpose)
            clean = await off_loop(_size(logs), clean_logs, logs, self.redactor)
            return Page(clean, self.clock.wall(), await self._ended_at(question, logs))

        question = Question(
            f"page {self.account} {org} {run_id} {skip}",
            ask,
            PageCodec(),
            lambda page: KEPT_S if page.ended_at is not None else TOGETHER_S,
            lambda page: page.holds(self.clock.wall(), total, first=first),
            lambda page: _size(page.logs),
        )
        if limit == PAGE and skip % PAGE == 0:
            return (await self.known.read(question)).logs
        return (await ask()).logs

    async def _ended_at(self, question: Question[Page], logs: RunLogs) -> float | None:
        """When the run was first seen to have ended as it is now; None while it goes on."""
        if not logs.finished:
            return None
        before = await self.known.known(dataclasses.replace(question, serves=_any_page))
        if before is not None and before.ended_at is not None and before.logs.total_logs == logs.total_logs:
            return before.ended_at
        return self.clock.wall()


def _any_page(_: Page) -> bool:
    return True


def _size(logs: RunLogs) -> int:
    """Characters of text in a page's steps; without recursion, for a step may be nested deeply."""
    size = 0
    waiting: list[Any] = [tuple(dict(step).values()) for step in logs.logs]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, dict):
            waiting.extend(cast("dict[str, Any]", value).values())
        elif isinstance(value, list | tuple):
            waiting.extend(cast("Sequence[Any]", value))
    return size


def clean_logs(logs: RunLogs, redactor: Redactor) -> RunLogs:
    """A page with everything in it sanitised and redacted; a value that is null is absent."""
    steps = [
        {name: clean_json(value, redactor) for name, value in dict(step).items() if value is not None}
        for step in logs.logs
    ]
    run = clean_json(logs.model_dump(exclude={"logs"}), redactor)
    return RunLogs.model_validate({**run, "logs": steps})
