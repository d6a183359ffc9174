"""Over stdio: frames of 100 MB, a thousand calls at once, a client that does not read; all are answered, in bounded memory."""

import json
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from tests.server.processes import SERVE_DEMO, WAITING_CALL, Started, calling, started

pytestmark = [
    pytest.mark.anyio,
    # What is tested is a process of its own, whatever loop the test has.
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc"),
]

MB = 1024 * 1024
# A server that has taken nothing for so long has stopped.
SOON_S = 2.0
ENDS_S = 10.0
# Their answers have 100 MB together.
MOST = 3000


def memory(server: Started, what: str = "VmRSS") -> int:
    """Bytes in memory now, or with `VmHWM` at most so far."""
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


async def write(server: Started, data: bytes) -> None:
    assert server.process.stdin is not None
    await server.process.stdin.send(data)


@asynccontextmanager
async def opened() -> AsyncGenerator[Started]:
    """A server that has answered its first call, so that what is loaded with it is no growth."""
    async with started(*SERVE_DEMO) as server:
        await server.initialize()
        await server.send(calling("whoami", "first"))
        assert (await server.message())["id"] == "first"
        yield server
        # Not killed: what ran there is to be counted.
        await server.close()
        await server.ends(ENDS_S)


@pytest.mark.parametrize(
    ("head", "tail"),
    [(b'{"id": 7, "method": "ping", "params": {"text": "', b'"}}\n'), (b'{"params": {"text": "', b'"}, "id": 7}\n')],
    ids=["id first", "id last"],
)
async def test_a_frame_of_100_mb_is_refused_under_its_id_and_takes_no_memory(head: bytes, tail: bytes) -> None:
    async with opened() as server:
        before = memory(server)
        await write(server, head)
        for _ in range(100):
            await write(server, b"x" * MB)
        await write(server, tail)
        refused = await server.message()
        assert (refused["id"], refused["error"]["code"]) == (7, -32600)
        assert "over 4,194,304 bytes" in refused["error"]["message"]
        assert memory(server, "VmHWM") - before < 32 * MB
        await server.send(calling("whoami", 8))
        assert (await server.message())["result"]["content"]


async def test_a_frame_at_the_cap_is_a_call_and_its_objects_are_bounded() -> None:
    async with opened() as server:
        before = memory(server)
        # About the most objects that fit.
        lists = b"[[]" + b",[]" * 1_390_000 + b"]"
        await write(server, json.dumps(calling("whoami", 7, given="LISTS")).encode().replace(b'"LISTS"', lists) + b"\n")
        answer = await server.message()
        assert answer["id"] == 7
        assert answer["result"]["_meta"]["sandscope/error"]["code"] == "invalid_argument"
        assert memory(server, "VmHWM") - before < 128 * MB


@pytest.mark.parametrize("half", [b"\\ud800", b"\xed\xa0\x80"], ids=["escaped", "raw"])
async def test_half_a_character_anywhere_is_answered_under_its_id(half: bytes) -> None:
    async with opened() as server:
        for number, (method, params) in enumerate(
            [
                (b"tools/call", b'{"name": "whoami", "arguments": {"HALF": 1}}'),
                (b"tools/call", b'{"name": "read_log", "arguments": {"log_id": "HALF"}}'),
                (b"tools/call", b'{"name": "HALF", "arguments": {}}'),
                (b"resources/read", b'{"uri": "log://HALF"}'),
                (b"prompts/get", b'{"name": "audit_run", "arguments": {"run_id": "HALF"}}'),
                (b"HALF", b'{"HALF": "HALF"}'),
            ]
        ):
            frame = b'{"jsonrpc": "2.0", "id": %d, "method": "%s", "params": %s}\n' % (number, method, params)
            await write(server, frame.replace(b"HALF", half))
            assert (await server.message())["id"] == number
        await write(server, b'{"jsonrpc": "2.0", "id": "%s", "method": "ping"}\n' % half)
        assert (await server.message())["id"] in {"\ud800", "\ufffd" * 3}
        await server.send(calling("whoami", 8))
        assert (await server.message())["result"]["content"]


async def test_a_thousand_calls_at_once_are_all_answered_in_bounded_memory() -> None:
    async with opened() as server, anyio.create_task_group() as tasks:
        before = memory(server)
        tasks.start_soon(server.send, *(calling("whoami", number) for number in range(1000)))
        answers = [await server.message() for _ in range(1000)]
        assert sorted(answer["id"] for answer in answers) == list(range(1000))
        ends = Counter(answer["result"]["_meta"].get("sandscope/error", {}).get("code") for answer in answers)
        assert set(ends) <= {None, "server_busy"}
        assert ends[None] >= 64
        assert memory(server, "VmHWM") - before < 64 * MB


async def test_calls_that_wait_leave_room_for_cancelling_them() -> None:
    async with opened() as server:
        # Calls are taken in their order, so the last one meets all the others.
        await server.send(*({**WAITING_CALL, "id": number} for number in range(64)), calling("whoami", "one more"))
        answer = await server.message()
        while answer.get("id") != "one more":
            answer = await server.message()
        assert answer["result"]["_meta"]["sandscope/error"]["code"] == "server_busy"
        for number in range(64):
            cancelled = {"requestId": number, "reason": "enough"}
            await server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled})
        # Whoever was cancelled is never answered, and gives its place back.
        for number in range(200):
            await server.send(calling("whoami", f"later {number}"))
            answer = await server.message()
            while answer.get("method") == "notifications/progress":
                answer = await server.message()
            assert answer["id"] == f"later {number}"
            assert not answer["result"].get("isError")


async def test_a_client_that_does_not_read_is_not_read_either_and_then_has_every_answer() -> None:
    async with opened() as server:
        before = memory(server)
        # Long enough that few of them fit into the pipe.
        asked = {"jsonrpc": "2.0", "method": "tools/list", "params": {"_meta": {"text": "x" * 4000}}}
        sent = 0
        read_on = True
        while read_on and sent < MOST:
            with anyio.move_on_after(SOON_S) as waiting:
                await server.send({**asked, "id": sent})
            # It is on its way, though nobody has taken it.
            sent += 1
            read_on = not waiting.cancelled_caught
        assert not read_on
        assert memory(server, "VmHWM") - before < 64 * MB
        assert sorted([(await server.message())["id"] for _ in range(sent)]) == list(range(sent))
        assert memory(server, "VmHWM") - before < 64 * MB
