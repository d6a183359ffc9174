"""What Codegen can be asked: one method per endpoint."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp_server.budget.groups import Charge, Group, Purpose
from mcp_server.errors import InvalidArgument, NoLogs, NotFound, SandscopeError
from mcp_server.http.client import Client
from mcp_server.platforms.codegen.models import (
    Analysis,
    Organization,
    OrganizationPage,
    Run,
    RunLogs,
    RunPage,
    SetupCommands,
    SlackToken,
    User,
    UserPage,
)

# From the API's documents; the shared limit over all endpoints is named by the page on run logs alone.
SHARED = Group("codegen.shared", 60, 60)
LOGS = Group("codegen.logs", 60, 60)
USERS = Group("codegen.users", 60, 30)
READS = Group("codegen.reads", 60, 30)
ANALYZE = Group("codegen.analyze", 5, 60)
SETUP = Group("codegen.setup", 5, 60)
CREATE = Group("codegen.create", 10, 60)

PAGE = 100
ASK_REPOSITORY = "No tool lists repositories: ask the user for the id."
ASK_SANDBOX = "get_run names the sandbox of a run; ids of AgentBox and OpenSandbox do not work here."
UNSURE = "The run may have started: check list_runs before you call again."
INTERACTIVE_WAIT_S = 10.0


def charge(*groups: Group, purpose: Purpose = "interactive", max_wait_s: float = INTERACTIVE_WAIT_S) -> Charge:
    """A charge to the given groups and to the limit shared by all endpoints."""
    return Charge((*(group.name for group in groups), SHARED.name), purpose, max_wait_s)


class CodegenApi:
    """The developer API. Every method raises `SandscopeError`.

    Args:
        client: Talks to the API with one token.
        default_org: The organisation of calls that name none; None asks which ones the token has.
    """

    def __init__(self, client: Client, default_org: int | None) -> None:
        self._client = client
        self._default_org = default_org
        self._logs_prefix: tuple[str, ...] | None = None

    async def org(self, org_id: int | None) -> int:
        """The organisation to act for: the one named, the configured one, or the token's only one.

        Raises:
            InvalidArgument: The token has none or several; the text lists them.
        """
        known = self._default_org if org_id is None else org_id
        if known is not None:
            return known
        found = (await self.organizations()).items
        if len(found) != 1:
            raise InvalidArgument(_which(found), platform="codegen")
        self._default_org = found[0].id
        return self._default_org

    async def organizations(self) -> OrganizationPage:
        """The organisations of the token."""
        return await self._client.get(OrganizationPage, ("v1", "organizations"), charge(USERS), {"limit": PAGE})

    async def me(self) -> User:
        """Whom the token belongs to."""
        return await self._client.get(User, ("v1", "users", "me"), charge(USERS))

    async def users(self, org: int, *, skip: int, limit: int) -> UserPage:
        """Members of an organisation; `limit` 1 to 100."""
        params = {"skip": skip, "limit": limit}
        return await self._client.get(UserPage, (*_at(org), "users"), charge(USERS), params)

    async def user(self, org: int, user_id: int) -> User:
        """One member."""
        return await self._client.get(User, (*_at(org), "users", user_id), charge(USERS))

    async def runs(self, org: int, *, source_type: str | None, skip: int, limit: int) -> RunPage:
        """Runs, newest first; `limit` 1 to 100."""
        params = {"source_type": source_type, "skip": skip, "limit": limit}
        return await self._client.get(RunPage, (*_at(org), "agent", "runs"), charge(READS), params)

    async def run(self, org: int, run_id: int, cost: Charge | None = None) -> Run:
        """One run."""
        try:
            run = await self._client.get(Run, (*_at(org), "agent", "run", run_id), cost or charge(READS))
        except SandscopeError as exc:
            raise exc.about_run(run_id) from exc.__cause__
        return _of(run, org)

    async def create_run(
        self, org: int, prompt: str, repo_id: int | None, metadata: dict[str, Any] | None, max_wait_s: float
    ) -> Run:
        """Starts a run. Paid, and never repeated once sent."""
        body = {"prompt": prompt, "repo_id": repo_id, "metadata": metadata}
        sent = {name: value for name, value in body.items() if value is not None}
        cost = charge(CREATE, max_wait_s=max_wait_s)
        path = (*_at(org), "agent", "run")
        return _of(await self._client.post(Run, path, cost, sent, UNSURE, lookup=ASK_REPOSITORY), org)

    async def resume_run(self, org: int, run_id: int, prompt: str, max_wait_s: float) -> Run:
        """Gives a run a further prompt. Paid, and never repeated once sent."""
        body = {"agent_run_id": run_id, "prompt": prompt}
        cost = charge(CREATE, max_wait_s=max_wait_s)
        path = (*_at(org), "agent", "run", "resume")
        return _of(await self._client.post(Run, path, cost, body, UNSURE), org)

    async def analyze_logs(self, org: int, sandbox_id: int, max_wait_s: float) -> Analysis:
        """Starts a run that reads the setup logs of a sandbox. Paid, and never repeated once sent.

        Raises:
            NoLogs: The sandbox has none (400).
        """
        path = (*_at(org), "sandbox", sandbox_id, "analyze-logs")
        try:
            cost = charge(ANALYZE, max_wait_s=max_wait_s)
            return await self._client.post(Analysis, path, cost, None, UNSURE, lookup=ASK_SANDBOX)
        except InvalidArgument as exc:
            if exc.refusal is None or exc.refusal.status != 400:  # noqa: PLR2004  the documented status of "no logs"
                raise
            raise NoLogs(
                f"Codegen has no setup logs for sandbox {sandbox_id}. If a run used it, get_run_logs shows what the run did.",
                platform="codegen",
                request_id=exc.request_id,
                refusal=exc.refusal,
            ) from exc

    async def generate_setup_commands(
        self, org: int, repo_id: int, prompt: str | None, trigger_source: str, max_wait_s: float
    ) -> SetupCommands:
        """Starts a run that writes setup commands. Paid, and never repeated once sent."""
        body: dict[str, Any] = {"repo_id": repo_id, "trigger_source": trigger_source}
        if prompt is not None:
            body["prompt"] = prompt
        path = (*_at(org), "setup-commands", "generate")
        cost = charge(SETUP, max_wait_s=max_wait_s)
        return await self._client.post(SetupCommands, path, cost, body, UNSURE, lookup=ASK_REPOSITORY)

    async def slack_token(self, org: int) -> SlackToken:
        """A new one-time token for Slack."""
        path = ("v1", "slack-connect", "generate-token")
        unsure = "A token may have been made; calling again makes another."
        return await self._client.post(SlackToken, path, charge(), {"org_id": org}, unsure)

    async def logs(self, org: int, run_id: int, *, skip: int, limit: int, purpose: Purpose = "interactive") -> RunLogs:
        """One page of a run's log, oldest first; `limit` 1 to 100.

        The guide puts it under `/v1`, the reference under `/v1/alpha`: the first that is a route is remembered.
        """

        async def read(prefix: tuple[str, ...]) -> RunLogs:
            path = (*prefix, "organizations", org, "agent", "run", run_id, "logs")
            params = {"skip": skip, "limit": limit}
            return await self._client.get(RunLogs, path, charge(LOGS, purpose=purpose), params)

        try:
            return await self._at_logs(read)
        except SandscopeError as exc:
            raise exc.about_run(run_id) from exc.__cause__

    async def _at_logs(self, read: Callable[[tuple[str, ...]], Awaitable[RunLogs]]) -> RunLogs:
        first, second = ("v1", "alpha"), ("v1",)
        if self._logs_prefix is not None:
            return await read(self._logs_prefix)
        try:
            answer = await read(first)
            self._logs_prefix = first
        except NotFound as exc:
            if not _no_route(exc):
                self._logs_prefix = first
                raise
            answer = await read(second)
            self._logs_prefix = second
        return answer


def _at(org: int) -> tuple[str | int, ...]:
    return "v1", "organizations", org


def _of(run: Run, org: int) -> Run:
    """The run with the organisation it was asked for in, where the answer does not repeat it."""
    return run if run.organization_id else run.model_copy(update={"organization_id": org})


def _no_route(exc: SandscopeError) -> bool:
    """Whether a 404 means the path and not the run: frameworks answer `Not Found`, Codegen names the thing."""
    return exc.refusal is not None and exc.refusal.message.strip(". ").lower() in {"", "not found"}


def _which(found: tuple[Organization, ...]) -> str:
    if not found:
        return "The token belongs to no organisation. Set CODEGEN_ORG_ID or pass org_id."
    listed = ", ".join(str(org.id) for org in found)
    return f"The token belongs to several organisations: {listed}. Pass org_id, or set CODEGEN_ORG_ID."
