"""What is held for a client is bounded by not reading on; whoever is answered or cancels may ask again."""

from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel
import pytest
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp_types import (
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
)

from mcp_server.server.replies import MAX_BYTES, MAX_REQUESTS, Replies

pytestmark = pytest.mark.anyio

MEGABYTE = 1024 * 1024
TOLD = SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="told"))


def request(request_id: RequestId, method: str = "tools/call") -> JSONRPCRequest:
    return JSONRPCRequest(jsonrpc="2.0", id=request_id, method=method)


def answer(request_id: RequestId, text: str = "") -> SessionMessage:
    return SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=request_id, result={"text": text}))


def error(request_id: RequestId | None) -> JSONRPCError:
    return JSONRPCError(jsonrpc="2.0", id=request_id, error=ErrorData(code=1, message="no"))


async def cancelled(taken: SessionMessage) -> None:
    """As the SDK tells a transport that a request will have no answer."""
    assert isinstance(taken.metadata, ServerMessageMetadata)
    assert taken.metadata.on_request_unanswered
    await taken.metadata.on_request_unanswered()


def writing_to(written: list[bytes]) -> Callable[[bytes], Awaitable[None]]:
    async def write(data: bytes) -> None:
        await anyio.lowlevel.checkpoint()
        written.append(data)

    return write


@pytest.mark.parametrize("end", ["answered", "refused", "cancelled"])
async def test_as_many_requests_as_have_no_answer_are_bounded_and_each_end_makes_room(end: str) -> None:
    replies = Replies()
    taken = [replies.noted(request(number), 100) for number in range(MAX_REQUESTS)]
    assert replies.full
    if end == "answered":
        await replies.send(answer(5))
    elif end == "refused":
        await replies.send(SessionMessage(error(5)))
    else:
        await cancelled(taken[5])
    assert not replies.full
    # Twice is once.
    await cancelled(taken[5])
    replies.noted(request("new"), 100)
    assert replies.full


async def test_requests_with_one_id_take_a_place_each() -> None:
    replies = Replies()
    for _ in range(MAX_REQUESTS):
        replies.noted(request("same"), 100)
    await replies.send(answer("same"))
    assert not replies.full
    replies.noted(request("same"), 100)
    assert replies.full


async def test_what_stays_open_and_what_wants_no_answer_takes_no_place() -> None:
    replies = Replies()
    others: list[JSONRPCMessage] = [request(1, "subscriptions/listen"), TOLD.message, error(1)]
    for message in others * MAX_REQUESTS:
        assert replies.noted(message, 100).message == message
    assert not replies.full


async def test_requests_are_bounded_by_their_bytes_too() -> None:
    replies = Replies()
    for number in range(MAX_BYTES // MEGABYTE):
        assert not replies.full
        replies.noted(request(number), MEGABYTE)
    assert replies.full
    await replies.send(answer(0))
    assert not replies.full


async def test_the_answer_to_what_was_never_handed_on_leaves_others_their_place() -> None:
    replies = Replies()
    for number in range(MAX_REQUESTS):
        replies.noted(request(number), 100)
    replies.refuse(error(5))
    replies.refuse(error(None))
    assert replies.full


async def test_answers_that_nobody_reads_are_taken_and_fill_up_and_anything_else_waits() -> None:
    replies = Replies()
    told = anyio.Event()
    written: list[bytes] = []

    async def tell() -> None:
        await replies.send(TOLD)
        told.set()

    async with anyio.create_task_group() as tasks:
        for number in range(MAX_BYTES // MEGABYTE):
            assert not replies.full
            await replies.send(answer(number, "x" * MEGABYTE))
        assert replies.full
        tasks.start_soon(tell)
        await anyio.wait_all_tasks_blocked()
        assert not told.is_set()
        await replies.send(answer("last"))
        tasks.start_soon(replies.write, writing_to(written))
        await told.wait()
        await replies.aclose()
    assert not replies.full
    assert replies.written == len(b"".join(written))
    assert sorted(b"".join(written).splitlines()[-2:]) == [
        b'{"jsonrpc":"2.0","id":"last","result":{"text":""}}',
        b'{"jsonrpc":"2.0","method":"told"}',
    ]


async def test_many_small_messages_fill_up_sooner_than_their_texts_alone_would() -> None:
    replies = Replies()
    # A hundred bytes each, which take twice as many beside them.
    for _ in range(MAX_BYTES // 250):
        replies.refuse(error(None))
    assert replies.full


async def test_what_is_written_takes_no_room_any_more() -> None:
    replies = Replies()
    for number in range(50):
        replies.noted(request(number), 100)
        await replies.send(answer(number))
    await replies.aclose()
    await replies.write(writing_to([]))
    assert replies._bytes == 0  # pyright: ignore[reportPrivateUsage]  a little of it shows after many thousands only


async def test_what_is_told_later_is_written_then() -> None:
    replies = Replies()
    written: list[bytes] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(replies.write, writing_to(written))
        await anyio.wait_all_tasks_blocked()
        await replies.send(TOLD)
        await anyio.wait_all_tasks_blocked()
        assert written == [b'{"jsonrpc":"2.0","method":"told"}\n']
        await replies.aclose()


async def test_small_messages_are_written_together_in_their_order() -> None:
    replies = Replies()
    written: list[bytes] = []
    for number in range(1000):
        replies.refuse(error(number))
    await replies.aclose()
    await replies.write(writing_to(written))
    assert len(written) < 5
    texts = [error(number).model_dump_json(exclude_unset=True).encode() for number in range(1000)]
    assert b"".join(written).splitlines() == texts


async def test_a_closed_stream_takes_nothing_more_from_those_who_wait_either() -> None:
    async with Replies() as replies, anyio.create_task_group() as tasks:

        async def tell() -> None:
            with pytest.raises(anyio.ClosedResourceError):
                await replies.send(TOLD)

        await replies.send(answer(1, "x" * MAX_BYTES))
        tasks.start_soon(tell)
        await anyio.wait_all_tasks_blocked()
        await replies.aclose()
    with pytest.raises(anyio.ClosedResourceError):
        await replies.send(answer(2))


async def test_an_id_that_is_half_a_character_is_told_as_it_came() -> None:
    replies = Replies()
    written: list[bytes] = []
    await replies.send(answer("\ud800", "\ud83d\ude00"))
    await replies.aclose()
    await replies.write(writing_to(written))
    assert b'"id": "\\ud800"' in written[0]
