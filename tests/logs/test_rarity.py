"""Which words of a log hardly occur in it."""

from mcp_server.logs.columns import Lines
from mcp_server.logs.rarity import Rarity

WORK = [f"batch {n} settled by worker" for n in range(400)]


def test_words_written_once_are_rare_and_names_with_digits_are_not_counted():
    rarity = Rarity([*WORK, "worker x7f3 evicted: ephemeral storage"])
    assert rarity.of("worker x7f3 evicted: ephemeral storage") == (3, 1)
    assert rarity.of("batch 7 settled by worker") == (0, 400)


def test_a_line_without_words_is_as_common_as_can_be():
    assert Rarity(WORK).of("= 12 == ab") == (0, 500_000)


def test_of_a_large_log_stretches_all_over_it_are_counted():
    lines = ["ordinary work goes on and on " * 4] * 40_000
    packed = Lines(["\n".join(lines).encode()])
    assert 10_000 < Rarity(lines).of("ordinary")[1] < 80_000
    assert 10_000 < Rarity(packed).of("ordinary")[1] < 80_000
