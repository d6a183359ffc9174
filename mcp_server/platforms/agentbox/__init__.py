"""AgentBox: logs and state of sandboxes."""

from mcp_server.platforms.agentbox.connect import AGENTBOX

__all__ = ["AGENTBOX"]
