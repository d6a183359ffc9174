import time

import pytest

from mcp_server.state.clock import Clock

pytestmark = pytest.mark.anyio


async def test_by_default_it_is_the_machines_own() -> None:
    clock = Clock()
    before, wall = time.monotonic(), time.time()
    await clock.sleep(0)
    assert before <= clock.now() <= time.monotonic()
    assert wall - 1 <= clock.wall() <= time.time() + 1
    assert 1 <= clock.uniform(1, 2) <= 2
