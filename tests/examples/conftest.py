"""Runs examples as a user does: as processes. Nothing of them is replaced."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the examples."""
    return EXAMPLES


@pytest.fixture(scope="session")
def run_example() -> Callable[..., Done]:
    """Runs `examples/NAME.py ARGUMENTS` to its end; `cwd` and further variables may be given."""

    def run(name: str, *arguments: object, cwd: Path = ROOT, **environ: str) -> Done:
        # The checkout need not be installed.
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
        command = [sys.executable, str(EXAMPLES / f"{name}.py"), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, check=False, encoding="utf-8", timeout=120
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run


@pytest.fixture
def load_example(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Imports an example, for what it works out without a server."""
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return load
