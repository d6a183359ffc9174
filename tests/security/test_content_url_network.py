"""Where a `contentUrl` leads, on real sockets: in a network without an outside, where every address would answer."""

import json
from typing import Any

import pytest

from tests.security.content_url_scenarios import LOCAL, METADATA, PRIVATE, PUBLIC, PUBLIC_6, SPELLINGS
from tests.security.namespaces import run_inside

pytestmark = pytest.mark.slow

Facts = dict[str, Any]


@pytest.fixture(scope="module", params=["asyncio", "trio"])
def found(request: pytest.FixtureRequest) -> dict[str, Facts]:
    """Facts of every scenario, among them who was connected to."""
    return json.loads(run_inside("tests.security.content_url_scenarios", request.param))


def reached(facts: Facts) -> list[tuple[str, int]]:
    """Addresses and ports that were connected to."""
    return [(came["address"], came["port"]) for came in facts["came"]]


def got(facts: Facts) -> Facts:
    """What came of it, without the connections."""
    return {name: fact for name, fact in facts.items() if name != "came"}


def test_whoever_is_not_kept_from_it_reaches_every_address(found: dict[str, Facts]) -> None:
    assert got(found["control"]) == dict.fromkeys((*LOCAL, *METADATA), "HTTP/1.1 200 OK")


def test_a_name_that_means_another_address_at_the_second_look_is_read_at_the_first(found: dict[str, Facts]) -> None:
    facts = found["rebinding"]
    assert got(facts) == {"first": f"line from {PUBLIC}\n", "asked": 1, "second": "unsafe_url"}
    assert reached(facts) == [(PUBLIC, 443)]


def test_a_name_with_one_address_that_is_not_public_is_not_opened_at_any(found: dict[str, Facts]) -> None:
    facts = found["mixed"]
    assert set(got(facts).values()) == {"unsafe_url"}
    assert len(got(facts)) == 4
    assert reached(facts) == []


def test_nothing_that_is_not_of_the_public_internet_is_connected_to(found: dict[str, Facts]) -> None:
    facts = found["local"]
    assert got(facts) == dict.fromkeys(LOCAL, "unsafe_url")
    assert reached(facts) == []


def test_no_spelling_of_a_metadata_address_is_connected_to_though_its_host_is_listed(found: dict[str, Facts]) -> None:
    facts = found["metadata"]
    assert got(facts) == dict.fromkeys((*METADATA, *SPELLINGS), "unsafe_url")
    assert reached(facts) == []


def test_the_own_origin_and_listed_hosts_may_be_private_and_without_tls(found: dict[str, Facts]) -> None:
    facts = found["trusted"]
    assert got(facts) == {
        "own": "line from 127.0.0.1\n",
        "listed": f"line from {PRIVATE}\n",
        "not listed": "unsafe_url",
    }
    assert reached(facts) == [("127.0.0.1", 8080), (PRIVATE, 80)]


def test_the_certificate_must_be_of_the_name_though_an_address_is_connected_to(found: dict[str, Facts]) -> None:
    facts = found["tls"]
    assert got(facts) == {
        "logs.example": f"line from {PUBLIC}\n",
        "other.example": "upstream_unavailable",
        "stranger.example": "upstream_unavailable",
        "six.example": f"line from {PUBLIC_6}\n",
    }
    assert [came["sni"] for came in facts["came"]] == list(got(facts))
    heads = [came["head"] for came in facts["came"]]
    assert [bool(head) for head in heads] == [True, False, False, True]
    assert "host: logs.example\r\n" in heads[0].lower()


def test_a_redirect_to_a_metadata_address_is_not_followed(found: dict[str, Facts]) -> None:
    facts = found["redirect"]
    assert got(facts) == {"got": "unsafe_url"}
    assert reached(facts) == [(PUBLIC, 443)]


def test_no_proxy_of_the_environment_is_used(found: dict[str, Facts]) -> None:
    facts = found["proxied"]
    assert got(facts) == {"got": f"line from {PUBLIC}\n"}
    assert reached(facts) == [(PUBLIC, 443)]


def test_a_gigabyte_is_cut_at_the_cap_and_never_held(found: dict[str, Facts]) -> None:
    facts = found["endless"]
    assert facts["got"] == f"{64 << 20} bytes"
    assert facts["grown_mb"] < 150
