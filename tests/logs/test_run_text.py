import pytest

from mcp_server.logs.redact import Redactor
from mcp_server.logs.run_failures import failures_of
from mcp_server.logs.run_text import StepText, clip, sliced, step_texts
from mcp_server.logs.runs import RunEntry, capture_run
from mcp_server.logs.tokens import estimate

REPORT = "The ledger was updated and here is what is in it now: "
SHOWN = "a screen shot of the page is shown here with all that can be seen on it now: "


def texts(*entries: RunEntry) -> list[StepText]:
    run = capture_run(entries, Redactor([], key=b"k"))
    return list(step_texts(run, failures_of(run), range(len(entries))).values())


def told(number: int, text: str) -> RunEntry:
    return RunEntry(number, "ACTION", thought=text)


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 5, 9, 20, 47, 48, 60, 100, 1000])
@pytest.mark.parametrize("text", ["", "short", "words and more " * 80, "x" * 3000, "日本" * 300, "😀" * 99])
def test_a_slice_keeps_to_its_limit(text: str, limit: int):
    assert estimate(clip(text, limit)) <= limit
    assert estimate(sliced(text, limit)) <= limit
    assert text.startswith(clip(text, limit))


def test_a_large_slice_has_the_end_too():
    text = " ".join(f"word{n}" for n in range(400))
    assert sliced(text, 60).startswith("word0 word1")
    assert sliced(text, 60).endswith("word399")
    assert " .. " in sliced(text, 60)
    assert ".." not in sliced(text, 40)


def test_a_step_that_fits_is_told_whole():
    (step,) = texts(RunEntry(1, "ACTION", "shell", "", "try", "cmd: make", "exit_code: 2", "it failed"))
    assert step.within(100) == "try > cmd: make !! exit_code: 2 it failed"
    (step,) = texts(RunEntry(1, tool_input="ls", tool_output="a\n\nb"))
    assert step.within(100) == "> ls -> a b"
    (step,) = texts(RunEntry(1, observation="only this"))
    assert step.within(100) == "only this"
    assert texts(RunEntry(1))[0].within(100) == ""


def test_the_telling_lines_of_a_failure_come_before_the_rest_of_its_answer():
    output = "row of a table\n" * 200 + "KeyError: 'KWD'\n" + "more rows\n" * 200
    (step,) = texts(RunEntry(1, "ACTION", thought="run it " * 40, tool_output=output))
    assert "!! KeyError: 'KWD' .. row of a table" in step.within(60)
    assert step.within(60).startswith("run it run it")
    assert estimate(step.within(60)) <= 60
    assert "!! KeyError: 'KWD'" in step.within(24)


def test_a_telling_line_far_down_is_said_first_also_where_all_fits():
    output = "row of a table\n" * 30 + "KeyError: 'KWD'"
    (step,) = texts(RunEntry(1, thought="run it", tool_output=output))
    assert step.within(500).startswith("run it !! KeyError: 'KWD' .. row of a table row")
    assert step.within(500).endswith("row of a table KeyError: 'KWD'")
    (step,) = texts(RunEntry(1, thought="run it", tool_output="KeyError: 'KWD'\nmore"))
    assert step.within(500) == "run it !! KeyError: 'KWD' more"
    (step,) = texts(RunEntry(1, tool_output="exit_code: 1\n" + output))
    assert step.within(500).startswith("!! KeyError: 'KWD' .. exit_code: 1 row")


def test_the_long_answer_to_a_step_that_went_well_loses_its_middle():
    (step,) = texts(RunEntry(1, thought="look", tool_output=" ".join(f"row{n}" for n in range(400))))
    assert step.within(5000).startswith("look -> row0 row1 ")
    assert step.within(5000).endswith(" row399")
    assert estimate(step.within(5000)) < 110
    (alone,) = texts(RunEntry(1, tool_output=" ".join(f"row{n}" for n in range(400))))
    assert "row200" in alone.within(5000)


def test_an_answer_is_left_out_where_only_own_words_have_room():
    (step,) = texts(RunEntry(1, thought="I look at the currency table of the ledger", tool_output="row " * 99))
    assert step.within(12).startswith("I look at the currency")
    assert "row" not in step.within(8)
    assert "-> row row" in step.within(40)


def test_words_that_many_steps_begin_with_are_left_out_after_the_first():
    said = [f"{REPORT}the answer {n} of question {n} was found by hand{n}, and that is new{n} " * 3 for n in range(5)]
    steps = texts(*(told(n, text) for n, text in enumerate(said, 1)))
    assert steps[0].within(16).startswith("The ledger was updated")
    assert steps[1].within(16).startswith("1 of question 1 was found")
    assert steps[1].within(26).startswith("The ledger .. 1 of question 1")
    assert [step.templated for step in steps] == [False, True, True, True, True]


def test_words_that_many_steps_have_in_their_middle_are_left_out_after_the_first():
    steps = texts(*(told(n, f"I went to page{n} of book{n} {SHOWN} text{n} and more{n} " * 2) for n in range(1, 5)))
    assert steps[1].within(20).startswith("I went to page2 of book2 .. text2 and more2")
    assert not steps[1].templated


def test_a_step_of_nothing_but_common_words_keeps_them():
    steps = texts(*(told(n, f"{SHOWN} {n}") for n in range(1, 6)))
    assert steps[3].within(9).startswith("a screen shot")


def test_a_step_that_was_there_before_is_a_reference():
    call = RunEntry(
        1, "ACTION", "shell", "", "again", "python -m pytest tests/test_ledger.py -x", "exit_code: 1\n" + "row " * 30
    )
    again = [RunEntry(n, call.type, call.tool, "", call.thought, call.tool_input, call.tool_output) for n in (2, 3)]
    other = RunEntry(4, call.type, call.tool, "", call.thought, call.tool_input, "exit_code: 0")
    another = RunEntry(5, call.type, call.tool, "", "in another way", "make", call.tool_output)
    first, second, third, fourth, fifth = texts(call, *again, other, another)
    assert "python -m pytest" in first.within(100)
    assert second.within(100) == second.within(3) == third.within(100) == "as #1"
    assert (second.echo, third.echo, fourth.echo, fifth.echo) == (1, 1, 0, 0)
    assert fourth.within(100) == "as #1 -> exit_code: 0"
    assert fourth.within(4) == "as #1"
    failed = RunEntry(2, call.type, call.tool, "", call.thought, call.tool_input, "exit_code: 3\n" + "row " * 9)
    assert texts(call, failed)[1].within(4) == "as #1"
    assert fifth.within(100) == "in another way > make !! as #1"


def test_a_short_step_that_was_there_before_is_said_again():
    steps = texts(told(1, "next"), told(2, "next"), RunEntry(3), RunEntry(4))
    assert steps[1].within(9) == "next"
    assert [step.echo for step in steps] == [0, 1, 0, 0]


def test_a_huge_step_keeps_its_beginning_and_its_end():
    (step,) = texts(RunEntry(1, observation="first " + "x " * 5_000_000 + "last"))
    assert step.within(500).startswith("first x x")
    assert step.within(500).endswith("x last")
    (step,) = texts(RunEntry(1, observation="first\n" + "row\n" * 500_000 + "last"))
    assert step.within(500).endswith("row last")
    assert step.need(2000) == 2000
