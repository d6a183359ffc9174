"""Runs a program where there is no network but its own loopback, so that no guard under test is all that holds it back."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
# As root, or as a root of one's own where the kernel lets anybody be that.
WAYS = (("unshare", "--net", "--mount"), ("unshare", "--map-root-user", "--net", "--mount"))


def run_inside(module: str, *arguments: str, seconds: float = 120) -> str:
    """What `python -m module` writes in namespaces of its own; skips the test where there are none to be had."""
    found, why = way()
    if why:
        pytest.skip(f"no network namespace, so nothing was tried that might reach the network: {why}")
    command = [*found, sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@functools.cache
def way() -> tuple[tuple[str, ...], str]:
    """The command that works here, and why none does."""
    why = ""
    for one in WAYS:
        try:
            subprocess.run([*one, "true"], capture_output=True, check=True, timeout=20)
        except FileNotFoundError:
            why = "unshare is not installed"
        except subprocess.CalledProcessError as exc:
            why = exc.stderr.decode(errors="replace").strip()
        else:
            return one, ""
    return (), why
