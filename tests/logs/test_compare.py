"""A failing log against a good one: what is called new, and that the answer keeps its bound."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cause_families import DEPTHS, FAMILIES, generated
from benchmarks.cause_scene import Scene
from mcp_server.logs.captured import CapturedLog, Row, capture
from mcp_server.logs.compare import Good, compared, compared_header
from mcp_server.logs.difference import difference
from mcp_server.logs.redact import Redactor
from mcp_server.logs.tokens import estimate
from mcp_server.logs.view import View
from tests.logs.views import BOUNDARY, HEADER, LogOf, numbered

GOOD = replace(HEADER, log_id="log_goodgood2345", facts=(("state", "completed"),))
LINE = st.one_of(
    st.sampled_from(
        [
            "",
            "error: x",
            "x" * 3000,
            "日本" * 300,
            f"{BOUNDARY}>>>",
            "} " * 900,
            "exit code 1",
            "exit code 0",
            "\tdone 3",
        ]
    ),
    st.text(max_size=80),
)
WORK = [
    "{time} INFO worker-{n} fetched s3://bucket/{hex}/part-{n}.bin in {n} ms",
    "{time} INFO request {uuid} GET /v1/items/{n} 200 {n}ms from 10.0.{n}.7:5{n}",
    "pip-req-build in /tmp/pip-{hex}/setup.py, pid={n}",
    "  [=====>      ] {n}% {n}.{n} MB/s eta 0:00:{n}",
    "pod web-{hex}-x2x9z is running (restarts 0)",
    "{n} tests passed in {n}.{n}s",
]


def log(*lines: str) -> CapturedLog:
    return capture([Row(line) for line in lines], Redactor([], key=b"k"))


def view(bad: CapturedLog, good: CapturedLog, max_tokens: int = 2000) -> View:
    other = Good("run 102", good, GOOD)
    return compared(bad, compared_header(HEADER, other), other, max_tokens=max_tokens, boundary=BOUNDARY)


def written(seed: int, count: int = 400) -> list[str]:
    drawn = random.Random(seed)  # noqa: S311  repeatable text
    return [_filled(drawn.choice(WORK), drawn) for _ in range(count)]


def _filled(text: str, drawn: random.Random) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] == "n":
            return str(drawn.randint(2, 99_999))
        if match[1] == "hex":
            return f"{drawn.getrandbits(48) | 1 << 47:x}"
        if match[1] == "uuid":
            digits = f"{drawn.getrandbits(128):032x}"
            return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        return f"2026-11-{drawn.randint(10, 28)}T10:{drawn.randint(10, 59)}:07.{drawn.randint(100, 999)}Z"

    return re.sub(r"\{(\w+)\}", value, text)


@given(st.lists(LINE, max_size=40), st.lists(LINE, max_size=40), st.integers(200, 3000), st.text(max_size=300))
def test_no_comparison_ever_exceeds_its_tokens(bad: list[str], good: list[str], max_tokens: int, reason: str):
    other = Good(reason, log(*good), replace(GOOD, facts=(("state", reason),)))
    header = compared_header(replace(HEADER, facts=(("reason", reason * 40),)), other)
    captured = log(*bad)
    shown = compared(captured, header, other, max_tokens=max_tokens, boundary=BOUNDARY)
    assert estimate(shown.text) == shown.tokens <= max_tokens
    assert shown.text.count(BOUNDARY) in {0, 2}
    assert 0 <= shown.shown_lines <= len(captured.lines)


@given(st.lists(LINE, max_size=40))
def test_a_log_compared_with_itself_has_nothing_new(lines: list[str]):
    captured = log(*lines).lines
    found = difference(captured, captured)
    assert (found.new_lines, found.missing, found.grown, found.parting) == (0, [], [], None)


@pytest.mark.parametrize("seed", range(20))
def test_a_reordered_and_renumbered_twin_has_nothing_new(seed: int):
    bad, good = written(seed), written(seed + 100)
    random.Random(seed).shuffle(bad)  # noqa: S311  repeatable order
    found = difference(bad, good)
    assert [line for line, new in zip(bad, found.new, strict=True) if new] == []


def test_nothing_new_is_said_and_the_first_answer_follows(log_of: LogOf, build_log: list[str]):
    shown = view(log_of(build_log), log_of(build_log))
    assert "nothing new" in shown.text
    assert numbered(shown.text)[1504] == "KeyError: 'KWD'"


def test_the_cause_is_shown_and_the_harmless_rest_is_not(log_of: LogOf, build_log: list[str]):
    good = [line for n, line in enumerate(build_log) if not 1500 <= n < 1504]
    good[-3] = 'The command "make test" exited with 0.'
    shown = view(log_of(build_log), log_of(good), 600)
    lines = numbered(shown.text)
    assert lines[1504] == "KeyError: 'KWD'"
    assert any("exited with 2" in line for line in lines.values())
    assert not any("PASSED" in line for line in lines.values())


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("process ended, exit code 137", "process ended, exit code 0"),
        ("process ended, exit code 137", "process ended, exit code 1"),
        ("GET /v1 status=503", "GET /v1 status=200"),
        ("3 tests failed", "0 tests failed"),
        ("errors=7 rows=10", "errors=0 rows=4"),
    ],
)
def test_a_number_that_tells_of_failure_is_new(bad: str, good: str):
    assert difference([bad], [good]).new_lines == 1


def test_what_never_came_is_told_apart_from_the_failing_lines():
    good = [f"phase {word} is ready" for word in ("alpha", "bravo", "charlie", "delta", "echo")] + ["All checks passed"]
    bad = [*good[:2], "FATAL: no quorum"]
    shown = view(log(*bad), log(*good))
    assert "alike up to line 2 (good: 2); of 4 milestones after it 0 came: phase bravo is ready" in shown.text
    assert "[missing here, lines of the good log log_goodgood2345]" in shown.text
    assert "  good 6: All checks passed" in shown.text
    assert numbered(shown.text)[3] == "FATAL: no quorum"
    assert all(number <= 3 for number in numbered(shown.text))


def test_what_became_frequent_is_told_with_both_counts():
    calm = [f"step {word}" for word in ("alpha", "bravo", "charlie", "delta")] * 10
    bad = [*calm, *["connection refused, retrying"] * 30, *["heartbeat sent"] * 30, *["ping"] * 12, "gave up: no route"]
    good = [*calm, "connection refused, retrying", "heartbeat sent", "ping", *["step alpha"] * 20]
    text = view(log(*bad), log(*good)).text
    refused = text.index("30 times here, 1 there, first line 41: connection refused, retrying")
    assert refused < text.index("30 times here, 1 there, first line 71: heartbeat sent")
    # Few, or as many for its length, is chance.
    assert "step alpha" not in text
    assert "12 times" not in text


@pytest.mark.parametrize(
    ("bad", "good", "said"),
    [
        ((), ("a",), "this log is empty"),
        (("a b c",), (), "the good log is empty"),
        (("one two", "three four"), ("five six", "seven"), "hardly anything in common: 0 of 2"),
    ],
)
def test_what_cannot_be_compared_is_said(bad: tuple[str, ...], good: tuple[str, ...], said: str):
    assert said in view(log(*bad), log(*good)).text


def test_a_failed_or_incomplete_good_log_is_called_so():
    headers = [
        replace(GOOD, facts=(("state", "Failed"),)),
        replace(GOOD, facts=(("exit code", "2"),)),
        replace(GOOD, facts=(), complete="no"),
    ]
    warned = [compared_header(HEADER, Good("r", log("a"), header)).warnings for header in headers]
    assert ["itself failed" in str(warnings) for warnings in warned] == [True, True, False]
    assert ["not complete" in str(warnings) for warnings in warned] == [False, False, True]
    assert compared_header(HEADER, Good("r", log("a"), GOOD)).facts[0] == (
        "compared with",
        "log_goodgood2345 (r; completed; 1 lines; complete: yes)",
    )


def test_blocks_say_how_many_of_their_lines_are_new():
    common = [f"line {word} of all runs" for word in ("alpha", "bravo", "charlie", "delta", "echo", "golf")]
    bad = [*common[:3], "panic: lost the ledger", *common[3:]]
    text = view(log(*bad), log(*common)).text
    assert "1 of 5 new" in text
    assert "1 lines of 1 kinds are new" in text


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("scene", FAMILIES.values(), ids=FAMILIES)
def test_a_cause_is_shown_where_most_lines_of_a_short_log_are_new(scene: Scene, depth: float):
    bad = generated(scene, 10_000, depth, 1)
    good = generated(scene, 10_000, depth, 1_001, failing=False)
    shown = numbered(view(log(*bad.lines), log(*good.lines), 1000).text)
    assert not bad.labels.isdisjoint(shown)


@pytest.mark.slow
def test_of_more_kinds_than_are_told_apart_nothing_is_said():
    letters = "abcdefghijklmnopqrstuvwxyz"
    lines = [f"q{a}{b}{c}{d}" for a in letters for b in letters for c in letters for d in letters[:24]]
    assert len(lines) > 400_000
    found = difference(lines, ["one line"])
    assert found.new_lines == found.new_kinds == 400_000


def test_many_new_kinds_leave_the_failing_one_shown():
    words = [f"{a}{b}{c}" for a in "bcdfghjklmnpqrst" for b in "bcdfghjklmnpqrst" for c in "bcdfghjklmnpqrst"]
    common = ["a step that all runs have"] * 3000
    bad = [*common, *(f"unit {word}unit is built" for word in words), "error: cannot link unit", *common]
    shown = view(log(*bad), log(*common), 800)
    assert "error: cannot link unit" in numbered(shown.text).values()
