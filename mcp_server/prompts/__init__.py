"""Playbooks a model can follow: which tool, in which order, what to conclude from which sign, when to stop."""

from collections.abc import Callable

from mcp_server.prompts.audit_run import audit_run
from mcp_server.prompts.troubleshoot_run import troubleshoot_run
from mcp_server.prompts.troubleshoot_sandbox import troubleshoot_sandbox
from mcp_server.prompts.verify_setup import verify_setup

PROMPTS: tuple[Callable[..., str], ...] = (troubleshoot_sandbox, troubleshoot_run, verify_setup, audit_run)
