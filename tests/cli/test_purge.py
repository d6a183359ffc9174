"""`sandscope purge`, on a state as servers leave it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import anyio
import pytest

from mcp_server.budget.groups import Charge
from mcp_server.budget.ledger import GroupState
from mcp_server.budget.window import Heard
from mcp_server.server.build import Sandscope, build
from mcp_server.settings import Settings

Run = Callable[..., tuple[int, str, str]]

ME = "https://a me"
TEXT = b"a line of a log that nobody should find any more\n"


def server(directory: Path) -> Sandscope:
    return build(Settings.from_env({"SANDSCOPE_STATE_DIR": str(directory)}))


async def leave_something(directory: Path) -> None:
    """What a server leaves: a cached log, and a lesson from a 429."""
    sandscope = server(directory)
    await sandscope.state.blobs.put("log", TEXT * 10, 3600)
    async with sandscope.budget.lease(ME, Charge(("codegen.logs",))) as lease:
        await lease.refused(0, Heard())
    await sandscope.aclose()


async def found(directory: Path) -> tuple[bytes | None, GroupState]:
    sandscope = server(directory)
    kept = await sandscope.state.blobs.get("log")
    states = await sandscope.budget.states(ME, ("codegen.logs",))
    await sandscope.aclose()
    return kept, states["codegen.logs"]


@pytest.mark.parametrize("cache", ["disk", "memory"])
def test_logs_and_lessons_are_deleted_and_requests_stay_counted(sandscope: Run, tmp_path: Path, cache: str) -> None:
    anyio.run(leave_something, tmp_path)
    kept, state = anyio.run(found, tmp_path)
    assert (kept, state.level) == (TEXT * 10, 1)
    environ = {"SANDSCOPE_STATE_DIR": str(tmp_path), "SANDSCOPE_CACHE": cache}
    status, out, err = sandscope("purge", environ=environ)
    assert (status, err) == (0, "")
    assert out.startswith("Deleted: captured logs, pages of runs, learned limits.")
    kept, state = anyio.run(found, tmp_path)
    assert (kept, state.level, state.used_elsewhere) == (None, 0, 1)
    assert TEXT not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_state_that_cannot_be_used_is_said_with_its_variable(sandscope: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    environ: Mapping[str, str] = {"SANDSCOPE_STATE_DIR": str(tmp_path / "file")}
    status, out, err = sandscope("purge", environ=environ)
    assert (status, out) == (1, "")
    assert err.startswith("sandscope: SANDSCOPE_STATE_DIR: it ")
    assert err.endswith("Nothing was deleted.\n")
    assert (tmp_path / "file").read_text() == "mine"
