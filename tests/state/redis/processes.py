"""Processes that work at the same time."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

WORKER = Path(__file__).with_name("worker.py")


def together(tasks: Iterable[str]) -> list[str]:
    """What each process prints that does one of the tasks, in any order."""
    done = subprocess.run(
        [sys.executable, str(WORKER)],
        input="\n".join(tasks),
        stdout=subprocess.PIPE,
        check=True,
        env=os.environ,
        text=True,
        timeout=60.0,
    )
    return sorted(done.stdout.splitlines())
