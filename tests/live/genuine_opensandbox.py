"""Starts and stops genuine OpenSandbox servers with sandboxes in trouble, on loopback and in one folder (Linux, root).

By hand: `python tests/live/genuine_opensandbox.py start|stop|status --root DIR --port N`. `start` prints the lines that
point a client at it (the key stays in a file). It needs docker.io, containerd, runc and busybox-static to be installed.

The newest release creates the sandboxes. Older ones (`--older 0.2.0`) run beside it over the same Docker, where every release
finds the sandboxes by their labels; what differs is how they answer.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from private_docker import (
    BUSYBOX,
    DOCKERD,
    SYSTEM_PATH,
    CannotStart,
    PrivateDocker,
    Process,
    busybox_root,
    started_at,
    wait_until,
)
from server_release import EXECD_IMAGE, NEWEST, Server
from troubled_sandboxes import IMAGE, PLANTED_SECRET, TROUBLES, Api

# What automake's test drivers read as "skipped, not failed".
EXIT_CANNOT_START = 77

# What the servers copy into a sandbox. Diagnostics use neither.
EXECD = {
    "execd": "#!/bin/sh\nexec sleep 2147483647\n",
    "bootstrap.sh": '#!/bin/sh\n/opt/opensandbox/execd &\nexec "$@"\n',
}


@dataclass(frozen=True, slots=True)
class GenuineOpenSandbox:
    """The servers, their Docker and their sandboxes in the folder `root`; only what was installed outlives `stop`."""

    root: Path

    def start(self, port: int, older: Sequence[str], owner: int) -> None:
        """Starts everything on loopback; undoes it if that fails. Of an older release that fails, only the reason is kept.

        Args:
            port: For the newest server; 0 takes a free one.
            older: Releases that run beside it.
            owner: Id of the process with which it shall end, however that ends; 0 if it shall outlive all.

        Raises:
            CannotStart: Something is missing or does not come up.
        """
        _check_machine()
        if self._newest.alive():
            raise CannotStart(f"a server already runs under {self.root}; stop it first.")
        self._run.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as undo:
            undo.callback(self.stop)
            if owner:
                self._guard.spawn(
                    [sys.executable, __file__, "guard", *("--root", str(self.root), "--owner", str(owner))]
                )
            # First what most machines cannot do, so that a skip comes soon.
            self._docker.start()
            self._docker.make_image(IMAGE, busybox_root({}))
            self._docker.make_image(EXECD_IMAGE, busybox_root(EXECD))
            self._newest.install()
            self._key.touch(mode=0o600)
            self._key.write_text(secrets.token_urlsafe(24))
            api = self._serve(self._newest, port)
            sandboxes = {trouble.name: api.create(trouble) for trouble in TROUBLES}
            ports, absent = self._serve_older(older)
            self._await_trouble(api, sandboxes)
            state = {"ports": {NEWEST: api.port, **ports}, "absent": absent, "sandboxes": sandboxes}
            self._state.write_text(json.dumps({**state, "planted_secret": PLANTED_SECRET}))
            undo.pop_all()

    def guard(self, owner: int) -> None:
        """Stops everything once the process `owner` has ended: a killed test run cannot do it itself."""
        while started_at(owner):
            time.sleep(1.0)
        self.stop()

    def stop(self) -> None:
        """Ends what `start` started, whatever of it there is."""
        if not self._guard.is_this():
            self._guard.end()
        for pid_file in self._run.glob(f"{Server.PROCESS}*.pid"):
            Server(self.root, pid_file.stem.removeprefix(Server.PROCESS)).end()
        if self._docker.stop():
            shutil.rmtree(self._run, ignore_errors=True)

    def describe(self) -> str:
        """Lines for a shell that point a client at the server, and the sandboxes there are.

        Raises:
            CannotStart: It does not run.
        """
        if not (self._newest.alive() and self._state.exists()):
            raise CannotStart(f"no server runs under {self.root}.")
        state = json.loads(self._state.read_text())
        return "\n".join(
            [
                f"export OPEN_SANDBOX_DOMAIN=127.0.0.1:{state['ports'][NEWEST]}",
                "export OPEN_SANDBOX_PROTOCOL=http",
                f'export OPEN_SANDBOX_API_KEY="$(cat {self._key})"',
                *(f"# release {release}: 127.0.0.1:{port}" for release, port in state["ports"].items()),
                *(textwrap.indent(f"not running: {reason}", "# ") for reason in state["absent"].values()),
                *(f"# {name}: {sandbox_id}" for name, sandbox_id in state["sandboxes"].items()),
            ]
        )

    @property
    def _run(self) -> Path:
        return self.root / "run"

    @property
    def _key(self) -> Path:
        return self._run / "api_key"

    @property
    def _state(self) -> Path:
        return self._run / "state.json"

    @property
    def _docker(self) -> PrivateDocker:
        return PrivateDocker(self._run / "docker")

    @property
    def _guard(self) -> Process:
        return Process(self._run, "guard")

    @property
    def _newest(self) -> Server:
        return Server(self.root, NEWEST)

    def _serve(self, server: Server, port: int) -> Api:
        return server.start(port or _free_port(), self._key.read_text(), self._docker.socket)

    def _serve_older(self, releases: Sequence[str]) -> tuple[dict[str, int], dict[str, str]]:
        """The port of each that came up, and why each other did not."""
        ports: dict[str, int] = {}
        absent: dict[str, str] = {}
        for server in (Server(self.root, release) for release in releases):
            try:
                server.install()
                ports[server.release] = self._serve(server, 0).port
            except CannotStart as exc:
                absent[server.release] = str(exc)
        return ports, absent

    def _await_trouble(self, api: Api, sandboxes: Mapping[str, str]) -> None:
        for trouble in TROUBLES:
            if not wait_until(partial(api.settled, sandboxes[trouble.name], trouble), patience_s=45.0):
                raise CannotStart(
                    f"the sandbox {trouble.name} did not settle. The server's log ends:\n{self._newest.tail()}"
                )


def _check_machine() -> None:
    if not sys.platform.startswith("linux"):
        raise CannotStart(f"containers need Linux; this is {sys.platform}.")
    if os.geteuid() != 0:
        raise CannotStart("dockerd needs root; this is another user.")
    missing = [str(path) for path in (DOCKERD, BUSYBOX) if not path.exists()]
    missing += [name for name in ("containerd", "runc") if shutil.which(name, path=SYSTEM_PATH) is None]
    if missing:
        raise CannotStart(f"{', '.join(missing)} missing; install docker.io, containerd, runc and busybox-static.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main(arguments: Sequence[str]) -> int:
    """Runs one command; 77 if this machine cannot, with the reason on stderr."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("start", "stop", "status", "guard"))
    parser.add_argument("--root", type=Path, required=True, help="a folder of its own; short, for its sockets")
    parser.add_argument("--port", type=int, default=0, help="for start; without it a free one is taken")
    parser.add_argument("--older", action="append", default=[], help="for start: a release to run beside the newest")
    parser.add_argument("--owner", type=int, default=0, help="for start: stop by itself once this process has ended")
    asked = parser.parse_args(arguments)
    genuine = GenuineOpenSandbox(asked.root.absolute())
    try:
        if asked.command == "start":
            genuine.start(asked.port, asked.older, asked.owner)
        if asked.command == "stop":
            genuine.stop()
        elif asked.command == "guard":
            genuine.guard(asked.owner)
        else:
            sys.stdout.write(f"{genuine.describe()}\n")
    except CannotStart as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_CANNOT_START
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
