"""The Codegen stand-in's runs: they start, show their entries one after the other, and end, all by the clock."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from mcp_server.platforms.codegen.stand_in_data import Run, Step, Work
from mcp_server.platforms.stand_in_web import Clock

# Entries that are there as soon as a run is: a client that looks at once sees more than an empty page.
_READY: Final = 3
_PAGE_FACTS: Final = ("id", "organization_id", "status", "created_at", "web_url", "result", "metadata")


@dataclass(frozen=True, slots=True)
class _Course:
    """How far a run is: the clock's reading at its begin (None: over before), and what an earlier stretch left."""

    run: Run
    begun: float | None
    before: tuple[dict[str, Any], ...] = ()


class Runs:
    """All runs of the server, told in the API's JSON; `word` says how this server spells a status."""

    def __init__(
        self, runs: Iterable[Run], *, clock: Clock, now: Callable[[], datetime], word: Callable[[str], str]
    ) -> None:
        self._clock = clock
        self._now = now
        self._word = word
        begun = clock()
        self._courses = {run.id: _Course(run, begun if run.live else None) for run in runs}

    def start(self, work: Work, *, org_id: int, user_id: int, source_type: str, metadata: dict[str, Any]) -> Run:
        """Start a run with the next free id."""
        run = Run(
            id=max(self._courses, default=0) + 1,
            org_id=org_id,
            user_id=user_id,
            created_at=self._now(),
            work=lambda: work,
            source_type=source_type,
            metadata=metadata,
        )
        self._courses[run.id] = _Course(run, self._clock())
        return run

    def resume(self, run: Run, prompt: str, work: Work) -> Run:
        """Let a run go on and return it: its entries stay, the prompt follows as a USER_MESSAGE, then the new work's entries."""
        asked = _entry(run.id, Step(message_type="USER_MESSAGE", observation=prompt), self._now())
        before = (*self._entries(run), asked)
        resumed = replace(run, work=lambda: work)
        self._courses[run.id] = _Course(resumed, self._clock(), before)
        return resumed

    def find(self, org_id: int, run_id: int) -> Run | None:
        """Return the run of that id if it belongs to the organisation."""
        course = self._courses.get(run_id)
        return course.run if course is not None and course.run.org_id == org_id else None

    def newest_first(self, org_id: int) -> list[Run]:
        """Return the organisation's runs, newest first."""
        mine = [course.run for course in self._courses.values() if course.run.org_id == org_id]
        return sorted(mine, key=lambda run: (run.created_at, run.id), reverse=True)

    def status(self, run: Run) -> str:
        """Return the run's status as this server spells it."""
        return self._word(run.work().status if self._over(run) else "running")

    def facts(self, run: Run) -> dict[str, Any]:
        """Return the API's AgentRunResponse."""
        over = self._over(run)
        work = run.work()
        return {
            "id": run.id,
            "organization_id": run.org_id,
            "status": self.status(run),
            "created_at": stamp(run.created_at),
            "web_url": f"https://app.codegen.com/agent/trace/{run.id}",
            "result": work.result if over else None,
            "summary": work.summary if over else None,
            "source_type": run.source_type,
            "github_pull_requests": _pull_requests(run, work) if over else [],
            "metadata": run.metadata,
        }

    def page(self, run: Run, *, skip: int, limit: int, reverse: bool) -> dict[str, Any]:
        """Return the API's AgentRunWithLogsResponse for one page of entries."""
        entries = self._entries(run)
        facts = self.facts(run)
        figures = totals(len(entries), skip, limit)
        if not run.counted:
            figures = dict.fromkeys(figures)
        ordered = entries[::-1] if reverse else entries
        return {
            **{key: facts[key] for key in _PAGE_FACTS},
            "logs": ordered[skip : skip + limit],
            "total_logs": figures.pop("total"),
            **figures,
        }

    def _elapsed(self, run: Run) -> float:
        begun = self._courses[run.id].begun
        return math.inf if begun is None else self._clock() - begun

    def _over(self, run: Run) -> bool:
        return self._elapsed(run) >= run.work().seconds

    def _entries(self, run: Run) -> list[dict[str, Any]]:
        course = self._courses[run.id]
        elapsed = self._elapsed(run)
        begin = run.created_at if course.begun is None else self._now() - timedelta(seconds=elapsed)
        moments = _moments(run.work(), 1 if course.begun is None else _READY)
        seen = [(step, at) for step, at in zip(run.work().steps, moments, strict=True) if at <= elapsed]
        return [*course.before, *(_entry(run.id, step, begin + timedelta(seconds=at)) for step, at in seen)]


def _moments(work: Work, ready: int) -> list[float]:
    """Return when each step appears, in seconds from the begin: the first `ready` at once, the rest evenly."""
    rest = len(work.steps) - ready
    return [0.0] * ready + [work.seconds * (n + 1) / (rest + 1) for n in range(rest)]


def _entry(run_id: int, step: Step, at: datetime) -> dict[str, Any]:
    return {
        "agent_run_id": run_id,
        "created_at": stamp(at) if step.dated else None,
        "tool_name": step.tool_name,
        "message_type": step.message_type,
        "thought": step.thought,
        "observation": step.observation,
        "tool_input": step.tool_input,
        "tool_output": step.tool_output,
    }


def _pull_requests(run: Run, work: Work) -> list[dict[str, Any]]:
    opened = stamp(run.created_at + timedelta(seconds=work.seconds))
    return [
        {"id": pr.id, "title": pr.title, "url": pr.url, "created_at": opened, "head_branch_name": pr.head_branch_name}
        for pr in work.pull_requests
    ]


def stamp(at: datetime) -> str:
    """Write a moment as the API does, in UTC with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def totals(total: int, skip: int, limit: int) -> dict[str, int | None]:
    """Return the figures of a page: `total`, `page` (from 1), `size`, `pages`."""
    return {"total": total, "page": skip // limit + 1, "size": limit, "pages": math.ceil(total / limit)}
