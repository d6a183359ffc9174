"""What each remote says: one folder, one vendor. This is the only list of them."""

from mcp_server.platforms.agentbox import AGENTBOX
from mcp_server.platforms.base import Platform
from mcp_server.platforms.codegen import CODEGEN
from mcp_server.platforms.opensandbox import OPENSANDBOX

PLATFORMS: tuple[Platform, ...] = (CODEGEN, AGENTBOX, OPENSANDBOX)
