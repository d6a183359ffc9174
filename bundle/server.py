"""What a host starts: the installed package, over stdio."""

from mcp_server.cli import main

main(["serve"])
