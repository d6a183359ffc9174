from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.errors import InvalidArgument
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.search import compile_find, matches, terms

LogOf = Callable[[Sequence[str]], CapturedLog]
LINES = ["alpha error", "", "beta", "Error: x", "a  b", "tail error"]


@pytest.mark.parametrize(
    ("find", "numbers"),
    [
        ("error", [1, 6]),
        ("(?i)error", [1, 4, 6]),
        ("^$", [2]),
        ("a*", [1, 2, 3, 4, 5, 6]),
        (r"\Atail", [6]),
        (r"beta\z", [3]),
        ("(?-m)^Error", [4]),
        (r"(?m-s)^beta$", [3]),
        (r"error\s+beta", []),
        (r"error[^x]*beta", []),
        ("a[^b]b", []),
        ("r$", [1, 6]),
        ("é", []),
        ("()", [1, 2, 3, 4, 5, 6]),
        ("$", [1, 2, 3, 4, 5, 6]),
        ("x*$", [1, 2, 3, 4, 5, 6]),
        ("^|$", [1, 2, 3, 4, 5, 6]),
        (r"[\s\S]", [1, 3, 4, 5, 6]),
        ("beta|x", [3, 4]),
        ("(?s)a.*", [1, 3, 5, 6]),
        (r"\Qa  b", [5]),
        (r"\Qbeta\E", [3]),
        ("#", []),
    ],
)
def test_an_expression_matches_one_line_at_a_time(log_of: LogOf, find: str, numbers: list[int]):
    assert matches(log_of(LINES), compile_find(find)) == numbers


def test_matches_are_found_all_over_a_long_log(log_of: LogOf):
    lines = [f"line {n}" + (" needle" if n % 5000 == 4999 else "") for n in range(20_000)]
    assert matches(log_of(lines), compile_find("needle$")) == [5000, 10_000, 15_000, 20_000]


@pytest.mark.parametrize("find", ["(?=a)", "(", "[a", r"(a)\1", "a{5000}", "*", "\ud800**"])
def test_what_is_not_re2_is_refused_with_the_reason(find: str):
    with pytest.raises(InvalidArgument, match=r"`find` is not a valid RE2 expression \(.+\)\. RE2 has no lookaround"):
        compile_find(find)


@pytest.mark.parametrize("find", ["", "a" * 2001])
def test_an_empty_or_huge_expression_is_refused(find: str):
    with pytest.raises(InvalidArgument, match="`find` must have 1 to 2000 characters"):
        compile_find(find)


def test_an_expression_that_backtracks_elsewhere_takes_linear_time(log_of: LogOf):
    assert matches(log_of(["a" * 100_000 + "!"]), compile_find("(a+)+$")) == []


def test_terms_are_the_telling_words_most_frequent_first(log_of: LogOf):
    log = log_of(["KeyError: x", "KeyError: y", "ENOENT", "OOMKilled", "nothing", "exit code 137"])
    assert terms(log, 3)[0] == ("KeyError", 2)
    assert {term for term, _ in terms(log)} == {"KeyError", "ENOENT", "OOMKilled", "exit code 137"}


@pytest.mark.parametrize("find", ["a", "b*", "$", "^$", "(?i)B", "[^b]", r"\Ab", r"b\z", r"\bc", "^.?$"])
@given(lines=st.lists(st.text("abBc é", max_size=6), max_size=30))
def test_one_pass_over_many_lines_finds_what_a_look_at_each_finds(find: str, lines: list[str]):
    pattern = compile_find(find)
    log = CapturedLog(lines, [""] * len(lines), [""] * len(lines), 0)
    alone = [n for n, line in enumerate(lines, 1) if pattern.search(line.encode()) is not None]
    assert matches(log, pattern) == alone
