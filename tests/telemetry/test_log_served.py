"""What a server really writes to stderr at its most talkative, over each transport."""

import re
import signal

import pytest
from mcp import Client
from mcp.client.sse import sse_client

from mcp_server.demo.world import world
from tests.server.processes import started
from tests.telemetry.test_export import SOON_S, calls, rest

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.slow,
    # What is tested is a process of its own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
]

CANARY = "canary-0123456789abcdefghij"
CALL = re.compile(r'request=(\S+) msg="tool call" tool=(\w+) outcome=(\w+) ms=\d+ upstream=(\d+)$')


async def test_over_stdio_a_call_and_its_request_are_a_line_each() -> None:
    async with started("serve", "--demo", "--log-level", "debug") as server:
        await calls(server)
        server.process.send_signal(signal.SIGTERM)
        await server.ends(SOON_S)
        out, err = await rest(server)

    request, call = err.splitlines()
    assert " request=2 msg=request method=GET group=codegen.reads status=200 ms=" in request
    told = CALL.search(call)
    assert told
    assert told.groups() == ("2", "get_run", "ok", "1")
    assert out == ""


@pytest.mark.parametrize("transport", ["http", "sse"])
async def test_over_http_a_line_names_its_request_and_tells_no_argument_key_or_log(transport: str) -> None:
    lines: list[str] = []
    async with started("serve", "--demo", "--log-level", "debug", "--transport", transport, "--port", "0") as server:
        url = (await server.line("stderr")).split()[4]
        client = Client(url) if transport == "http" else Client(sse_client(url), mode="legacy")
        async with client as connected:
            for tool, arguments in (
                ("get_run_logs", {"run_id": 101}),
                ("get_run", {"run_id": 101, CANARY: CANARY}),
                ("create_run", {"prompt": CANARY, "wait_seconds": 0}),
            ):
                result = await connected.call_tool(tool, arguments)
                lines += str(result.content).split("\\n")
        server.process.send_signal(signal.SIGTERM)
        await server.ends(SOON_S)
        _, err = await rest(server)

    written = err.splitlines()
    assert all(line.startswith("time=") for line in written), err
    called = [told.groups() for told in map(CALL.search, written) if told]
    assert [(tool, outcome) for _, tool, outcome, _ in called] == [
        ("get_run_logs", "ok"),
        ("get_run", "invalid_argument"),
        ("create_run", "ok"),
    ]
    assert all(re.fullmatch(r"[0-9a-f]{8}/\d+", named) for named, *_ in called)
    assert CANARY not in err
    assert [secret for secret in world().secrets if secret in err] == []
    assert len(lines) > 10
    assert [line for line in lines if len(line) > 20 and line in err] == []
    assert "demo.invalid" not in err
