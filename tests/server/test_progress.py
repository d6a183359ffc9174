"""Progress is sent to whoever asked for it, and to nobody else."""

import pytest
from mcp import Client
from mcp_types import ProgressNotification

from mcp_server.demo import ids
from tests.stage import Stage

pytestmark = pytest.mark.anyio

WAITING = [
    ("get_run", {"run_id": ids.RUN_RUNNING, "wait_seconds": 30}),
    ("analyze_logs", {"sandbox_id": 201, "wait_seconds": 30}),
    ("generate_setup_commands", {"repo_id": 301, "wait_seconds": 30}),
    ("create_run", {"prompt": "x", "repo_id": 301, "wait_seconds": 30}),
]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize(("tool", "arguments"), WAITING)
@pytest.mark.parametrize("asked", [False, True])
async def test_progress_is_sent_only_if_it_was_asked_for(
    stage: Stage, mode: str, tool: str, arguments: dict[str, object], *, asked: bool
) -> None:
    sent: list[object] = []
    told: list[float] = []

    async def hear(message: object) -> None:
        sent.append(message)

    async def note(progress: float, total: float | None, message: str | None) -> None:
        assert total == 30
        assert message is not None
        assert message.startswith("run ")
        told.append(progress)

    async with Client(stage.sandscope.server, mode=mode, message_handler=hear) as client:
        result = await client.call_tool(tool, arguments, progress_callback=note if asked else None)
        assert not result.is_error
    assert bool(told) == asked
    assert told == sorted(told)
    # Over streams a client hears of each besides; nothing else is sent to it.
    assert all(isinstance(message, ProgressNotification) for message in sent)
    assert len(sent) == (len(told) if mode == "legacy" else 0)
