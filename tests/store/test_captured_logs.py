"""More of a log costs no request, in whatever process, and for nobody else."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mcp_server.errors import ExpiredHandle
from mcp_server.logs.runs import CapturedRun
from mcp_server.state.blobs import MemoryBlobs
from mcp_server.state.clock import Clock
from mcp_server.state.sqlite_blobs import SqliteBlobs
from mcp_server.store.captured_logs import TTL_S, CapturedLogs, LogMemory
from mcp_server.store.stored_log import StoredLog
from tests.stage import FakeTime
from tests.store.crew import crew
from tests.store.logs import stored, stored_log, stored_run

pytestmark = pytest.mark.anyio

ME = "agentbox me"
YOU = "agentbox you"


async def kept(logs: CapturedLogs, *log_ids: str, accounts: Sequence[str] = (ME,)) -> list[str]:
    found: list[str] = []
    for log_id in log_ids:
        try:
            found.append((await logs.get(log_id, accounts)).header.log_id)
        except ExpiredHandle:
            continue
    return found


async def test_a_log_is_read_again_by_its_handle() -> None:
    logs = CapturedLogs(None)
    await logs.put(ME, stored("log_a", "one", "two"))
    assert (await logs.get("log_a", [ME])).log.lines == ("one", "two")


async def test_of_a_run_the_lines_are_those_of_its_log() -> None:
    logs = CapturedLogs(None)
    await logs.put(ME, stored_run())
    found = await logs.get("log_run", [ME])
    assert isinstance(found.content, CapturedRun)
    assert found.log is found.content.log
    assert found.log.lines[0] == "#1 ACTION shell"


async def test_an_unknown_handle_says_which_tools_give_a_new_one() -> None:
    with pytest.raises(ExpiredHandle) as error:
        await CapturedLogs(MemoryBlobs(Clock())).get("log_a", [ME])
    assert str(error.value) == (
        "log_id is unknown to this server or no longer kept. Call get_sandbox_logs, get_diagnostics or "
        "get_run_logs again: the answer names a new one."
    )


async def test_over_the_cap_the_log_that_was_not_used_longest_goes_first() -> None:
    logs = CapturedLogs(None, LogMemory(max_bytes=700))
    await logs.put(ME, stored("log_a", "x" * 100))
    await logs.put(ME, stored("log_b", "x" * 100))
    await logs.get("log_a", [ME])
    await logs.put(ME, stored("log_c", "x" * 100))
    assert await kept(logs, "log_a", "log_b", "log_c") == ["log_a", "log_c"]


async def test_many_short_lines_count_for_more_than_their_characters() -> None:
    logs = CapturedLogs(None, LogMemory(max_bytes=700))
    await logs.put(ME, stored("log_a", *[""] * 4))
    await logs.put(ME, stored("log_b", *[""] * 4))
    assert await kept(logs, "log_a", "log_b") == ["log_b"]


async def test_a_log_larger_than_the_cap_is_kept_alone() -> None:
    logs = CapturedLogs(None, LogMemory(max_bytes=700))
    await logs.put(ME, stored("log_a", "x"))
    await logs.put(ME, stored("log_big", "x" * 1000))
    assert await kept(logs, "log_a", "log_big") == ["log_big"]


async def test_a_log_put_twice_counts_once() -> None:
    logs = CapturedLogs(None, LogMemory(max_bytes=700))
    for _ in range(10):
        await logs.put(ME, stored("log_a", "x" * 100))
    await logs.put(ME, stored("log_b", "x" * 100))
    assert await kept(logs, "log_a", "log_b") == ["log_a", "log_b"]


async def test_what_is_kept_is_not_shown() -> None:
    logs = CapturedLogs(None)
    await logs.put(ME, stored("log_a", "private words"))
    assert "private" not in repr(logs)


async def test_what_went_from_memory_is_still_where_processes_share_it() -> None:
    logs = CapturedLogs(MemoryBlobs(Clock()), LogMemory(max_bytes=700))
    for log_id in ("log_a", "log_b", "log_c", "log_d"):
        await logs.put(ME, stored(log_id, "x" * 100))
    assert await kept(logs, "log_a", "log_b", "log_c", "log_d") == ["log_a", "log_b", "log_c", "log_d"]


async def test_what_was_found_where_processes_share_it_is_in_memory_afterwards() -> None:
    blobs = MemoryBlobs(Clock())
    await CapturedLogs(blobs).put(ME, stored("log_a", "one"))
    logs = CapturedLogs(blobs)
    await logs.get("log_a", [ME])
    await blobs.clear()
    assert await kept(logs, "log_a") == ["log_a"]


@pytest.mark.parametrize("log", [stored_log(), stored_run()], ids=["log", "run"])
async def test_a_log_is_read_again_whole_by_whoever_shares_the_blobs(log: StoredLog) -> None:
    blobs = MemoryBlobs(Clock())
    await CapturedLogs(blobs).put(ME, log)
    assert await CapturedLogs(blobs).get(log.header.log_id, [ME]) == log


async def test_without_shared_blobs_another_does_not_find_it() -> None:
    await CapturedLogs(None).put(ME, stored("log_a", "one"))
    assert await kept(CapturedLogs(None), "log_a") == []


async def test_a_day_later_it_is_not_found_any_more() -> None:
    time = FakeTime()
    blobs = MemoryBlobs(time.clock)
    await CapturedLogs(blobs).put(ME, stored("log_a", "one"))
    time.seconds += TTL_S - 1
    assert await kept(CapturedLogs(blobs), "log_a") == ["log_a"]
    time.seconds += 1
    assert await kept(CapturedLogs(blobs), "log_a") == []


async def test_another_account_finds_it_neither_in_memory_nor_where_processes_share_it() -> None:
    blobs = MemoryBlobs(Clock())
    logs = CapturedLogs(blobs)
    await logs.put(ME, stored("log_a", "one"))
    for where in (logs, CapturedLogs(blobs)):
        assert await kept(where, "log_a", accounts=[YOU]) == []
        assert await kept(where, "log_a", accounts=[]) == []


async def test_whoever_has_several_keys_finds_the_log_of_each() -> None:
    logs = CapturedLogs(MemoryBlobs(Clock()))
    await logs.put(ME, stored("log_a", "one"))
    await logs.put(YOU, stored("log_b", "two"))
    assert await kept(logs, "log_a", "log_b", accounts=[YOU, ME]) == ["log_a", "log_b"]


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\xff\xfe", b'{"layout": 0}\x1e\x1e\x1e', b'{"layout": 1}'])
async def test_what_is_damaged_or_of_another_layout_is_unknown(damage: bytes) -> None:
    blobs = MemoryBlobs(Clock())
    await CapturedLogs(blobs).put(ME, stored("log_a", "one"))
    (name,) = blobs._kept  # pyright: ignore[reportPrivateUsage]  nothing else tells under which name it is kept
    await blobs.put(name, damage, 60)
    assert await kept(CapturedLogs(blobs), "log_a") == []


async def test_where_nothing_can_be_shared_it_is_in_memory_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    logs = CapturedLogs(SqliteBlobs(lambda: tmp_path / "file" / "state", Clock()))
    await logs.put(ME, stored("log_a", "one"))
    assert await kept(logs, "log_a", "log_b") == ["log_a"]


async def test_of_two_accounts_neither_finds_the_others_log_on_disk(tmp_path: Path) -> None:
    blobs = SqliteBlobs(lambda: tmp_path / "state", Clock())
    await CapturedLogs(blobs).put(ME, stored_run())
    assert await kept(CapturedLogs(blobs), "log_run", accounts=[YOU]) == []
    assert await kept(CapturedLogs(blobs), "log_run", accounts=[ME]) == ["log_run"]
    await blobs.aclose()


@pytest.mark.slow
async def test_another_process_reads_the_log_and_the_entries_of_a_run(tmp_path: Path) -> None:
    blobs = SqliteBlobs(lambda: tmp_path / "state", Clock())
    logs = CapturedLogs(blobs)
    await logs.put(ME, stored_log())
    await logs.put(ME, stored_run())
    async with crew(tmp_path, 1) as (hand,):
        log = await hand.ask("log", log_id="log_full", account=ME)
        run = await hand.ask("log", log_id="log_run", account=ME)
    await blobs.aclose()
    assert (tuple(log["lines"]), log["title"], log["tools"]) == (stored_log().log.lines, "A sandbox — ünï", [])
    assert (tuple(run["lines"]), run["tools"]) == (stored_run().log.lines, ["shell", ""])
