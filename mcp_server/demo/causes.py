"""Why each failed sandbox of the demo failed, in words of its own log or events: what a first answer must show."""

from collections.abc import Mapping
from typing import Final

from mcp_server.demo import ids

CAUSES: Final[Mapping[str, str]] = {
    ids.AGENTBOX_TEST_FAILURE: "AssertionError: assert Decimal('10.01') == Decimal('1.001')",
    ids.AGENTBOX_DNS: "Could not resolve host: git.example",
    ids.AGENTBOX_DISK_FULL: "no space left on device",
    ids.AGENTBOX_MISSING_ENV: "DATABASE_URL is undefined",
    ids.AGENTBOX_GCC: "RING_CAPACITY_MAX",
    ids.AGENTBOX_RECYCLED: "memory limit of 512Mi reached",
    ids.OPENSANDBOX_OOM: "OOMKilled - container was killed due to out-of-memory",
    ids.OPENSANDBOX_PORT_IN_USE: "address already in use",
    ids.OPENSANDBOX_DEPENDENCY_CONFLICT: "conflicting dependencies",
    ids.OPENSANDBOX_NODE_CRASH: "Cannot read properties of undefined (reading 'digits')",
    ids.OPENSANDBOX_MERGE_CONFLICT: "CONFLICT (content): Merge conflict in limits.py",
}
