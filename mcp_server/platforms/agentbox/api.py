"""What AgentBox can be asked: one method per endpoint."""

from dataclasses import dataclass

from mcp_server.budget.groups import Charge
from mcp_server.http.client import Client, segment
from mcp_server.platforms.agentbox.models import (
    ClusterList,
    Sandbox,
    SandboxAnswer,
    SandboxList,
    SandboxLogs,
    WhoAmI,
)

GROUP = "agentbox.all"
# The handler clamps to this, whatever its document says.
LIST_LIMIT = 100

_CHARGE = Charge((GROUP,))
_LOOKUP = "Look it up with list_sandboxes; an OpenSandbox id needs get_diagnostics."


@dataclass(frozen=True, slots=True)
class AgentBoxApi:
    """The native API below `<endpoint>/v1`. Every method raises `SandscopeError`."""

    client: Client

    async def logs(self, sandbox_id: str, *, container: str | None, lines: int, source: str | None) -> SandboxLogs:
        """Log lines of a sandbox.

        Args:
            sandbox_id: A bare or `cluster.uuid` id, opaque.
            container: Only this container.
            lines: The last so many lines (at most 10,000); 0 is all, without any cap of the server.
            source: `stdout`, or the name of a runtime whose log file is read; None is stdout.
        """
        path = ("v1", "sandboxes", segment("sandbox_id", sandbox_id), "logs")
        params = {"container": container, "lines": lines or None, "source": source}
        return await self.client.get(SandboxLogs, path, _CHARGE, params, lookup=_LOOKUP)

    async def sandbox(self, sandbox_id: str) -> Sandbox:
        """The state of a sandbox, also after it has ended."""
        path = ("v1", "sandboxes", segment("sandbox_id", sandbox_id))
        return (await self.client.get(SandboxAnswer, path, _CHARGE, lookup=_LOOKUP)).sandbox

    async def sandboxes(self) -> SandboxList:
        """The newest sandboxes, at most 100."""
        return await self.client.get(SandboxList, ("v1", "sandboxes"), _CHARGE, {"limit": LIST_LIMIT})

    async def whoami(self) -> WhoAmI:
        """Whom the key belongs to."""
        return await self.client.get(WhoAmI, ("v1", "auth", "whoami"), _CHARGE)

    async def clusters(self) -> ClusterList:
        """The worker clusters behind this endpoint."""
        return await self.client.get(ClusterList, ("v1", "clusters"), _CHARGE)
