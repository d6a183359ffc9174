"""Inside a network namespace: the whole server as hosts start it, asked about sandboxes whose logs are behind a URL.

python -m tests.security.diagnostics_scenarios
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.security.listeners import Came, Listeners, certify
from tests.security.lone_network import Names, own_the_world

KEY = "osb-key-5f1d7c3e9a"
CANARY = "X-Amz-Signature=b7e2canary94"
PUBLIC = "93.184.216.34"
URLS = {
    "good": "https://logs.example/content/path-canary",
    "gone": "https://logs.example/gone/path-canary",
    "binary": "https://logs.example/binary/path-canary",
    "broken": "https://logs.example/broken/path-canary",
    "private": "https://private.example/path-canary",
    "metadata": "http://metadata.example/path-canary",
    "nowhere": "https://nowhere.example/path-canary",
    "nonsense": "https://[path-canary",
}
INITIALIZE = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


def answer(came: Came, stream: socket.socket) -> None:
    """The API at its port, and what keeps its logs at others."""
    if came.port == 8080:
        send(stream, "200 OK", "application/json", json.dumps(document(came.path)))
    elif came.path.startswith("/gone"):
        send(stream, "403 Forbidden", "text/plain", f"{came.path} has expired")
    elif came.path.startswith("/binary"):
        send(stream, "200 OK", "application/zip", "PK")
    elif came.path.startswith("/broken"):
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    else:
        send(stream, "200 OK", "text/plain", "panic: the cause of it\n")


def document(path: str) -> dict[str, Any]:
    """What the API says of a sandbox, or of its logs."""
    sandbox_id, _, rest = path.removeprefix("/v1/sandboxes/").partition("/")
    if not rest:
        return {"id": sandbox_id, "status": {"state": "Failed"}}
    return {
        "delivery": "url",
        "contentUrl": f"{URLS[sandbox_id]}?{CANARY}",
        "warnings": [f"see {URLS[sandbox_id]}?{CANARY}"],
    }


def send(stream: socket.socket, status: str, kind: str, body: str) -> None:
    """A response."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    stream.sendall((head + body).encode())


def ask(state: Path, stderr: Path) -> dict[str, Any]:
    """The tool's whole result for each sandbox, from a server process with this folder for its state."""
    environ = {
        **os.environ,
        "OPEN_SANDBOX_DOMAIN": "http://127.0.0.1:8080",
        "OPEN_SANDBOX_API_KEY": KEY,
        "OPEN_SANDBOX_CONTENT_HOSTS": "metadata.example",
        "SANDSCOPE_STATE_DIR": str(state),
    }
    with (
        stderr.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "mcp_server", "serve"],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as server,
    ):
        assert server.stdin
        assert server.stdout

        def request(number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
            message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            print(json.dumps(message), file=server.stdin, flush=True)
            return json.loads(server.stdout.readline() if server.stdout else "")

        request(0, "initialize", INITIALIZE)
        print(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}), file=server.stdin, flush=True)
        return {
            name: request(
                number, "tools/call", {"name": "get_diagnostics", "arguments": {"sandbox_id": name, "kind": "logs"}}
            )["result"]
            for number, name in enumerate(URLS, start=1)
        }


if __name__ == "__main__":
    own_the_world()
    folder = Path(tempfile.mkdtemp(prefix="sandscope-diagnostics-"))
    os.environ["SSL_CERT_FILE"] = str(certify(folder, "logs.example"))
    listening = Listeners(folder, answer)
    listening.open()
    Names().mean(
        {
            "logs.example": [[PUBLIC]],
            "private.example": [["10.0.0.5"]],
            "metadata.example": [["169.254.169.254"]],
        }
    )
    results = ask(folder / "state", folder / "stderr")
    kept = {str(path): path.read_bytes().decode("latin-1") for path in (folder / "state").rglob("*") if path.is_file()}
    came = [asdict(one) for one in listening.came]
    told = {"results": results, "stderr": (folder / "stderr").read_text(), "kept": kept, "came": came}
    print(json.dumps(told))  # noqa: T201  read by the test
