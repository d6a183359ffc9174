"""The tool `list_users`: who is in the organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from mcp_types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict

from mcp_server.logs.sanitise import clean_line
from mcp_server.platforms.base import READS, Ground, Tool, present
from mcp_server.platforms.codegen.api import PAGE, SHARED, USERS, CodegenApi
from mcp_server.platforms.codegen.facts import OrgId, facts_result
from mcp_server.platforms.codegen.models import User

# A filter by role is ours; beyond so many pages it says how far it came.
MAX_PAGES = 10


class UserRow(TypedDict, total=False):
    """One user; a field without a value is absent."""

    user_id: int
    github_username: str
    full_name: str
    email: str
    role: str


class UserRows(TypedDict, total=False):
    """Rows, how many there are in all, and how many were looked at where a filter is ours."""

    users: list[UserRow]
    total: int
    scanned: int


@dataclass(frozen=True, slots=True)
class ListUsers:
    """`list_users` over one Codegen."""

    api: Callable[[], CodegenApi]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.list_users, "Members of the organisation", READS, (USERS.name, SHARED.name))

    async def list_users(
        self,
        user_id: Annotated[int | None, Field(description="Only this user")] = None,
        role: Literal["ADMIN", "MANAGER", "MEMBER"] | None = None,
        skip: Annotated[int, Field(ge=0)] = 0,
        limit: Annotated[int, Field(ge=1, le=100)] = 100,
        org_id: OrgId = None,
    ) -> Annotated[CallToolResult, UserRows]:
        """Members of the Codegen organisation with name, e-mail and role. For the token's own user call whoami."""
        api = self.api()
        org = await api.org(org_id)
        if user_id is not None:
            return self._result([await api.user(org, user_id)], total=None, scanned=None)
        if role is None:
            page = await api.users(org, skip=skip, limit=limit)
            return self._result(list(page.items), total=page.total, scanned=None)
        users = await self._all(api, org)
        matches = [user for user in users if user.role == role]
        return self._result(matches[skip : skip + limit], total=None, scanned=len(users))

    async def _all(self, api: CodegenApi, org: int) -> list[User]:
        users: list[User] = []
        for number in range(MAX_PAGES):
            page = await api.users(org, skip=number * PAGE, limit=PAGE)
            users += page.items
            if len(page.items) < PAGE:
                break
        return users

    def _result(self, users: list[User], *, total: int | None, scanned: int | None) -> CallToolResult:
        rows = [self._row(user) for user in users]
        counted = f"{scanned} scanned" if scanned is not None else f"{total} in all" if total is not None else ""
        head = f"{self.ground.titled('Codegen')}: {len(rows)} users{f' ({counted})' if counted else ''}"
        return facts_result(present(users=rows, total=total, scanned=scanned), "\n".join([head, *map(_line, rows)]))

    def _row(self, user: User) -> UserRow:
        def line(text: str | None) -> str:
            return clean_line(text or "", self.ground.redactor)

        fields = present(
            user_id=user.id,
            github_username=line(user.github_username),
            full_name=line(user.full_name),
            email=line(user.email),
            role=line(user.role),
        )
        return cast("UserRow", fields)


def _line(row: UserRow) -> str:
    values = cast("dict[str, Any]", row)
    name = f"@{values['github_username']}" if "github_username" in values else ""
    shown = [name, values.get("full_name"), values.get("email"), values.get("role")]
    return " · ".join([str(values["user_id"]), *(value for value in shown if value)])
