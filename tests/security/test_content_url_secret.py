"""`get_diagnostics` by a `contentUrl`, the whole server in a process: no key goes there, and the URL is shown nowhere."""

import json
from typing import Any

import pytest

from tests.security.diagnostics_scenarios import CANARY, KEY, PUBLIC, URLS
from tests.security.namespaces import run_inside

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """Results, stderr, state files and connections of a server that was asked about every sandbox."""
    return json.loads(run_inside("tests.security.diagnostics_scenarios"))


def test_each_url_comes_to_the_end_it_should(told: dict[str, Any]) -> None:
    results = told["results"]
    assert "panic: the cause of it" in results.pop("good")["content"][0]["text"]
    codes = {name: result["_meta"]["sandscope/error"]["code"] for name, result in results.items()}
    assert codes == {
        "gone": "upstream_error",
        "binary": "bad_response",
        "broken": "upstream_unavailable",
        "private": "unsafe_url",
        "metadata": "unsafe_url",
        "nowhere": "upstream_unavailable",
        "nonsense": "unsafe_url",
    }


def test_only_the_api_and_the_public_host_are_connected_to(told: dict[str, Any]) -> None:
    assert {(came["address"], came["port"]) for came in told["came"]} == {("127.0.0.1", 8080), (PUBLIC, 443)}


def test_what_has_lapsed_is_described_twice_and_no_more(told: dict[str, Any]) -> None:
    heads = [came["head"] for came in told["came"]]
    assert sum("/sandboxes/gone/diagnostics" in head for head in heads) == 2
    assert sum(head.startswith("GET /gone") for head in heads) == 2
    assert sum("/sandboxes/broken/diagnostics" in head for head in heads) == 1


def test_the_key_goes_to_the_api_and_nowhere_else(told: dict[str, Any]) -> None:
    assert all((KEY in came["head"]) is (came["port"] == 8080) for came in told["came"])
    downloads = [came["head"].lower() for came in told["came"] if came["port"] == 443]
    assert downloads
    assert not any(word in head for head in downloads for word in ("cookie", "authorization", "api-key"))


@pytest.mark.parametrize("where", ["results", "stderr", "kept"])
def test_no_url_and_no_key_is_in_what_the_server_shows_prints_or_keeps(told: dict[str, Any], where: str) -> None:
    said = json.dumps(told[where])
    assert told["kept"]
    for secret in (KEY, CANARY, CANARY.partition("=")[2], "path-canary", *URLS.values()):
        assert secret not in said
