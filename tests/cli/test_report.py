import json
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mcp_server.apps import run_timeline
from mcp_server.commands.report import FIRST_LINES, LAST_LINES, run_data, sandbox_data
from mcp_server.demo import ids
from mcp_server.demo.world import world
from mcp_server.logs.captured import Row, capture
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor
from mcp_server.logs.runs import RunEntry, capture_run
from mcp_server.store.stored_log import StoredLog

Run = Callable[..., tuple[int, str, str]]
Json = dict[str, Any]

PLAIN = Redactor([], key=lambda: b"k" * 32)


def island(page: str) -> Json:
    """The data in a page."""
    return json.loads(re.findall(r'id="data">(.*?)</script>', page, re.DOTALL)[0])


def of_run(*entries: RunEntry, **header: Any) -> Json:
    content = capture_run(entries, PLAIN)
    return run_data("answer", StoredLog("codegen", "1", Header("Run 1", "log_1", **header), content))


def test_a_run_is_a_page_for_its_owner_alone(sandscope: Run, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert sandscope("report", "run", str(ids.RUN_FAILED), "--demo", "--out", str(out)) == (0, "", "")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    data = island(out.read_text(encoding="utf-8"))
    assert (data["kind"], data["status"], len(data["steps"])) == ("run", "failed", 8)
    assert [step["n"] for step in data["steps"] if step.get("failed")] == [4, 7, 8]
    assert data["figures"]["error_rate"] == 0.375
    assert "conflicting dependencies" in data["answer"]
    assert data["texts"]["4"]["thought"] == "Now the service's own packages."
    assert "conflicting dependencies" in data["texts"]["4"]["output"]
    assert data["texts"]["4"]["observation"] == "status: error\nexit_code: 1"


def test_json_is_the_same_data_and_no_page(sandscope: Run) -> None:
    status, out, err = sandscope("report", "run", str(ids.RUN_FAILED), "--demo", "--org-id", "1", "--json")
    assert (status, err, json.loads(out)["title"]) == (0, "", "Codegen (demo) run 101")


def test_an_agentbox_sandbox_is_found_by_its_id(sandscope: Run) -> None:
    status, out, _ = sandscope("report", "sandbox", ids.AGENTBOX_MISSING_ENV, "--demo", "--out", "-")
    data = island(out)
    assert (status, data["kind"], data["status"]) == (0, "sandbox", "Failed")
    assert ["exit code", "1"] in data["facts"]
    assert {"n", "at", "type", "text"} == set(data["steps"][0])
    assert data["texts"]["1"] == {"line": data["steps"][0]["text"]}
    assert "secrets were replaced" in data["made"]


def test_an_opensandbox_sandbox_too_with_its_platform_or_without(sandscope: Run) -> None:
    for options in ([], ["--platform", "opensandbox"]):
        status, out, _ = sandscope("report", "sandbox", ids.OPENSANDBOX_OOM, "--demo", "--json", *options)
        assert (status, json.loads(out)["title"]) == (0, f"OpenSandbox (demo) sandbox {ids.OPENSANDBOX_OOM}")


def test_no_planted_secret_is_in_any_report(sandscope: Run) -> None:
    for run_id in (ids.RUN_COMPLETED, ids.RUN_MISSING_ENV, ids.RUN_PR_FAILED):
        _, out, _ = sandscope("report", "run", str(run_id), "--demo", "--json")
        assert [secret for secret in world().secrets if secret in out] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "101", "--demo"], "--out FILE says where"),
        (["run", "abc", "--demo", "--json"], "The id of a run is a number"),
        (["run", "999", "--demo", "--json"], "Agent run not found"),
        (["run", "101", "--json"], "CODEGEN_API_TOKEN"),
        (["sandbox", "x", "--json"], "Neither AgentBox nor OpenSandbox is configured"),
        (["sandbox", "nothing-of-that-name", "--demo", "--json"], "\n"),
        (["run", "101", "--demo", "--out", "/nowhere/at/all.html"], "cannot be written: No such file"),
    ],
)
def test_what_cannot_be_told_is_one_clear_error(sandscope: Run, arguments: list[str], said: str) -> None:
    status, out, err = sandscope("report", *arguments)
    assert (status, out) == (1, "")
    assert err.startswith("sandscope: ")
    assert said in err


def test_reading_is_told_in_the_log_where_there_is_no_terminal(sandscope: Run) -> None:
    status, out, err = sandscope("report", "run", "101", "--demo", "--json", "--log-level", "info")
    assert (status, "progress" in out) == (0, False)
    assert "Reading a run: asking get_run_logs" in err


def test_a_variable_with_a_wrong_name_is_told_first(sandscope: Run) -> None:
    status, _, err = sandscope("report", "run", "101", "--json", environ={"CODEGEN_TOKEN": "very-secret"})
    assert status == 1
    assert err.startswith("sandscope: CODEGEN_TOKEN is not read; did you mean CODEGEN_API_TOKEN?\nsandscope: ")
    assert "very-secret" not in err


def test_an_earlier_report_is_replaced_and_any_other_file_is_left(sandscope: Run, tmp_path: Path) -> None:
    mine, earlier = tmp_path / "mine.html", tmp_path / "report.html"
    mine.write_text("<!doctype html>\nmine", encoding="utf-8")
    earlier.write_text(run_timeline({"title": "old"}), encoding="utf-8")
    status, _, err = sandscope("report", "run", "101", "--demo", "--out", str(mine))
    assert (status, mine.read_text(encoding="utf-8")) == (1, "<!doctype html>\nmine")
    assert "is no report of sandscope" in err
    assert sandscope("report", "run", "101", "--demo", "--out", str(earlier))[0] == 0
    assert island(earlier.read_text(encoding="utf-8"))["title"] == "Codegen (demo) run 101"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.html", "report.html"]


def test_an_id_that_both_platforms_know_wants_the_platform(sandscope: Run, one_id_twice: dict[str, str]) -> None:
    asked = ("report", "sandbox", ids.AGENTBOX_MISSING_ENV, "--json")
    status, _, err = sandscope(*asked, environ=one_id_twice)
    assert (status, err) == (1, "sandscope: agentbox and opensandbox both know that id: say which with --platform.\n")
    _, out, _ = sandscope(*asked, "--platform", "opensandbox")
    assert json.loads(out)["title"].startswith("OpenSandbox sandbox ")


def test_texts_of_a_run_are_cut_in_the_middle_and_it_is_said() -> None:
    data = of_run(RunEntry(1, "ACTION", "shell", tool_input="x", tool_output="begin " + "y" * 30_000 + " end"))
    output = data["texts"]["1"]["output"]
    assert output.startswith("begin ")
    assert "[cut: 10,010 characters]" in output
    assert output.endswith(" end")
    assert data["notices"] == [
        "Whether this is the whole log is unknown.",
        "The texts of 1 steps are cut at 20,000 characters each.",
    ]


def test_texts_that_name_others_stay_in_their_place() -> None:
    data = of_run(
        RunEntry(1, thought="a\nb: c", tool_output="output: 1\nthought: 2"), complete="yes", warnings=("half",)
    )
    assert data["texts"]["1"] == {"thought": "a\nb: c", "output": "output: 1\nthought: 2"}
    assert (data["status"], data["notices"]) == ("unknown", ["half"])


def test_of_a_long_log_beginning_and_end_are_kept_and_the_rest_is_counted() -> None:
    total = FIRST_LINES + LAST_LINES + 7
    log = capture([Row(f"{n} {'z' * 600}") for n in range(1, total + 1)], PLAIN)
    data = sandbox_data("answer", StoredLog("agentbox", "sb", Header("Sandbox", "log_1", complete="no"), log))
    numbers = [step["n"] for step in data["steps"]]
    assert (len(numbers), numbers[FIRST_LINES - 1 : FIRST_LINES + 1]) == (10_000, [2000, 2008])
    assert "[cut: " in data["steps"][0]["text"]
    assert data["notices"] == [
        "Not the whole log was read.",
        "7 of 10,007 lines in the middle are left out of this page.",
    ]
