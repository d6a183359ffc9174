"""Codegen's descriptor: its variables, its budget groups, and how its parts are connected."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from mcp_server.errors import InvalidArgument, NotConfigured
from mcp_server.http.auth import Key
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import clean_line
from mcp_server.platforms.base import Access, Connected, Ground, Platform, Tool, present
from mcp_server.platforms.codegen.api import ANALYZE, CREATE, LOGS, PAGE, READS, SETUP, SHARED, USERS
from mcp_server.platforms.codegen.directory import Directory
from mcp_server.platforms.codegen.resources import Resources
from mcp_server.platforms.codegen.service import Codegen
from mcp_server.platforms.codegen.tools.analyze_logs import REUSED_FOR_S, AnalyzeLogs
from mcp_server.platforms.codegen.tools.connect_slack import ConnectSlack
from mcp_server.platforms.codegen.tools.create_run import CreateRun
from mcp_server.platforms.codegen.tools.generate_setup_commands import REMEMBERED_FOR_S, GenerateSetupCommands
from mcp_server.platforms.codegen.tools.get_run import GetRun
from mcp_server.platforms.codegen.tools.get_run_logs import GetRunLogs
from mcp_server.platforms.codegen.tools.list_runs import ListRuns
from mcp_server.platforms.codegen.tools.list_users import ListUsers
from mcp_server.settings import Environ, Variable, base_url, read, secret
from mcp_server.store.begun import Begun

TOKEN = "CODEGEN_API_TOKEN"  # noqa: S105  the name of a variable
TOKEN_ALIAS = "CODEGEN_API_KEY"  # noqa: S105  the name of a variable
ORG_ID = "CODEGEN_ORG_ID"
BASE_URL = "CODEGEN_API_BASE_URL"
DEFAULT_BASE_URL = "https://api.codegen.com"


@dataclass(frozen=True, slots=True)
class CodegenConfiguration:
    """Codegen's variables; without a token it is not configured."""

    key: Key | None
    key_variable: str
    secrets: tuple[str, ...] = field(repr=False)
    org_id: int | None
    address: str

    def connect(self, ground: Ground) -> Connected:
        """Opens the client and binds Codegen's tools and resources to it."""
        opened = (
            ground.opener.open(
                CODEGEN.name,
                CODEGEN.title,
                self.address,
                BASE_URL,
                self.key,
                self.key_variable,
                "list_runs or list_users",
            )
            if self.key
            else None
        )
        codegen = Access(
            opened,
            lambda client, account: Codegen.over(client, account, self.org_id, ground),
            lambda: CODEGEN.not_configured(TOKEN),
        )

        async def identify() -> dict[str, str]:
            return await _identify(codegen().directory, self.org_id, ground.redactor)

        return Connected(
            name=CODEGEN.name,
            title=CODEGEN.title,
            configured_by=self.key_variable if self.key else None,
            account=codegen.account,
            groups=tuple(group.name for group in CODEGEN.groups),
            tools=_tools(codegen, ground),
            resources=Resources(codegen, ground).templates(),
            identify=identify,
            aclose=codegen.aclose,
        )


def _tools(codegen: Access[Codegen], ground: Ground) -> tuple[Tool, ...]:
    cells, clock = ground.state.own, ground.clock
    return (
        GetRunLogs(codegen, ground).tool(),
        AnalyzeLogs(codegen, ground, Begun(cells, clock, REUSED_FOR_S)).tool(),
        GenerateSetupCommands(codegen, ground, Begun(cells, clock, REMEMBERED_FOR_S)).tool(),
        GetRun(codegen, ground).tool(),
        ListRuns(codegen, ground).tool(),
        CreateRun(codegen, ground).tool(),
        ListUsers(codegen, ground).tool(),
        ConnectSlack(codegen, ground).tool(),
    )


def configure(environ: Environ) -> CodegenConfiguration:
    """Reads Codegen's variables.

    Raises:
        NotConfigured: One of them cannot be used.
    """
    address = base_url(BASE_URL, read(environ, BASE_URL) or DEFAULT_BASE_URL)
    org = read(environ, ORG_ID)
    if org is not None and not (org.isascii() and org.isdecimal() and int(org)):
        raise NotConfigured(f"{ORG_ID} must be the organisation's number, such as 123.")
    org_id = int(org) if org else None
    found = secret(environ, TOKEN, TOKEN_ALIAS)
    if found is None:
        return CodegenConfiguration(None, TOKEN, (), org_id, address)
    value = found[0].get_secret_value()
    key = Key("Authorization", SecretStr(f"Bearer {value}"))
    return CodegenConfiguration(key, found[1], (value,), org_id, address)


CODEGEN = Platform(
    name="codegen",
    title="Codegen",
    variables=(
        Variable(TOKEN, "Codegen API token", aliases=(TOKEN_ALIAS,), kind="key", secret=True),
        Variable(ORG_ID, "default organisation", "the token's only one"),
        Variable(BASE_URL, "Codegen API without `/v1`", DEFAULT_BASE_URL, kind="address"),
    ),
    groups=(SHARED, LOGS, USERS, READS, ANALYZE, SETUP, CREATE),
    configure=configure,
)


async def _identify(directory: Directory, default_org: int | None, redactor: Redactor) -> dict[str, str]:
    me = await directory.me()
    organizations = (await directory.organizations()).items
    listed = ", ".join(f"{org.name} ({org.id})" if org.name else str(org.id) for org in organizations)
    # A full page may not be all of them.
    if default_org and len(organizations) < PAGE and default_org not in {org.id for org in organizations}:
        raise InvalidArgument(
            f"{ORG_ID} is {default_org}, which is not among the token's organisations: "
            f"{clean_line(listed, redactor) or 'none'}. Set {ORG_ID} to one of them.",
            platform=CODEGEN.name,
        )
    return present(
        user=me.full_name or me.github_username,
        user_id=str(me.id),
        email=me.email,
        github=me.github_username,
        role=me.role,
        organizations=listed,
        default_org=str(default_org) if default_org else "",
    )
