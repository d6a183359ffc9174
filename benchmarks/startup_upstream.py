"""Codegen and AgentBox on loopback, answering at once and without limits: a run, a sandbox and its small log for any id.

`python -m benchmarks.startup_upstream` prints its port and serves until it is ended.
"""

import asyncio
import contextlib
import json
from typing import Any, Final

RUN_PATH: Final = "/v1/organizations/1/agent/run/{}"
SANDBOX_PATHS: Final = ("/v1/sandboxes/{}/logs", "/v1/sandboxes/{}")
_LINES: Final = (
    *(f"step {number}: compiling module {number} of 40" for number in range(1, 41)),
    "Traceback (most recent call last):",
    '  File "/app/main.py", line 12, in <module>',
    "    connect(host)",
    "ConnectionError: the database does not answer",
)


def document(path: str) -> dict[str, Any]:
    """What is at a path."""
    parts = path.strip("/").split("/")
    if "run" in parts:
        run = {"id": int(parts[-1]), "organization_id": 1, "status": "COMPLETE", "result": "Done; all tests pass."}
        return {**run, "created_at": "2026-11-20T10:00:00Z", "web_url": f"https://codegen.example/runs/{parts[-1]}"}
    if parts[-1] == "logs":
        entries = [{"timestamp": "2026-11-20T10:00:00Z", "container": "main", "log": line} for line in _LINES]
        # Another text for each, so that no log is one that is known.
        entries.append({"timestamp": "2026-11-20T10:00:01Z", "container": "main", "log": f"exit of {parts[-2]}"})
        return {"entries": entries, "truncated": False, "source": "live", "containers": ["main"]}
    return {"sandbox": {"sandboxId": parts[-1], "status": "Failed", "exitCode": 1, "failureReason": "Error"}}


async def _connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("ascii")
            body = json.dumps(document(target.partition("?")[0])).encode()
            told = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(told.encode("ascii") + body)
            await writer.drain()
    writer.close()


async def serve() -> None:
    """Serves until the process is ended."""
    server = await asyncio.start_server(_connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
