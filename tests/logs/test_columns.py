"""Columns kept as bytes read like tuples of strings."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.logs.columns import Labels, LabelsBuilder, Lines, blocks_of, joined, size_of, stretches_of

LINE = st.text(st.sampled_from("ab é世🙂\t\ud800"), max_size=6)
BLOCKS = st.lists(st.lists(LINE, min_size=1, max_size=5), max_size=5)
STRETCHES = st.lists(st.tuples(st.sampled_from(["", "a", "é"]), st.integers(1, 4)), max_size=8)
PLACE = st.integers(-30, 30)


def lines_of(blocks: Sequence[Sequence[str]]) -> Lines:
    return Lines("\n".join(block).encode("utf-8", "surrogatepass") for block in blocks)


def labels_of(stretches: Sequence[tuple[str, int]]) -> Labels:
    builder = LabelsBuilder()
    for value, count in stretches:
        builder.add(value, count)
    return builder.labels()


def reads_like(column: Sequence[str], plain: tuple[str, ...], a: int, b: int, step: int) -> None:
    assert column == plain
    assert plain == column
    assert hash(column) == hash(plain)
    assert tuple(column) == plain
    assert column[a:b] == plain[a:b]
    assert column[a:b:step] == plain[a:b:step]
    assert b"".join(joined(column)) == "".join(f"{line}\n" for line in plain).encode("utf-8", "surrogatepass")
    if -len(plain) <= a < len(plain):
        assert column[a] == plain[a]
    else:
        with pytest.raises(IndexError):
            column[a]


@given(BLOCKS, PLACE, PLACE, st.integers(-3, 3).filter(bool))
def test_lines_read_like_a_tuple(blocks: list[list[str]], a: int, b: int, step: int) -> None:
    reads_like(lines_of(blocks), tuple(line for block in blocks for line in block), a, b, step)


@given(STRETCHES, PLACE, PLACE, st.integers(-3, 3).filter(bool))
def test_labels_read_like_a_tuple(stretches: list[tuple[str, int]], a: int, b: int, step: int) -> None:
    plain = tuple(value for value, count in stretches for _ in range(count))
    labels = labels_of(stretches)
    reads_like(labels, plain, a, b, step)
    one_by_one = LabelsBuilder()
    one_by_one.add_each(plain)
    assert tuple(one_by_one.labels().stretches()) == tuple(labels.stretches())


@given(st.text("ab\n", max_size=300), st.integers(0, 5))
def test_blocks_are_cut_where_lines_end(text: str, around: int) -> None:
    data = b"x" * around + text.encode() + b"x" * around
    assert Lines(blocks_of(data, around, len(data) - around)) == tuple(text.split("\n"))


def test_a_large_text_is_several_blocks_and_many_labels_too() -> None:
    lines = tuple(f"{n} {'x' * 90}" for n in range(2000))
    data = "\n".join(lines).encode()
    blocks = tuple(blocks_of(data, 0, len(data)))
    assert len(blocks) == 12
    assert Lines(blocks) == lines
    builder = LabelsBuilder()
    for line in lines * 3:
        builder.add(line, 1)
    builder.add_each(lines * 3)
    assert builder.labels() == lines * 6


def test_equal_neighbours_are_one_stretch() -> None:
    assert tuple(labels_of([("a", 2), ("a", 1), ("b", 1)]).stretches()) == (("a", 3), ("b", 1))
    assert tuple(stretches_of(labels_of([("a", 2)]))) == (("a", 2),)
    assert tuple(stretches_of(("a", "a"))) == (("a", 1), ("a", 1))


def test_only_sequences_of_equal_length_and_strings_are_equal() -> None:
    column = lines_of([["a", "b"]])
    assert column != ("a",)
    assert column != ("a", "c")
    assert column != 7
    assert column != {"a", "b"}
    assert "Lines" in repr(column)


def test_what_packed_columns_take_is_about_their_bytes() -> None:
    many = lines_of([["x" * 9] * 1000])
    assert size_of(many) < 11_000 < size_of(tuple(many))
    assert size_of(labels_of([("main", 1_000_000)])) < 100
