"""What the scorer knows of a line."""

from collections.abc import Sequence

import pytest

from mcp_server.logs.features import Features, feature_names
from mcp_server.logs.pool import pool_of

LINES = (
    "$ make test",
    "compiling 1 of 3",
    "    compiling 2 of 3",
    "fatal: out of memory",
    "",
    "see the manual",
    'The command "make test" exited with 2.',
    "fatal: out of memory",
)


def column(name: str, wanted: Sequence[int] = range(len(LINES)), lines: Sequence[str] = LINES) -> list[int]:
    return Features(lines, pool_of(lines)).column(name, wanted)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("own:fatal", [0, 0, 0, 1, 0, 0, 0, 1]),
        ("prev:fatal", [0, 0, 0, 0, 1, 0, 0, 0]),
        ("next:fatal", [0, 0, 1, 0, 0, 0, 1, 0]),
        ("above:fatal", [0, 0, 0, 0, 0, 1, 1, 1]),
        ("below:fatal", [1, 1, 0, 1, 1, 1, 0, 0]),
        ("since:command_failed", [15, 15, 15, 15, 15, 15, 15, 1]),
        ("until:command_failed", [3, 3, 3, 2, 2, 1, 0, 15]),
        ("until:panic", [15] * 8),
        ("failed_before", [0, 0, 0, 0, 0, 0, 0, 1]),
        ("failed_after", [1, 1, 1, 1, 1, 1, 1, 0]),
        ("to_end", [3, 3, 3, 3, 2, 2, 1, 0]),
        ("part", [0, 2, 5, 7, 10, 12, 15, 17]),
        ("total", [4] * 8),
        ("count", [1, 1, 1, 2, 1, 1, 1, 2]),
        ("repeated", [0, 0, 0, 0, 0, 0, 0, 1]),
        ("strong_total", [2] * 8),
        ("strong_before", [0, 0, 0, 0, 1, 1, 1, 2]),
        ("strong_after", [2, 2, 2, 2, 2, 2, 1, 0]),
        ("until_strong", [2, 2, 1, 0, 2, 1, 0, 0]),
        ("near_3", [1, 1, 1, 2, 3, 3, 3, 2]),
        ("near_100", [3] * 8),
        ("indent", [0, 0, 3, 0, 0, 0, 0, 0]),
        ("above_deeper", [1, 1, 0, 2, 1, 1, 1, 1]),
        ("below_deeper", [1, 2, 0, 1, 1, 1, 1, 1]),
        ("digits", [0, 1, 1, 0, 0, 0, 0, 0]),
    ],
)
def test_a_feature_says_what_its_name_says(name: str, values: list[int]):
    assert column(name) == values


def test_every_feature_is_a_small_number_for_each_line_asked_for():
    features = Features(LINES, pool_of(LINES))
    for name in feature_names():
        values = features.column(name, [5, 3])
        assert len(values) == 2, name
        assert all(0 <= value < 256 for value in values), name


def test_a_line_like_the_one_above_it_shows():
    lines = ["fatal: 1", "fatal: 22", "fine"]
    assert column("same_as_before", range(3), lines) == [0, 1, 0]


def test_rare_words_are_told_within_the_log():
    lines = [*["fetched the next batch"] * 50, "evicting: invalid quota"]
    wanted = range(len(pool_of(lines).indexes))
    assert column("rare_words", wanted, lines)[-1] == 3
    assert column("rarest", wanted, lines)[-1] == 1
    assert column("rarest", wanted, lines)[0] == 6
