"""The rate budget against its bar: `uv run python -m benchmarks.budget` prints every row, ours and rivals.

Real processes, real HTTP over loopback, ten kinds of servers, scaled time (see `benchmarks.contest`). Our own budget uses all
of N here, as the others do; a server in use leaves a tenth of large limits to others. `--write` keeps
the figures for docs/.
"""

import argparse
import asyncio
import dataclasses
import importlib.util
import os
import shutil
import signal
import statistics
import sys
from collections.abc import Sequence

from benchmarks import figures
from benchmarks.bar import N, Row, clock_steps, exact_while_killed, interactive_waits, one_call_per_key, speed
from benchmarks.contest import Outcome, Terms, contest, contests, table
from benchmarks.rivals import RIVALS

OURS = {"ours": "benchmarks.ours:Ours"}
STRICTER = ("sliding-counter", "bucket-n-2", "bucket-n-10", "leaky-1")
LIBRARIES = ("filelock", "limits", "pyrate_limiter", "throttled")


def of_contest(ours: Outcome) -> list[Row]:
    """The rows that the contest shows."""
    documented = [score for score in ours.scores if score.server not in STRICTER]
    stricter = [score for score in ours.scores if score.server in STRICTER]
    refused = sum(score.refused for score in documented)
    most = max(score.most for score in documented)
    worst = max(stricter, key=lambda score: score.refused)
    used = statistics.median(score.utilisation for score in documented)
    spread = max(score.spread for score in documented)
    return [
        Row("429s of the six servers that count as documented", str(refused), "0", refused == 0),
        Row("429s of the stricter four, the worst", f"{worst.refused} ({worst.server})", "<= 10", worst.refused <= 10),  # noqa: PLR2004 - the bar
        Row("most in any window", f"{most} of {N}", f"<= {N}", most <= N),
        Row("used of N at W = 2 s (see the note on scale)", f"{used:.1%}", "at W = 60: eight_servers", kept=True),
        Row("served, the luckiest process over the least lucky", f"{spread:.2f}", "<= 3", spread <= 3),  # noqa: PLR2004 - the bar
    ]


async def many_processes() -> Row:
    """32 processes, a caller each, against a sliding log."""
    terms = Terms(workers=32, tasks=1, servers=("sliding-log",), windows=5)
    (score,) = (await contest("ours", OURS["ours"], terms)).scores
    figure = f"{score.most} of {N}, {score.refused} 429s in {score.requests}"
    return Row("most in any window, 32 processes", figure, f"<= {N}, 0", score.most <= N and not score.refused)


async def measure(*, write: bool) -> None:
    """Measures, prints and keeps."""
    terms, load = Terms(), figures.load_now()
    outcomes = await contests({**OURS, **RIVALS}, terms)
    print(table(outcomes, terms))
    rows = of_contest(outcomes[0])
    for measured in (many_processes(), exact_while_killed(), interactive_waits(), one_call_per_key()):
        rows.append(await measured)
    rows += await clock_steps()
    rows += await speed({**OURS, **{name: where for name, where in RIVALS.items() if name != "naive"}})
    print("\nthe bar")
    for row in rows:
        print(row)
    if write:
        sample = f"N = {terms.limit}, W = {terms.window:g} s, {terms.windows} windows, {terms.workers} processes of {terms.tasks} callers"
        scores = [
            {
                "contender": outcome.contender,
                "server": score.server,
                "requests": score.requests,
                "refused": score.refused,
            }
            | {"utilisation": round(score.utilisation, 4), "most": score.most}
            for outcome in outcomes
            for score in outcome.scores
        ]
        bar = [dataclasses.asdict(row) for row in rows]
        figures.keep("budget", {"about": figures.about(sample, load), "scores": scores, "bar": bar})


def with_rivals(arguments: Sequence[str]) -> None:
    """Goes on in an environment that has the libraries to compare with, if this one has not and uv can make it."""
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    uv = shutil.which("uv")
    if missing and uv and "SANDSCOPE_BENCH" not in os.environ:
        os.environ["SANDSCOPE_BENCH"] = "1"
        os.execv(uv, [uv, "run", "--group", "bench", "python", "-m", "benchmarks.budget", *arguments])  # noqa: S606 - ourselves, again
    if missing:
        print(f"not installed, so left out: {', '.join(missing)} (the group `bench` has them)", file=sys.stderr)


def main() -> None:
    """Reads the command line."""
    arguments = sys.argv[1:]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the figures for docs/")
    asked = parser.parse_args(arguments)
    with_rivals(arguments)
    # A terminated benchmark ends its servers as an interrupted one does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    asyncio.run(measure(write=asked.write))


if __name__ == "__main__":
    main()
