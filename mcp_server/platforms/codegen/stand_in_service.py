"""The endpoints of the Codegen stand-in, each named after what it answers."""

import hashlib
from enum import StrEnum
from itertools import count
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, Field
from starlette.requests import Request

from mcp_server.platforms.codegen.stand_in_data import Data, Repository, Run, Sandbox, Task, User, Work
from mcp_server.platforms.codegen.stand_in_runs import Runs, totals
from mcp_server.platforms.stand_in_web import Refusal, parse, parse_body

Json = dict[str, Any]


class SourceType(StrEnum):
    """Where a run came from."""

    LOCAL = "LOCAL"
    SLACK = "SLACK"
    GITHUB = "GITHUB"
    GITHUB_CHECK_SUITE = "GITHUB_CHECK_SUITE"
    GITHUB_PR_REVIEW = "GITHUB_PR_REVIEW"
    LINEAR = "LINEAR"
    API = "API"
    CHAT = "CHAT"
    JIRA = "JIRA"
    CLICKUP = "CLICKUP"
    MONDAY = "MONDAY"
    SETUP_COMMANDS = "SETUP_COMMANDS"


class _OrgPath(BaseModel):
    org_id: int


class _UserPath(_OrgPath):
    user_id: int


class _RunPath(_OrgPath):
    agent_run_id: int


class _SandboxPath(_OrgPath):
    sandbox_id: int


class _PageQuery(BaseModel):
    skip: int = Field(0, ge=0)
    limit: int = Field(100, ge=1, le=100)


class _RunsQuery(_PageQuery):
    user_id: int | None = None
    source_type: SourceType | None = None


class _LogsQuery(_PageQuery):
    reverse: bool = False


class _CreateInput(BaseModel):
    prompt: str
    images: list[str] | None = None
    metadata: Json | None = None
    repo_id: int | None = None
    model: str | None = None
    agent_type: Literal["codegen", "claude_code"] | None = None


class _ResumeInput(BaseModel):
    agent_run_id: int
    prompt: str
    images: list[str] | None = None


class _SetupInput(BaseModel):
    repo_id: int
    prompt: str | None = None
    trigger_source: str = "setup-commands"


class _TokenInput(BaseModel):
    org_id: int


_Path = TypeVar("_Path", bound=_OrgPath)

# The document's own words, its spelling included.
_PLAN_LIMIT: Final = (
    "Alloted agent runs for the current billing plan have been reached. Please upgrade your plan to continue."
)


def _problem(status: int, message: str) -> Refusal:
    return Refusal(status, {"message": message, "status_code": status})


class Service:
    """What lies behind the checks of token and limits."""

    def __init__(self, data: Data, runs: Runs) -> None:
        self._data = data
        self._runs = runs
        self._tokens = count(1)

    async def me(self, _: Request) -> Json:
        """Return the token's owner."""
        return next(_user(user) for user in self._data.users if user.id == self._data.user_id)

    async def users(self, request: Request) -> Json:
        """Return a page of an organisation's users."""
        path = self._path(request, _OrgPath)
        query = parse(_PageQuery, "query", dict(request.query_params))
        return _page([_user(user) for user in self._data.users if user.org_id == path.org_id], query)

    async def user(self, request: Request) -> Json:
        """Return one user of an organisation."""
        path = self._path(request, _UserPath)
        for user in self._data.users:
            if (user.org_id, user.id) == (path.org_id, path.user_id):
                return _user(user)
        raise _problem(404, "User not found.")

    async def organizations(self, request: Request) -> Json:
        """Return a page of the token's organisations."""
        query = parse(_PageQuery, "query", dict(request.query_params))
        settings = {"enable_pr_creation": True, "enable_rules_detection": True}
        return _page(
            [{"id": org.id, "name": org.name, "settings": settings} for org in self._data.organizations], query
        )

    async def create(self, request: Request) -> Json:
        """Start a run; without `repo_id` in the organisation's first repository."""
        path = self._path(request, _OrgPath)
        asked = await parse_body(_CreateInput, request)
        if asked.repo_id == self._data.plan_limit_repo:
            raise _problem(402, _PLAN_LIMIT)
        repository = self._repository(path.org_id, asked.repo_id)
        if repository is None:
            raise _problem(404, "No repos found in the organization. Please add some repos and try again.")
        metadata = asked.metadata or {}
        work = self._data.agent.work(Task(prompt=asked.prompt, repository=repository, metadata=metadata))
        return self._runs.facts(self._start(path.org_id, work, "API", {"repo_id": repository.id, **metadata}))

    async def resume(self, request: Request) -> Json:
        """Let a run go on with a further prompt."""
        path = self._path(request, _OrgPath)
        asked = await parse_body(_ResumeInput, request)
        run = self._run(path.org_id, asked.agent_run_id)
        metadata = dict(run.metadata or {})
        repository = self._repository(path.org_id, metadata.get("repo_id"))
        work = self._data.agent.work(Task(prompt=asked.prompt, repository=repository, metadata=metadata))
        return self._runs.facts(self._runs.resume(run, asked.prompt, work))

    async def run(self, request: Request) -> Json:
        """Return one run."""
        path = self._path(request, _RunPath)
        return self._runs.facts(self._run(path.org_id, path.agent_run_id))

    async def runs(self, request: Request) -> Json:
        """Return a page of an organisation's runs, newest first."""
        path = self._path(request, _OrgPath)
        query = parse(_RunsQuery, "query", dict(request.query_params))
        chosen = [
            run
            for run in self._runs.newest_first(path.org_id)
            if query.user_id in (None, run.user_id) and query.source_type in (None, run.source_type)
        ]
        page = chosen[query.skip : query.skip + query.limit]
        return {"items": [self._runs.facts(run) for run in page], **totals(len(chosen), query.skip, query.limit)}

    async def logs(self, request: Request) -> Json:
        """Return a page of a run's log."""
        path = self._path(request, _RunPath)
        query = parse(_LogsQuery, "query", dict(request.query_params))
        run = self._run(path.org_id, path.agent_run_id)
        return self._runs.page(run, skip=query.skip, limit=query.limit, reverse=query.reverse)

    async def analyze(self, request: Request) -> Json:
        """Start a run that explains a sandbox's setup log. 400 and 404 have no documented body: FastAPI's default."""
        path = self._path(request, _SandboxPath)
        sandbox = self._sandbox(path.org_id, path.sandbox_id)
        if sandbox.setup_log is None:
            raise Refusal(400, {"detail": "No logs available for analysis"})
        work = self._data.agent.analyze(sandbox, sandbox.setup_log())
        run = self._start(path.org_id, work, "API", {"sandbox_id": sandbox.id})
        status = self._runs.status(run)
        return {"agent_run_id": run.id, "status": status, "message": "Analysis started for sandbox logs"}

    async def set_up(self, request: Request) -> Json:
        """Start a run that writes setup commands for a repository. 400 and 404 have no documented body either."""
        path = self._path(request, _OrgPath)
        asked = await parse_body(_SetupInput, request)
        if not asked.trigger_source:
            raise Refusal(400, {"detail": "Invalid input"})
        repository = self._repository(path.org_id, asked.repo_id)
        if repository is None:
            raise Refusal(404, {"detail": "Repository not found"})
        metadata = {"repo_id": repository.id, "trigger_source": asked.trigger_source}
        run = self._start(path.org_id, self._data.agent.set_up(repository, asked.prompt), "SETUP_COMMANDS", metadata)
        url = f"https://codegen.com/agents/{run.id}"
        return {"agent_run_id": run.id, "status": self._runs.status(run), "url": url}

    async def slack_token(self, request: Request) -> Json:
        """Return a token for Slack; a new one for every request."""
        asked = await parse_body(_TokenInput, request)
        self._member(asked.org_id)
        token = hashlib.sha256(f"slack:{asked.org_id}:{next(self._tokens)}".encode()).hexdigest()[:32]
        return {"token": token, "message": "Token generated successfully", "expires_in_minutes": 10}

    def _path(self, request: Request, model: type[_Path]) -> _Path:
        path = parse(model, "path", request.path_params)
        self._member(path.org_id)
        return path

    def _member(self, org_id: int) -> None:
        if all(org.id != org_id for org in self._data.organizations):
            raise _problem(403, "You do not have access to this organization.")

    def _repository(self, org_id: int, repo_id: int | None) -> Repository | None:
        mine = (repo for repo in self._data.repositories if repo.org_id == org_id)
        return next((repo for repo in mine if repo_id in (None, repo.id)), None)

    def _sandbox(self, org_id: int, sandbox_id: int) -> Sandbox:
        for sandbox in self._data.sandboxes:
            if (sandbox.org_id, sandbox.id) == (org_id, sandbox_id):
                return sandbox
        raise Refusal(404, {"detail": "Sandbox not found"})

    def _run(self, org_id: int, run_id: int) -> Run:
        run = self._runs.find(org_id, run_id)
        if run is None:
            raise _problem(404, "Agent run not found.")
        return run

    def _start(self, org_id: int, work: Work, source_type: str, metadata: Json) -> Run:
        user_id = self._data.user_id
        return self._runs.start(work, org_id=org_id, user_id=user_id, source_type=source_type, metadata=metadata)


def _user(user: User) -> Json:
    return {
        "id": user.id,
        "email": user.email,
        "github_user_id": user.github_user_id,
        "github_username": user.github_username,
        "avatar_url": f"https://avatars.githubusercontent.com/u/{user.github_user_id}",
        "full_name": user.full_name,
        "role": user.role,
        "is_admin": user.role == "ADMIN",
    }


def _page(rows: list[Json], query: _PageQuery) -> Json:
    items = rows[query.skip : query.skip + query.limit]
    return {"items": items, **totals(len(rows), query.skip, query.limit)}
