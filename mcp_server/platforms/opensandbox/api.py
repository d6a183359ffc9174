"""What OpenSandbox can be asked: one method per endpoint."""

from dataclasses import dataclass
from typing import Literal

from mcp_server.budget.groups import Charge
from mcp_server.http.client import Client, Text, segment
from mcp_server.platforms.opensandbox.models import Descriptor, Health, Sandbox, SandboxPage, Version

GROUP = "opensandbox.all"
Kind = Literal["logs", "events"]

# The most the deprecated plain forms give.
DEEPEST: dict[Kind, tuple[str, int]] = {"logs": ("tail", 10_000), "events": ("limit", 500)}

_CHARGE = Charge((GROUP,))
_LOOKUP = "Look it up with list_sandboxes; an AgentBox id needs get_sandbox_logs."


@dataclass(frozen=True, slots=True)
class OpenSandboxApi:
    """The lifecycle and diagnostics API. Every method raises `SandscopeError`."""

    client: Client

    async def sandbox(self, sandbox_id: str) -> Sandbox:
        """State of a sandbox."""
        return await self.client.get(Sandbox, _at(sandbox_id), _CHARGE, lookup=_LOOKUP)

    async def sandboxes(self, page_size: int = 100) -> SandboxPage:
        """The newest sandboxes."""
        return await self.client.get(SandboxPage, ("v1", "sandboxes"), _CHARGE, {"pageSize": page_size})

    async def diagnostics(self, sandbox_id: str, kind: Kind, scope: str) -> Descriptor:
        """Diagnostics of one scope: at most the last 100 log lines or the first 50 event lines."""
        path = (*_at(sandbox_id), "diagnostics", kind)
        return await self.client.get(Descriptor, path, _CHARGE, {"scope": scope}, lookup=_LOOKUP)

    async def plain(self, sandbox_id: str, kind: Kind) -> Text:
        """The deprecated form without a scope: plain text, and the only way to more than a scope gives."""
        name, count = DEEPEST[kind]
        path = (*_at(sandbox_id), "diagnostics", kind)
        return await self.client.get_text(path, _CHARGE, {name: count}, lookup=_LOOKUP)

    async def health(self) -> Health:
        """Whether the server is up; needs no key."""
        return await self.client.get(Health, ("health",), _CHARGE)

    async def version(self) -> Version:
        """The server's version; 0.2.0 has no such route."""
        return await self.client.get(Version, ("version",), _CHARGE)


def _at(sandbox_id: str) -> tuple[str, ...]:
    return "v1", "sandboxes", segment("sandbox_id", sandbox_id)
