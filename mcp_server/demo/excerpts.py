"""What an agent's shell showed: parts of the recordings, as a tool's output."""

from typing import Any

from mcp_server.demo.analyst import clean
from mcp_server.demo.recorded import recording


def shell(name: str, command: str, exit_code: int, *, last: int = 12) -> dict[str, Any]:
    """Return the output of the first command in a recording that starts with `command`: its last lines."""
    lines = clean("\n".join(recording(name)))
    start = next(n for n, line in enumerate(lines) if line.startswith(f"$ {command}")) + 1
    end = next((n for n in range(start, len(lines)) if lines[n].startswith("$ ")), len(lines))
    return {"exit_code": exit_code, "stdout": "\n".join(lines[max(start, end - last) : end]), "stderr": ""}


def around(name: str, text: str, exit_code: int, *, before: int = 4, after: int = 8) -> dict[str, Any]:
    """Return the lines around the first line of a recording that contains `text`, as a tool's output."""
    lines = clean("\n".join(recording(name)))
    hit = next(n for n, line in enumerate(lines) if text in line)
    return {"exit_code": exit_code, "stdout": "\n".join(lines[max(0, hit - before) : hit + after]), "stderr": ""}
