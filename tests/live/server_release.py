"""One release of the genuine OpenSandbox server: installs it and runs it on loopback."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from private_docker import SYSTEM_PATH, CannotStart, Process, wait_until
from troubled_sandboxes import IMAGE, Api

PACKAGE = "opensandbox-server"
NEWEST = "1.1.1"
# The server copies its in-sandbox daemon and a launcher out of this image.
EXECD_IMAGE = IMAGE.replace("busybox", "execd")
INSTALL_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Server:
    """One release, installed below `root` and run out of `root/run`.

    An older release is installed without what it needs: the newest one's environment has all of it, and a program that
    finds the older package first is the older server.
    """

    PROCESS: ClassVar[str] = "server-"

    root: Path
    release: str

    def install(self) -> None:
        """Installs it, unless it is there.

        Raises:
            CannotStart: It could not be installed.
        """
        if self._package.exists():
            return
        if self.release == NEWEST:
            self._run([sys.executable, "-m", "venv", "--clear", str(self._venv)])
            self._pip([])
        else:
            self._pip(["--no-deps", "--target", str(self._older)])

    def start(self, port: int, key: str, docker: Path) -> Api:
        """Starts it at the Docker behind the socket `docker`, and waits until it answers.

        Raises:
            CannotStart: It does not.
        """
        config = self.root / "run" / f"{self._process.name}.toml"
        config.touch(mode=0o600)
        config.write_text(
            f'[server]\nhost = "127.0.0.1"\nport = {port}\napi_key = "{key}"\n'
            f'[runtime]\ntype = "docker"\nexecd_image = "{EXECD_IMAGE}:1"\n'
            f'[store]\ntype = "sqlite"\npath = "{config.with_suffix(".db")}"\n'
            f'[docker]\nnetwork_mode = "host"\npids_limit = 256\n'
        )
        environ = {"PATH": SYSTEM_PATH, "HOME": str(self.root / "run"), "DOCKER_HOST": f"unix://{docker}"}
        if self.release != NEWEST:
            environ["PYTHONPATH"] = str(self._older)
        self._process.spawn([str(self._venv / "bin" / PACKAGE), "--config", str(config)], environ)
        api = Api(port, key)
        wait_until(lambda: api.healthy() or not self.alive(), patience_s=45.0)
        if not api.healthy():
            raise CannotStart(f"{PACKAGE} {self.release} did not come up. Its log ends:\n{self.tail()}")
        return api

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.alive()

    def end(self) -> None:
        """Ends it, if it runs."""
        self._process.end()

    def tail(self) -> str:
        """The last lines of its log, for people."""
        return self._process.tail()

    @property
    def _venv(self) -> Path:
        return self.root / "venv"

    @property
    def _older(self) -> Path:
        return self.root / self.release

    @property
    def _package(self) -> Path:
        return self._venv / "bin" / PACKAGE if self.release == NEWEST else self._older / "opensandbox_server"

    @property
    def _process(self) -> Process:
        return Process(self.root / "run", f"{self.PROCESS}{self.release}")

    def _pip(self, options: list[str]) -> None:
        pip = [str(self._venv / "bin" / "pip"), "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
        self._run([*pip, *options, f"{PACKAGE}=={self.release}"])

    def _run(self, command: list[str]) -> None:
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_PATIENCE_S)
        except subprocess.CalledProcessError as exc:
            raise CannotStart(
                f"installing {PACKAGE} {self.release} failed:\n{(exc.stdout + exc.stderr)[-1500:]}"
            ) from exc
        except subprocess.TimeoutExpired as exc:
            raise CannotStart(f"installing {PACKAGE} {self.release} took over {INSTALL_PATIENCE_S:g} s.") from exc
