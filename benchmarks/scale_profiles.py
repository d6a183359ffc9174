"""What a profile costs a hosted server when its first caller comes: `python -m benchmarks.scale_profiles` prints it as JSON.

Measured in a process of its own, by building servers one after another: milliseconds of processor, and megabytes that stay,
for the server with its tools and for what looks for secrets in its texts.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.load_servers import PAGE_KB
from mcp_server.logs.redact import Redactor
from mcp_server.server.build import Sandscope, build
from mcp_server.server.hosted.warm_up import warm_up
from mcp_server.settings import Settings

PROFILES: Final = 20


def _rss_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_KB


def measure() -> dict[str, float]:
    """The figures of one profile, on average."""
    warm_up()
    environ = {"CODEGEN_API_TOKEN": "benchmark-token", "AGENTBOX_API_KEY": "benchmark-key", "SANDSCOPE_CACHE": "memory"}
    settings = Settings.from_env({**environ, "AGENTBOX_ENDPOINT": "http://platforms.invalid"})
    kept: list[Sandscope | Redactor] = [build(settings)]
    at, before_kb = time.process_time(), _rss_kb()
    for number in range(PROFILES):
        kept.append(build(settings))
        redactor = Redactor((f"secret-of-profile-{number}",), key=b"benchmark")
        redactor.redact("a first text")
        kept.append(redactor)
    return {
        "cpu_ms": round((time.process_time() - at) / PROFILES * 1000, 1),
        "mb": round((_rss_kb() - before_kb) / PROFILES / 1024, 2),
    }


def measured() -> dict[str, float]:
    """The same, in a process that has done nothing else."""
    command = [sys.executable, "-m", "benchmarks.scale_profiles"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    print(json.dumps(measure()))
