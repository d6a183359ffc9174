"""sandscope: an MCP server that tells an agent why a sandbox or a coding-agent run failed."""

__version__ = "0.1.0"
