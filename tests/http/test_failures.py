import dataclasses
import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server import errors
from mcp_server.errors import Refusal, SandscopeError
from mcp_server.http.failures import Advice, Remote, broken, refused, words_of

REMOTE = Remote(
    "agentbox",
    "AgentBox",
    "https://box.example.com",
    "AGENTBOX_ENDPOINT",
    "AGENTBOX_API_KEY",
    has_key=True,
    list_tool="list_sandboxes",
)
USUAL, STARTS = Advice(), Advice(unsure="Maybe done.")


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
        (401, errors.Unauthorized, 'AgentBox rejected the key in AGENTBOX_API_KEY: "why". Set a valid key and restart this server; `sandscope doctor` checks it.'),
        (402, errors.PlanLimit, 'The AgentBox plan allows no more of this: "why". Raise the plan, or wait until its next period begins.'),
        (403, errors.Forbidden, 'The key in AGENTBOX_API_KEY may not do this on AgentBox: "why". Use a key with that permission; whoami shows whose key this is.'),
        (404, errors.NotFound, 'AgentBox has nothing with this id for this key: "why". Look up the id with list_sandboxes.'),
        (422, errors.InvalidArgument, 'AgentBox rejected the request: "why". Check the arguments against the tool\'s schema.'),
        (429, errors.RateLimited, 'AgentBox refused because its rate limit is reached: "why". Call again in 12 s; until then read_log on a captured log is free.'),
        (500, errors.UpstreamError, 'AgentBox failed: "why". Call again once; if that fails too, tell the user that the fault is at AgentBox.'),
        (501, errors.UnsupportedScope, 'This AgentBox server does not implement that: "why". Calling again will not change this: use other arguments or another tool.'),
        (502, errors.UpstreamUnavailable, 'AgentBox is not available (502): "why". Call again in 60 s.'),
        (503, errors.UpstreamUnavailable, 'AgentBox is not available (503): "why". Call again in 60 s.'),
        (504, errors.UpstreamUnavailable, 'AgentBox is not available (504): "why". Call again in 60 s.'),
        (599, errors.UpstreamUnavailable, 'AgentBox is not available (599): "why". Call again in 60 s.'),
        (302, errors.BadResponse, 'AgentBox answered with the unexpected status 302: "why". Check that AGENTBOX_ENDPOINT is the API\'s base URL.'),
        (418, errors.BadResponse, 'AgentBox answered with the unexpected status 418: "why". Check that AGENTBOX_ENDPOINT is the API\'s base URL.'),
    ],
)  # fmt: skip
def test_every_status_has_its_error_that_says_what_to_do(status: int, kind: type[SandscopeError], text: str) -> None:
    refusal = Refusal(status, "c", "why")
    error = refused(REMOTE, status, refusal, "req-1", 11.2, USUAL)
    assert (type(error), str(error)) == (kind, text)
    assert (error.platform, error.request_id, error.retry_after_s, error.refusal) == (
        "agentbox",
        "req-1",
        11.2,
        refusal,
    )


@pytest.mark.parametrize(("wait_s", "told"), [(None, 1), (0.0, 1), (0.2, 1), (1.0, 1), (4.01, 5)])
def test_a_429_without_words_is_not_quoted_and_never_asks_to_come_back_too_early(
    wait_s: float | None, told: int
) -> None:
    error = refused(REMOTE, 429, Refusal(429), None, wait_s, USUAL)
    assert str(error) == (
        f"AgentBox refused because its rate limit is reached. Call again in {told} s; "
        "until then read_log on a captured log is free."
    )


def test_a_platform_that_wants_a_key_where_none_is_set_names_the_variable_to_set() -> None:
    error = refused(dataclasses.replace(REMOTE, has_key=False), 401, Refusal(401, "", "why."), None, None, USUAL)
    assert type(error) is errors.Unauthorized
    assert str(error) == (
        'AgentBox requires a key and none is set: "why". Set AGENTBOX_API_KEY and restart this server; `sandscope doctor` checks it.'
    )


def test_words_with_braces_are_quoted_as_they_are() -> None:
    assert '"{key} {0}"' in str(refused(REMOTE, 500, Refusal(500, "", "{key} {0}"), None, None, USUAL))


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, 'AgentBox answered with the unexpected status 200: "why". Maybe done.'),
        (303, 'AgentBox answered with the unexpected status 303: "why". Maybe done.'),
        (500, 'AgentBox failed: "why". Maybe done.'),
        (502, 'AgentBox is not available (502): "why". Maybe done.'),
        (503, 'AgentBox is not available (503): "why". Maybe done.'),
        (504, 'AgentBox is not available (504): "why". Maybe done.'),
    ],
)
def test_a_status_that_leaves_open_whether_work_was_started_says_so_and_is_not_retryable(
    status: int, text: str
) -> None:
    error = refused(REMOTE, status, Refusal(status, "", "why"), None, None, STARTS)
    assert (str(error), error.retryable) == (text, False)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 418, 422, 429, 501])
def test_a_status_that_certainly_refused_is_the_same_for_work_that_would_have_been_started(status: int) -> None:
    sure, plain = (refused(REMOTE, status, Refusal(status), None, 3.0, advice) for advice in (STARTS, USUAL))
    assert (str(sure), sure.retryable) == (str(plain), plain.retryable)


def test_what_a_call_knows_of_looking_up_its_id_stands_in_a_404() -> None:
    error = refused(REMOTE, 404, Refusal(404), None, None, Advice(lookup="Ask for {another}."))
    assert str(error) == "AgentBox has nothing with this id for this key. Ask for {another}."


NO_CONNECTION = (
    "No connection to AgentBox at https://box.example.com. Check AGENTBOX_ENDPOINT and the network, then call again."
)
TOO_LATE = "AgentBox did not answer within 2.5 s."
BROKE = "The connection to AgentBox broke before the answer was complete."


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx2.ConnectError("x"), errors.UpstreamUnavailable),
        (httpx2.ConnectTimeout("x"), errors.UpstreamUnavailable),
        (httpx2.PoolTimeout("x"), errors.UpstreamUnavailable),
        (httpx2.UnsupportedProtocol("x"), errors.UpstreamUnavailable),
    ],
)
@pytest.mark.parametrize("advice", [USUAL, STARTS])
def test_what_was_not_sent_may_be_asked_again(
    failure: httpx2.TransportError, kind: type[SandscopeError], advice: Advice
) -> None:
    error = broken(REMOTE, failure, 2.5, advice)
    assert (type(error), str(error), error.platform, error.retryable) == (kind, NO_CONNECTION, "agentbox", True)


@pytest.mark.parametrize(
    ("failure", "kind", "what", "usual"),
    [
        (
            httpx2.ReadTimeout("x"),
            errors.UpstreamTimeout,
            TOO_LATE,
            "Call again once; if that is too slow too, raise SANDSCOPE_TIMEOUT_S.",
        ),
        (
            httpx2.WriteTimeout("x"),
            errors.UpstreamTimeout,
            TOO_LATE,
            "Call again once; if that is too slow too, raise SANDSCOPE_TIMEOUT_S.",
        ),
        (
            httpx2.ReadError("x"),
            errors.UpstreamUnavailable,
            BROKE,
            "Call again once; if it breaks again, check the network.",
        ),
        (
            httpx2.RemoteProtocolError("x"),
            errors.UpstreamUnavailable,
            BROKE,
            "Call again once; if it breaks again, check the network.",
        ),
        (
            httpx2.ProxyError("x"),
            errors.UpstreamUnavailable,
            BROKE,
            "Call again once; if it breaks again, check the network.",
        ),
    ],
)
def test_what_broke_after_the_send_is_tried_again_unless_it_may_have_started_work(
    failure: httpx2.TransportError, kind: type[SandscopeError], what: str, usual: str
) -> None:
    read, started = (broken(REMOTE, failure, 2.5, advice) for advice in (USUAL, STARTS))
    assert (type(read), str(read), read.platform, read.retryable) == (kind, f"{what} {usual}", "agentbox", True)
    assert (type(started), str(started), started.retryable) == (kind, f"{what} Maybe done.", False)
