"""Registers resources: those of the platforms, captured logs as plain text, the budget, and a guide."""

import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from mcp.server.extension import Extension

from mcp_server.errors import InvalidArgument
from mcp_server.platforms.base import FRESH_S, RUN_TIMELINE, Connected, Ground, ResourceTemplate, accounts_of, present
from mcp_server.server.instructions import INSTRUCTIONS
from mcp_server.server.seam import SeamServer
from mcp_server.store.captured_logs import TTL_S

TEXT = "text/plain"
PAGE = "text/html;profile=mcp-app"
# Of MCP Apps (`io.modelcontextprotocol/ui`, 2026-01-26): the page asks nothing of any other address.
OFFLINE: dict[str, Any] = {
    "ui": {
        "csp": {"connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": []},
        "prefersBorder": False,
    }
}
MAX_LINES = 10_000
# The guide and the page change with the server's version alone.
GUIDE_S = 3600.0
# A 2025-era HTTP client refuses a reply over 1 MiB.
MAX_REPLY_BYTES = 900_000
_NOTE_BYTES = 300
"""Kept for the notes on what was cut."""


class Pages(Extension):
    """Says that tools have pages for people; these are registered like every other resource."""

    identifier = "io.modelcontextprotocol/ui"


def register_resources(
    server: SeamServer, platforms: Iterable[Connected], ground: Ground
) -> tuple[ResourceTemplate, ...]:
    """Registers every resource and template, in a fixed order; gives them."""
    platforms = tuple(platforms)

    async def log(log_id: str, start: int = 1, count: int = 1000) -> str:
        return await _lines(ground, platforms, log_id, start, count)

    async def budget() -> str:
        stands: dict[str, object] = {}
        for platform in platforms:
            states = await ground.budget.states(platform.account, platform.groups)
            stands |= {name: asdict(state) for name, state in states.items()}
        return json.dumps({**stands, **present(warnings=ground.state.health.warnings() or None)}, separators=(",", ":"))

    async def guide() -> str:
        FRESH_S.set(GUIDE_S)
        return INSTRUCTIONS

    async def page() -> str:
        from mcp_server.apps import run_timeline  # noqa: PLC0415  light start-up: first use

        FRESH_S.set(GUIDE_S)
        return run_timeline()

    own = (
        ResourceTemplate("log://{log_id}{?start,count}", "log", "Lines of a captured log, numbered", TEXT, log),
        ResourceTemplate("sandscope://budget", "budget", "What is left of each rate limit", "application/json", budget),
        ResourceTemplate("sandscope://guide", "guide", "How to find a cause with these tools", TEXT, guide),
        ResourceTemplate(
            RUN_TIMELINE, "run_timeline_page", "A run on a time axis, for people", PAGE, page, meta=OFFLINE
        ),
    )
    resources = (*(found for platform in platforms for found in platform.resources), *own)
    for resource in resources:
        register = server.resource(
            resource.uri,
            name=resource.name,
            description=resource.description,
            mime_type=resource.mime_type,
            meta=resource.meta,
        )
        register(resource.function)
    return resources


async def _lines(ground: Ground, platforms: Iterable[Connected], log_id: str, start: int, count: int) -> str:
    """Lines `start` to `start + count - 1`, as many as fit into one reply."""
    if start < 1 or not 1 <= count <= MAX_LINES:
        raise InvalidArgument(f"start must be 1 or more and count 1 to {MAX_LINES:,}.")
    log = (await ground.logs.get(log_id, accounts_of(platforms))).log
    room = MAX_REPLY_BYTES - _NOTE_BYTES
    shown: list[str] = []
    for number, line in enumerate(log.lines[start - 1 : start - 1 + count], start=start):
        numbered = f"{number} | {line}"
        # The first line is told in any case, or reading on would never get past it.
        told = numbered if shown else _cut(numbered, room)
        room -= _wire_bytes(told + "\n")
        if room < 0:
            shown.append(f"[cut at {MAX_REPLY_BYTES} bytes; read on from start={number}]\n")
            break
        shown.append(f"{told}\n")
    # Line numbers and lines of a handle never change.
    FRESH_S.set(TTL_S)
    return "".join(shown)


def _cut(line: str, room: int) -> str:
    """The line, or where it does not fit into so many bytes, its beginning and how much is left out."""
    if _wire_bytes(line) < room:
        return line
    room -= _NOTE_BYTES
    kept = bisect_right(range(min(len(line), room)), room, key=lambda length: _wire_bytes(line[: length + 1]))
    return f"{line[:kept]} [cut: {len(line) - kept} more characters]"


def _wire_bytes(text: str) -> int:
    """Bytes of a text inside a message: quotes, backslashes and whatever is not ASCII are escaped."""
    return len(json.dumps(text))
