"""Codegen's resources: runs and their logs as data, cleaned like everything that came from upstream."""

import json
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mcp_server.errors import InvalidArgument
from mcp_server.logs.runs import RunEntry, capture_run
from mcp_server.off_loop import off_loop
from mcp_server.platforms.base import FRESH_S, Ground, ResourceTemplate, Watched, present
from mcp_server.platforms.codegen.api import PAGE
from mcp_server.platforms.codegen.facts import facts_of
from mcp_server.platforms.codegen.models import LogEntry
from mcp_server.platforms.codegen.run_log import Source, read_all, read_slice, run_entry, size_of
from mcp_server.platforms.codegen.service import Codegen

KeptT = TypeVar("KeptT")

JSON = "application/json"
RECENT = 20
# Longer than an agent looks at one run; whoever resumes it sees it go on so soon.
ENDED_FRESH_S = 300.0
# A 2025-era HTTP client refuses a reply over 1 MiB.
MAX_REPLY_BYTES = 900_000
# Of types and of tools in the figures of a run.
_NAMES = 100
_NOTE_BYTES = 300
"""Kept for the notes on what was cut."""


@dataclass(frozen=True, slots=True)
class Resources:
    """`codegen://...` over one Codegen."""

    codegen: Callable[[], Codegen]
    ground: Ground

    def templates(self) -> tuple[ResourceTemplate, ...]:
        """The resources as they are registered."""
        run = "codegen://runs/{run_id}"
        return (
            ResourceTemplate("codegen://runs", "recent_runs", "The newest Codegen runs", JSON, self.runs),
            ResourceTemplate(run + "{?org_id}", "run", "State and result of a run", JSON, self.run, self.watch_run),
            ResourceTemplate(
                run + "/logs{?skip,limit,message_type,org_id}",
                "run_logs",
                "Steps of a run as data",
                JSON,
                self.logs,
                self.watch_logs,
            ),
            ResourceTemplate(
                run + "/timeline{?org_id}",
                "run_timeline",
                "When each step of a run began, its type and tool, what failed, how long it took",
                JSON,
                self.timeline,
                self.watch_timeline,
            ),
        )

    async def runs(self) -> str:
        """The newest runs, as `list_runs` rows them."""
        api = self.codegen().api
        page = await api.runs(await api.org(None), source_type=None, skip=0, limit=RECENT)
        rows = [dict(facts_of(run, self.ground)) for run in page.items]
        return _told({"total": page.total}, "runs", rows, lambda _: "use list_runs")

    async def run(self, run_id: int, org_id: int | None = None) -> str:
        """One run, as `get_run` tells it."""
        codegen = self.codegen()
        run = await codegen.poller.now(await codegen.api.org(org_id), run_id)
        facts = facts_of(run, self.ground, org_id)
        _fresh(finished=run.finished)
        return _dump(_shrunk(dict(facts), MAX_REPLY_BYTES))

    async def logs(
        self, run_id: int, skip: int = 0, limit: int = PAGE, message_type: str | None = None, org_id: int | None = None
    ) -> str:
        """Steps `skip + 1` to `skip + limit`, those of one type if named; cut at 900 kB, and then it says so."""
        _check(skip, limit)
        wanted = message_type.upper() if message_type else None

        def step(number: int, entry: LogEntry) -> dict[str, Any] | None:
            fits = wanted is None or (entry.message_type or "").upper() == wanted
            return {"n": number, **present(**dict(entry))} if fits else None

        log = await read_slice(await self._source(run_id, org_id, step), skip, limit)
        steps = [step for step in log.entries.values() if step is not None]
        _fresh(finished=log.run.finished and not log.stopped)
        answer = {"run_id": run_id, "total_logs": log.total, **_warned(log.stopped)}
        return _told(answer, "logs", steps, _reading_on(run_id, org_id))

    async def timeline(self, run_id: int, org_id: int | None = None) -> str:
        """Every step's number, time, type, tool, seconds and whether it failed, and the figures of the run."""
        log = await read_all(await self._source(run_id, org_id, run_entry))
        size = sum(map(size_of, log.entries.values()))
        figures, steps = await off_loop(size, self._timed, tuple(log.entries.values()))
        _fresh(finished=log.run.finished and not log.warning)
        answer = {"run_id": run_id, "status": log.run.normal_status, "missing": log.missing, **_warned(log.warning)}
        figures = {"total": len(steps), **_few(figures)}
        return _told({**answer, "figures": figures}, "steps", steps, _reading_on(run_id, org_id))

    def _timed(self, entries: Sequence[RunEntry]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        from mcp_server.logs.run_timeline import timeline_of  # noqa: PLC0415  with it comes RE2: light start-up

        return timeline_of(capture_run(entries, self.ground.redactor))

    async def watch_run(self, run_id: int, org_id: int | None = None) -> Watched | None:
        """A change of the run's state is to be told."""
        return await self._watch(run_id, org_id, steps=False)

    async def watch_logs(
        self,
        run_id: int,
        skip: int = 0,
        limit: int = PAGE,
        message_type: str | None = None,  # noqa: ARG002  of the address; steps are not looked at
        org_id: int | None = None,
    ) -> Watched | None:
        """Every half minute of a run that goes on is to be told, and its end: then there are new steps to read."""
        _check(skip, limit)
        return await self._watch(run_id, org_id, steps=True)

    async def watch_timeline(self, run_id: int, org_id: int | None = None) -> Watched | None:
        """As of the run's log."""
        return await self._watch(run_id, org_id, steps=True)

    async def _watch(self, run_id: int, org_id: int | None, *, steps: bool) -> Watched | None:
        from mcp_server.platforms.codegen.watch import STATE, STEPS, RunWatch  # noqa: PLC0415  light start-up: first use

        codegen = self.codegen()
        watch = RunWatch(codegen.poller, self.ground.clock, await codegen.api.org(org_id), run_id)
        return await watch.begin(frozenset({STATE, STEPS} if steps else {STATE}))

    async def _source(self, run_id: int, org_id: int | None, keep: Callable[[int, LogEntry], KeptT]) -> Source[KeptT]:
        codegen = self.codegen()
        return Source(codegen.pages, await codegen.api.org(org_id), run_id, self.ground.clock, keep)


def _check(skip: int, limit: int) -> None:
    if skip < 0 or not 1 <= limit <= PAGE:
        raise InvalidArgument(f"skip must be 0 or more and limit 1 to {PAGE}.")


def _fresh(*, finished: bool) -> None:
    """What is told of a run that has ended stays so, unless it is resumed."""
    FRESH_S.set(ENDED_FRESH_S if finished else 0.0)


def _few(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures with the most frequent types and tools: whoever names a tool anew at each step fills no reply with names."""
    few = {name: dict(list(figures[name].items())[:_NAMES]) for name in ("types", "tools")}
    return {**figures, **few}


def _warned(warning: str) -> dict[str, str]:
    return {"warning": warning} if warning else {}


def _reading_on(run_id: int, org_id: int | None) -> Callable[[dict[str, Any]], str]:
    """For the last step told, how to read on behind it."""
    org = f"&org_id={org_id}" if org_id is not None else ""
    return lambda last: f"read on with codegen://runs/{run_id}/logs?skip={last['n']}{org}"


def _told(answer: dict[str, Any], name: str, items: list[dict[str, Any]], more: Callable[[dict[str, Any]], str]) -> str:
    """The answer with as many of the items as fit into one reply, at least one, and a note on the others."""
    room = MAX_REPLY_BYTES - _NOTE_BYTES - _wire_bytes(_dump(answer))
    fitting: list[dict[str, Any]] = []
    for item in items:
        told = item if fitting else _shrunk(item, room)
        room -= _wire_bytes(_dump(told)) + 1
        if room < 0:
            break
        fitting.append(told)
    whole = {**answer, name: fitting}
    if left_out := len(items) - len(fitting):
        whole["cut"] = f"{left_out} left out at {MAX_REPLY_BYTES} bytes; {more(fitting[-1])}"
    return _dump(whole)


def _shrunk(item: dict[str, Any], room: int) -> dict[str, Any]:
    """The item in at most so many bytes: where it is larger, its largest values become text that says how much was cut."""
    sizes = {name: _wire_bytes(_dump({name: value})) for name, value in item.items()}
    if sum(sizes.values()) < room:
        return item
    shrunk: dict[str, Any] = dict(item)
    for left, name in zip(range(len(sizes), 0, -1), sorted(sizes, key=sizes.__getitem__), strict=True):
        share = room // left
        if sizes[name] > share:
            value = item[name]
            text = value if isinstance(value, str) else _dump(value)
            shrunk[name] = _cut(text, share - _NOTE_BYTES)
        room -= min(sizes[name], share)
    return shrunk


def _cut(text: str, room: int) -> str:
    """The beginning of a text that travels in so many bytes inside a document, and how much is left out."""
    kept = bisect_right(range(min(len(text), room)), room, key=lambda length: _wire_bytes(_dump(text[: length + 1])))
    return f"{text[:kept]}\n[cut: {len(text) - kept} more characters]"


def _wire_bytes(text: str) -> int:
    """Bytes of a text inside a message: quotes, backslashes and whatever is not ASCII are escaped."""
    return len(json.dumps(text))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
