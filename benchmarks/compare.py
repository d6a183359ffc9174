"""How well a failing log is explained beside a good one, and how else one could compare them.

    python -m benchmarks.compare [--size 200000] [--tokens 500,1000,2000] [--seeds 1,2]

Failing logs are those of `cause_families.py`. The good one of each is drawn from the same family with another seed, without the
cause, what follows from it, and the failing end. Every contender has the budget in tokens as we estimate them; a rival spends it
on lines alone, in the order of the log, and they are cut where it ends.
"""

import argparse
import importlib
import importlib.util
import re
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean
from typing import Any

from benchmarks.cause_families import DEPTHS, FAMILIES, generated
from benchmarks.cause_logdx import answer, read
from mcp_server.logs.blocks import numbered, row_cost
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.compare import Good, compared, compared_header
from mcp_server.logs.difference import difference
from mcp_server.logs.header import Header

Rival = Callable[[Sequence[str], Sequence[str]], Iterator[int]]
"""The failing lines and the good ones -> 0-based indexes of those called new, in the order they are shown."""
_BOUNDARY = "8f3k2m9q"
_HEADER = Header("log", "log_abcdefgh2345", (("state", "failed"),), "yes")
_GOOD = Header("good", "log_goodgood2345", (("state", "completed"),), "yes")
_TWIN_SEED = 1_000


def ours(log: CapturedLog, good: CapturedLog, budget: int) -> set[int]:
    """1-based numbers of the lines that our comparison shows."""
    other = Good("good", good, _GOOD)
    view = compared(log, compared_header(_HEADER, other), other, max_tokens=budget, boundary=_BOUNDARY)
    return {int(number) for number in re.findall(r"(?m)^  (\d+) \| ", view.text)}


def plain_diff(bad: Sequence[str], good: Sequence[str]) -> Iterator[int]:
    """Lines that do not stand in the good log as they are: what `diff` marks, moved lines aside."""
    known = set(good)
    return (n for n, line in enumerate(bad) if line not in known)


def digits_masked(bad: Sequence[str], good: Sequence[str]) -> Iterator[int]:
    """Lines that do not stand in the good log once digits are masked in both, whatever their order."""
    known = {re.sub(r"\d+", "0", line) for line in good}
    return (n for n, line in enumerate(bad) if re.sub(r"\d+", "0", line) not in known)


def drain(bad: Sequence[str], good: Sequence[str]) -> Iterator[int]:
    """Lines that fit no template which drain3 makes of the good log, with its defaults."""
    # By name: it is needed here only.
    library: Any = importlib.import_module("drain3")
    config: Any = importlib.import_module("drain3.template_miner_config")
    miner = library.TemplateMiner(config=config.TemplateMinerConfig())
    for line in good:
        miner.add_log_message(line)
    return (n for n, line in enumerate(bad) if line.strip() and not miner.match(line))


def new_kinds(bad: Sequence[str], good: Sequence[str]) -> Iterator[int]:
    """Lines whose kind is new as we tell kinds, in the order of the log: what ranking adds to masking."""
    return (n for n, new in enumerate(difference(bad, good).new) if new)


RIVALS: dict[str, Rival] = {
    "our kinds, in order": new_kinds,
    "lines not in the good log": plain_diff,
    "the same, digits masked": digits_masked,
}
if importlib.util.find_spec("drain3"):
    RIVALS["drain3, defaults"] = drain


def cut(lines: Sequence[str], indexes: Iterator[int], budget: int) -> set[int]:
    """1-based numbers of what fits the budget; the line at which it ends counts as shown."""
    shown: set[int] = set()
    for index in indexes:
        if budget <= 0:
            break
        shown.add(index + 1)
        budget -= row_cost(numbered(index + 1, lines[index]))
    return shown


def main() -> None:
    """Prints, per contender and budget, the share of pairs with a cause line shown and what of the shown is truly new."""
    parser = argparse.ArgumentParser(description="A failing log beside a good one: is the cause shown?")
    parser.add_argument("--size", type=int, default=200_000)
    parser.add_argument("--tokens", default="500,1000,2000")
    parser.add_argument("--seeds", default="1,2")
    asked = parser.parse_args()
    budgets = [int(tokens) for tokens in asked.tokens.split(",")]
    hits: dict[tuple[str, int], list[bool]] = {}
    fresh: dict[tuple[str, int], list[float]] = {}
    spent: dict[str, float] = {}
    for scene in FAMILIES.values():
        for depth in DEPTHS:
            for seed in map(int, asked.seeds.split(",")):
                bad = generated(scene, asked.size, depth, seed)
                good = generated(scene, asked.size, depth, seed + _TWIN_SEED, failing=False)
                truly = _truly_new(bad.lines, scene.causes, scene.follows, scene.ending)
                logs = read(bad.text), read(good.text)
                for name in ("compare_to", "first answer", *RIVALS):
                    begin = time.process_time()
                    called = list(RIVALS[name](bad.lines, good.lines)) if name in RIVALS else []
                    for budget in budgets:
                        if name == "compare_to":
                            shown = ours(*logs, budget)
                        elif name in RIVALS:
                            shown = cut(bad.lines, iter(called), budget)
                        else:
                            shown = set(answer(logs[0], budget)[1])
                        hits.setdefault((name, budget), []).append(not bad.labels.isdisjoint(shown))
                        share = len(shown & truly) / len(shown) if shown else 0.0
                        fresh.setdefault((name, budget), []).append(share)
                    spent[name] = spent.get(name, 0.0) + time.process_time() - begin
    pairs = len(hits["compare_to", budgets[0]])
    print(f"{pairs} pairs of {asked.size:,} bytes; a cause line shown, % (of the lines shown, truly new, %)\n")
    print("| tokens | " + " | ".join(f"{budget:,}" for budget in budgets) + " | CPU s |")
    print("| --- |" + " ---: |" * (len(budgets) + 1))
    for name in ("compare_to", "first answer", *RIVALS):
        cells = [f"{100 * fmean(hits[name, b]):.0f} ({100 * fmean(fresh[name, b]):.0f})" for b in budgets]
        print(f"| {name} | {' | '.join(cells)} | {spent[name]:.1f} |")


def _truly_new(lines: Sequence[str], causes: Sequence[str], follows: Sequence[str], ending: str) -> set[int]:
    """1-based numbers of the lines that the good one's generator cannot write."""
    texts = [text[2:] for cause in causes for text in cause.split("\n")]
    texts += [text for template in (*follows, ending) for text in template.split("\n")]
    pattern = re.compile("|".join(_pattern(text) for text in texts if text.strip()))
    return {n for n, line in enumerate(lines, 1) if pattern.fullmatch(line)}


def _pattern(text: str) -> str:
    """An expression for what a template writes."""
    escaped = re.escape(text.replace("{{", "\0").replace("}}", "\1"))
    return re.sub(r"\\\{\w+\\\}", ".+?", escaped).replace("\0", r"\{").replace("\1", r"\}")


if __name__ == "__main__":
    main()
