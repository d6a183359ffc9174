"""Other processes that use the same state: what they do, and how a test starts them.

As a program: `python -m tests.state.other_process ACTION ARGUMENT...`.
"""

import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream

from mcp_server.errors import StateUnavailable
from mcp_server.state import database
from mcp_server.state.cells import Cell, Moment
from mcp_server.state.clock import Clock
from mcp_server.state.file_lock import FileLock
from mcp_server.state.sqlite_cells import SqliteCells
from tests.state.locks import is_held, is_waited_for
from tests.state.rules import KEEP_S, add_one, look, when

ROOT = Path(__file__).parent.parent.parent


class Other:
    """A process under way."""

    def __init__(self, process: anyio.abc.Process) -> None:
        assert process.stdout is not None
        self.process = process
        self._stdout = BufferedByteReceiveStream(process.stdout)

    async def line(self) -> str:
        """The next line it says."""
        return (await self._stdout.receive_until(b"\n", 1 << 16)).decode()

    async def go_on(self) -> None:
        """Ends its stdin, which is what some actions wait for, and waits for its end."""
        assert self.process.stdin is not None
        await self.process.stdin.aclose()
        assert await self.process.wait() == 0

    async def kill(self) -> None:
        """Ends it as the kernel would."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def other(action: str, *arguments: object) -> AsyncGenerator[Other]:
    """A process that does something, and is killed if it is left running."""
    command = [sys.executable, "-m", "tests.state.other_process", action, *map(str, arguments)]
    async with await anyio.open_process(command, stderr=None, cwd=ROOT, env=os.environ) as process:
        try:
            yield Other(process)
        finally:
            if process.returncode is None:
                process.kill()


async def done(action: str, *arguments: object) -> list[str]:
    """The lines of a process that does something and ends well."""
    command = [sys.executable, "-m", "tests.state.other_process", action, *map(str, arguments)]
    ended = await anyio.run_process(command, stderr=None, cwd=ROOT, env=os.environ)
    return ended.stdout.decode().splitlines()


class Half(Sequence[Cell]):
    """New values of two cells, of which the second never comes."""

    def __iter__(self) -> Iterator[Cell]:
        yield b"half"
        say("half")
        signal.pause()

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: object) -> NoReturn:
        raise IndexError(index)


def say(text: object) -> None:
    print(text, flush=True)  # noqa: T201  it is a program


def cells_in(directory: str) -> SqliteCells:
    return SqliteCells(lambda: Path(directory), Clock())


async def add(cells: SqliteCells, times: int) -> int:
    """Counts in the cell `count`, and gives the count."""
    for _ in range(times):
        await cells.change(["count"], add_one, KEEP_S)
    return int((await cells.change(["count"], look, KEEP_S))[0] or b"0")


def in_a_child(work: Callable[[], object]) -> int:
    """Forks; the child ends when the work is done."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child


def status_of(child: int) -> int:
    """How a child ended; 0 is well."""
    return os.waitpid(child, 0)[1]


def count(directory: str, times: str) -> None:
    say(anyio.run(add, cells_in(directory), int(times)))


def open_and_close(directory: str, times: str) -> None:
    """Counts, and lets go of the file each time."""
    for _ in range(int(times)):
        cells = cells_in(directory)
        anyio.run(add, cells, 1)
        anyio.run(cells.aclose)


def stop_half_way(directory: str) -> None:
    """Writes one of the cells `a` and `b`, and waits to be killed."""

    def half(_: Moment, __: Sequence[Cell]) -> tuple[Sequence[Cell], None]:
        return Half(), None

    anyio.run(cells_in(directory).change, ("a", "b"), half, KEEP_S)


def epoch(directory: str) -> None:
    say(anyio.run(cells_in(directory).change, (), when, KEEP_S).epoch.hex())


def fork(directory: str) -> None:
    """Counts, forks, and counts in both processes at the same time."""
    cells = cells_in(directory)
    anyio.run(add, cells, 1)
    child = in_a_child(lambda: anyio.run(add, cells, 100))
    anyio.run(add, cells, 100)
    say(status_of(child))
    say(anyio.run(add, cells, 0))


def close_in_a_child(directory: str) -> None:
    """Forks a child that closes what the parent opened, and then counts."""
    cells = cells_in(directory)
    anyio.run(add, cells, 1)

    def close_and_count() -> None:
        anyio.run(cells.aclose)
        anyio.run(add, cells, 1)

    say(status_of(in_a_child(close_and_count)))
    say(anyio.run(add, cells, 1))


def fork_while_counting(directory: str) -> None:
    """Forks children that count while a thread of the parent does."""
    cells = cells_in(directory)
    # What the loop imports is imported before, for an import under way would hold a child up.
    anyio.run(add, cells, 1)
    thread = threading.Thread(target=anyio.run, args=(add, cells, 300))
    thread.start()
    say([status_of(in_a_child(lambda: anyio.run(add, cells, 1))) for _ in range(5)])
    thread.join()
    say(anyio.run(add, cells, 0))


def fork_during_a_change(directory: str) -> None:
    """Forks in the middle of a change that does not end; says why the child cannot count."""
    database.STUCK_S, database.FOREIGN_S = 1.0, 0.05
    cells = cells_in(directory)
    inside, let_go = threading.Event(), threading.Event()

    def wait_inside(_: Moment, held: Sequence[Cell]) -> tuple[Sequence[Cell], bool]:
        inside.set()
        return held, let_go.wait()

    def fail(work: Callable[[], object]) -> str:
        try:
            work()
        except StateUnavailable as exc:
            return str(exc)
        return "it did not fail"

    thread = threading.Thread(target=fail, args=(lambda: anyio.run(cells.change, ("a",), wait_inside, KEEP_S),))
    thread.start()
    inside.wait()
    child = in_a_child(lambda: say(fail(lambda: anyio.run(add, cells, 1))))
    let_go.set()
    thread.join()
    say(status_of(child))


def keep_open_in_a_child(directory: str) -> None:
    """Forks a child that has the file open while the parent closes it."""
    cells = cells_in(directory)
    anyio.run(add, cells, 1)
    counted, closed = os.pipe(), os.pipe()

    def count_before_and_after() -> None:
        anyio.run(add, cells, 1)
        os.write(counted[1], b".")
        os.read(closed[0], 1)
        anyio.run(add, cells, 1)

    child = in_a_child(count_before_and_after)
    os.read(counted[0], 1)
    anyio.run(cells.aclose)
    os.write(closed[1], b".")
    say(status_of(child))
    say(anyio.run(add, cells, 0))


def hold(path: str) -> None:
    """Holds a lock until stdin ends."""
    with FileLock(Path(path)).held():
        say("held")
        sys.stdin.read()


def fork_holding(path: str) -> None:
    """Forks while it holds a lock, which the child wants too; both say when they have it."""
    lock = FileLock(Path(path))

    def hold_too() -> None:
        with lock.held():
            say("the child")

    with lock.held():
        child = in_a_child(hold_too)
        while not is_waited_for(Path(path)) and os.waitpid(child, os.WNOHANG) == (0, 0):
            pass
        say("the parent")
    say(status_of(child))


def fork_closing(path: str) -> None:
    """Forks a child that closes a lock while the parent holds it."""
    lock = FileLock(Path(path))
    with lock.held():
        say(status_of(in_a_child(lock.close)))
        say(f"held: {is_held(Path(path))}")


def count_in_file(path: str, times: str) -> None:
    """Counts in a file as nobody should without a lock."""
    lock, file = FileLock(Path(f"{path}.lock")), Path(path)
    for _ in range(int(times)):
        with lock.held():
            file.write_text(str(int(file.read_text(encoding="ascii")) + 1), encoding="ascii")


ACTIONS: dict[str, Callable[..., None]] = {
    action.__name__: action
    for action in (
        close_in_a_child,
        count,
        count_in_file,
        epoch,
        fork,
        fork_closing,
        fork_during_a_change,
        fork_holding,
        fork_while_counting,
        hold,
        keep_open_in_a_child,
        open_and_close,
        stop_half_way,
    )
}

if __name__ == "__main__":
    ACTIONS[sys.argv[1]](*sys.argv[2:])
