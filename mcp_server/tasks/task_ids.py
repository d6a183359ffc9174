"""Ids of tasks: they say themselves what they are about, and only their owner's are taken.

So a task outlives the process that began it, and nobody can guess or alter an id.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from mcp_server.tasks.work import Task

_MAC_BYTES = 16


@dataclass(frozen=True, slots=True)
class TaskIds:
    """Ids under one key.

    Attributes:
        key: Gives the key; ids of another key are unknown.
    """

    key: Callable[[], bytes]

    def made(self, tool: str, reference: str, created_ms: int, principal: str) -> Task:
        """A task with its id, for one caller.

        Args:
            tool: The tool that was called.
            reference: What the work calls it, without dots.
            created_ms: Milliseconds since 1970.
            principal: Names the caller; empty where there is but one.
        """
        said = f"{tool}.{reference}.{created_ms}"
        return Task(f"{said}.{self._mac(said, principal)}", tool, reference, created_ms)

    def read(self, task_id: str, principal: str) -> Task | None:
        """The task of an id; None if we never gave it to this caller."""
        if not task_id.isascii():
            return None
        said, _, mac = task_id.rpartition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(said, principal).encode()):
            return None
        tool, reference, created_ms = said.split(".")
        return Task(task_id, tool, reference, int(created_ms))

    def _mac(self, said: str, principal: str) -> str:
        digest = hmac.digest(self.key(), f"task\0{principal}\0{said}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).rstrip(b"=").decode()
