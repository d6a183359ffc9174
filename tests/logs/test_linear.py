import pytest

from mcp_server.logs.linear import LinearError, LinearSet, linear, literal


def test_a_refused_expression_tells_why_and_writes_nothing(capfd: pytest.CaptureFixture[str]):
    with pytest.raises(LinearError, match="missing"):
        linear("(")
    assert capfd.readouterr() == ("", "")


def test_one_line_keeps_newlines_out_of_every_match():
    assert linear("a[^x]b").search(b"a\nb") is not None
    assert linear("a[^x]b", one_line=True).search(b"a\nb") is None


def test_a_literal_matches_itself_only():
    pattern = linear(literal(b"a.b*"))
    assert pattern.search(b"xa.b*") is not None
    assert pattern.search(b"axbb") is None


def test_a_set_tells_which_of_its_expressions_match():
    expressions = LinearSet(["a", "b+", "^c"])
    assert sorted(expressions.matches(b"abc")) == [0, 1]
    assert expressions.matches(b"x") == ()
