"""Figures as they are kept: docs/figures/NAME.json, each part with what measured it, when, and on what.

Benchmarks write them with `--write`; `benchmarks.plots` draws the pictures and fills the tables of docs/ from them.
"""

import json
import os
import platform
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).parent.parent / "docs"
HOME: Final = DOCS / "figures"
Told = Mapping[str, Any]


def load_now() -> float:
    """How many processes wanted a core in the last minute; to be asked before measuring, which adds to it."""
    return round(os.getloadavg()[0], 1)


def about(sample: str, load: float) -> dict[str, Any]:
    """What a reader has to know of figures: the command that measures them again, and what they are of.

    Args:
        sample: How much was measured, in words.
        load: What `load_now` said before.
    """
    module = f"benchmarks.{Path(sys.argv[0]).stem}"
    return {
        "command": command(module, sys.argv[1:]),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_before": load,
        "sample": sample,
    }


def command(module: str, arguments: Sequence[str]) -> str:
    """The command line with which anybody measures the same; what the caller's folders are called is left out."""
    told = ("DIR" if os.sep in argument else shlex.quote(argument) for argument in arguments)
    return " ".join(("python -m", module, *told))


def read(name: str) -> dict[str, Any]:
    """The figures of that name, by part.

    Raises:
        FileNotFoundError: They were never kept.
    """
    return json.loads((HOME / f"{name}.json").read_text("utf-8"))


def keep(name: str, parts: Told) -> None:
    """Writes these parts of the figures of that name; its other parts stay as they are."""
    kept = read(name) if (HOME / f"{name}.json").exists() else {}
    text = json.dumps({**kept, **parts}, indent=1, ensure_ascii=False)
    (HOME / f"{name}.json").write_text(text + "\n", "utf-8")
