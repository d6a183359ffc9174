"""Codegen: agent runs, their logs, log analysis, setup commands, users, Slack."""

from mcp_server.platforms.codegen.connect import CODEGEN

__all__ = ["CODEGEN"]
