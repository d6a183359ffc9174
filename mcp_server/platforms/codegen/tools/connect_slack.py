"""The tool `connect_slack`: a one-time token that connects a person's Slack account."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, cast

from mcp_types import CallToolResult
from typing_extensions import TypedDict

from mcp_server.errors import BadResponse
from mcp_server.platforms.base import STARTS, Ground, Tool
from mcp_server.platforms.codegen.api import SHARED
from mcp_server.platforms.codegen.facts import OrgId, facts_result
from mcp_server.platforms.codegen.service import Codegen

# The documents say so of every token; used where an answer leaves it out.
EXPIRES_IN_MINUTES = 10


class SlackConnection(TypedDict):
    """The token, how long it lives, and the message to send."""

    token: str
    expires_in_minutes: int
    send: str


@dataclass(frozen=True, slots=True)
class ConnectSlack:
    """`connect_slack` over one Codegen. The token is passed on once: never kept, never logged."""

    codegen: Callable[[], Codegen]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        return Tool(self.connect_slack, "Connect a Slack account", STARTS, (SHARED.name,))

    async def connect_slack(self, org_id: OrgId = None) -> Annotated[CallToolResult, SlackConnection]:
        """Makes a one-time token and the exact direct message to the Codegen bot that connects a Slack account.

        Treat the token as a secret: show it only to the person who connects. Each call makes a new one.
        """
        codegen = self.codegen()
        api = codegen.api
        made = await api.slack_token(await api.org(org_id))
        if not made.token.isprintable():
            raise BadResponse(
                "Codegen answered with a token that is not text. Call again for another.", platform="codegen"
            )
        minutes = made.expires_in_minutes or EXPIRES_IN_MINUTES
        send = f"Connect my account: {made.token}"
        facts: SlackConnection = {"token": made.token, "expires_in_minutes": minutes, "send": send}
        text = f"In Slack, send the Codegen bot this direct message within {minutes} minutes (it works once):\n{send}"
        return facts_result(cast("dict[str, object]", facts), text)
