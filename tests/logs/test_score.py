"""Trees over features, summed."""

from itertools import product

from mcp_server.logs.pool import pool_of
from mcp_server.logs.score import Tree, default_trees, scores

NEVER = ("own:panic", 0)
FATAL: Tree = (("own:fatal", 0), NEVER, NEVER, (-5, -5, 40, 40))
NEAR: Tree = (("own:fatal", 0), ("next:fatal", 0), NEVER, (0, 7, 1, 1))


def test_a_line_gets_what_the_ends_it_comes_to_add():
    lines = ["fine", "well", "fatal: gone"]
    assert scores(lines, pool_of(lines), [FATAL, NEAR]) == [-5, 2, 41]


def test_of_very_many_lines_only_the_best_go_through_all_trees():
    others = [f"invalid {'-' * a}{'=' * b}\nfine\nfine" for a, b in product(range(31), repeat=2)]
    lines = [*"\n".join(others).split("\n"), "fatal: gone"]
    pool = pool_of(lines)
    assert len(pool.indexes) > 2_000
    found = scores(lines, pool, [FATAL] * 60 + [NEAR] * 2)
    assert found[-1] == 60 * 40 + 2
    assert found[-3] == 60 * -5 - 2_000
    assert sum(score > -2_000 for score in found) == 1_500


def test_the_table_tells_a_cause_from_what_is_around_it():
    lines = [f"step {n} done" for n in range(60)] + [
        "Traceback (most recent call last):",
        "KeyError: 'x'",
        "exit code 1",
    ]
    found = scores(lines, pool_of(lines), default_trees())
    assert max(range(len(found)), key=found.__getitem__) in {60, 61, 62}
