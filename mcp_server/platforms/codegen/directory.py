"""Who the token is and who else is in the organisation: asked for once in a while, for it seldom changes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from mcp_server.logs.redact import Redactor
from mcp_server.platforms.codegen.api import CodegenApi
from mcp_server.platforms.codegen.models import OrganizationPage, User, UserPage
from mcp_server.store.read_through import ModelCodec, Question, ReadThrough

ModelT = TypeVar("ModelT", bound=BaseModel)

ME_S = 300.0
USERS_S = 60.0


@dataclass(frozen=True, slots=True)
class Directory:
    """Users and organisations, as one key sees them. Every method raises `SandscopeError`."""

    api: CodegenApi
    account: str
    known: ReadThrough
    redactor: Redactor

    async def me(self) -> User:
        """Whom the token belongs to; known for 5 minutes."""
        return await self._known("me", User, self.api.me, ME_S)

    async def organizations(self) -> OrganizationPage:
        """The organisations of the token; known for 5 minutes."""
        return await self._known("organizations", OrganizationPage, self.api.organizations, ME_S)

    async def users(self, org: int, *, skip: int, limit: int) -> UserPage:
        """Members of an organisation; known for a minute; `limit` 1 to 100."""

        async def ask() -> UserPage:
            return await self.api.users(org, skip=skip, limit=limit)

        return await self._known(f"users {org} {skip} {limit}", UserPage, ask, USERS_S)

    async def _known(
        self, what: str, model: type[ModelT], ask: Callable[[], Awaitable[ModelT]], ttl_s: float
    ) -> ModelT:
        codec = ModelCodec(model, self.redactor)
        return await self.known.read(Question(f"{what} {self.account}", ask, codec, lambda _: ttl_s))
