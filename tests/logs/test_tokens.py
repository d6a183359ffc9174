from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs import tokens
from mcp_server.logs.tokens import cut, estimate

# Text of our own, and how many o200k tokens a real tokenizer makes of it.
PAIRS = (
    ("", 0),
    ("a", 1),
    ("error", 1),
    ("ModuleNotFoundError: No module named 'requests'", 11),
    ("npm ERR! code ELIFECYCLE errno 1", 11),
    ("    at Object.<anonymous> (/workspace/src/index.js:10:15)", 16),
    ("2026-11-21T10:42:44.746572500Z", 17),
    ("3f786850e387550fdab836ed7e6dc881de23001b", 20),
    ("deadbeefcafebabe0123456789abcdef", 11),
    ("AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/==", 20),
    ("qxzjkvwyqxzjkvwy", 10),
    ("QXZJKVWYQXZJKVWY", 10),
    ("the quick brown fox jumps over the lazy dog", 9),
    ("=========================", 2),
    ("- - - - - - - - - -", 10),
    ('=b>1:@\n/"0c&', 10),
    ("!@#$%^&*()_+{}|:<>?", 14),
    ("don't we'll they've I'M it's", 6),
    ("        return x\n        y = 1\n", 10),
    ("\n\n\n\n", 1),
    ("\t\t\tx\t", 3),
    ("a  b   c    d", 7),
    ("1234567890123456789", 7),
    ("v1.2.3-rc.4+build.567", 14),
    ("日本語のログです", 5),
    ("Ошибка: файл не найден", 5),
    ("🚀🔥✅❌", 6),
    ("naïve café", 4),
    ("x" * 60, 8),
    ("Z" * 60, 30),
    ("." * 70, 2),
    (" " * 100 + "x", 3),
    ("KeyError: 'KWD'", 7),
    ("FAILED tests/test_a.py::test_b[param-1] - AssertionError: assert 3 == 4", 22),
    ('{"level":"error","msg":"boom","code":500}', 13),
    ("https://example.com/a/b?c=d&e=f#g", 12),
    ('GET /api/v1/items/42 HTTP/1.1" 500 1234', 19),
    ("thequickbrownfoxjumpsoverthelazydogagainandagainandagainuntiltheend", 19),
    ("kernel: [12345.678901] Out of memory: Killed process 4242 (python)", 22),
)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@pytest.mark.parametrize(("text", "real"), PAIRS)
def test_the_estimate_is_never_below_the_real_count(text: str, real: int):
    assert estimate(text) >= real


def test_the_estimate_is_not_far_above_on_what_logs_hold():
    lines = [(text, real) for text, real in PAIRS if text.isascii() and " " in text and real > 6]
    assert sum(estimate(text) for text, _ in lines) < 1.25 * sum(real for _, real in lines)


def test_anything_beyond_ascii_counts_one_per_byte():
    assert estimate("日本") == 6
    assert estimate("\ud800") >= 1


def test_long_pieces_are_bounded_in_linear_time():
    assert 40_000 <= estimate("abcdefgh" * 10_000) <= 80_000
    assert estimate("-" * 100_000) >= 100_000 // 64
    assert estimate("-+" * 1_000) == 2_000
    assert estimate(" " * 1_000 + "x") >= 13


@given(ANY_TEXT, st.integers(-3, 60))
def test_a_cut_text_stays_within_its_limit_and_is_a_beginning(text: str, limit: int):
    shorter = cut(text, limit)
    assert estimate(shorter) <= max(limit, 0)
    assert text.startswith(shorter.removesuffix("…"))
    assert shorter == text or shorter.endswith("…") or limit < 3


def test_a_text_that_fits_is_not_cut():
    assert cut("error", 1) == "error"
    assert cut("an error and its cause", 100) == "an error and its cause"
    assert cut("word " * 200, 20).endswith("…")


def test_a_real_tokenizer_never_counts_more(count_o200k: Callable[[Sequence[str]], list[int]]):
    marks = "-=*#._/ \\'\"()[]{}<>:;,|`~+@!?$%^&\n\t"
    words = ["Error", "npm", "qzX", "kubectl", "0x1F", "don't", "ModuleNotFoundError", "é", "日", "IIIi", "zZz"]
    texts = [text for text, _ in PAIRS]
    texts += [mark * n for mark in marks for n in (1, 2, 3, 5, 9, 17, 40, 79, 200)]
    texts += [first + mark + second for first in words for mark in marks for second in words]
    texts += ["".join(chain.from_iterable(zip(words, marks[n:], strict=False))) for n in range(20)]
    assert [text for text, real in zip(texts, count_o200k(texts), strict=True) if estimate(text) < real] == []


def test_the_table_of_merges_is_that_of_the_encoding(run_node: Callable[[Path, str], str]):
    table = Path(tokens.__file__).with_name("o200k_merges.txt")
    script = Path(__file__).parents[2] / ".ci" / "o200k_merges.cjs"
    assert run_node(script, "") == table.read_text("utf-8")
