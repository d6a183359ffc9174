"""Runs scripts over the demo's stand-ins: `python -m tests.docs.run_blocks FOLDER [--alone]`, `--alone` in a network of its own.

FOLDER has `NAME.sh` and `NAME.py`; for each, its status and what it wrote goes to `NAME.said` there. A script finds a home with
nothing in it, links to this checkout in its folder, and on its path `sandscope`, `uvx`, `uv` and `pip` that lead to what is under test.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from mcp_server.demo.app import environment
from tests.docs.pages import NAMES, ROOT
from tests.security.lone_network import own_the_world

EACH_S = 240
# What stands on the path in place of the installed commands; `$0` names which.
SHIM = """#!/usr/bin/env bash
set -euo pipefail
name=$(basename "$0")
python={python}
case "$name" in
    sandscope) exec "$python" -m mcp_server "$@" ;;
    python) exec "$python" "$@" ;;
    pytest) exec "$python" -m pytest "$@" ;;
    uvx)
        [ "$1" = --from ] && shift 2
        [ "$1" = sandscope ] && shift && exec "$python" -m mcp_server "$@" ;;
    uv)
        [ "$1" = run ] && shift
        while true; do
            case "$1" in
                --group|--extra) shift 2 ;;
                --directory) cd "$2"; shift 2 ;;
                *) break ;;
            esac
        done
        exec "$@" ;;
    pip)
        [ "$1" = install ] && shift
        for wanted in "$@"; do
            case "$wanted" in
                uv|sandscope|'sandscope[otel]'|'sandscope[redis]') ;;
                *) echo "pip: $wanted is not what the pages may ask for" >&2; exit 1 ;;
            esac
        done
        exit 0 ;;
esac
echo "$name: no such use of it is known here: $*" >&2
exit 1
"""


def main() -> None:
    """Runs every script of the folder."""
    given = Path(sys.argv[1])
    if "--alone" in sys.argv:
        own_the_world()
    with tempfile.TemporaryDirectory(prefix="sandscope-pages-") as work:
        commands = Path(work) / "bin"
        commands.mkdir()
        for name in ("sandscope", "python", "pytest", "uvx", "uv", "pip"):
            path = commands / name
            path.write_text(SHIM.replace("{python}", sys.executable), encoding="utf-8")
            path.chmod(0o755)
        serving = subprocess.Popen(
            [sys.executable, "-m", "mcp_server", "demo", "--serve"], stdout=subprocess.PIPE, text=True
        )
        assert serving.stdout is not None
        found = None
        while found is None:
            line = serving.stdout.readline()
            assert line, "the stand-ins did not start"
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
        for script in sorted(path for path in given.iterdir() if path.suffix in {".sh", ".py"}):
            home = Path(work) / script.stem
            home.mkdir()
            # Links to what is in the checkout: what a script writes into its folder does not end up there.
            folder = home / "checkout"
            folder.mkdir()
            for path in ROOT.iterdir():
                if not path.name.startswith(".") or path.name == ".ci":
                    (folder / path.name).symlink_to(path)
            kept = {name: value for name, value in os.environ.items() if name not in NAMES and name != "HOME"}
            own = {"HOME": str(home), "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
            _run(script, folder, {**kept, **own, **environment(found[0]), "SANDSCOPE_STATE_DIR": str(home / "state")})
        serving.terminate()
        serving.wait()
        serving.stdout.close()


def _run(script: Path, folder: Path, environ: dict[str, str]) -> None:
    command = ["bash", "-euo", "pipefail", script] if script.suffix == ".sh" else [sys.executable, script]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=EACH_S,
        check=False,
    )
    script.with_suffix(".said").write_text(f"{done.returncode}\n{done.stdout}", encoding="utf-8")


if __name__ == "__main__":
    main()
