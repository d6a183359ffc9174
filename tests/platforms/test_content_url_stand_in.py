"""Delivery by URL: the download needs no key, minds one that is sent, and expires."""

from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from mcp_server.platforms.opensandbox.stand_in import Dialect, opensandbox_app
from mcp_server.platforms.opensandbox.stand_in_data import Data, Sandbox

NOW = datetime(2026, 11, 21, 20, 20, tzinfo=UTC)
LINES = tuple(f"2026-11-21T20:18:00.000000001Z line {n}" for n in range(500))
KEY = {"OPEN-SANDBOX-API-KEY": "good"}


def sandbox(name: str, lines: tuple[str, ...]) -> Sandbox:
    return Sandbox(
        id=name,
        image="acme/busybox:1",
        container_id="5362186b13ec",
        created_at=NOW,
        started_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        entrypoint=("true",),
        lines=lambda: lines,
    )


class Server:
    """A server that delivers by URL, and its time of day."""

    def __init__(self) -> None:
        self.now = NOW
        data = Data(keys=frozenset({"good"}), sandboxes=(sandbox("big", LINES), sandbox("small", LINES[:3])))
        self.api = TestClient(opensandbox_app(data, now=lambda: self.now, dialect=Dialect(delivery="url")))

    def logs(self, sandbox_id: str) -> dict[str, str]:
        return self.api.get(f"/v1/sandboxes/{sandbox_id}/diagnostics/logs?scope=container", headers=KEY).json()


def test_a_big_log_comes_whole_by_a_url_of_the_same_origin():
    server = Server()
    found = server.logs("big")
    url = found.pop("contentUrl")
    text = "".join(f"{line}\n" for line in LINES)
    assert found == {
        "sandboxId": "big",
        "kind": "logs",
        "scope": "container",
        "delivery": "url",
        "contentType": "text/plain; charset=utf-8",
        "contentLength": len(text),
        "expiresAt": "2026-11-21T20:21:00Z",
        "truncated": False,
    }
    assert url.startswith("http://testserver/content/")
    download = server.api.get(url)
    assert (download.status_code, download.text) == (200, text)
    assert download.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_small_log_stays_inline():
    assert Server().logs("small")["delivery"] == "inline"


def test_a_key_sent_to_the_download_is_a_mistake_that_shows():
    server = Server()
    url = server.logs("big")["contentUrl"]
    for headers in (KEY, {"Authorization": "Bearer good"}, {"Cookie": "session=1"}):
        assert server.api.get(url, headers=headers).status_code == 400


def test_a_url_expires_and_a_new_descriptor_has_a_new_one():
    server = Server()
    old = server.logs("big")["contentUrl"]
    server.now += timedelta(seconds=60)
    assert server.api.get(old).status_code == 403
    new = server.logs("big")["contentUrl"]
    assert new != old
    assert server.api.get(new).status_code == 200
    assert server.api.get(old).status_code == 404
    assert server.api.get("/content/unknown").status_code == 404
