"""The variables people are asked for, in the order and words of the question; whether one is a secret its platform says."""

from dataclasses import dataclass

from mcp_server.platforms import PLATFORMS


@dataclass(frozen=True, slots=True)
class Asked:
    """One variable and how to ask for it."""

    name: str
    question: str

    @property
    def secret(self) -> bool:
        """Whether its value is to be hidden."""
        return self.name in SECRETS

    def input(self) -> dict[str, str | bool]:
        """The question as VS Code's `inputs` have it."""
        hidden = {"password": True} if self.secret else {}
        name = self.name.lower().replace("_", "-")
        return {"type": "promptString", "id": name, "description": self.question, **hidden}


SECRETS = frozenset(each.name for platform in PLATFORMS for each in platform.variables if each.secret)
ASKED = (
    Asked("CODEGEN_API_TOKEN", "Codegen API token (empty: not used)"),
    Asked("CODEGEN_ORG_ID", "Codegen organisation id (empty: the token's only one)"),
    Asked("AGENTBOX_API_KEY", "AgentBox key (empty: not used)"),
    Asked("AGENTBOX_ENDPOINT", "AgentBox base URL, without /v1 (empty: not used)"),
    Asked("OPEN_SANDBOX_API_KEY", "OpenSandbox key (empty: not used)"),
    Asked("OPEN_SANDBOX_DOMAIN", "OpenSandbox host and port (empty: not used)"),
)
