"""How fast is a log made ready, how much memory does it take, and how long does it hold up others?

`python -m benchmarks.throughput [--data DIR] [--write] [--quick]`. One line per shape of log: MB of input per second of
CPU for decoding and sanitising, redacting, the first answer, and all of it; CPU seconds for 5 MB; and, each in a process of its
own that asks `get_diagnostics` for a log at the 64 MB cap, the growth of peak memory over the size and the longest stall of the
event loop. Beside it the rate of drain3's TemplateMiner on the same lines (a log miner; of the `bench` group), and of
`decode().splitlines()`, below which nothing that reads lines can go. With --data also real logs: those of
`logchunks_dev.jsonl.gz` in that folder.
"""

import argparse
import dataclasses
import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks import figures
from benchmarks.throughput_logs import SHAPES, log_from, log_of
from mcp_server.logs.captured import capture, digest_id, rows_of_text
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor
from mcp_server.logs.view import first_answer

SAMPLE_BYTES: Final = 5_000_000
LARGE_BYTES: Final = 64_000_000
_MINED_BYTES: Final = 500_000
"""Enough for a rate: the miner is slow."""
_BEST_OF: Final = 3
REAL: Final = "real CI logs"
_OWN_KEY: Final = "sk-a-key-of-our-own-0123456789"
_COLUMNS: Final = (
    ("clean", "clean"),
    ("redact", "redact"),
    ("digest", "digest"),
    ("all", "all"),
    ("seconds_5mb", "5 MB, s"),
    ("peak_over_input", "peak/size"),
    ("stall_ms", "stall, ms"),
    ("drain3", "drain3"),
    ("floor", "splitlines"),
)


class Untouched(Redactor):
    """Redacts nothing, so that what capturing takes without redaction can be measured."""

    def __init__(self) -> None:
        super().__init__([], key=b"k", enabled=False)

    def redact_counting(self, text: str) -> tuple[str, Mapping[str, int]]:
        """The text."""
        return text, {}


def cpu_s(work: Callable[[], object]) -> float:
    """Least CPU seconds of a few tries."""
    tries: list[float] = []
    for _ in range(_BEST_OF):
        begin = time.process_time()
        work()
        tries.append(time.process_time() - begin)
    return min(tries)


def rates(data: bytes) -> dict[str, float]:
    """MB/s of each step, and CPU seconds of all per 5 MB."""
    redactor, untouched = Redactor([_OWN_KEY], key=b"k"), Untouched()
    log = capture(rows_of_text(data), redactor)
    header = Header(title="A log", log_id=digest_id(log))
    clean = cpu_s(lambda: capture(rows_of_text(data), untouched))
    captured = cpu_s(lambda: capture(rows_of_text(data), redactor))
    named = cpu_s(lambda: digest_id(log))
    # As the server does with a log of this size.
    unpacked = dataclasses.replace(log, lines=tuple(log.lines))
    digest = cpu_s(lambda: first_answer(unpacked, header, max_tokens=2000, boundary="b"))
    whole = captured + named + digest
    megabytes = len(data) / 1e6
    return {
        "clean": megabytes / clean,
        "redact": megabytes / max(captured - clean, 1e-3),
        "digest": megabytes / digest,
        "all": megabytes / whole,
        "seconds_5mb": whole * 5 / megabytes,
        "drain3": _mined(data[:_MINED_BYTES]),
        "floor": megabytes / cpu_s(lambda: data.decode("utf-8", "replace").splitlines()),
    }


def _mined(data: bytes) -> float:
    """MB/s of drain3, which comes without annotations."""
    miner: Any = importlib.import_module("drain3").TemplateMiner()
    begin = time.process_time()
    for line in data.decode("utf-8", "replace").splitlines():
        miner.add_log_message(line)
    return len(data) / 1e6 / (time.process_time() - begin)


def served(shape: str, data: Path | None) -> dict[str, float]:
    """Peak memory and longest stall, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.throughput_worker",
        shape,
        str(LARGE_BYTES),
        *(["--data", str(data)] if data else []),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def row_of(shape: str, folder: Path | None, *, quick: bool) -> dict[str, float]:
    """All figures of one shape."""
    source = folder if shape == REAL else None
    data = log_from(source, SAMPLE_BYTES) if source else log_of(shape, SAMPLE_BYTES)
    return rates(data) | ({} if quick else served(shape, source))


def rounded(rows: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """The figures in no more digits than mean something."""
    return {shape: {name: float(f"{figure:.4g}") for name, figure in row.items()} for shape, row in rows.items()}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with logchunks_dev.jsonl.gz")
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    parser.add_argument("--quick", action="store_true", help="without memory and stalls")
    options = parser.parse_args()
    load = figures.load_now()
    print(f"{'':20} " + " ".join(f"{title:>10}" for _, title in _COLUMNS) + "   (rates in MB/s of CPU)")
    rows: dict[str, dict[str, float]] = {}
    for shape in [*SHAPES, *([REAL] if options.data else [])]:
        rows[shape] = row_of(shape, options.data, quick=options.quick)
        shown = (f"{rows[shape][name]:10.2f}" if name in rows[shape] else f"{'-':>10}" for name, _ in _COLUMNS)
        print(f"{shape:20} " + " ".join(shown), flush=True)
    if options.write:
        sample = f"{SAMPLE_BYTES / 1e6:g} MB of each shape, the best of {_BEST_OF}"
        figures.keep("throughput", {"about": figures.about(sample, load), "rows": rounded(rows)})


if __name__ == "__main__":
    main()
