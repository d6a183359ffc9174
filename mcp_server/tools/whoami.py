"""The tool `whoami`: what is configured, who the keys are, and what is left of each rate limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from mcp_types import CallToolResult, TextContent
from pydantic import Field
from typing_extensions import TypedDict

from mcp_server.budget.ledger import GroupState
from mcp_server.budget.words import standing
from mcp_server.errors import SandscopeError
from mcp_server.logs.sanitise import clean_line
from mcp_server.platforms.base import READS, Connected, Ground, Tool, present
from mcp_server.platforms.together import all_of


class PlatformFacts(TypedDict, total=False):
    """One platform: how it is configured, who the key is, or what is wrong; requests left now by budget group."""

    platform: str
    configured_by: str
    identity: dict[str, str]
    error: str
    budget: dict[str, str]


class Identities(TypedDict, total=False):
    """Every platform asked about, and what works only in part."""

    platforms: list[PlatformFacts]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """`whoami` over every platform."""

    platforms: Sequence[Connected]
    ground: Ground

    def tool(self) -> Tool:
        """The tool as it is registered."""
        groups = tuple(group for platform in self.platforms for group in platform.groups)
        return Tool(self.whoami, "What is configured and allowed", READS, groups)

    async def whoami(
        self,
        platform: Annotated[
            Literal["codegen", "agentbox", "opensandbox"] | None, Field(description="Only this one")
        ] = None,
    ) -> Annotated[CallToolResult, Identities]:
        """Which platforms are configured, who the keys belong to, and what is left of each rate limit. Call it first when keys or permissions are in doubt."""
        asked = [each for each in self.platforms if platform in {None, each.name}]
        answers = await all_of([each.identify for each in asked])
        facts = [
            self._facts(each, who, await self.ground.budget.states(each.account, each.groups))
            for each, who in zip(asked, answers, strict=True)
        ]
        warnings = self.ground.state.health.warnings()
        lines = [line for known in facts for line in _lines(known)]
        lines += [f"warning: {warning}" for warning in warnings]
        if self.ground.settings.demo:
            lines.insert(0, "demo: built-in stand-ins answer")
        return CallToolResult(
            content=[TextContent(type="text", text="\n".join(lines))],
            structured_content=present(platforms=facts, warnings=warnings or None),
        )

    def _facts(
        self, platform: Connected, who: dict[str, str] | SandscopeError, states: Mapping[str, GroupState]
    ) -> PlatformFacts:
        redactor = self.ground.redactor
        error = str(who) if isinstance(who, SandscopeError) else None
        identity = (
            None
            if isinstance(who, SandscopeError)
            else {name: clean_line(value, redactor) for name, value in who.items()}
        )
        fields = present(
            platform=platform.name,
            configured_by=platform.configured_by,
            identity=identity,
            error=error,
            budget={name: standing(state) for name, state in states.items()},
        )
        return cast("PlatformFacts", fields)


def _lines(facts: PlatformFacts) -> list[str]:
    values = cast("dict[str, Any]", facts)
    identity: Mapping[str, str] = values.get("identity", {})
    who = ", ".join(f"{name} {value}" for name, value in identity.items())
    configured = f" ({values['configured_by']})" if "configured_by" in values else ""
    budget: Mapping[str, str] = values["budget"]
    left = "; ".join(f"{name} {words}" for name, words in budget.items())
    return [f"{values['platform']}{configured}: {who or values.get('error', '')}", f"  budget: {left}"]
