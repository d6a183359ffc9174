"""What was paid for is not paid for twice, and not lost."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
import pytest

from mcp_server.errors import UpstreamError, UpstreamTimeout
from mcp_server.state.cells import MemoryCells
from mcp_server.state.clock import Clock
from mcp_server.store import begun
from mcp_server.store.begun import START_S, Begun
from tests.stage import EPOCH_S, FakeTime

pytestmark = pytest.mark.anyio

TTL_S = 600.0


@dataclass
class Runs:
    """Starts runs 1, 2 and so on.

    Attributes:
        failures: Raised by the first starts.
        gone: Runs that serve no more.
        go_on: What each start waits for.
        sent: How many were started.
        under_way: Set when one is being started.
    """

    failures: list[Exception] = field(default_factory=list[Exception])
    gone: set[int] = field(default_factory=set[int])
    go_on: anyio.Event | None = None
    sent: int = 0
    under_way: anyio.Event = field(default_factory=anyio.Event)

    async def send(self) -> int:
        self.sent += 1
        mine = self.sent
        self.under_way.set()
        if self.go_on is not None:
            await self.go_on.wait()
        await anyio.lowlevel.checkpoint()
        if self.failures:
            raise self.failures.pop(0)
        return mine

    async def usable(self, run_id: int) -> bool:
        await anyio.lowlevel.checkpoint()
        return run_id not in self.gone

    async def once(self, of: Begun, key: str = "key") -> tuple[int, bool]:
        return await of.once(key, self.send, self.usable)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def process(time: FakeTime) -> Callable[[], Begun]:
    """Opens what each process opens, over the same cells."""
    cells = MemoryCells(time.clock)
    return lambda: Begun(cells, time.clock, TTL_S)


Open = Callable[[], Begun]


async def test_what_was_started_is_not_started_again_by_whatever_process(process: Open) -> None:
    runs = Runs()
    here = process()
    assert [await runs.once(of) for of in (here, here, process())] == [(1, False), (1, True), (1, True)]
    assert runs.sent == 1


async def test_something_else_is_started_by_itself(process: Open) -> None:
    runs = Runs()
    of = process()
    assert [await runs.once(of, key) for key in ("a", "b", "a")] == [(1, False), (2, False), (1, True)]
    assert not of._locks  # pyright: ignore[reportPrivateUsage]  or every key would take memory for ever


async def test_several_callers_at_once_start_it_once(process: Open) -> None:
    runs = Runs()
    of = process()
    got: list[tuple[int, bool]] = []

    async def call() -> None:
        got.append(await runs.once(of))

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(call)
    assert got == [(1, False), *[(1, True)] * 4]
    assert runs.sent == 1


async def test_a_caller_that_leaves_while_it_is_being_started_does_not_lose_it(process: Open) -> None:
    runs = Runs(go_on=anyio.Event())
    of = process()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(runs.once, of)
        await runs.under_way.wait()
        tasks.cancel_scope.cancel()
        assert runs.go_on
        runs.go_on.set()
    assert await runs.once(of) == (1, True)


async def test_a_caller_that_leaves_while_others_start_it_takes_nobody_along(process: Open) -> None:
    runs = Runs(go_on=anyio.Event())
    of = process()
    got: list[tuple[int, bool]] = []

    async def call(scope: anyio.CancelScope) -> None:
        with scope:
            got.append(await runs.once(of))

    scopes = [anyio.CancelScope() for _ in range(3)]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call, scopes[0])
        await runs.under_way.wait()
        for scope in scopes[1:]:
            tasks.start_soon(call, scope)
        await anyio.wait_all_tasks_blocked()
        scopes[1].cancel()
        assert runs.go_on
        runs.go_on.set()
    assert got == [(1, False), (1, True)]


async def test_a_start_that_fails_frees_the_place_and_the_next_one_starts(process: Open) -> None:
    runs = Runs([UpstreamError("away")])
    with pytest.raises(UpstreamError, match="away"):
        await runs.once(process())
    assert await runs.once(process()) == (2, False)


async def test_of_several_callers_the_next_starts_what_the_first_could_not(process: Open) -> None:
    runs = Runs([UpstreamError("away")])
    of = process()
    got: list[object] = []

    async def call() -> None:
        try:
            got.append(await runs.once(of))
        except UpstreamError as exc:
            got.append(str(exc))

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(call)
    assert got == ["away", (2, False), (2, True)]


async def test_a_run_that_serves_no_more_is_started_anew_once(process: Open) -> None:
    runs = Runs()
    await runs.once(process())
    runs.gone.add(1)
    assert [await runs.once(process()) for _ in range(2)] == [(2, False), (2, True)]


async def test_it_is_remembered_for_its_time_and_no_longer(process: Open, time: FakeTime) -> None:
    runs = Runs()
    await runs.once(process())
    time.seconds += TTL_S - 1
    assert await runs.once(process()) == (1, True)
    time.seconds += 1
    assert await runs.once(process()) == (2, False)


@pytest.mark.parametrize(("later_s", "known"), [(TTL_S - 1, True), (TTL_S + 1, False), (-3600.0, False)])
async def test_after_the_machine_started_anew_the_wall_clock_tells_how_long_ago_it_was(
    later_s: float, *, known: bool
) -> None:
    monotonic, wall = 5000.0, EPOCH_S
    clock = Clock(lambda: monotonic, anyio.sleep, lambda: wall)
    cells = MemoryCells(clock)
    runs = Runs()
    await runs.once(Begun(cells, clock, TTL_S))
    monotonic, wall, cells.epoch = 30.0, EPOCH_S + later_s, b"another "
    assert (await runs.once(Begun(cells, clock, TTL_S)))[1] == known


async def test_while_another_process_starts_it_the_others_wait_and_get_it() -> None:
    runs = Runs(go_on=anyio.Event())
    looked = 0

    async def sleep(_: float) -> None:
        nonlocal looked
        looked += 1
        assert runs.go_on
        if looked == 3:
            runs.go_on.set()
        await anyio.lowlevel.checkpoint()

    cells = MemoryCells(Clock())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(runs.once, Begun(cells, Clock(), TTL_S))
        await runs.under_way.wait()
        assert await runs.once(Begun(cells, Clock(sleep=sleep), TTL_S)) == (1, True)
    assert looked >= 3
    assert runs.sent == 1


async def test_of_a_start_whose_end_nobody_tells_one_is_told_that_it_may_have_been_and_the_next_one_starts(
    process: Open, time: FakeTime
) -> None:
    stuck, runs = Runs(go_on=anyio.Event()), Runs()
    began = time.seconds
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stuck.once, process())
        await stuck.under_way.wait()
        with pytest.raises(UpstreamTimeout, match=r"may have started\. Check list_runs") as error:
            await runs.once(process())
        assert error.value.retryable is False
        assert START_S <= time.seconds - began < START_S + 1
        assert runs.sent == 0
        assert await runs.once(process()) == (1, False)
        assert stuck.go_on
        stuck.go_on.set()


@pytest.mark.parametrize("failures", [[], [UpstreamError("away")]], ids=["started", "failed"])
async def test_one_that_comes_back_too_late_does_not_take_the_place_of_another(
    failures: list[Exception], time: FakeTime
) -> None:
    late, runs = Runs(list(failures), go_on=anyio.Event()), Runs(go_on=anyio.Event())
    cells = MemoryCells(time.clock)
    come_back = anyio.Event()

    async def come_back_late() -> None:
        with contextlib.suppress(UpstreamError):
            await late.once(Begun(cells, time.clock, TTL_S))
        come_back.set()

    async def sleep(_: float) -> None:
        assert runs.go_on
        runs.go_on.set()
        await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(come_back_late)
        await late.under_way.wait()
        time.seconds += START_S
        with pytest.raises(UpstreamTimeout):
            await runs.once(Begun(cells, time.clock, TTL_S))
        tasks.start_soon(runs.once, Begun(cells, time.clock, TTL_S))
        await runs.under_way.wait()
        assert late.go_on
        late.go_on.set()
        await come_back.wait()
        # The third waits for the second, whose place it still is.
        assert await runs.once(Begun(cells, Clock(sleep=sleep), TTL_S)) == (1, True)
    assert runs.sent == 1


async def test_a_start_takes_50_s_at_most_and_the_next_one_starts(
    process: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert START_S == 50.0
    monkeypatch.setattr(begun, "START_S", 0.05)
    runs = Runs(go_on=anyio.Event())
    began = anyio.current_time()
    with pytest.raises(TimeoutError):
        await runs.once(process())
    assert anyio.current_time() - began < 3
    runs.go_on = None
    assert await runs.once(process()) == (2, False)
