"""Codegen's resources: runs and their logs as data, cleaned like everything that came from upstream."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from mcp_server.errors import InvalidArgument
from mcp_server.logs.captured import Row, capture
from mcp_server.platforms.base import Ground, ResourceTemplate
from mcp_server.platforms.codegen.api import PAGE, CodegenApi
from mcp_server.platforms.codegen.facts import facts_of
from mcp_server.platforms.codegen.models import LogEntry
from mcp_server.platforms.codegen.run_log import read_all, read_slice

JSON = "application/json"
RECENT = 20
# A 2025-era HTTP client refuses a reply over 1 MiB.
MAX_REPLY_BYTES = 900_000


@dataclass(frozen=True, slots=True)
class Resources:
    """`codegen://...` over one Codegen."""

    api: Callable[[], CodegenApi]
    ground: Ground

    def templates(self) -> tuple[ResourceTemplate, ...]:
        """The resources as they are registered."""
        run = "codegen://runs/{run_id}"
        return (
            ResourceTemplate("codegen://runs", "recent_runs", "The newest Codegen runs", JSON, self.runs),
            ResourceTemplate(run + "{?org_id}", "run", "State and result of a run", JSON, self.run),
            ResourceTemplate(
                run + "/logs{?skip,limit,message_type,org_id}", "run_logs", "Steps of a run as data", JSON, self.logs
            ),
            ResourceTemplate(
                run + "/timeline{?org_id}",
                "run_timeline",
                "When each step of a run began, its type and tool",
                JSON,
                self.timeline,
            ),
        )

    async def runs(self) -> str:
        """The newest runs, as `list_runs` rows them."""
        api = self.api()
        page = await api.runs(await api.org(None), source_type=None, skip=0, limit=RECENT)
        return self._told({"runs": [facts_of(run, self.ground) for run in page.items], "total": page.total})

    async def run(self, run_id: int, org_id: int | None = None) -> str:
        """One run, as `get_run` tells it."""
        api = self.api()
        return self._told(facts_of(await api.run(await api.org(org_id), run_id), self.ground, org_id))

    async def logs(
        self, run_id: int, skip: int = 0, limit: int = PAGE, message_type: str | None = None, org_id: int | None = None
    ) -> str:
        """Steps `skip + 1` to `skip + limit`, those of one type if named; cut at 900 kB, and then it says so."""
        if skip < 0 or not 1 <= limit <= PAGE:
            raise InvalidArgument(f"skip must be 0 or more and limit 1 to {PAGE}.")
        api = self.api()
        log = await read_slice(api, await api.org(org_id), run_id, skip, limit)
        wanted = message_type.upper() if message_type else None
        steps = [
            self._step(number, entry)
            for number, entry in log.entries.items()
            if wanted is None or (entry.message_type or "").upper() == wanted
        ]
        answer: dict[str, Any] = {"run_id": run_id, "total_logs": log.total, "logs": _fitting(steps)}
        if len(answer["logs"]) < len(steps):
            answer["cut"] = (
                f"{len(steps) - len(answer['logs'])} steps left out at {MAX_REPLY_BYTES} bytes; ask with a smaller limit"
            )
        return self._told(answer)

    async def timeline(self, run_id: int, org_id: int | None = None) -> str:
        """Every step's number, time, type and tool."""
        api = self.api()
        log = await read_all(api, await api.org(org_id), run_id, self.ground.clock)
        steps = [
            self._cleaned({"n": number, "at": entry.created_at, "type": entry.message_type, "tool": entry.tool_name})
            for number, entry in log.entries.items()
        ]
        return self._told(
            {"run_id": run_id, "status": log.run.normal_status, "missing": log.missing, "steps": _fitting(steps)}
        )

    def _told(self, answer: Any) -> str:
        # Whole, so that a secret is also known by the name beside it.
        return "".join(capture((Row(_dump(answer)),), self.ground.redactor).lines)

    def _step(self, number: int, entry: LogEntry) -> dict[str, Any]:
        return self._cleaned({"n": number, **entry.model_dump(exclude_none=True)})

    def _cleaned(self, value: Any) -> Any:
        """The value with every string in it, keys too, sanitised and redacted."""
        if isinstance(value, str):
            return "\n".join(capture((Row(value),), self.ground.redactor).lines)
        if isinstance(value, dict):
            fields = cast("dict[Any, Any]", value)
            return {self._cleaned(str(key)): self._cleaned(item) for key, item in fields.items() if item is not None}
        if isinstance(value, list | tuple):
            return [self._cleaned(item) for item in cast("list[Any]", value)]
        return value


def _fitting(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    room = MAX_REPLY_BYTES
    for count, step in enumerate(steps):
        room -= len(_dump(step).encode())
        if room < 0:
            return steps[:count]
    return steps


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
