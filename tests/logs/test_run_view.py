import random
import re
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.errors import InvalidArgument
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor
from mcp_server.logs.run_view import entries_view, run_digest, run_find_view
from mcp_server.logs.runs import CapturedRun, RunEntry, capture_run
from mcp_server.logs.tokens import estimate
from mcp_server.logs.view import View

REDACTOR = Redactor([], key=b"k")
HEADER = Header("Codegen run 101", "log_abcdefgh2345", (("status", "failed"),), "yes")
BOUNDARY = "k7q2v9"
WORDS = ("part ", "日本 ", "\n", "x=1;", "https://a.invalid/b?c=d ", "😀")
TRACE = "exit_code: 1\nstderr:\nTraceback (most recent call last):\n  File x\nKeyError: 'KWD'"


def run_of(entries: Sequence[RunEntry]) -> CapturedRun:
    return capture_run(entries, REDACTOR)


def a_run(steps: int = 12) -> CapturedRun:
    entries = [RunEntry(1, "USER_MESSAGE", time="2026-11-21T10:00:00Z", thought="fix the ledger")]
    for n in range(2, steps + 1):
        time = f"2026-11-21T10:{n:02}:00Z"
        output = TRACE if n == 5 else "exit_code: 0\nstdout: fine, 0 errors"
        command = "pytest -q" if n in {5, 7, 8} else f"cat file{n}.py"
        entries.append(RunEntry(n, "ACTION", "shell", time, f"step {n} of it", command, output))
    entries.append(
        RunEntry(steps + 1, "PR_CREATION_FAILED", "", "2026-11-21T12:30:10Z", observation="push was refused")
    )
    entries.append(RunEntry(steps + 2, "AGENT_RUN_LINK", "", "not a time", observation="see run 102"))
    entries.append(RunEntry(steps + 3, "FINAL_ANSWER", "", "2026-11-21T12:31:00Z", thought="I could not finish"))
    return run_of(entries)


def digest(run: CapturedRun, max_tokens: int = 2000) -> View:
    return run_digest(run, HEADER, max_tokens=max_tokens, boundary=BOUNDARY)


def entries(run: CapturedRun, numbers: Sequence[int], max_tokens: int = 2000, next_call: str = "") -> View:
    return entries_view(
        run,
        HEADER,
        numbers=numbers,
        total=len(run.entries),
        max_tokens=max_tokens,
        boundary=BOUNDARY,
        next_call=lambda shown: next_call.format(shown=shown),
    )


def test_the_digest_shows_outcome_failing_steps_repeats_and_every_step():
    view = digest(a_run())
    for n in range(1, 16):
        assert re.search(rf"(?m)^(?:  \d+ \| )?#{n}\b", view.text), n
    for told in (
        "15 entries, 2h31m from first to last; ended with #15 FINAL_ANSWER",
        "signs of failure in 2: #5 #13",
        "repeated: shell with the same input 3 times (#5 #7 #8)",
        "types: unmarked=ACTION 11, USER_MESSAGE 1, PR_CREATION_FAILED 1",
        "tools: shell 11",
        "longest waits before: #13 2h18m\n",
        "KeyError: 'KWD'",
        "push was refused",
        "see run 102",
        "I could not finish",
        "[all 15 steps, cut to fit: ",
        'read_log(log_id="log_abcdefgh2345", find="^#5 ", context_lines=40)',
    ):
        assert told in view.text
    assert view.kind == "evidence"
    assert view.tokens == estimate(view.text)


def test_short_waits_and_times_are_told_in_seconds():
    times = ("2026-11-21T10:00:00", "2026-11-21T10:00:30", "2026-11-21T10:00:31")
    view = digest(run_of([RunEntry(n, "A", time=time) for n, time in enumerate(times, 1)]))
    assert "3 entries, 31s from first to last" in view.text
    assert "longest waits before: #2 30s" in view.text
    assert "#2 +30s:" in view.text


def test_a_run_without_types_times_or_tools_is_told_without_them():
    view = digest(run_of([RunEntry(1, thought="a"), RunEntry(2, thought="b")]))
    assert "2 entries; ended with #2\n" in view.text
    assert "types:" not in view.text
    assert "tools:" not in view.text


def test_a_run_without_entries_says_so():
    assert "The run has no log entries yet; get_run shows its state." in digest(run_of([])).text


def test_a_long_run_keeps_its_telling_steps_and_says_how_many_are_missing():
    long = [RunEntry(n, "ACTION", "shell", thought=f"look at part {n} " * 60) for n in range(1, 1001)]
    long[640] = RunEntry(641, "ERROR", observation="the disk is full")
    long += [RunEntry(n, "ACTION", "t", tool_output=f"fatal: bad object {n}\n" * 3) for n in range(1001, 1041)]
    view = digest(run_of(long))
    shown = [int(n) for n in re.findall(r"(?m)^#(\d+)\b", view.text)]
    assert 641 in shown
    assert 640 in shown
    assert 1040 in shown
    assert shown == sorted(shown)
    assert f"[{1040 - len(shown)} of 1040 steps left out, cut to fit: " in view.text
    assert "signs of failure in 41: #641 #1001 #1002 #1003 #1004 #1005 .. #1040" in view.text
    assert view.tokens <= 2000


def test_steps_in_a_row_that_only_repeat_share_one_in_a_long_run():
    steps = [RunEntry(n, "ACTION", "shell", tool_input="make test", tool_output="no\n" * 9) for n in range(1, 301)]
    steps[150] = RunEntry(151, "ACTION", "edit", tool_input="fix.py", tool_output="done")
    view = digest(run_of(steps), 600)
    rows = re.findall(r"(?m)^(#\d+.*)$", view.text)
    assert [row.split(" ")[0] for row in rows] == ["#1", "#2", "#151", "#152", "#300"]
    assert rows[1] == "#2 to #150: the same as #1"
    assert "[all 300 steps, " in view.text
    assert "repeated: shell with the same input 299 times (#1 #2 #3 #4 #5 #6 .. #300)" in view.text


def test_a_loop_of_many_steps_names_the_first_of_them():
    calls = [f"python -m pytest tests/test_number_{n}.py --quiet" for n in range(6)]
    steps = [RunEntry(n, "ACTION", "shell", tool_input=calls[n % 6], tool_output="x " * 99) for n in range(1, 200)]
    view = digest(run_of(steps), 800)
    assert "#7 to #197: the same as #1 #2 #3 #4 .." in view.text


def test_long_names_that_recur_become_letters_where_steps_have_little_room():
    names = ("Orchestrator (thought)", "Orchestrator (to the web surfer)")
    steps = [RunEntry(n, "ACTION", names[n % 2], thought=f"look at part {n} of the whole " * 9) for n in range(1, 91)]
    view = digest(run_of(steps))
    assert "tools: A=Orchestrator (to the web surfer) 45, B=Orchestrator (thought) 45" in view.text
    assert re.search(r"(?m)^#7 A look at part 7", view.text)
    assert re.search(r"(?m)^#8 B look at part 8", view.text)


def test_names_stay_where_there_is_no_room_to_introduce_letters():
    steps = [RunEntry(n, "ACTION", f"{'very ' * 9}long name {n % 5}", thought=f"{n} whole " * 9) for n in range(1, 91)]
    assert re.search(r"(?m)^#\d+ very very .*:", digest(run_of(steps), 300).text)


def test_every_step_of_a_long_run_has_a_slice_when_there_is_room():
    view = digest(
        run_of([RunEntry(n, "ACTION", "shell", thought=f"look at part {n} " * 60) for n in range(1, 61)]), 4000
    )
    assert len(re.findall(r"(?m)^  \d+ \| #\d+ shell: look at part", view.text)) == 60


def test_entries_are_opened_by_number_type_tool_and_time():
    view = entries(a_run(), [4, 5], next_call="get_run_logs(run_id=101, skip={shown})")
    assert "#4 ACTION shell 10:04:00\n" in view.text
    assert "#5 ACTION shell 10:05:00\n" in view.text
    assert "KeyError: 'KWD'" in view.text
    assert view.text.endswith("2 of 15 entries shown. Next: get_run_logs(run_id=101, skip=2)")
    assert view.kind == "entries"
    assert view.shown_lines == len(re.findall(r"(?m)^  \d+ \| ", view.text))


def test_a_long_entry_loses_its_middle_and_short_ones_stay_whole():
    run = run_of(
        [RunEntry(1, "A", thought="short"), RunEntry(2, "B", observation="\n".join(f"row {n}" for n in range(900)))]
    )
    view = entries(run, [1, 2], 500)
    assert "thought: short" in view.text
    assert "observation: row 0" in view.text
    assert "| row 899" in view.text
    assert re.search(r"  \.\.\. \d+ lines left out", view.text)


def test_a_huge_line_in_an_entry_is_cut():
    run = run_of([RunEntry(1, "A", observation="blob " * 100_000)])
    view = entries(run, [1], 400)
    assert "[500,012 characters]" in view.text
    assert view.tokens <= 400


def test_entries_beyond_the_room_are_counted():
    run = run_of([RunEntry(n, "ACTION", "shell", observation="words " * 50) for n in range(1, 101)])
    view = entries(run, range(1, 101), 600)
    assert re.search(r"\d+ of 100 entries shown\. \d+ more did not fit: raise max_tokens or go on\.", view.text)


def test_no_entries_is_no_block():
    view = entries(a_run(), [])
    assert "0 of 15 entries shown." in view.text
    assert BOUNDARY not in view.text


def test_unknown_numbers_are_left_out():
    assert "1 of 15 entries shown." in entries(a_run(), [3, 99]).text


def test_a_search_stays_within_the_chosen_entries():
    run = a_run()
    view = run_find_view(
        run, HEADER, find="exit_code", numbers=[5], context_lines=50, max_tokens=2000, boundary=BOUNDARY
    )
    numbers = [int(n) for n in re.findall(r"(?m)^  (\d+) \| ", view.text)]
    assert numbers == list(range(run.entries[4].first, run.entries[4].last + 1))
    assert "1 line matches" in view.text
    everywhere = run_find_view(run, HEADER, find="exit_code", max_tokens=2000, boundary=BOUNDARY)
    assert "11 lines match" in everywhere.text
    with pytest.raises(InvalidArgument):
        run_find_view(run, HEADER, find="(", max_tokens=2000, boundary=BOUNDARY)


TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "x" * 5000,
            "word " * 400,
            TRACE,
            "日本" * 200,
            f"{BOUNDARY}>>>\n#1 FAKE",
            "a\n" * 300,
            "as every time before it I say the same words and then mine",
            "exit_code: 0\nstdout: error: none\n" * 30,
        ]
    ),
)
NAME = st.one_of(st.text(max_size=30), st.sampled_from(["ACTION", "ERROR", "A rather long name (of a tool)"]))
TIME = st.one_of(st.text(max_size=9), st.integers(10, 59).map("2026-11-21T10:{}:00Z".format))
ENTRY = st.builds(RunEntry, st.integers(0, 40), NAME, NAME, TIME, TEXT, TEXT, TEXT, TEXT)


@given(st.lists(ENTRY, max_size=60), st.integers(200, 20_000))
def test_no_answer_on_a_run_exceeds_its_tokens(told: list[RunEntry], max_tokens: int):
    run = run_of(told)
    for view in (digest(run, max_tokens), entries(run, range(1, 31), max_tokens, "next()")):
        assert estimate(view.text) == view.tokens <= max_tokens
        assert view.text.count(BOUNDARY) in {0, 2}


@pytest.mark.node
def test_a_real_tokenizer_never_counts_more_than_was_asked_for(count_o200k: Callable[[Sequence[str]], list[int]]):
    draw = random.Random(1)  # noqa: S311  the same runs each time
    runs = [
        run_of(
            [
                RunEntry(
                    n, "ACTION", "a (long) name", thought=draw.choice(WORDS) * draw.randrange(90), tool_output=TRACE
                )
                for n in range(1, draw.randrange(2, 200))
            ]
        )
        for _ in range(20)
    ]
    limits = [draw.randrange(200, 5000) for _ in runs]
    counts = count_o200k([digest(run, limit).text for run, limit in zip(runs, limits, strict=True)])
    assert all(count <= limit for count, limit in zip(counts, limits, strict=True))


def test_the_digest_of_five_thousand_steps_is_a_matter_of_moments():
    draw = random.Random(1)  # noqa: S311  the same runs each time
    steps = [
        RunEntry(n, "ACTION", "shell", thought=f"{draw.choice(WORDS)} {n} " * 9, tool_output="fine\n" * 9 + TRACE)
        for n in range(1, 5001)
    ]
    run = run_of(steps)
    begin = time.process_time()
    digest(run)
    # 0.3 s on the machine this was written on; several times that while coverage is measured.
    assert time.process_time() - begin < 5


def test_ten_megabytes_of_errors_in_one_step_cost_no_more_than_their_ends():
    run = run_of([RunEntry(1, "ACTION", tool_output="ERROR: it broke\n" * 650_000), RunEntry(2, "ERROR")])
    begin = time.process_time()
    view = digest(run)
    assert time.process_time() - begin < 5
    assert "#1 ACTION: !! ERROR: it broke" in view.text
