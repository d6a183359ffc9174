"""OpenSandbox's descriptor: its variables, its budget group, and how its parts are connected."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mcp_server.budget.groups import Group
from mcp_server.errors import NotConfigured
from mcp_server.http.auth import Key
from mcp_server.http.client import Client
from mcp_server.http.download import Downloader
from mcp_server.platforms.base import Access, Connected, Ground, Platform, SandboxRow, SandboxRows, present
from mcp_server.platforms.opensandbox.api import GROUP, OpenSandboxApi
from mcp_server.platforms.opensandbox.diagnostics import Diagnostics
from mcp_server.platforms.opensandbox.models import Sandbox
from mcp_server.platforms.opensandbox.tools.get_diagnostics import GetDiagnostics
from mcp_server.platforms.together import attempt
from mcp_server.settings import Environ, Variable, base_url, loopback, read, secret

API_KEY = "OPEN_SANDBOX_API_KEY"
DOMAIN = "OPEN_SANDBOX_DOMAIN"
PROTOCOL = "OPEN_SANDBOX_PROTOCOL"
CONTENT_HOSTS = "OPEN_SANDBOX_CONTENT_HOSTS"
DEFAULT_DOMAIN = "localhost:8080"


@dataclass(frozen=True, slots=True)
class OpenSandboxConfiguration:
    """OpenSandbox's variables; with neither key nor domain it is not configured. A server may need no key."""

    key: Key | None
    secrets: tuple[str, ...] = field(repr=False)
    address: str
    configured_by: str | None
    content_hosts: frozenset[str]

    def connect(self, ground: Ground) -> Connected:
        """Opens the clients and binds `get_diagnostics` to them."""
        opened = None
        if self.configured_by:
            opened = ground.opener.open(
                OPENSANDBOX.name, OPENSANDBOX.title, self.address, DOMAIN, self.key, API_KEY, "list_sandboxes"
            )
        downloader = Downloader(
            self.address,
            self.content_hosts,
            ground.settings.timeout_s,
            ground.opener.wire,
            telemetry=ground.opener.telemetry,
        )

        def make(client: Client, _account: str) -> Diagnostics:
            return Diagnostics(OpenSandboxApi(client), downloader.fetch, ground.clock.wall)

        access = Access(opened, make, _missing)

        async def identify() -> dict[str, str]:
            return await _identify(access().api)

        async def sandboxes() -> SandboxRows:
            page = await access().api.sandboxes()
            total = page.pagination.total_items if page.pagination else None
            return SandboxRows(tuple(map(_row, page.items)), total)

        async def close() -> None:
            await access.aclose()
            await downloader.aclose()

        return Connected(
            name=OPENSANDBOX.name,
            title=OPENSANDBOX.title,
            configured_by=self.configured_by,
            account=access.account,
            groups=(GROUP,),
            tools=(GetDiagnostics(access, ground).tool(),),
            identify=identify,
            aclose=close,
            sandboxes=sandboxes,
        )


def configure(environ: Environ) -> OpenSandboxConfiguration:
    """Reads OpenSandbox's variables.

    Raises:
        NotConfigured: One of them cannot be used.
    """
    found = secret(environ, API_KEY)
    hosts = (host.strip().lower() for host in (read(environ, CONTENT_HOSTS) or "").split(","))
    return OpenSandboxConfiguration(
        key=Key("OPEN-SANDBOX-API-KEY", found[0]) if found else None,
        secrets=(found[0].get_secret_value(),) if found else (),
        address=_address(environ),
        configured_by=API_KEY if found else DOMAIN if read(environ, DOMAIN) else None,
        content_hosts=frozenset(host for host in hosts if host),
    )


def _missing() -> NotConfigured:
    return OPENSANDBOX.not_configured(f"{DOMAIN}, and {API_KEY} if that server requires a key,")


def _address(environ: Environ) -> str:
    """`protocol://domain`; the domain may carry its own scheme, and http is the default for a loopback host only."""
    domain = read(environ, DOMAIN) or DEFAULT_DOMAIN
    protocol = read(environ, PROTOCOL)
    if protocol not in {None, "http", "https"}:
        raise NotConfigured(f"{PROTOCOL} must be http or https.")
    if "://" not in domain:
        domain = f"{protocol or ('http' if _loopback(domain) else 'https')}://{domain}"
    return base_url(DOMAIN, domain)


def _loopback(domain: str) -> bool:
    try:
        return loopback(urlsplit(f"//{domain}").hostname or "")
    except ValueError:
        return False


OPENSANDBOX = Platform(
    name="opensandbox",
    title="OpenSandbox",
    variables=(
        Variable(API_KEY, "OpenSandbox key; a server may need none", kind="key", secret=True),
        Variable(DOMAIN, "host and port", DEFAULT_DOMAIN, kind="address"),
        Variable(PROTOCOL, "`http` or `https`", "`http` for a loopback host, else `https`"),
        Variable(CONTENT_HOSTS, "`host` or `host:port`, comma-separated: where a `contentUrl` may point besides the API's own origin and public https"),
    ),
    groups=(Group(GROUP),),
    configure=configure,
)  # fmt: skip


async def _identify(api: OpenSandboxApi) -> dict[str, str]:
    health = await api.health()
    # Health needs no key, so a list of one is what shows that the key works.
    await api.sandboxes(page_size=1)
    version = await attempt(api.version)
    return present(health=health.status, version=None if isinstance(version, Exception) else version.version)


def _row(sandbox: Sandbox) -> SandboxRow:
    status = sandbox.status
    return SandboxRow(
        sandbox_id=sandbox.id,
        state=status.state,
        failed=status.state.lower() == "failed" or bool(status.exit_code),
        reason=status.message or status.reason or "",
        exit_code=status.exit_code,
        name=sandbox.name,
        created_at=sandbox.created_at or "",
    )
