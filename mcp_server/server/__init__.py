"""The MCP side: builds the server, converts errors once, and serves it."""
