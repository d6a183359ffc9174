import dataclasses
import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server import errors
from mcp_server.errors import Refusal, SandscopeError
from mcp_server.http.failures import Remote, broken, refused, words_of

REMOTE = Remote(
    "agentbox",
    "AgentBox",
    "https://box.example.com",
    "AGENTBOX_ENDPOINT",
    "AGENTBOX_API_KEY",
    has_key=True,
    list_tool="list_sandboxes",
)


SHAPES: list[tuple[Any, str, str]] = [
    ({"code": "DOCKER::NOT_FOUND", "message": "gone"}, "DOCKER::NOT_FOUND", "gone"),
    ({"message": "Rate limit exceeded", "status_code": 429}, "", "Rate limit exceeded"),
    ({"error": "no such sandbox", "errorCode": 404, "detail": {}}, "404", "no such sandbox"),
    ({"error": "", "errorCode": "X", "detail": "why"}, "X", "why"),
    ({"detail": "Not Found"}, "", "Not Found"),
    (
        {
            "detail": [
                {"loc": ["query", "limit"], "msg": "too big", "input": "sk-1"},
                {"msg": "odd"},
                {"loc": ["a"]},
            ]
        },
        "",
        "limit: too big; odd; a: ",
    ),
    ({"detail": [1, "x", None]}, "", ""),
    ({"detail": [{"loc": [], "msg": "whole"}]}, "", "whole"),
    ({"msg": "short"}, "", "short"),
    ({"message": {"text": "nested"}}, "", ""),
    ({"status": "bad"}, "", ""),
    ({}, "", ""),
    ([1, 2], "", "[1, 2]"),
    ("plain", "", '"plain"'),
]


@pytest.mark.parametrize(("body", "code", "message"), SHAPES)
def test_code_and_message_are_found_in_every_shape(body: Any, code: str, message: str) -> None:
    assert words_of(json.dumps(body).encode()) == (code, message)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", ""),
        (b"upstream connect error", "upstream connect error"),
        (b"  <html><title>502</title>", ""),
        (b"\xff", "\ufffd"),
        (b"[" * 100_000, "[" * 100_000),
    ],
)
def test_what_is_no_json_is_the_message_unless_it_is_a_page(body: bytes, message: str) -> None:
    assert words_of(body) == ("", message)


NAMES = st.sampled_from(["detail", "code", "error", "message", "loc", "msg"])
BODIES = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner)
)


@given(st.binary() | BODIES.map(lambda body: json.dumps(body).encode()))
def test_no_error_body_raises(body: bytes) -> None:
    code, message = words_of(body)
    assert isinstance(code + message, str)


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [
        (400, errors.InvalidArgument, 'AgentBox rejected the request: "why". Check the arguments against the tool\'s schema.'),
        (401, errors.Unauthorized, 'AgentBox rejected the key in AGENTBOX_API_KEY: "why". Set a valid key and restart; `sandscope doctor` checks it.'),
        (402, errors.PlanLimit, 'The AgentBox plan allows no more of this: "why". Raise the plan or wait for its next period.'),
        (403, errors.Forbidden, 'The key in AGENTBOX_API_KEY may not do this on AgentBox: "why". Use a key with that permission, or another organisation.'),
        (404, errors.NotFound, 'AgentBox does not know it, or not for this key: "why". Look up the id with list_sandboxes.'),
        (422, errors.InvalidArgument, 'AgentBox rejected the request: "why". Check the arguments against the tool\'s schema.'),
        (429, errors.RateLimited, 'AgentBox refused because of its rate limit: "why". Call again in 12 s; read_log on a captured log is free meanwhile.'),
        (500, errors.UpstreamError, 'AgentBox failed: "why". Try again once; if it fails again, the fault is at AgentBox.'),
        (501, errors.UnsupportedScope, 'This AgentBox server does not implement that: "why".'),
        (502, errors.UpstreamUnavailable, 'AgentBox is not available (502): "why". Try again in a minute.'),
        (503, errors.UpstreamUnavailable, 'AgentBox is not available (503): "why". Try again in a minute.'),
        (504, errors.UpstreamUnavailable, 'AgentBox is not available (504): "why". Try again in a minute.'),
        (599, errors.UpstreamUnavailable, 'AgentBox is not available (599): "why". Try again in a minute.'),
        (302, errors.BadResponse, 'AgentBox answered with the unexpected status 302: "why". Check AGENTBOX_ENDPOINT.'),
        (418, errors.BadResponse, 'AgentBox answered with the unexpected status 418: "why". Check AGENTBOX_ENDPOINT.'),
    ],
)  # fmt: skip
def test_every_status_has_its_error_that_says_what_to_do(status: int, kind: type[SandscopeError], text: str) -> None:
    refusal = Refusal(status, "c", "why")
    error = refused(REMOTE, status, refusal, "req-1", 12.2)
    assert (type(error), str(error)) == (kind, text)
    assert (error.platform, error.request_id, error.retry_after_s, error.refusal) == (
        "agentbox",
        "req-1",
        12.2,
        refusal,
    )


def test_a_platform_without_words_is_not_quoted() -> None:
    error = refused(REMOTE, 429, Refusal(429), None, None)
    assert str(error) == (
        "AgentBox refused because of its rate limit. Call again in 0 s; read_log on a captured log is free meanwhile."
    )


def test_a_platform_that_wants_a_key_where_none_is_set_names_the_variable_to_set() -> None:
    error = refused(dataclasses.replace(REMOTE, has_key=False), 401, Refusal(401, "", "why."), None, None)
    assert type(error) is errors.Unauthorized
    assert str(error) == (
        'AgentBox wants a key and none is set: "why". Set AGENTBOX_API_KEY and restart; `sandscope doctor` checks it.'
    )


def test_words_with_braces_are_quoted_as_they_are() -> None:
    assert '"{key} {0}"' in str(refused(REMOTE, 500, Refusal(500, "", "{key} {0}"), None, None))


NO_CONNECTION = "No connection to AgentBox at https://box.example.com. Check AGENTBOX_ENDPOINT and the network."
TOO_LATE = "AgentBox did not answer within 2.5 s. Maybe done. Try again, or raise SANDSCOPE_TIMEOUT_S."
BROKE = "The connection to AgentBox broke before the answer was complete. Maybe done. Try again."


@pytest.mark.parametrize(
    ("failure", "kind", "text"),
    [
        (httpx2.ConnectError("x"), errors.UpstreamUnavailable, NO_CONNECTION),
        (httpx2.ConnectTimeout("x"), errors.UpstreamUnavailable, NO_CONNECTION),
        (httpx2.PoolTimeout("x"), errors.UpstreamUnavailable, NO_CONNECTION),
        (httpx2.UnsupportedProtocol("x"), errors.UpstreamUnavailable, NO_CONNECTION),
        (httpx2.ReadTimeout("x"), errors.UpstreamTimeout, TOO_LATE),
        (httpx2.WriteTimeout("x"), errors.UpstreamTimeout, TOO_LATE),
        (httpx2.ReadError("x"), errors.UpstreamUnavailable, BROKE),
        (httpx2.RemoteProtocolError("x"), errors.UpstreamUnavailable, BROKE),
        (httpx2.ProxyError("x"), errors.UpstreamUnavailable, BROKE),
    ],
)
def test_a_broken_exchange_says_what_is_known_about_it(
    failure: httpx2.TransportError, kind: type[SandscopeError], text: str
) -> None:
    error = broken(REMOTE, failure, 2.5, "Maybe done.")
    assert (type(error), str(error), error.platform) == (kind, text, "agentbox")


def test_a_read_that_broke_says_nothing_of_having_been_done() -> None:
    assert "  " not in str(broken(REMOTE, httpx2.ReadError("x"), 2.5, ""))
