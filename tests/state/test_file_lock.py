"""The lock between processes, with real ones."""

import fcntl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state.file_lock import FileLock
from tests.state.locks import WAITERS, is_held, is_waited_for
from tests.state.other_process import count_in_file, done, other

pytestmark = pytest.mark.anyio


@contextmanager
def somebody_waiting(lock: FileLock, path: Path) -> Generator[threading.Event]:
    """A thread that waits for the lock, and tells when it has it."""
    if not WAITERS.exists():
        pytest.skip("only Linux tells who waits for a lock")
    has_it, let_go = threading.Event(), threading.Event()

    def wait() -> None:
        with lock.held():
            has_it.set()
            let_go.wait()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        while not is_waited_for(path) and not has_it.is_set():
            assert thread.is_alive()
        yield has_it
    finally:
        let_go.set()
        thread.join()


def test_it_is_held_inside_and_free_outside(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    for _ in range(2):
        with lock.held():
            assert is_held(tmp_path / "lock")
        assert not is_held(tmp_path / "lock")
    lock.close()
    lock.close()


def test_it_is_free_again_whatever_is_raised_inside(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with pytest.raises(ArithmeticError), lock.held():
        raise ArithmeticError
    assert not is_held(tmp_path / "lock")


def test_its_file_is_for_its_owner_only(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock").held():
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


async def test_processes_exclude_each_other(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(done, "count_in_file", tmp_path / "count", 200)
        await anyio.to_thread.run_sync(count_in_file, str(tmp_path / "count"), "200")
    assert (tmp_path / "count").read_text() == "400"


async def test_whoever_is_killed_lets_go_at_once(tmp_path: Path) -> None:
    async with other("hold", tmp_path / "lock") as holder:
        await holder.line()
        assert is_held(tmp_path / "lock")
        with somebody_waiting(FileLock(tmp_path / "lock"), tmp_path / "lock") as has_it:
            assert not has_it.is_set()
            await holder.kill()
            await anyio.to_thread.run_sync(has_it.wait)


async def test_after_its_file_was_deleted_the_new_one_is_locked(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with lock.held():
        pass
    (tmp_path / "lock").unlink()
    async with other("hold", tmp_path / "lock") as holder:
        await holder.line()
        with somebody_waiting(lock, tmp_path / "lock") as has_it:
            assert not has_it.is_set()
            await holder.go_on()
            await anyio.to_thread.run_sync(has_it.wait)
            assert is_held(tmp_path / "lock")


@pytest.mark.parametrize("made_anew", [True, False])
def test_who_waits_for_a_file_that_is_deleted_meanwhile_gets_the_new_one(tmp_path: Path, *, made_anew: bool) -> None:
    path = tmp_path / "lock"
    path.touch()
    with path.open("r+b") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with somebody_waiting(FileLock(path), path) as has_it:
            path.unlink()
            if made_anew:
                path.touch()
            holder.close()
            has_it.wait()
            assert is_held(path)


def test_where_the_path_leads_nowhere_nobody_is_kept_out_of_the_old_file(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    directory.mkdir()
    lock = FileLock(directory / "lock")
    with lock.held():
        pass
    directory.rename(tmp_path / "away")
    directory.write_text("a file")
    with pytest.raises(StateUnavailable, match="lock cannot be opened: Not a directory"), lock.held():
        pass
    assert not is_held(tmp_path / "away" / "lock")


async def test_after_a_fork_the_child_has_a_lock_of_its_own(tmp_path: Path) -> None:
    assert await done("fork_holding", tmp_path / "lock") == ["the parent", "the child", "0"]


async def test_a_forked_child_that_closes_it_does_not_release_the_parents(tmp_path: Path) -> None:
    assert await done("fork_closing", tmp_path / "lock") == ["0", "held: True"]
