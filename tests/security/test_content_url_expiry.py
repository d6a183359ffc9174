"""A `contentUrl` that has lapsed is asked for once more, and what comes of it is said as it is."""

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from mcp_server.http.wire import Wire
from mcp_server.platforms.opensandbox.models import Descriptor
from tests.stage import ADDRESS, EPOCH_S, OpenStage

pytestmark = pytest.mark.anyio

NOW = datetime.fromtimestamp(EPOCH_S + 1000, UTC)
PAST = (NOW - timedelta(minutes=1)).isoformat()
FUTURE = (NOW + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
SIGNED = "X-Signature=very-secret"


class Server(Wire):
    """Gives one descriptor after the other, the last for ever; URLs of those in `gone` answer `status`."""

    def __init__(self, *descriptors: Mapping[str, Any], gone: tuple[int, ...] = (), status: int = 403) -> None:
        self.descriptors = descriptors
        self.gone = gone
        self.status = status
        self.described = 0
        self.opened: list[int] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.startswith("/content/"):
            number = int(request.url.path.removeprefix("/content/"))
            self.opened.append(number)
            return httpx2.Response(self.status) if number in self.gone else httpx2.Response(200, text=f"text {number}")
        if not request.url.path.endswith("/logs"):
            return httpx2.Response(200, json={"id": "x"})
        self.described += 1
        chosen = self.descriptors[min(self.described, len(self.descriptors)) - 1]
        url = {"contentUrl": f"{ADDRESS}/content/{self.described}?{SIGNED}"}
        return httpx2.Response(200, json={"delivery": "url", **url, **chosen})


async def test_a_descriptor_that_is_over_is_asked_for_anew_and_its_url_not_opened(open_stage: OpenStage) -> None:
    server = Server({"expiresAt": PAST}, {"expiresAt": FUTURE})
    async with open_stage(wire=lambda _: server) as stage:
        assert "text 2" in await stage.text("get_diagnostics", sandbox_id="x", kind="logs")
    assert (server.described, server.opened) == (2, [2])


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_url_that_has_lapsed_before_its_time_is_asked_for_anew(open_stage: OpenStage, status: int) -> None:
    server = Server({"expiresAt": FUTURE}, gone=(1,), status=status)
    async with open_stage(wire=lambda _: server) as stage:
        assert "text 2" in await stage.text("get_diagnostics", sandbox_id="x", kind="logs")
    assert (server.described, server.opened) == (2, [1, 2])


@pytest.mark.parametrize(("expires_at", "opened"), [(FUTURE, [1, 2]), (PAST, [2])])
async def test_a_second_url_that_has_lapsed_is_an_error_and_there_is_no_third(
    open_stage: OpenStage, expires_at: str, opened: list[int]
) -> None:
    server = Server({"expiresAt": expires_at}, gone=(1, 2))
    async with open_stage(wire=lambda _: server) as stage:
        error = await stage.error("get_diagnostics", sandbox_id="x", kind="logs")
    assert (server.described, server.opened) == (2, opened)
    assert (error["code"], error["platform"]) == ("upstream_error", "opensandbox")
    assert "gave two contentUrls" in error["text"]
    assert "/content/" not in error["text"]
    assert SIGNED not in error["text"]


async def test_a_new_url_is_opened_though_it_is_over_by_our_clock(open_stage: OpenStage) -> None:
    server = Server({"expiresAt": PAST})
    async with open_stage(wire=lambda _: server) as stage:
        assert "text 2" in await stage.text("get_diagnostics", sandbox_id="x", kind="logs")
    assert (server.described, server.opened) == (2, [2])


async def test_another_failure_of_the_download_asks_for_nothing_anew(open_stage: OpenStage) -> None:
    server = Server({"expiresAt": FUTURE}, gone=(1,), status=500)
    async with open_stage(wire=lambda _: server) as stage:
        error = await stage.error("get_diagnostics", sandbox_id="x", kind="logs")
    assert (error["code"], server.described, server.opened) == ("upstream_unavailable", 1, [1])


async def test_what_is_delivered_inline_the_second_time_is_taken_with_all_that_is_said_of_it(
    open_stage: OpenStage,
) -> None:
    inline = {"delivery": "inline", "contentUrl": None, "content": "inline text", "truncated": True, "warnings": ["w"]}
    server = Server({"expiresAt": PAST}, inline)
    async with open_stage(wire=lambda _: server) as stage:
        answer = await stage.call("get_diagnostics", sandbox_id="x", kind="logs", scope="other")
    assert "inline text" in answer.text
    assert answer.figures["warnings"] == ["w"]
    assert (answer.figures["complete"], server.opened) == ("no", [])


async def test_a_url_without_a_word_on_delivery_is_opened(open_stage: OpenStage) -> None:
    server = Server({"delivery": "presigned"})
    async with open_stage(wire=lambda _: server) as stage:
        assert "text 1" in await stage.text("get_diagnostics", sandbox_id="x", kind="logs")


async def test_delivery_by_url_without_a_url_is_no_empty_log(open_stage: OpenStage) -> None:
    async with open_stage(wire=lambda _: Server({"contentUrl": None})) as stage:
        error = await stage.error("get_diagnostics", sandbox_id="x", kind="logs")
    assert error["code"] == "bad_response"
    assert "names no contentUrl" in error["text"]


async def test_a_url_that_the_servers_own_warning_repeats_is_not_shown(open_stage: OpenStage) -> None:
    said = f"The log was moved to {ADDRESS}/content/1?{SIGNED} for a minute."
    async with open_stage(wire=lambda _: Server({"warnings": [said]})) as stage:
        answer = await stage.call("get_diagnostics", sandbox_id="x", kind="logs")
    assert answer.figures["warnings"] == ["The log was moved to contentUrl for a minute."]
    assert SIGNED not in answer.text


@pytest.mark.parametrize(
    ("expires_at", "lapsed"),
    [
        ("2026-11-21T20:19:59Z", True),
        ("2026-11-21T20:20:00+00:00", True),
        ("2026-11-21T22:20:00+02:00", True),
        ("2026-11-21T20:20:00", True),
        ("2026-11-21T20:20:00.000000001Z", True),
        ("2026-11-21T20:20:01Z", False),
        ("2026-11-21T19:20:01-01:00", False),
        ("9999-12-31T23:59:59Z", False),
        ("0001-01-01T00:00:00+14:00", True),
        ("soon", False),
        ("", False),
        (None, False),
        (1e400, False),
        ({"at": 1}, False),
    ],
)
def test_a_descriptor_is_over_when_it_says_so_readably(expires_at: object, *, lapsed: bool) -> None:
    now_s = datetime(2026, 11, 21, 20, 20, tzinfo=UTC).timestamp()
    descriptor = Descriptor.model_validate({"delivery": "url", "expiresAt": expires_at})
    assert descriptor.lapsed(now_s) is lapsed


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no tzset")
def test_a_time_without_a_zone_is_of_utc_wherever_the_server_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC+9")
    time.tzset()
    descriptor = Descriptor.model_validate({"delivery": "url", "expiresAt": "2026-11-21T20:20:00"})
    assert descriptor.lapsed(datetime(2026, 11, 21, 20, 21, tzinfo=UTC).timestamp())
    monkeypatch.undo()
    time.tzset()


def test_a_descriptor_is_not_printed_with_its_url() -> None:
    descriptor = Descriptor.model_validate({"delivery": "url", "contentUrl": f"https://x/?{SIGNED}"})
    assert SIGNED not in repr(descriptor) + str(descriptor)
