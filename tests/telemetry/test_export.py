"""A server sends what it counts to where OpenTelemetry's variables say, in its own time and never to stdout."""

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
from mcp import Client

from mcp_server.demo.keys import CODEGEN_TOKEN
from mcp_server.telemetry.export import export, header_values
from tests.server.processes import Started, started
from tests.telemetry.collector import collecting

SOON_S = 2.0
SECRET = "collector-key-0123456789"
CALL = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "get_run", "arguments": {"run_id": 101}},
}


def process(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Marks a test of a process of its own, whatever loop the test has."""
    for mark in (pytest.mark.slow, pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])):
        test = mark(test)
    return test


async def calls(server: Started) -> None:
    """Opens a session and calls a tool; every line that comes is a message."""
    await server.initialize()
    await server.send(CALL)
    assert (await server.message())["result"]["structuredContent"]["run_id"] == 101


async def rest(server: Started) -> tuple[str, str]:
    """What else it writes to stdout and stderr."""
    told: list[str] = []
    for stream in (server.process.stdout, server.process.stderr):
        assert stream
        chunks = [chunk async for chunk in stream]
        told.append(b"".join(chunks).decode())
    return told[0], told[1]


@process
@pytest.mark.parametrize("ending", ["eof", "signal"])
async def test_spans_and_metrics_are_sent_before_the_server_ends(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"api-key={SECRET}")
        async with started("serve", "--demo") as server:
            await calls(server)
            if ending == "eof":
                assert server.process.stdin
                await server.process.stdin.aclose()
                assert await server.ends(SOON_S) == 0
            else:
                server.process.send_signal(signal.SIGTERM)
                assert await server.ends(SOON_S) == 128 + signal.SIGTERM
            assert await rest(server) == ("", "")

    spans, points = collector.bodies("/v1/traces"), collector.bodies("/v1/metrics")
    assert b"tools/call get_run" in spans
    assert b"GET codegen.reads" in spans
    for name in (b"mcp.server.operation.duration", b"http.client.request.duration", b"sandscope.budget.remaining"):
        assert name in points
    assert b"service.name" in spans
    assert all(f"api-key: {SECRET}".encode() in head for _, head, _ in collector.asked)
    assert CODEGEN_TOKEN.encode() not in spans + points


@process
async def test_a_collector_that_does_not_answer_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async with collecting(None) as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        async with started("serve", "--demo") as server:
            await calls(server)
            server.process.send_signal(signal.SIGTERM)
            assert await server.ends(SOON_S) == 128 + signal.SIGTERM
    assert {path for path, _, _ in collector.asked} == {"/v1/metrics", "/v1/traces"}


@process
async def test_a_hosted_server_sends_too_and_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async with collecting(None) as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "our-sandscope")
        async with started("serve", "--demo", "--transport", "http", "--port", "0") as server:
            url = (await server.line("stderr")).split()[4]
            async with Client(url) as client:
                await client.call_tool("whoami", {})
            server.process.send_signal(signal.SIGTERM)
            await server.ends(SOON_S)
    assert b"our-sandscope" in collector.bodies("/v1/traces")


@process
async def test_what_a_collector_answers_with_is_logged_without_our_key_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = f"HTTP/1.1 401 {SECRET}\r\ncontent-length: {len(SECRET)}\r\n\r\n{SECRET}".encode()
    async with collecting(refusal) as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"api-key={SECRET}")
        async with started("serve", "--demo", "--log-level", "debug") as server:
            await calls(server)
            server.process.send_signal(signal.SIGTERM)
            await server.ends(SOON_S)
            out, err = await rest(server)
    assert out == ""
    assert "logger=opentelemetry" in err
    assert SECRET not in err
    assert all(line.startswith("time=") for line in err.splitlines())


@process
@pytest.mark.parametrize(
    ("signals", "told", "untold"),
    [
        ("TRACES", "tools/call get_run", "sandscope.calls.in_hand"),
        ("METRICS", "sandscope.calls.in_hand", "tools/call get_run"),
    ],
)
async def test_the_console_is_stderr(signals: str, told: str, untold: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"OTEL_{signals}_EXPORTER", "console")
    async with started("serve", "--demo") as server:
        await calls(server)
        server.process.send_signal(signal.SIGTERM)
        await server.ends(SOON_S)
        out, err = await rest(server)
    assert out == ""
    assert f'"name": "{told}"' in err
    assert untold not in err


@pytest.mark.parametrize("missing", ["opentelemetry.sdk.trace", "opentelemetry.exporter"])
@pytest.mark.slow
def test_without_the_extra_one_line_says_so_and_the_server_serves(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    program = f"import sys; sys.modules[{missing!r}] = None; from mcp_server.cli import main; main(['serve', '--demo'])"
    ping = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"})
    done = subprocess.run(
        [sys.executable, "-c", program], input=ping + "\n", capture_output=True, check=True, text=True
    )

    (line,) = done.stderr.splitlines()
    assert "level=warning" in line
    assert "Install sandscope[otel]" in line
    assert json.loads(done.stdout)["id"] == 1


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, ""),
        ({"OTEL_SERVICE_NAME": "x"}, ""),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", "OTEL_SDK_DISABLED": "TRUE"}, ""),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://h",
                "OTEL_TRACES_EXPORTER": "none",
                "OTEL_METRICS_EXPORTER": " None ",
            },
            "",
        ),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER must be otlp, console or none."),
        (
            {"OTEL_METRICS_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, the only protocol this server speaks.",
        ),
    ],
)
def test_nothing_is_sent_that_no_variable_asks_for(
    environ: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        export(environ)
    assert "".join(caplog.messages) == said


def test_what_the_collector_is_sent_with_is_a_secret_in_both_its_forms() -> None:
    environ = {"OTEL_EXPORTER_OTLP_HEADERS": "a=Bearer%20x, b = y", "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "c=z,odd"}
    assert set(header_values(environ)) == {"Bearer%20x", "Bearer x", "y", "z"}
