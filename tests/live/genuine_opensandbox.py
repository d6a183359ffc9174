"""Starts and stops a genuine OpenSandbox server with sandboxes in trouble, on loopback and in one folder (Linux, root).

By hand: `python tests/live/genuine_opensandbox.py start|stop|status --root DIR --port N`. `start` prints the lines that
point a client at it (the key stays in a file). It needs docker.io, containerd, runc and busybox-static to be installed.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
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
from troubled_sandboxes import IMAGE, PLANTED_SECRET, TROUBLES, Api

RELEASE = "opensandbox-server==1.1.1"
EXECD_IMAGE = "sandscope-live/execd"
# What automake's test drivers read as "skipped, not failed".
EXIT_CANNOT_START = 77
INSTALL_PATIENCE_S = 120.0

# The server copies its in-sandbox daemon and a launcher out of this image. Diagnostics use neither.
EXECD = {
    "execd": "#!/bin/sh\nexec sleep 2147483647\n",
    "bootstrap.sh": '#!/bin/sh\n/opt/opensandbox/execd &\nexec "$@"\n',
}


@dataclass(frozen=True, slots=True)
class GenuineOpenSandbox:
    """The server, its Docker and its sandboxes in the folder `root`; `root/venv` outlives `stop`, all else goes."""

    root: Path

    def start(self, port: int, owner: int) -> None:
        """Starts everything on loopback; undoes it if that fails.

        Args:
            port: For the server; 0 takes a free one.
            owner: Id of the process with which it shall end, however that ends; 0 if it shall outlive all.

        Raises:
            CannotStart: Something is missing or does not come up.
        """
        _check_machine()
        if self._server.alive():
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
            self._install()
            api = self._serve(port or _free_port())
            self._create_sandboxes(api)
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
        self._server.end()
        if self._docker.stop():
            shutil.rmtree(self._run, ignore_errors=True)

    def describe(self) -> str:
        """Lines for a shell that point a client at the server, and the sandboxes there are.

        Raises:
            CannotStart: It does not run.
        """
        if not (self._server.alive() and self._state.exists()):
            raise CannotStart(f"no server runs under {self.root}.")
        state = json.loads(self._state.read_text())
        return "\n".join(
            [
                f"export OPEN_SANDBOX_DOMAIN=127.0.0.1:{state['port']}",
                "export OPEN_SANDBOX_PROTOCOL=http",
                f'export OPEN_SANDBOX_API_KEY="$(cat {self._key})"',
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
    def _server(self) -> Process:
        return Process(self._run, "server")

    def _install(self) -> None:
        venv = self.root / "venv"
        if (venv / "bin" / "opensandbox-server").exists():
            return
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(venv)],
            [str(venv / "bin" / "pip"), "install", "--quiet", "--no-compile", "--disable-pip-version-check", RELEASE],
        ):
            try:
                subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_PATIENCE_S)
            except subprocess.CalledProcessError as exc:
                raise CannotStart(f"installing {RELEASE} failed:\n{(exc.stdout + exc.stderr)[-1500:]}") from exc
            except subprocess.TimeoutExpired as exc:
                raise CannotStart(f"installing {RELEASE} took over {INSTALL_PATIENCE_S:g} s.") from exc

    def _serve(self, port: int) -> Api:
        key = secrets.token_urlsafe(24)
        self._key.touch(mode=0o600)
        self._key.write_text(key)
        config = self._run / "server.toml"
        config.touch(mode=0o600)
        config.write_text(
            f'[server]\nhost = "127.0.0.1"\nport = {port}\napi_key = "{key}"\n'
            f'[runtime]\ntype = "docker"\nexecd_image = "{EXECD_IMAGE}:1"\n'
            f'[store]\ntype = "sqlite"\npath = "{self._run}/server.db"\n'
            f'[docker]\nnetwork_mode = "host"\npids_limit = 256\n'
        )
        environ = {"PATH": SYSTEM_PATH, "HOME": str(self._run), "DOCKER_HOST": f"unix://{self._docker.socket}"}
        self._server.spawn([str(self.root / "venv" / "bin" / "opensandbox-server"), "--config", str(config)], environ)
        api = Api(port, key)
        wait_until(lambda: api.healthy() or not self._server.alive(), patience_s=45.0)
        if not api.healthy():
            raise CannotStart(f"opensandbox-server did not come up. Its log ends:\n{self._server.tail()}")
        return api

    def _create_sandboxes(self, api: Api) -> None:
        listed = {trouble.name: api.create(trouble) for trouble in TROUBLES}
        for trouble in TROUBLES:
            if not wait_until(partial(api.settled, listed[trouble.name], trouble), patience_s=45.0):
                raise CannotStart(
                    f"the sandbox {trouble.name} did not settle. The server's log ends:\n{self._server.tail()}"
                )
        state = {"port": api.port, "sandboxes": listed, "planted_secret": PLANTED_SECRET}
        self._state.write_text(json.dumps(state))


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
    parser.add_argument("--owner", type=int, default=0, help="for start: stop by itself once this process has ended")
    asked = parser.parse_args(arguments)
    genuine = GenuineOpenSandbox(asked.root.absolute())
    try:
        if asked.command == "start":
            genuine.start(asked.port, asked.owner)
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
