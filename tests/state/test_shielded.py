import anyio
import anyio.lowlevel
import pytest

from mcp_server.state.shielded import shielded

pytestmark = pytest.mark.anyio


async def test_it_gives_the_result() -> None:
    async def work() -> int:
        return 7

    assert await shielded(work()) == 7


async def test_what_goes_wrong_is_raised() -> None:
    async def work() -> None:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await shielded(work())


async def test_cancellation_waits_for_the_end() -> None:
    let_go, steps = anyio.Event(), list[str]()

    async def work() -> None:
        await let_go.wait()
        steps.append("worked")

    async def caller() -> None:
        await shielded(work())
        await anyio.lowlevel.checkpoint()
        steps.append("never reached")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(caller)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
        let_go.set()
    assert steps == ["worked"]


async def test_what_is_cancelled_before_it_starts_is_done_all_the_same() -> None:
    steps = list[str]()

    async def work() -> None:
        await anyio.lowlevel.checkpoint()
        steps.append("worked")

    with anyio.CancelScope() as scope:
        scope.cancel()
        await shielded(work())
    assert steps == ["worked"]
