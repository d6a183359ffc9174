"""Every attempt at a request is told of: what came of it, what it waited for, and never where exactly it went."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import anyio
import httpx2
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from mcp_server.budget.groups import Charge
from mcp_server.errors import NotFound, RateBudgetSpent, UpstreamUnavailable
from mcp_server.http.client import MAX_TEXT_BYTES
from mcp_server.http.download import Downloader
from mcp_server.http.wire import in_process, observed
from mcp_server.telemetry import Telemetry
from mcp_server.telemetry.plain_spans import OF_SDK, PlainSpans
from tests.http.downloads import OWN, PUBLIC, SIGNED, Names, downloader, text
from tests.http.wires import SECRET, Scripted, Talk, ok, status
from tests.telemetry.conftest import Told

pytestmark = pytest.mark.anyio

REQUESTS = "http.client.request.duration"
WAITS = "sandscope.budget.wait.duration"
OTHERS = InstrumentationScope("other.library")
SENT = SpanExportResult.SUCCESS


async def test_a_429_is_counted_and_the_next_attempt_says_how_long_it_waited(told: Told) -> None:
    await Talk(Scripted(status(429, retry_after="2"), ok())).get(secret=SECRET)

    assert told.metric("sandscope.upstream.rate_limited", sandscope__budget__group="codegen.logs") == 1
    refused, answered = told.named("GET codegen.logs")
    assert (refused["http.request.resend_count"], refused["error.type"]) == (0, "429")
    assert answered["http.request.resend_count"] == 1
    assert answered["sandscope.budget.wait"] > 1
    assert told.metric(REQUESTS, http__response__status_code=429, server__address="api.example.com")[0] == 1
    assert told.metric(REQUESTS, http__response__status_code=200)[0] == 1
    number, seconds = told.metric(WAITS, sandscope__outcome="ok")
    assert (number, seconds > 1) == (2, True)
    assert SECRET not in told.everything()
    assert "facts" not in told.everything()


async def test_a_request_that_gets_no_slot_is_a_wait_and_no_attempt(told: Told) -> None:
    talk = Talk(Scripted(ok()))
    for _ in range(20):
        await talk.get()
    told.collect()
    told.points.clear()
    told.spans.clear()

    with pytest.raises(RateBudgetSpent):
        await talk.get(Charge(("codegen.logs",), max_wait_s=3))

    assert told.metric(WAITS, sandscope__outcome="rate_budget_spent")[0] == 1
    assert told.metric(REQUESTS) is None
    assert told.spans == []


async def test_a_wait_that_is_given_up_is_counted_as_that(told: Told) -> None:
    talk = Talk(Scripted(ok()))
    with anyio.CancelScope() as scope:
        scope.cancel()
        await talk.get()

    assert told.metric(WAITS, sandscope__outcome="cancelled")[0] == 1


class Body(httpx2.AsyncByteStream):
    """A body that breaks off, or never comes."""

    def __init__(self, *, stalls: bool = False) -> None:
        self.stalls = stalls

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{"
        if self.stalls:
            await anyio.sleep_forever()
        raise httpx2.ReadError(SECRET)


async def test_a_body_that_breaks_off_is_an_error_of_its_attempt(told: Told) -> None:
    with pytest.raises(UpstreamUnavailable):
        await Talk(Scripted(httpx2.Response(200, stream=Body()))).get()

    assert told.metric(REQUESTS, http__response__status_code=200, error__type="ReadError")[0] == 1
    (span,) = told.spans
    assert span.status.status_code.name == "ERROR"
    assert SECRET not in told.everything()


async def test_nothing_that_comes_back_is_an_error_without_a_status(told: Told) -> None:
    with pytest.raises(UpstreamUnavailable):
        await Talk(Scripted(httpx2.ReadError("x"))).post()

    assert told.named("POST codegen.logs")[0]["error.type"] == "ReadError"
    assert told.metric(REQUESTS, http__request__method="POST", error__type="ReadError")[0] == 1


async def test_an_attempt_that_is_given_up_is_no_fault_of_the_platform(told: Told) -> None:
    talk = Talk(Scripted(httpx2.Response(200, stream=Body(stalls=True))))
    with anyio.move_on_after(0.01):
        await talk.get()

    assert told.metric(REQUESTS, error__type="cancelled")[0] == 1
    assert told.spans[0].status.status_code.name == "UNSET"


@pytest.mark.slow
async def test_a_body_that_is_too_long_to_be_read_whole_is_counted(told: Told) -> None:
    body = httpx2.Response(200, content=b"x" * (MAX_TEXT_BYTES + 1))
    assert (await Talk(Scripted(body)).client.get_text(("v1",), Charge(("codegen.logs",)))).cut
    assert (await downloader(text(b"x" * (MAX_TEXT_BYTES + 1)))[0].fetch("https://logs.example.com/x")).cut

    told.collect()
    assert told.points["sandscope.upstream.cut"] == [
        ({"sandscope.platform": "codegen"}, 1),
        ({"sandscope.platform": "opensandbox"}, 1),
    ]


async def test_a_download_tells_neither_its_url_nor_its_host(told: Told) -> None:
    gone = httpx2.Response(404)
    fetches = Downloader(OWN, frozenset(), 30, Scripted(text(), gone), Names(PUBLIC), telemetry=Telemetry())
    await fetches.fetch(f"https://logs.example.com/x?{SIGNED}")
    with pytest.raises(NotFound):
        await fetches.fetch(f"https://logs.example.com/x?{SIGNED}")

    fetched, missed = told.named("GET opensandbox.content")
    assert fetched["http.response.status_code"] == 200
    assert missed["error.type"] == "404"
    everything = told.everything()
    assert [word for word in ("logs.example.com", PUBLIC, "very-secret") if word in everything] == []


async def test_the_layer_of_attempts_closes_what_is_below() -> None:
    wire = Scripted(ok())
    await observed(wire, Telemetry()).aclose()
    assert wire.closed


async def test_an_application_in_this_process_is_observed_like_a_platform(told: Told) -> None:
    async def app(_: object, __: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    http = httpx2.AsyncClient(transport=observed(in_process(app), Telemetry(), "a.b"))
    assert (await http.get("http://h/x")).status_code == 204
    assert told.named("GET a.b")[0]["http.response.status_code"] == 204


def test_spans_of_others_are_not_sent_and_the_exporter_is_closed() -> None:
    kept = InMemorySpanExporter()
    plain = PlainSpans(kept)
    assert plain.export([ReadableSpan("GET /secret"), ReadableSpan("x", instrumentation_scope=OTHERS)]) is SENT
    assert kept.get_finished_spans() == ()
    plain.shutdown()
    assert kept.export([]) is not SENT


def test_of_what_the_sdk_says_only_words_that_are_known_are_sent(told: Told) -> None:
    tracer = trace.get_tracer(OF_SDK)
    said = {"mcp.method.name": f"x/{SECRET}", "jsonrpc.request.id": SECRET, "mcp.protocol.version": SECRET}
    tracer.start_span(f"x/{SECRET}", kind=trace.SpanKind.SERVER, attributes=said).end()
    known = {"mcp.method.name": "ping", "jsonrpc.request.id": "7", "mcp.protocol.version": "2025-06-18"}
    tracer.start_span(f"ping {SECRET}", attributes={**known, "gen_ai.tool.name": SECRET}).end()

    assert [(span.name, dict(span.attributes or {})) for span in told.spans] == [("_OTHER", {}), ("send ping", known)]
