"""What an agent's shell showed: parts of the recordings, as a tool's output."""

from typing import Any

from mcp_server.demo.analyst import clean
from mcp_server.demo.recorded import recording


def shell(name: str, command: str, exit_code: int, *, last: int = 12) -> dict[str, Any]:
    """Return the output of the first command in a recording that starts with `command`: its last lines."""
    lines = recording(name)
    start = next(n for n, line in enumerate(lines) if _text(line).startswith(f"$ {command}")) + 1
    end = next((n for n in range(start, len(lines)) if _text(lines[n]).startswith("$ ")), len(lines))
    return _output(lines[max(start, end - last) : end], exit_code)


def around(name: str, text: str, exit_code: int, *, before: int = 4, after: int = 8) -> dict[str, Any]:
    """Return the lines around the first line of a recording that contains `text`, as a tool's output."""
    lines = recording(name)
    hit = next(n for n, line in enumerate(lines) if text in line)
    return _output(lines[max(0, hit - before) : hit + after], exit_code)


def _text(line: str) -> str:
    return line.partition(" ")[2]


def _output(lines: tuple[str, ...], exit_code: int) -> dict[str, Any]:
    return {"exit_code": exit_code, "stdout": "\n".join(clean("\n".join(lines))), "stderr": ""}
