"""A Docker daemon of our own on a Unix socket: own folders, no bridge, no firewall rules, nothing left after `stop`."""

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote

DOCKERD = Path("/usr/sbin/dockerd")
BUSYBOX = Path("/bin/busybox")
# Of the daemons and of the search for them: a root shell's PATH may lack sbin, and proxies are none of their business.
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# The kernel's limit for the path of a Unix socket is 108 bytes with the closing zero.
LONGEST_SOCKET_PATH = 107


class CannotStart(Exception):
    """This machine cannot run it; the text says why and what to do."""


class _UnixConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__("docker", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        """Opens the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@dataclass(frozen=True, slots=True)
class Process:
    """A background process, known by the file that holds its id.

    Attributes:
        folder: Where its pid file and its log are.
        name: Of those two files.
    """

    folder: Path
    name: str

    def spawn(self, command: list[str], environ: Mapping[str, str] | None = None) -> None:
        """Starts `command` in a session of its own, its output going to the log; None passes our environment on."""
        with self._log.open("wb") as log:
            started = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ, start_new_session=True
            )
        self._pid_file.write_text(f"{started.pid} {started_at(started.pid)}\n")

    def alive(self) -> bool:
        """Whether the process runs and is still the one we started."""
        return self._pid() is not None

    def is_this(self) -> bool:
        """Whether it is the process that asks."""
        return self._pid() == os.getpid()

    def end(self, grace_s: float = 20.0) -> None:
        """Asks it to end, and insists after `grace_s` seconds."""
        for sent, patience_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
            pid = self._pid()
            if pid is None:
                break
            os.kill(pid, sent)
            wait_until(lambda: not self.alive(), patience_s)
        self._pid_file.unlink(missing_ok=True)

    def tail(self, lines: int = 12) -> str:
        """The last lines of its log, for people."""
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def _pid(self) -> int | None:
        """Its id while it lives; with its start time beside it, a reused id is never taken for ours."""
        if not self._pid_file.exists():
            return None
        pid, since = self._pid_file.read_text().split()
        return int(pid) if started_at(int(pid)) == since else None


@dataclass(frozen=True, slots=True)
class PrivateDocker:
    """containerd and dockerd inside `folder`, which they own; vfs storage, because it works on every file system."""

    folder: Path

    @property
    def socket(self) -> Path:
        """Where the Engine API listens."""
        return self.folder / "docker.sock"

    def start(self, patience_s: float = 60.0) -> None:
        """Starts both and waits until the API answers.

        Raises:
            CannotStart: It does not answer within `patience_s` seconds; the text ends with the log's last lines.
        """
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET_PATH:
            raise CannotStart(f"{self.socket} is too long for a Unix socket; use a shorter --root.")
        self.folder.mkdir(exist_ok=True)
        environ = {"PATH": SYSTEM_PATH, "HOME": str(self.folder)}
        self._containerd.spawn(self._containerd_command(), environ)
        self._must(self._containerd_socket.exists, self._containerd, patience_s)
        self._dockerd.spawn(self._dockerd_command(), environ)
        self._must(self._answers, self._dockerd, patience_s)

    def stop(self) -> bool:
        """Removes all containers, ends both, unmounts what they left mounted; whether the folder could be deleted."""
        if self._answers():
            for container in self.ask("GET", "/containers/json?all=1"):
                self.ask("DELETE", f"/containers/{container['Id']}?force=1&v=1")
        self._dockerd.end()
        self._containerd.end()
        for point in sorted(self._mounts(), reverse=True):
            subprocess.run(["umount", "--lazy", point], check=False)
        if self._mounts():
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        return True

    def ask(self, method: str, target: str, body: bytes | None = None) -> Any:
        """One request to the Engine API; its JSON, None for an empty answer.

        Raises:
            CannotStart: The daemon refused.
        """
        connection = _UnixConnection(self.socket, timeout_s=60.0)
        try:
            connection.request(method, target, body, {"Content-Type": "application/x-tar"} if body else {})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status >= 400:
            raise CannotStart(f"dockerd refused {method} {target}: {text.decode(errors='replace')[:500]}")
        # Progress comes as one document a line; the last tells how it ended.
        return json.loads(text.splitlines()[-1]) if text.strip() else None

    def make_image(self, name: str, archive: bytes) -> None:
        """Makes the image `name`:1 out of a tar of a root file system.

        Raises:
            CannotStart: The daemon could not import it.
        """
        answer = self.ask("POST", f"/images/create?fromSrc=-&repo={quote(name, safe='')}&tag=1", archive)
        if "error" in answer:
            raise CannotStart(f"dockerd could not import the image {name}: {answer['error']}")

    @property
    def _containerd(self) -> Process:
        return Process(self.folder, "containerd")

    @property
    def _dockerd(self) -> Process:
        return Process(self.folder, "dockerd")

    @property
    def _containerd_socket(self) -> Path:
        return self.folder / "containerd.sock"

    def _containerd_command(self) -> list[str]:
        config = self.folder / "containerd.toml"
        config.write_text(
            f'version = 2\nroot = "{self.folder}/containerd-root"\nstate = "{self.folder}/containerd-state"\n'
            f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{self._containerd_socket}"\n'
        )
        return ["containerd", "--config", str(config)]

    def _dockerd_command(self) -> list[str]:
        # Named containerd: left to itself dockerd would join the machine's own, with other people's containers.
        return [
            str(DOCKERD),
            *("--host", f"unix://{self.socket}", "--containerd", str(self._containerd_socket)),
            *("--data-root", str(self.folder / "data"), "--exec-root", str(self.folder / "exec")),
            *("--pidfile", str(self.folder / "daemon.pid"), "--config-file", str(self._empty_config())),
            *("--storage-driver", "vfs", "--exec-opt", "native.cgroupdriver=cgroupfs", "--bridge=none"),
            *("--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"),
        ]

    def _empty_config(self) -> Path:
        # The machine's own daemon.json must not change what is tested.
        config = self.folder / "daemon.json"
        config.write_text("{}\n")
        return config

    def _answers(self) -> bool:
        connection = _UnixConnection(self.socket, timeout_s=2.0)
        try:
            connection.request("GET", "/_ping")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _must(self, ready: Callable[[], bool], process: Process, patience_s: float) -> None:
        if not wait_until(lambda: ready() or not process.alive(), patience_s) or not ready():
            how = f"did not answer within {patience_s:g} s" if process.alive() else "ended at once"
            raise CannotStart(f"{process.name} {how}. Its log ends:\n{process.tail()}")

    def _mounts(self) -> list[str]:
        points = (line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines())
        return [point for point in points if point.startswith(f"{self.folder}/")]


def wait_until(condition: Callable[[], bool], patience_s: float) -> bool:
    """Asks `condition` every 0.2 s, for `patience_s` seconds at most; its last answer."""
    give_up = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() >= give_up:
            return False
        time.sleep(0.2)
    return True


def busybox_root(extra: Mapping[str, str]) -> bytes:
    """A tar of a root file system that holds BusyBox, its applets as links, and `extra` executable files by path."""
    applets = subprocess.run([str(BUSYBOX), "--list"], check=True, capture_output=True, text=True).stdout.split()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for folder in ("bin", "dev", "etc", "opt", "proc", "root", "sys", "tmp"):
            _add(tar, folder, tarfile.DIRTYPE)
        _add(tar, "bin/busybox", content=BUSYBOX.read_bytes())
        for applet in sorted(set(applets) - {"busybox"}):
            _add(tar, f"bin/{applet}", tarfile.SYMTYPE, link="busybox")
        _add(tar, "etc/passwd", content=b"root:x:0:0:root:/root:/bin/sh\n")
        for path, script in extra.items():
            _add(tar, path, content=script.encode())
    return archive.getvalue()


def _add(tar: tarfile.TarFile, path: str, kind: bytes = tarfile.REGTYPE, content: bytes = b"", link: str = "") -> None:
    entry = tarfile.TarInfo(path)
    entry.type = kind
    entry.mode = 0o755
    entry.size = len(content)
    entry.linkname = link
    tar.addfile(entry, io.BytesIO(content))


def started_at(pid: int) -> str:
    """When a living process started, in the kernel's ticks (proc_pid_stat(5)); empty once it has ended."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return "" if after_name[0] == "Z" else after_name[19]
