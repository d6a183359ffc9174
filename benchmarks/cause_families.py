"""Generated logs of failed runs, of any size, whose cause lines are known; all their text is ours.

    python -m benchmarks.cause_families [--size 5000000] [--tokens 500,1000,2000] [--seeds 1,2,3] [--show]

Each family is a kind of run (`cause_builds.py`, `cause_services.py`): what it writes when all is well, harmless mentions of
failure, several causes, what follows from a cause, and how such a run ends. Which cause comes is drawn from the seed.
Nothing here was written with an eye on how a digest chooses, and most causes do not say "error".
"""

import argparse
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import fmean

from benchmarks.cause_builds import BUILDS
from benchmarks.cause_logdx import answer, read
from benchmarks.cause_scene import WORDS, Scene
from benchmarks.cause_services import SERVICES

DEPTHS = (0.05, 0.35, 0.65, 0.95)
FAMILIES: Mapping[str, Scene] = {scene.name: scene for scene in (*BUILDS, *SERVICES)}
_LABELLED = "! "
_TRAP_EVERY = 12
_HANDLED = 9
"""Failures in a log that were dealt with: retried with success, caught, expected."""
_FOLLOWING = 14
"""Follow-on failures, whatever the size: what a cause brings down is finite."""
_START_S = 8 * 3600


@dataclass(frozen=True)
class Generated:
    """One log.

    Attributes:
        family: The kind of run.
        depth: Where its cause begins, as a share of its size.
        seed: What it was drawn from.
        lines: The log.
        labels: 1-based numbers of the lines that tell the cause.
    """

    family: str
    depth: float
    seed: int
    lines: list[str]
    labels: frozenset[int]

    @property
    def text(self) -> str:
        """The log as it would be read from a file."""
        return "\n".join(self.lines)


def families(size: int, depth: float, seed: int) -> Iterator[Generated]:
    """A log of about `size` bytes of each family, its cause at `depth`.

    Raises:
        ValueError: A line of a cause occurs elsewhere in its log.
    """
    for scene in FAMILIES.values():
        yield generated(scene, size, depth, seed)


def generated(scene: Scene, size: int, depth: float, seed: int, *, failing: bool = True) -> Generated:
    """One log of a family; see `families`. One that does not fail lacks the cause, what follows from it, and the end."""
    random = Random(f"{scene.name} {depth} {seed}")  # noqa: S311 - repeatable text, not a secret
    log = _Log(scene, random, size)
    log.add(scene.opening)
    log.work_until(int(size * depth), scene.handled, _HANDLED)
    if not failing:
        log.work_until(size, (), 0)
        return Generated(scene.name, depth, seed, log.lines, frozenset())
    cause = random.choice(scene.causes)
    labels = log.cause(cause)
    log.work_until(size, scene.follows, _FOLLOWING)
    log.add(scene.ending)
    counts = Counter(log.lines)
    if repeated := [log.lines[n - 1] for n in labels if counts[log.lines[n - 1]] > 1]:
        raise ValueError(f"{scene.name}: a cause line is not unique: {repeated}")
    return Generated(scene.name, depth, seed, log.lines, frozenset(labels))


class _Log:
    """Lines written so far."""

    def __init__(self, scene: Scene, random: Random, size: int) -> None:
        self._scene, self._random, self._size = scene, random, size
        self._written = 0
        self.lines: list[str] = []

    def add(self, template: str) -> None:
        """Write one filled template."""
        for line in self._fill(template).split("\n"):
            self._write(line)

    def cause(self, template: str) -> list[int]:
        """Write a cause, each line without its mark; the numbers of the labelled lines."""
        labels: list[int] = []
        for line in self._fill(template).split("\n"):
            self._write(line[len(_LABELLED) :])
            if line.startswith(_LABELLED):
                labels.append(len(self.lines))
        return labels

    def work_until(self, size: int, rare: Sequence[str], times: int) -> None:
        """Write ordinary output up to a size, and among it `times` pieces of `rare` where there is room."""
        random, scene = self._random, self._scene
        span = max(size - self._written, 1)
        due = sorted((self._written + int(span * random.random()) for _ in range(times)), reverse=True)
        while self._written < size:
            if due and self._written >= due[-1]:
                due.pop()
                self.add(random.choice(rare))
            self.add(random.choice(scene.harmless if random.randrange(_TRAP_EVERY) == 0 else scene.work))

    def _write(self, line: str) -> None:
        self.lines.append(line)
        self._written += len(line) + 1

    def _fill(self, template: str) -> str:
        return template.format_map(_Values(self._random, len(self.lines), self._written / self._size))


class _Values(dict[str, object]):
    """Values for the fields of one template; the same field has the same value throughout, `word1` another than `word`."""

    def __init__(self, random: Random, line: int, done: float) -> None:
        super().__init__()
        self._random, self._line, self._done = random, line, min(done, 1.0)

    def __missing__(self, field: str) -> object:
        value = self[field] = _KINDS[field.rstrip(string.digits)](self._random, self._line, self._done)
        return value


_KINDS: Mapping[str, Callable[[Random, int, float], object]] = {
    "n": lambda random, _line, _done: random.randint(2, 999),
    "big": lambda random, _line, _done: random.randint(10_000, 9_999_999),
    "word": lambda random, _line, _done: random.choice(WORDS),
    "hex": lambda random, _line, _done: f"{random.getrandbits(48):012x}",
    "ms": lambda random, _line, _done: f"{random.random() * 9:.2f}",
    "line": lambda _random, line, _done: line,
    "pct": lambda _random, _line, done: int(done * 100),
    "time": lambda _random, line, _done: _clock(line),
    "up": lambda _random, line, _done: f"{line * 0.031:.6f}",
}


def _clock(line: int) -> str:
    seconds = _START_S + line // 7
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def main() -> None:
    """Prints, per token budget, how many logs show a cause line in our first answer, and which do not."""
    parser = argparse.ArgumentParser(description="Generated failure logs: does the first answer show the cause?")
    parser.add_argument("--size", type=int, default=5_000_000)
    parser.add_argument("--tokens", default="500,1000,2000")
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--show", action="store_true", help="the cause lines of each log that fails, and the answer")
    asked = parser.parse_args()
    budgets = [int(tokens) for tokens in asked.tokens.split(",")]
    found: dict[int, list[bool]] = {budget: [] for budget in budgets}
    for seed in map(int, asked.seeds.split(",")):
        for depth in DEPTHS:
            for log in families(asked.size, depth, seed):
                kept = read(log.text)
                for budget in budgets:
                    text, numbers = answer(kept, budget)
                    found[budget].append(not log.labels.isdisjoint(numbers))
                    if not found[budget][-1]:
                        _tell(log, budget, text if asked.show else "")
    for budget, each in found.items():
        print(f"{budget:6} tokens: {sum(each)} of {len(each)} logs show a cause line ({fmean(each):.0%})")


def _tell(log: Generated, budget: int, text: str) -> None:
    first = log.lines[min(log.labels) - 1]
    print(
        f"missed at {budget}: {log.family} at {log.depth:.0%}, seed {log.seed}, line {min(log.labels):,}: {first[:150]}"
    )
    if text:
        print(re.sub(r"(?m)^", "    ", text))


if __name__ == "__main__":
    main()
