"""Faults as a host meets them: the server is a process, and what it writes to stderr and keeps on disk is searched too."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults.canaries import echo, files_of, leaks, rows_of
from tests.faults.stage import READ_TOOLS
from tests.faults.upstream import Act, Upstream, answer, environ_of, sends, stalls
from tests.server.processes import Started, started

# The SDK serves stdio on asyncio.
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    pytest.mark.bound(60),
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
]

FAULTS: dict[str, tuple[Act, str]] = {
    "an answer that breaks off": (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), "upstream_unavailable"),
    "an answer that stalls": (stalls, "timeout"),
    "no JSON": (sends(answer(echo().encode())), "bad_response"),
    "a refusal that gives keys back": (
        sends(answer(echo().encode(), "403 Forbidden", X_Request_Id=echo())),
        "forbidden",
    ),
}


async def call(server: Started, number: int, name: str, **arguments: Any) -> dict[str, Any]:
    """The result of a call."""
    params = {"name": name, "arguments": arguments}
    await server.send({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})
    line = await server.line()
    assert not leaks(line)
    message = json.loads(line)
    assert message["id"] == number
    return message["result"]


@pytest.mark.parametrize(("act", "code"), FAULTS.values(), ids=FAULTS)
async def test_a_served_process_outlives_a_fault_and_keeps_and_says_no_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, act: Act, code: str
) -> None:
    upstream = Upstream()
    async with upstream.listening() as address:
        folder = tmp_path / "state"
        for name, value in {**environ_of(address), "SANDSCOPE_STATE_DIR": str(folder), "no_proxy": "*"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SANDSCOPE_TIMEOUT_S", "5")
        async with started("serve", "--log-level", "debug") as server:
            await server.initialize()
            for number, tool in enumerate(READ_TOOLS[: 1 if act is stalls else 3], start=10):
                upstream.act = act
                failed = await call(server, number, tool.name, **tool.arguments)
                assert failed["isError"]
                assert failed["_meta"]["sandscope/error"]["code"] == code
                upstream.behave()
                good = await call(server, number + 10, tool.name, **tool.arguments)
                assert tool.shows in good["content"][0]["text"]
            assert server.process.stdin is not None
            await server.process.stdin.aclose()
            assert await server.ends(20) == 0
            assert server.process.stderr is not None
            said = b"".join([piece async for piece in server.process.stderr]).decode()
        assert not leaks(said)
        assert not leaks(files_of(folder) + rows_of(folder))
