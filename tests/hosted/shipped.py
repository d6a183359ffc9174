"""The command lines of the Dockerfile and of the compose files, run here as processes: there is no container engine."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = ROOT / "compose.yaml"
COMPOSE_JWT = ROOT / "deploy" / "compose.jwt.yaml"
NOBODY = 65534
# Nobody may write only what is nobody's, but may read the interpreter, which may be in root's own folder.
_AS_NOBODY = (
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
    "--no-new-privs",
    "--inh-caps=+dac_read_search",
    "--ambient-caps=+dac_read_search",
    "--bounding-set=-all,+dac_read_search",
)
_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
needs_users = pytest.mark.skipif(
    sys.platform == "win32" or (_ROOT and shutil.which("setpriv") is None),
    reason="runs as an image does: on Unix, and for root with setpriv of util-linux",
)


def image_command() -> list[str]:
    """What the image runs: its entry point with its command."""
    text = DOCKERFILE.read_text("utf-8")
    entry = re.findall(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)
    command = re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)
    assert len(entry) == len(command) == 1
    return [*json.loads(entry[0]), *json.loads(command[0])]


def image_check() -> list[str]:
    """Its health check."""
    (found,) = re.findall(r"^    CMD (\[.*\])$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    return json.loads(found)


def service(name: str, file: Path = COMPOSE) -> str:
    """What a compose file says of a service."""
    found = re.search(rf"^  {name}:\n((?:    .*\n|\n)+)", file.read_text("utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


def words(text: str, key: str) -> list[str]:
    """The list of words under a key of a service."""
    (found,) = re.findall(rf"^ +{key}: (\[.*?\])$", text, re.MULTILINE | re.DOTALL)
    return json.loads(found)


def variables(example: Path) -> dict[str, str]:
    """What an env_file sets."""
    lines = [line for line in example.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def put(command: Sequence[str], instead: Mapping[str, str]) -> list[str]:
    """The command with words, or parts of words, replaced; each must be in it."""
    for old, new in instead.items():
        assert any(old in word for word in command), f"{old} is in no word of {command}"
        command = [word.replace(old, new) for word in command]
    return list(command)


def as_nobody(command: Sequence[str]) -> list[str]:
    """The command as a user that is not root."""
    return [*_AS_NOBODY, *command] if _ROOT else list(command)


def given_to_nobody(path: Path) -> Path:
    """The path, owned by the user that runs commands here."""
    if _ROOT:
        os.chown(path, NOBODY, NOBODY)
    return path


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What a container has of environment, and nothing of ours: only the folder may be written to."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    fixed = {"PATH": path, "HOME": "/nonexistent", "TMPDIR": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**fixed, "SANDSCOPE_STATE_DIR": str(folder), **more}


@contextmanager
def running(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> Generator[subprocess.Popen[str]]:
    """A command in its folder, as nobody."""
    process = subprocess.Popen(
        as_nobody(command), env=environ, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def check(command: Sequence[str], folder: Path) -> int:
    """The exit status of a health check."""
    return subprocess.run(
        as_nobody(command), env=environment(folder), cwd=folder, capture_output=True, timeout=20, check=False
    ).returncode
