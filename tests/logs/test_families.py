"""Generated failures of ten kinds of run, their cause anywhere in the log: the first answer shows it."""

from collections import Counter

import pytest

from benchmarks.cause_families import DEPTHS, FAMILIES, Generated, generated
from benchmarks.cause_scene import Scene
from tests.logs.views import LogOf, first, numbered

SIZE = 250_000
SEED = 11


@pytest.mark.parametrize("family", FAMILIES)
def test_the_first_answer_shows_a_line_of_the_cause_wherever_it_is(log_of: LogOf, family: str):
    logs = [generated(FAMILIES[family], SIZE, depth, SEED) for depth in DEPTHS]
    missed = [log.lines[min(log.labels) - 1] for log in logs if not shows_the_cause(log, log_of)]
    assert missed == []


def shows_the_cause(log: Generated, log_of: LogOf) -> bool:
    return not log.labels.isdisjoint(numbered(first(log_of(log.lines)).text))


@pytest.mark.slow
@pytest.mark.parametrize(("family", "depth"), [("maven", 0.05), ("native", 0.35), ("docker", 0.65), ("cluster", 0.95)])
def test_so_it_does_in_five_megabytes(log_of: LogOf, family: str, depth: float):
    assert shows_the_cause(generated(FAMILIES[family], 5_000_000, depth, SEED), log_of)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_generated_cause_is_told_once_and_where_it_should_be(family: str, depth: float):
    for seed in range(4):
        log = generated(FAMILIES[family], 40_000, depth, seed)
        counts = Counter(log.lines)
        assert log.labels
        assert all(counts[log.lines[n - 1]] == 1 for n in log.labels)
        before = sum(len(line) + 1 for line in log.lines[: min(log.labels) - 1])
        assert abs(before / len(log.text) - depth) < 0.05


def test_a_log_is_the_same_each_time_and_another_with_another_seed():
    one, again, other = (generated(FAMILIES["go"], 20_000, 0.35, seed) for seed in (1, 1, 2))
    assert one == again
    assert one.lines != other.lines


def test_a_cause_told_twice_is_no_use():
    broken = Scene("twice", "", ("work {line}",), ("fine {line}",), ("handled",), ("! gone\n! gone",), ("no",), "")
    with pytest.raises(ValueError, match="twice: a cause line is not unique"):
        generated(broken, 500, 0.5, seed=1)
