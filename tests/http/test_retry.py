"""All attempts of one call share one wait, and what the platform answered is not lost over it."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import anyio
import httpx2
import pytest

from mcp_server.budget.budget import MAX_IN_FLIGHT
from mcp_server.budget.groups import Charge
from mcp_server.budget.window import Heard
from mcp_server.errors import RateBudgetSpent, RateLimited, ServerBusy, UpstreamUnavailable
from mcp_server.http.client import MAX_ERROR_BYTES
from mcp_server.http.wire import Wire
from tests.http.wires import SECRET, Fact, Scripted, Talk, ok, status
from tests.stage import FakeTime

pytestmark = pytest.mark.anyio


class Body(httpx2.AsyncByteStream):
    """A body that comes in one piece, and then breaks, never ends, or ends."""

    def __init__(self, content: bytes, end: str = "") -> None:
        self.content = content
        self.end = end
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content
        if self.end == "breaks":
            raise httpx2.ReadError("x")
        if self.end == "stalls":
            await anyio.sleep_forever()

    async def aclose(self) -> None:
        self.closed = True


class Slow(Scripted):
    """Answers that take their time."""

    def __init__(self, talk: list[Talk], seconds: float, *answers: httpx2.Response | Exception) -> None:
        super().__init__(*answers)
        self.talk = talk
        self.seconds = seconds

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.talk[0].time.seconds += self.seconds
        return await super().handle_async_request(request)


class Crowded(FakeTime):
    """A pause in which others take every place."""

    fill: Callable[[], Awaitable[object]]

    async def sleep(self, seconds: float) -> None:
        for _ in range(MAX_IN_FLIGHT):
            await self.fill()
        await super().sleep(seconds)


async def spent(wire: Wire, taken: int = 19) -> Talk:
    """A client that has a single slot left."""
    talk = Talk(wire)
    for _ in range(taken):
        async with talk.budget.lease(talk.account, Charge(("codegen.logs",))) as lease:
            await lease.done(Heard())
    return talk


@pytest.mark.parametrize("method", ["get", "post"])
async def test_the_waits_after_several_429s_are_no_longer_together_than_the_call_may_wait(method: str) -> None:
    wire = Scripted(status(429, retry_after="4"))
    talk = Talk(wire)
    before = talk.time.seconds
    charge = Charge(("codegen.logs",), max_wait_s=5)
    # Whoever refuses again is left alone for a whole window.
    with pytest.raises(RateLimited, match="Call again in 60 s"):
        await (talk.get(charge) if method == "get" else talk.client.post(Fact, ("x",), charge, None, ""))
    assert (len(wire.asked), talk.time.seconds - before) == (2, pytest.approx(4, abs=0.05))


async def test_the_time_a_request_took_is_part_of_what_the_call_may_wait() -> None:
    talks: list[Talk] = []
    wire = Slow(talks, 3, status(429, retry_after="4"), ok())
    talks.append(Talk(wire))
    with pytest.raises(RateLimited):
        await talks[0].get(Charge(("codegen.logs",), max_wait_s=5))
    assert len(wire.asked) == 1


async def test_a_further_attempt_waits_for_its_slot_only_as_long_as_is_left() -> None:
    talks: list[Talk] = []
    wire = Slow(talks, 5, status(503), ok())
    talks.append(await spent(wire))
    talks[0].time.seconds += 61 - 12
    # The next slot comes 7 s after the first answer, when 5 of the 10 s are left.
    with pytest.raises(UpstreamUnavailable):
        await talks[0].get()
    assert len(wire.asked) == 1


async def test_who_finds_no_slot_to_try_again_is_told_what_the_platform_answered() -> None:
    words = gzip.compress(b'{"code": "AWAY", "message": "moving house"}')
    body = Body(words)
    headers = {"content-encoding": "gzip", "x-request-id": "req-1"}
    wire = Scripted(httpx2.Response(503, stream=body, headers=headers))
    talk = await spent(wire)
    with pytest.raises(UpstreamUnavailable) as error:
        await talk.get()
    assert str(error.value) == 'Codegen is not available (503): "moving house". Call again in 60 s.'
    assert (error.value.request_id, error.value.refusal and error.value.refusal.code) == ("req-1", "AWAY")
    assert (len(wire.asked), body.closed) == (1, True)


async def test_a_429_whose_slots_are_taken_by_others_meanwhile_is_told_as_the_platforms() -> None:
    wire = Scripted(status(429, retry_after="0"))
    talk = await spent(wire)
    with pytest.raises(RateLimited, match="refused because its rate limit is reached") as error:
        await talk.post()
    assert (len(wire.asked), error.value.retry_after_s, "nothing was sent" in str(error.value)) == (1, 0, False)


async def test_who_finds_too_many_under_way_to_try_again_is_told_what_the_platform_answered() -> None:
    pause = Crowded()
    talk = Talk(Scripted(status(502)), time=pause)
    charge = Charge(("codegen.logs",), max_wait_s=0)
    async with AsyncExitStack() as others:
        pause.fill = lambda: others.enter_async_context(talk.budget.lease(talk.account, charge))
        with pytest.raises(UpstreamUnavailable, match="502"):
            await talk.get(charge)
        with pytest.raises(ServerBusy, match="nothing was sent"):
            await talk.get(charge)
    assert await talk.used() == 9


async def test_a_call_that_never_reached_the_platform_and_finds_no_slot_was_not_sent() -> None:
    wire = Scripted(httpx2.ConnectError("x"))
    talk = await spent(wire, taken=20)
    with pytest.raises(RateBudgetSpent, match="nothing was sent"):
        await talk.get()
    assert wire.asked == []


@pytest.mark.parametrize("end", ["breaks", "stalls", ""])
async def test_a_refusal_whose_words_do_not_come_is_a_refusal_without_words(end: str) -> None:
    body = Body(b"x" * MAX_ERROR_BYTES * 2 if not end else b"{", end)
    talk = await spent(Scripted(httpx2.Response(503, stream=body)))
    with anyio.fail_after(5), pytest.raises(UpstreamUnavailable) as error:
        await talk.get()
    assert ("xxx" in str(error.value), len(str(error.value)) < 500) == (not end, True)
    assert body.closed


async def test_the_words_of_a_kept_refusal_are_cleaned() -> None:
    talk = await spent(Scripted(httpx2.Response(503, stream=Body(f"no {SECRET}".encode()))))
    with pytest.raises(UpstreamUnavailable, match='"no ') as error:
        await talk.get()
    assert SECRET not in str(error.value)
