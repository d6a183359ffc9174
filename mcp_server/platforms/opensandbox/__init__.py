"""OpenSandbox: diagnostics (logs and events) and state of sandboxes."""

from mcp_server.platforms.opensandbox.connect import OPENSANDBOX

__all__ = ["OPENSANDBOX"]
