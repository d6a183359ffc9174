"""From what went wrong on the wire to the error a caller is told."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2

from mcp_server import errors
from mcp_server.errors import Refusal, SandscopeError
from mcp_server.http.paced import NOT_SENT
from mcp_server.settings import loopback

MESSAGE_CHARS = 300
UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Remote:
    """Whom we talk to, in the words an operator knows.

    Attributes:
        platform: `codegen`, `agentbox` or `opensandbox`.
        title: The platform's name for people.
        origin: Scheme, host and port of the base URL.
        address_variable: The variable that sets the base URL.
        key_variable: The variable that sets the key.
        has_key: Whether it is set.
        list_tool: The tool that looks up ids.
    """

    platform: str
    title: str
    origin: str
    address_variable: str
    key_variable: str
    has_key: bool
    list_tool: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What one call says in place of the usual advice.

    Attributes:
        unsure: Said when it is unknown whether the request took effect, for requests that start something. Such an
            error is never retryable.
        lookup: Said when the platform does not know the id; empty names the platform's list tool.
    """

    unsure: str = ""
    lookup: str = ""


# What happened, and what to do about it unless the call knows better.
_BY_STATUS: Mapping[int, tuple[type[SandscopeError], str, str]] = {
    400: (errors.InvalidArgument, "{title} rejected the request{said}.", "Check the arguments against the tool's schema."),
    401: (errors.Unauthorized, "{title} rejected the key in {key}{said}.", "Set a valid key and restart this server; `sandscope doctor` checks it."),
    402: (errors.PlanLimit, "The {title} plan allows no more of this{said}.", "Raise the plan, or wait until its next period begins."),
    403: (errors.Forbidden, "The key in {key} may not do this on {title}{said}.", "Use a key with that permission; whoami shows whose key this is."),
    404: (errors.NotFound, "{title} has nothing with this id for this key{said}.", "{lookup}"),
    422: (errors.InvalidArgument, "{title} rejected the request{said}.", "Check the arguments against the tool's schema."),
    429: (errors.RateLimited, "{title} refused because its rate limit is reached{said}.", "Call again in {wait} s; until then read_log on a captured log is free."),
    500: (errors.UpstreamError, "{title} failed{said}.", "Call again once; if that fails too, tell the user that the fault is at {title}."),
    501: (errors.UnsupportedScope, "This {title} server does not implement that{said}.", "Calling again will not change this: use other arguments or another tool."),
}  # fmt: skip
_NO_KEY = (
    errors.Unauthorized,
    "{title} requires a key and none is set{said}.",
    "Set {key} and restart this server; `sandscope doctor` checks it.",
)
_AWAY = (errors.UpstreamUnavailable, "{title} is not available ({status}){said}.", "Call again in 60 s.")
_ODD = (
    errors.BadResponse,
    "{title} answered with the unexpected status {status}{said}.",
    "Check that {address} is the API's base URL.",
)
# Statuses by which a server says that it did nothing (RFC 9110, 15.5 and 15.6.2); after any other it may have.
_DID_NOTHING = frozenset({*range(400, 500), 501})


def refused(
    remote: Remote, status: int, refusal: Refusal, request_id: str | None, wait_s: float | None, advice: Advice
) -> SandscopeError:
    """The error for an HTTP status that is not a success.

    Args:
        remote: Whom the request went to.
        status: HTTP status.
        refusal: The platform's own words, already cleaned and bounded.
        request_id: The platform's id of the request.
        wait_s: Seconds the budget holds the group back after a 429.
        advice: What the call says in place of the usual.
    """
    known = _NO_KEY if status == UNAUTHORIZED and not remote.has_key else _BY_STATUS.get(status)
    kind, what, usual = known or (_AWAY if status >= 502 else _ODD)  # noqa: PLR2004  RFC 9110, 15.6
    words = {
        "title": remote.title,
        "key": remote.key_variable,
        "address": remote.address_variable,
        "status": status,
        # Whole seconds of a window are not made one more by what adding and taking away times leaves.
        "wait": max(1, math.ceil(round(wait_s or 0, 3))),
        "lookup": advice.lookup or f"Look up the id with {remote.list_tool}.",
        "said": f': "{refusal.message.rstrip(".")}"' if refusal.message else "",
    }
    unsure = "" if status in _DID_NOTHING else advice.unsure
    error = _error(remote, kind, what.format(**words), usual.format(**words), unsure)
    error.retry_after_s, error.request_id, error.refusal = wait_s, request_id, refusal
    return error


def broken(remote: Remote, exc: httpx2.TransportError, seconds: float, advice: Advice) -> SandscopeError:
    """The error for a request that got no whole answer.

    Args:
        remote: Whom the request went to.
        exc: What the HTTP library raised.
        seconds: The deadline that applied.
        advice: What the call says in place of the usual.
    """
    if isinstance(exc, NOT_SENT):
        what = f"No connection to {remote.title} at {remote.origin}."
        usual = f"Check {remote.address_variable} and the network, then call again."
        if loopback(urlsplit(remote.origin).hostname or "") and not urlsplit(remote.origin).port:
            port = 443 if remote.origin.startswith("https:") else 80
            usual = f"That is port {port}; if the server listens on another, such as 8080, name it in {remote.address_variable}."
        return _error(remote, errors.UpstreamUnavailable, what, usual)
    if isinstance(exc, httpx2.TimeoutException):
        what = f"{remote.title} did not answer within {seconds:g} s."
        usual = "Call again once; if that is too slow too, raise SANDSCOPE_TIMEOUT_S."
        return _error(remote, errors.UpstreamTimeout, what, usual, advice.unsure)
    what = f"The connection to {remote.title} broke before the answer was complete."
    return _error(
        remote,
        errors.UpstreamUnavailable,
        what,
        "Call again once; if it breaks again, check the network.",
        advice.unsure,
    )


def misread(remote: Remote, what: str, advice: Advice) -> SandscopeError:
    """The error for a successful answer that cannot be used; `what` is wrong with it."""
    usual = f"Check that {remote.address_variable} is the API's base URL."
    return _error(remote, errors.BadResponse, f"{remote.title} answered, but {what}.", usual, advice.unsure)


def too_large(remote: Remote, cap: int, advice: Advice) -> SandscopeError:
    """The error for a JSON answer of more than `cap` bytes."""
    what = f"{remote.title} answered with more than {cap >> 20} MB of JSON."
    return _error(
        remote,
        errors.ResponseTooLarge,
        what,
        "Ask for less: a smaller `limit` or `lines`, where the tool has one.",
        advice.unsure,
    )


def _error(remote: Remote, kind: type[SandscopeError], what: str, usual: str, unsure: str = "") -> SandscopeError:
    error = kind(f"{what} {unsure or usual}".rstrip(), platform=remote.platform)
    if unsure:
        # The same call again could start the same work twice.
        error.retryable = False
    return error


def words_of(body: bytes) -> tuple[str, str]:
    """The code and message in an error body of any shape the platforms use.

    `{code,message}`, `{message,status_code}`, `{error,errorCode,detail}`, `{detail}` as text or list, `{msg}`, plain text.
    """
    text = body.decode("utf-8", "replace")
    try:
        parsed: Any = json.loads(text)
    except (ValueError, RecursionError):
        return "", "" if text.lstrip().startswith("<") else text
    if not isinstance(parsed, dict):
        return "", text
    fields = cast("dict[str, Any]", parsed)
    code = fields.get("code") or fields.get("errorCode") or ""
    for name in ("message", "error", "detail", "msg"):
        if fields.get(name):
            return str(code), _sentence(fields[name])
    return str(code), ""


def _sentence(value: Any) -> str:
    """A message, or FastAPI's list of validation errors as `field: reason` without the rejected input."""
    if not isinstance(value, list):
        return value if isinstance(value, str) else ""
    parts: list[str] = []
    for item in cast("list[Any]", value):
        if isinstance(item, dict):
            error = cast("dict[str, Any]", item)
            location = error.get("loc")
            where = cast("list[Any]", location)[-1:] if isinstance(location, list) else []
            parts.append(": ".join(str(part) for part in [*where, error.get("msg", "")]))
    return "; ".join(parts)
