"""A Redis server of a test's own: on a socket in a folder, and without persistence unless that is asked for."""

import importlib
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import anyio.to_thread

COMMANDS = ("redis-server", "valkey-server")
READY = "eady to accept connections"
PATIENCE_S = 15.0


class RedisServer:
    """A server that can be started, ended and started again with what it kept.

    Attributes:
        folder: Where it keeps what it keeps.
        path: Of its socket.
        url: For the setting.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "socket"
        self.url = f"unix://{self.path}"
        self._process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> None:
        """Returns when it answers."""
        command = next(filter(None, map(shutil.which, COMMANDS)))
        fixed = ["--port", "0", "--unixsocket", str(self.path), "--dir", str(self.folder), "--save", ""]
        arguments = [command, *fixed, "--enable-debug-command", "yes", *options]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        said: list[str] = []
        for line in self._process.stdout:
            said.append(line)
            if READY in line:
                return
        raise AssertionError("".join(said))

    def kill(self) -> None:
        """Ends it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=PATIENCE_S)
            self._process = None

    async def restart(self, *options: str) -> None:
        """Ends it and starts it anew while its clients are idle, and notice."""
        await anyio.to_thread.run_sync(self.kill)
        await anyio.to_thread.run_sync(self.start, *options)

    def ask(self, *command: str | bytes | float, password: str | None = None) -> Any:
        """The answer to a command of somebody else's."""
        client: Any = importlib.import_module("redis").Redis
        with client(unix_socket_path=str(self.path), password=password) as connected:
            return connected.execute_command(*command)

    def keys(self, pattern: str = "*") -> list[bytes]:
        """Every key there is."""
        return sorted(self.ask("KEYS", pattern))

    def begin(self, command: str) -> socket.socket:
        """Sends a command and leaves its answer on the socket."""
        begun = socket.socket(socket.AF_UNIX)
        begun.connect(str(self.path))
        # A command on a connection that was not accepted yet could come after somebody else's.
        begun.sendall(b"PING\r\n")
        assert begun.recv(100) == b"+PONG\r\n"
        begun.sendall(f"{command}\r\n".encode())
        return begun
