"""What a request passes on its way: retry, budget, auth, deadline, wire."""

import logging
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from mcp_server.budget.groups import Charge
from mcp_server.errors import (
    Forbidden,
    RateBudgetSpent,
    RateLimited,
    UnsafeUrl,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from mcp_server.http.auth import Authorize, Key, origin_of
from mcp_server.http.stack import silence_library_logs
from mcp_server.http.wire import Deadline, in_process
from tests.http.wires import BASE_URL, CHARGE, KEY, SECRET, Raw, Scripted, Talk, ok, serving, status

pytestmark = pytest.mark.anyio


async def test_the_key_is_added_for_the_wire_alone() -> None:
    wire = Scripted(ok())
    assert (await Talk(wire).get()).id == 7
    asked = wire.asked[0]
    assert str(asked.url) == f"{BASE_URL}/v1/facts/7"
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.headers["user-agent"].startswith("sandscope/")


async def test_without_a_key_none_is_sent() -> None:
    wire = Scripted(ok())
    await Talk(wire, key=None).get()
    assert "authorization" not in wire.asked[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com:8443/",
        "https://api.example.com/",
        "https://api.example.com.evil.net:8443/",
        "https://evil.net/",
    ],
)
async def test_the_key_never_reaches_another_origin(url: str) -> None:
    wire = Scripted(ok())
    with pytest.raises(UnsafeUrl, match="left the configured origin"):
        await Authorize(wire, BASE_URL, KEY).handle_async_request(httpx2.Request("GET", url))
    assert wire.asked == []


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://h", ("https", "h", 443)),
        ("http://h/x?y", ("http", "h", 80)),
        ("HTTPS://H:8443", ("https", "h", 8443)),
        ("http://[::1]:80", ("http", "::1", 80)),
    ],
)
async def test_an_origin_is_scheme_host_and_port(url: str, origin: tuple[str, str, int]) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("location", ["https://evil.net/", "/base/v1/facts/8"])
async def test_no_redirect_is_followed(location: str) -> None:
    wire = Scripted(status(302, location=location))
    with pytest.raises(Exception, match="unexpected status 302"):
        await Talk(wire).get()
    assert len(wire.asked) == 1


@pytest.mark.parametrize("code", [502, 503, 504])
async def test_a_get_is_repeated_twice_while_the_platform_is_away_and_each_attempt_takes_a_slot(code: int) -> None:
    wire = Scripted(status(code))
    talk = Talk(wire)
    with pytest.raises(UpstreamUnavailable, match=f"is not available \\({code}\\)"):
        await talk.get()
    assert (len(wire.asked), await talk.used()) == (3, 3)


async def test_a_repeated_get_that_succeeds_is_the_answer() -> None:
    wire = Scripted(status(503), httpx2.ConnectError("no"), ok())
    talk = Talk(wire)
    before = talk.time.seconds
    assert (await talk.get()).id == 7
    # The attempt that never connected gave its slot back; the pauses are jitter of half a second and a second.
    assert (len(wire.asked), await talk.used()) == (3, 2)
    assert 0 <= talk.time.seconds - before <= 1.5


@pytest.mark.parametrize("code", [400, 401, 403, 404, 500, 501, 505])
async def test_other_refusals_of_a_get_are_not_repeated(code: int) -> None:
    wire = Scripted(status(code))
    with pytest.raises(Exception, match=r"Codegen|key in"):
        await Talk(wire).get()
    assert len(wire.asked) == 1


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_a_post_is_not_repeated_once_the_platform_has_answered(code: int) -> None:
    wire = Scripted(status(code))
    with pytest.raises((UpstreamError, UpstreamUnavailable)):
        await Talk(wire).post({"a": 1})
    assert len(wire.asked) == 1


@pytest.mark.parametrize(
    "broken", [httpx2.ReadError("x"), httpx2.WriteError("x"), httpx2.RemoteProtocolError("x"), httpx2.ReadTimeout("x")]
)
@pytest.mark.parametrize("method", ["get", "post"])
async def test_what_breaks_after_the_send_is_not_repeated_and_charged_longer(broken: Exception, method: str) -> None:
    wire = Scripted(broken)
    talk = Talk(wire)
    with pytest.raises((UpstreamUnavailable, UpstreamTimeout)) as error:
        await (talk.get() if method == "get" else talk.post())
    assert len(wire.asked) == 1
    assert (await talk.stands("codegen.logs")).resets_in_s == 65
    assert ("It may have been done." in str(error.value)) == (method == "post")


@pytest.mark.parametrize("method", ["get", "post"])
async def test_what_was_never_sent_is_tried_three_times_and_costs_nothing(method: str) -> None:
    wire = Scripted(httpx2.ConnectError("refused"))
    talk = Talk(wire)
    with pytest.raises(UpstreamUnavailable) as error:
        await (talk.get() if method == "get" else talk.post({"a": 1}))
    assert (len(wire.asked), await talk.used()) == (3, 0)
    assert str(error.value) == (
        "No connection to Codegen at https://api.example.com:8443. Check CODEGEN_API_BASE_URL and the network, then call again."
    )


@pytest.mark.parametrize("method", ["get", "post"])
async def test_a_429_is_repeated_after_what_the_platform_asks(method: str) -> None:
    wire = Scripted(status(429, retry_after="4"), ok())
    talk = Talk(wire)
    before = talk.time.seconds
    assert (await (talk.get() if method == "get" else talk.post({"a": 1}))).id == 7
    assert (len(wire.asked), await talk.used()) == (2, 2)
    assert talk.time.seconds - before == pytest.approx(4, abs=0.05)
    if method == "post":
        assert [asked.content for asked in wire.asked] == [b'{"a":1}'] * 2


@pytest.mark.parametrize(("asked", "told"), [("11", 11), (None, 60), ("1e9", 3600), ("nonsense", 60)])
async def test_a_429_that_asks_for_more_than_the_call_may_wait_is_the_answer_at_once(
    asked: str | None, told: float
) -> None:
    wire = Scripted(status(429, **({"retry_after": asked} if asked else {})))
    talk = Talk(wire)
    before = talk.time.seconds
    with pytest.raises(RateLimited, match=f"Call again in {told} s") as error:
        await talk.get()
    assert error.value.retry_after_s == told
    assert (len(wire.asked), talk.time.seconds) == (1, before)
    with pytest.raises(
        RateBudgetSpent, match=r"codegen\.logs is held back after the platform's 429, so nothing was sent"
    ):
        await talk.get()
    assert len(wire.asked) == 1


async def test_a_call_without_a_slot_in_time_sends_nothing() -> None:
    wire = Scripted(ok())
    talk = Talk(wire)
    for _ in range(20):
        await talk.get()
    with pytest.raises(RateBudgetSpent) as error:
        await talk.get()
    assert (len(wire.asked), error.value.retry_after_s) == (20, 61)


async def test_two_keys_and_two_origins_have_accounts_of_their_own() -> None:
    other = Key("Authorization", SecretStr("Bearer other"))
    talks = [
        Talk(Scripted(ok())),
        Talk(Scripted(ok()), key=other),
        Talk(Scripted(ok()), key=None),
        Talk(Scripted(ok()), base_url="https://elsewhere.example.com"),
    ]
    assert len({talk.account for talk in talks}) == 4
    # The path is no part of it: what counts requests is the server.
    assert Talk(Scripted(ok()), base_url="https://api.example.com:8443/other").account == talks[0].account


async def test_nothing_shows_a_key() -> None:
    wire = Scripted(status(403))
    talk = Talk(wire)
    with pytest.raises(Forbidden) as error:
        await talk.get()
    shown: list[Any] = [
        KEY,
        talk.client,
        talk.account,
        talk.opener,
        talk.budget,
        talk.budget.ledger,
        error.value,
        CHARGE,
    ]
    chain: BaseException | None = error.value
    while chain is not None:
        shown.append(chain)
        chain = chain.__cause__ or chain.__context__
    assert SECRET not in "".join(f"{thing!r} {thing}" for thing in shown)


async def test_the_library_logs_nothing_of_a_request(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(stream: Raw) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    silence_library_logs()
    with caplog.at_level(logging.DEBUG):
        async with serving(answer) as address:
            talk = Talk(None, base_url=address)
            await talk.get()
            await talk.client.aclose()
    assert [record.name for record in caplog.records if record.name.startswith("http")] == []


async def test_closing_a_client_closes_its_wire() -> None:
    wire = Scripted(ok())
    await Talk(wire).client.aclose()
    assert wire.closed


async def test_an_application_in_this_process_can_be_the_wire() -> None:
    async def app(scope: Any, _: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"id": %d}' % len(scope["path"])})

    assert (await Talk(in_process(app)).get()).id == len("/base/v1/facts/7")


class Synchronous(httpx2.SyncByteStream):
    """A body that cannot be waited for."""


async def test_a_wire_must_answer_with_a_body_that_can_be_waited_for() -> None:
    wire = Deadline(Scripted(httpx2.Response(200, stream=Synchronous())), 1)
    with pytest.raises(TypeError, match="asynchronous stream"):
        await wire.handle_async_request(httpx2.Request("GET", BASE_URL))


async def test_the_charge_is_the_callers() -> None:
    talk = Talk(Scripted(ok()))
    await talk.get(Charge(("codegen.shared",)))
    assert (await talk.used(), (await talk.stands("codegen.shared")).remaining) == (0, 29)
