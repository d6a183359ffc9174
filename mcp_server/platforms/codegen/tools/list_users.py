"""The tool `list_users`: who is in the organisation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

from mcp_types import CallToolResult
from pydantic import Field
from typing_extensions import TypedDict

from mcp_server.errors import InvalidArgument
from mcp_server.logs.sanitise import clean_line
from mcp_server.platforms.base import READS, Ground, Tool, present
from mcp_server.platforms.codegen.api import PAGE, SHARED, USERS
from mcp_server.platforms.codegen.directory import Directory
from mcp_server.platforms.codegen.facts import OrgId, facts_result
from mcp_server.platforms.codegen.models import User, UserPage
from mcp_server.platforms.codegen.service import Codegen

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


@dataclass(slots=True)
class Scan:
    """Users read page by page, each once.

    Attributes:
        users: By id.
        read: Rows so far.
        repeated: Those of them that were on an earlier page already: the list changed while it was read.
        total: How many there are, if Codegen says so.
        more: Whether there may be some that were not read.
    """

    users: dict[int, User] = field(default_factory=dict[int, User])
    read: int = 0
    repeated: int = 0
    total: int | None = None
    more: bool = True

    def add(self, page: UserPage) -> bool:
        """Whether a page told of anybody new, or there was nobody to tell of."""
        repeated = sum(user.id in self.users for user in page.items)
        self.users |= {user.id: user for user in page.items}
        self.read += page.sent
        self.repeated += repeated
        self.total = page.total
        return repeated < page.sent or not page.sent

    @property
    def note(self) -> str:
        """What a reader must know of those who are missing; may be empty."""
        more = ("more exist" if self.total else "more may exist") if self.more else ""
        changed = "the list changed while it was read, some may be missing" if self.repeated else ""
        return ", ".join(filter(None, (more, changed)))


@dataclass(frozen=True, slots=True)
class ListUsers:
    """`list_users` over one Codegen."""

    codegen: Callable[[], Codegen]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.list_users, "Members of the organisation", READS, (USERS.name, SHARED.name))

    async def list_users(
        self,
        user_id: Annotated[int | None, Field(description="Only this user")] = None,
        role: Annotated[Literal["ADMIN", "MANAGER", "MEMBER"] | None, Field(description="Only this role")] = None,
        skip: Annotated[int, Field(ge=0, description="Rows to pass over")] = 0,
        limit: Annotated[int, Field(ge=1, le=100, description="Most rows to show")] = 100,
        org_id: OrgId = None,
    ) -> Annotated[CallToolResult, UserRows]:
        """Members of the Codegen organisation with name, e-mail and role.

        Costs one request; with role, one per 100 members. For the token's own user call whoami.
        """
        if user_id is not None and role is not None:
            raise InvalidArgument("Give user_id or role, not both.", platform="codegen")
        codegen = self.codegen()
        org = await codegen.api.org(org_id)
        if user_id is not None:
            return self._result([await codegen.api.user(org, user_id)])
        if role is None:
            page = await codegen.directory.users(org, skip=skip, limit=limit)
            return self._result(page.items, total=page.total)
        scan = await self._scan(codegen.directory, org)
        matches = [user for user in scan.users.values() if (user.role or "").upper() == role]
        scanned = scan.read - scan.repeated
        return self._result(matches[skip : skip + limit], total=scan.total, scanned=scanned, note=scan.note)

    async def _scan(self, directory: Directory, org: int) -> Scan:
        scan = Scan()
        for _ in range(MAX_PAGES):
            page = await directory.users(org, skip=scan.read, limit=PAGE)
            # Who is told the same again need not ask on.
            new = scan.add(page)
            # A page may be short of what was asked for; only the total tells whether it is the last.
            scan.more = page.sent > 0 and (page.sent >= PAGE if page.total is None else scan.read < page.total)
            if not (scan.more and new):
                break
        return scan

    def _result(
        self, users: Sequence[User], *, total: int | None = None, scanned: int | None = None, note: str = ""
    ) -> CallToolResult:
        rows = [self._row(user) for user in users]
        counts = {"scanned": scanned, "in all": total}
        said = ", ".join(
            [*(f"{count} {name}" for name, count in counts.items() if count is not None), *([note] if note else [])]
        )
        head = f"{self.ground.titled('Codegen')}: {len(rows)} users{f' ({said})' if said else ''}"
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
