"""Nobody who reads the files learns whose state it is."""

from pathlib import Path

import pytest

from mcp_server.settings import Settings
from mcp_server.state.clock import Clock
from mcp_server.state.state import open_state
from tests.state.contents import all_bytes
from tests.state.rules import KEEP_S, add_one

pytestmark = pytest.mark.anyio

ACCOUNT = "https://api.example.com 5d41402abc4b2a76b9719d911017c592"
NAMES = [f"window {ACCOUNT} codegen.logs", f"flight {ACCOUNT} /v1/organizations/7/run/42"]
PARTS = ["https", "example", "5d41402abc4b2a76", "window", "codegen", "flight", "organizations"]


async def test_no_account_and_no_name_is_found_in_any_file(tmp_path: Path) -> None:
    state = open_state(Settings(state_dir=tmp_path), Clock())
    for name in NAMES:
        await state.cells.change([name], add_one, KEEP_S)
        await state.blobs.put(name, b"text", KEEP_S)
        assert await state.blobs.get(name) == b"text"
    open_files = all_bytes(tmp_path)
    await state.aclose()
    for written in (open_files, all_bytes(tmp_path)):
        assert len(written) > 10_000
        assert [part for part in PARTS if part.encode() in written] == []
