"""LogDx-CI's score of what a tool shows of a failed CI run: the share of each case's critical signals that survive.

    python -m benchmarks.cause_logdx --data FOLDER_OR_FILE [--tokens 1000,2000,4000] [--only FILE] [--missed]

`--data` is a checkout of its repository (GitHub eyuansu62/LogDx; code Apache-2.0, cases CC-BY-4.0): then its own package
`logdx-ci` scores the text that is shown. A signal survives when its value, one of its aliases or the file it names is a
substring of that text with escape sequences removed; a case's recall is surviving over all critical signals, the result is
the mean over cases. `--data` may also be JSON lines (.jsonl or .jsonl.gz: id, text, signals): then a signal is a list of
line numbers and survives when all of them are shown, which is the rule the repository applies to tools that keep lines.
`--only` names a file of such lines whose ids are the only cases to score: what is tuned on and what is reported on must
not mix.
"""

import argparse
import gzip
import importlib
import importlib.util
import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from mcp_server.logs.captured import CapturedLog, capture, rows_of_text
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor
from mcp_server.logs.view import first_answer

PACKAGE = "logdx-ci"
Shown = tuple[str, Collection[int]]
"""The text a tool shows, and the 1-based numbers of the log's lines in it."""
Reducer = Callable[[str], Shown]
_SPLITS = ("dev", "holdout", "stress", "v2/dev", "v2/holdout", "v2/stress")
_BOUNDARY = "8f3k2m9q"


@dataclass(frozen=True)
class Case:
    """One failed run.

    Attributes:
        name: Such as `v2/dev/pnpm-jest-config-v2-001`.
        text: The log.
        truth: The package's ground truth; None where `signals` says what is critical.
        signals: Line numbers of each critical signal.
    """

    name: str
    text: str
    truth: Mapping[str, Any] | None = None
    signals: Sequence[Sequence[int]] = ()


@dataclass(frozen=True)
class Recall:
    """What survived in one case.

    Attributes:
        share: Of its critical signals, 0 to 1.
        any: Whether one of them survived.
        missed: Those that did not, as they are told in the ground truth.
    """

    name: str
    share: float
    any: bool
    missed: Sequence[str]


def installed() -> bool:
    """Whether LogDx-CI's own package is here; without it only JSON lines can be scored."""
    return importlib.util.find_spec("logdx_ci") is not None


def cases(data: Path, only: Collection[str] | None = None) -> list[Case]:
    """All cases of a checkout or of JSON lines, or those whose name is in `only`.

    Raises:
        SystemExit: A checkout is given and the package is not installed.
    """
    found = _checked_out(data) if data.is_dir() else _listed(data)
    return [case for case in found if only is None or case.name in only]


def critical_signal_recall(chosen: Sequence[Case], reduce: Reducer) -> tuple[float, list[Recall]]:
    """The mean share of critical signals that survive in what `reduce` shows, and each case's own."""
    each = [_recall(case, reduce(case.text)) for case in chosen]
    return fmean(recall.share for recall in each) if each else 0.0, each


def ours(budget: int) -> Reducer:
    """Our first answer of at most `budget` tokens."""
    return lambda text: answer(read(text), budget)


def read(text: str) -> CapturedLog:
    """A log as our server keeps it."""
    return capture(rows_of_text(text), Redactor([], key=b"benchmark"))


def answer(log: CapturedLog, budget: int) -> Shown:
    """Our first answer of at most `budget` tokens."""
    view = first_answer(log, Header("log", "log_abcdefgh2345"), max_tokens=budget, boundary=_BOUNDARY)
    return view.text, {int(number) for number in re.findall(r"(?m)^  (\d+) \| ", view.text)}


def kept_lines(rival: Callable[[Sequence[str], int], set[int]], budget: int) -> Reducer:
    """What a tool shows that keeps lines: those it names, in order."""

    def reduce(text: str) -> Shown:
        lines = text.split("\n")
        numbers = rival(lines, budget)
        return "\n".join(lines[n - 1] for n in sorted(numbers)), numbers

    return reduce


def names(listed: Path) -> set[str]:
    """The case names in a file of JSON lines."""
    return {case.name for case in _listed(listed)}


def _checked_out(root: Path) -> Iterator[Case]:
    if not installed():
        raise SystemExit(f"{PACKAGE} is not installed: it scores a checkout. JSON lines need no package.")
    # The package looks for the checkout around the current folder, and downloads one it does not find.
    os.environ["LOGDX_CI_ROOT"] = str(root.resolve())
    splits = [split for split in _SPLITS if (root / "cases" / split).is_dir()]
    for case in importlib.import_module("logdx_ci.corpus").load_cases(splits=splits, corpus_root=root):
        yield Case(f"{case.split}/{case.case_id}", case.raw_log, truth=case.ground_truth)


def _listed(path: Path) -> Iterator[Case]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in data.splitlines():
        case = json.loads(line)
        yield Case(case["id"].removeprefix("cases/"), case["text"], signals=case["signals"])


def _recall(case: Case, shown: Shown) -> Recall:
    text, numbers = shown
    if case.truth is not None:
        score = importlib.import_module("logdx_ci.static_scoring").score_case_static(case.name, case.truth, text)
        missed = [_told(signal) for signal in score["missed_signals"] if signal["importance"] == "critical"]
        return Recall(case.name, score["critical_signal_recall"], score["critical_preserved"] > 0, missed)
    lines = case.text.split("\n")
    lost = [signal for signal in case.signals if not set(signal) <= set(numbers)]
    share = 1 - len(lost) / len(case.signals) if case.signals else 1.0
    told = [f"{n}: {lines[n - 1][:160]}" for signal in lost for n in signal if n not in numbers]
    return Recall(case.name, share, any(n in numbers for signal in case.signals for n in signal), told)


def _told(signal: Mapping[str, Any]) -> str:
    where = ", ".join(f"{first}-{last}" for first, last in signal["evidence_lines"])
    return f"{signal['type']} at {where}: {signal.get('value') or signal.get('file')}"


def main() -> None:
    """Prints, per token budget, the recall of our first answer; `--missed` lists what it lacks."""
    parser = argparse.ArgumentParser(description="LogDx-CI's critical-signal recall of the first answer.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", type=Path)
    parser.add_argument("--tokens", default="1000,2000,4000")
    parser.add_argument("--missed", action="store_true")
    asked = parser.parse_args()
    chosen = cases(asked.data, names(asked.only) if asked.only else None)
    if not chosen:
        sys.exit(f"{asked.data} has no case to score.")
    for budget in map(int, asked.tokens.split(",")):
        mean, each = critical_signal_recall(chosen, ours(budget))
        share = fmean(recall.any for recall in each)
        print(f"{budget:6} tokens: recall {mean:.3f}, any {share:.0%} of {len(each)} cases")
        for recall in each if asked.missed else ():
            for signal in recall.missed:
                print(f"    {recall.name}: {signal}")


if __name__ == "__main__":
    main()
