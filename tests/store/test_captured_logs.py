import pytest

from mcp_server.errors import ExpiredHandle
from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.header import Header
from mcp_server.logs.runs import CapturedRun
from mcp_server.store.captured_logs import CapturedLogs, StoredLog


def stored(log_id: str, *lines: str, run: bool = False) -> StoredLog:
    log = CapturedLog(lines, ("",) * len(lines), ("",) * len(lines), raw_bytes=0)
    return StoredLog("agentbox", "sb-1", Header("A sandbox", log_id), CapturedRun(log, ()) if run else log)


def kept(logs: CapturedLogs, *log_ids: str) -> list[str]:
    found: list[str] = []
    for log_id in log_ids:
        try:
            found.append(logs.get(log_id).header.log_id)
        except ExpiredHandle:
            continue
    return found


def test_a_log_is_read_again_by_its_handle() -> None:
    logs = CapturedLogs()
    logs.put(stored("log_a", "one", "two"))
    assert logs.get("log_a").log.lines == ("one", "two")


def test_of_a_run_the_lines_are_those_of_its_log() -> None:
    logs = CapturedLogs()
    logs.put(stored("log_run", "#1 ACTION", run=True))
    found = logs.get("log_run")
    assert isinstance(found.content, CapturedRun)
    assert found.log.lines == ("#1 ACTION",)


def test_an_unknown_handle_says_which_tools_give_a_new_one() -> None:
    with pytest.raises(ExpiredHandle) as error:
        CapturedLogs().get("log_a")
    assert str(error.value) == (
        "log_id is unknown to this server or no longer kept. Ask again with get_sandbox_logs, get_diagnostics or "
        "get_run_logs, whose answer names a new one."
    )


def test_over_the_cap_the_log_that_was_not_used_longest_goes_first() -> None:
    logs = CapturedLogs(max_bytes=400)
    logs.put(stored("log_a", "x" * 100))
    logs.put(stored("log_b", "x" * 100))
    logs.get("log_a")
    logs.put(stored("log_c", "x" * 100))
    assert kept(logs, "log_a", "log_b", "log_c") == ["log_a", "log_c"]


def test_many_short_lines_count_for_more_than_their_characters() -> None:
    logs = CapturedLogs(max_bytes=400)
    logs.put(stored("log_a", *[""] * 4))
    logs.put(stored("log_b", *[""] * 4))
    assert kept(logs, "log_a", "log_b") == ["log_b"]


def test_a_log_larger_than_the_cap_is_kept_alone() -> None:
    logs = CapturedLogs(max_bytes=400)
    logs.put(stored("log_a", "x"))
    logs.put(stored("log_big", "x" * 1000))
    assert kept(logs, "log_a", "log_big") == ["log_big"]


def test_a_log_put_twice_counts_once() -> None:
    logs = CapturedLogs(max_bytes=400)
    for _ in range(10):
        logs.put(stored("log_a", "x" * 100))
    logs.put(stored("log_b", "x" * 100))
    assert kept(logs, "log_a", "log_b") == ["log_a", "log_b"]


def test_what_is_kept_is_not_shown() -> None:
    logs = CapturedLogs()
    logs.put(stored("log_a", "private words"))
    assert "private" not in repr(logs)
