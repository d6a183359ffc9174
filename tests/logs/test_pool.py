"""Which lines are worth a closer look."""

from mcp_server.logs.pool import pool_of


def test_of_very_many_lines_with_bad_signs_the_rarest_shapes_are_kept():
    lines = [f"invalid {'-' * (n % 60)} {n}" for n in range(2400)]
    lines[1200] = "invalid: <<once>>"
    pool = pool_of(lines)
    assert pool.bad_total == 2400
    assert 1200 in pool.indexes
    assert len(pool.indexes) < 1800


def test_names_and_numbers_do_not_make_a_shape():
    lines = [f"{name}: failed after {n} s" for n in range(300) for name in ("ledger", "orchard", "lagoon")]
    pool = pool_of(lines)
    # First and last lines of the log, and around the first and the last ten of the only shape.
    assert len(pool.indexes) == 40 + 400


def test_however_many_shapes_there_are_what_tells_by_another_word_is_kept():
    marks = str.maketrans("01", "-=")
    lines = [f"invalid {n:b}".translate(marks) for n in range(50_100)]
    lines += ["fine"] * 100 + ["evicted: the node is low on space"] + ["fine"] * 500
    assert 50_200 in pool_of(lines).indexes
