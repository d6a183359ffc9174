"""Which lines are chosen, whatever they are worth."""

import re

from mcp_server.logs.digest import Digest
from mcp_server.logs.score import Tree
from tests.logs.views import LogOf

# A line is worth something where it, or the line below it, says that something failed.
FAILING: Tree = (("own:fail_word", 0), ("next:fail_word", 0), ("own:panic", 0), (0, 900, 900, 900))


def test_a_cycle_of_lines_is_folded(log_of: LogOf):
    lines = [f"copied part {'abcdefghij'[n % 10] * 3} of image {'klmnopqrst'[n // 10]}" for n in range(90)]
    for n in range(14):
        lines += ["asking again", f"health: attempt {n}/300 failed, next in 50ms"]
    lines += ["nobody answers", "done"]
    rows = [row for block in Digest(log_of(lines), [FAILING]).choose(300).blocks for row in block.rows]
    text = "\n".join(rows)
    assert re.search(r"attempt \d+/300 failed, next in 50ms\n  \.\.\. \d+ similar lines\n", text)
