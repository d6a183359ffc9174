"""AgentBox's descriptor: its variables, its budget group, and how its parts are connected."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from mcp_server.budget.groups import Group
from mcp_server.errors import NotConfigured, SandscopeError
from mcp_server.http.auth import Key
from mcp_server.platforms.agentbox.api import GROUP, AgentBoxApi
from mcp_server.platforms.agentbox.models import Sandbox
from mcp_server.platforms.agentbox.tools.get_sandbox_logs import GetSandboxLogs
from mcp_server.platforms.base import Access, Connected, Ground, Platform, SandboxRow, SandboxRows, present
from mcp_server.platforms.together import together
from mcp_server.settings import Environ, Variable, base_url, read, secret

ENDPOINT = "AGENTBOX_ENDPOINT"
API_KEY = "AGENTBOX_API_KEY"
AUTH = "AGENTBOX_AUTH"
SCHEMES = ("header", "bearer")


@dataclass(frozen=True, slots=True)
class AgentBoxConfiguration:
    """AgentBox's variables; without a key it is not configured."""

    key: Key | None
    secrets: tuple[str, ...] = field(repr=False)
    endpoint: str | None

    def connect(self, ground: Ground) -> Connected:
        """Opens the client and binds `get_sandbox_logs` to it."""
        opened = None
        if self.key and self.endpoint:
            opened = ground.opener.open(
                AGENTBOX.name, AGENTBOX.title, self.endpoint, ENDPOINT, self.key, API_KEY, "list_sandboxes"
            )
        api = Access(opened, lambda client, _: AgentBoxApi(client), self._missing)

        async def identify() -> dict[str, str]:
            return await _identify(api())

        async def sandboxes() -> SandboxRows:
            listed = await api().sandboxes()
            return SandboxRows(tuple(map(_row, listed.items)), listed.total)

        return Connected(
            name=AGENTBOX.name,
            title=AGENTBOX.title,
            configured_by=API_KEY if self.key else None,
            account=api.account,
            groups=(GROUP,),
            tools=(GetSandboxLogs(api, ground).tool(),),
            identify=identify,
            aclose=api.aclose,
            sandboxes=sandboxes,
        )

    def _missing(self) -> NotConfigured:
        if self.key is None:
            return AGENTBOX.not_configured(API_KEY, ENDPOINT)
        return NotConfigured(
            f"{ENDPOINT} is not set. Set it to {AGENTBOX.title}'s base URL in this server's environment and restart it; "
            "`sandscope doctor` checks the result.",
            platform=AGENTBOX.name,
        )


def configure(environ: Environ) -> AgentBoxConfiguration:
    """Reads AgentBox's variables.

    Raises:
        NotConfigured: One of them cannot be used.
    """
    found = secret(environ, API_KEY)
    scheme = read(environ, AUTH) or SCHEMES[0]
    if scheme not in SCHEMES:
        raise NotConfigured(f"{AUTH} must be one of: {', '.join(SCHEMES)}.")
    address = read(environ, ENDPOINT)
    endpoint = base_url(ENDPOINT, address) if address else None
    if found is None:
        return AgentBoxConfiguration(None, (), endpoint)
    value = found[0].get_secret_value()
    key = (
        Key("AGENTBOX-API-KEY", found[0]) if scheme == "header" else Key("Authorization", SecretStr(f"Bearer {value}"))
    )
    return AgentBoxConfiguration(key, (value,), endpoint)


AGENTBOX = Platform(
    name="agentbox",
    title="AgentBox",
    variables=(
        Variable(API_KEY, "AgentBox key", kind="key", secret=True),
        Variable(ENDPOINT, "AgentBox base URL, any path prefix included, without `/v1`", kind="address"),
        Variable(AUTH, "`header` (sends `AGENTBOX-API-KEY`) or `bearer` (console mode)", "header"),
    ),
    groups=(Group(GROUP),),
    configure=configure,
)


async def _identify(api: AgentBoxApi) -> dict[str, str]:
    who, clusters = await together(api.whoami, api.clusters)
    if isinstance(who, SandscopeError):
        raise who
    # Only administrators may list clusters; who the key is does not depend on it.
    ids = "" if isinstance(clusters, SandscopeError) else ", ".join(cluster.id for cluster in clusters.clusters)
    return present(user=who.user, team=who.team, role=who.role, clusters=ids)


def _row(sandbox: Sandbox) -> SandboxRow:
    return SandboxRow(
        sandbox_id=sandbox.sandbox_id,
        state=sandbox.status,
        failed=sandbox.status == "Failed" or bool(sandbox.exit_code),
        reason=sandbox.failure_reason or "",
        exit_code=sandbox.exit_code,
        name=sandbox.pool_name or "",
        created_at=sandbox.claimed_at or sandbox.started_at or "",
    )
