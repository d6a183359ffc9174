"""The one error tree, drawn by what the caller can do about it.

    SandscopeError
    ├── Misconfigured            the operator can mend it: a variable, a key, a permission, a plan
    │   ├── NotConfigured        not_configured
    │   ├── Unauthorized         unauthorized
    │   ├── Forbidden            forbidden
    │   └── PlanLimit            plan_limit
    ├── Misasked                 the caller can mend it: another argument, another tool
    │   ├── InvalidArgument      invalid_argument
    │   ├── NotFound             not_found
    │   ├── UnsupportedScope     unsupported_scope
    │   ├── NoLogs               no_logs
    │   ├── ExpiredHandle        expired_handle
    │   └── UnsafeUrl            unsafe_url
    ├── Later                    time mends it
    │   ├── RateBudgetSpent      rate_budget_spent   (we did not send)
    │   ├── RateLimited          rate_limited        (the platform refused)
    │   ├── ServerBusy           server_busy
    │   └── Cancelled            cancelled
    └── Upstream                 the platform or the way to it is at fault
        ├── UpstreamError        upstream_error
        ├── UpstreamUnavailable  upstream_unavailable
        ├── UpstreamTimeout      timeout
        ├── ResponseTooLarge     response_too_large
        ├── BadResponse          bad_response
        └── Internal             internal            (our own fault)

Beside it stands `StateUnavailable`, which no caller is told: whoever needs the shared state goes on without it.

Raise these everywhere; they are converted to results in one place, `server/seam.py`.
"""

from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a platform answered when it refused: HTTP status, its own code word, its cleaned and bounded text."""

    status: int
    code: str = ""
    message: str = ""


class SandscopeError(Exception):
    """Something a caller is told: `str(error)` says what happened and what to do next, without any secret.

    Attributes:
        code: The stable word for programs (class attribute).
        retryable: Whether the same call can succeed later without a change.
        retry_after_s: Seconds to wait before that, when known.
        platform: `codegen`, `agentbox`, `opensandbox`, or None.
        request_id: The platform's id of the failed request, when it gave one.
        run_id: The run the failed call was about, when there is one.
        refusal: What the platform answered, for code that decides by it.
    """

    code: ClassVar[str] = "internal"
    retryable: bool = False

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        platform: str | None = None,
        request_id: str | None = None,
        run_id: int | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.platform = platform
        self.request_id = request_id
        self.run_id = run_id
        self.refusal = refusal

    def about_run(self, run_id: int) -> Self:
        """The same error, naming the run it happened to."""
        self.run_id = run_id
        return self


class Misconfigured(SandscopeError):
    """The operator can mend it."""


class NotConfigured(Misconfigured):
    """No key or address for this platform, or a variable that cannot be used."""

    code = "not_configured"


class Unauthorized(Misconfigured):
    """The platform rejected the key (401)."""

    code = "unauthorized"


class Forbidden(Misconfigured):
    """The key is valid but may not do this (403)."""

    code = "forbidden"


class PlanLimit(Misconfigured):
    """The account's plan allows no more (402)."""

    code = "plan_limit"


class Misasked(SandscopeError):
    """The caller can mend it."""


class InvalidArgument(Misasked):
    """An argument is missing, unknown, of the wrong type or out of range (400, 422)."""

    code = "invalid_argument"


class NotFound(Misasked):
    """The named thing does not exist, or not for this key (404)."""

    code = "not_found"


class UnsupportedScope(Misasked):
    """The server does not offer this diagnostics scope (400 with a scope code, 501)."""

    code = "unsupported_scope"


class NoLogs(Misasked):
    """There is nothing to analyze (400 of analyze-logs)."""

    code = "no_logs"


class ExpiredHandle(Misasked):
    """The `log_id` is unknown here or no longer kept."""

    code = "expired_handle"


class UnsafeUrl(Misasked):
    """A URL we were handed points where we do not go."""

    code = "unsafe_url"


class Later(SandscopeError):
    """Time mends it."""

    retryable = True


class RateBudgetSpent(Later):
    """Sending now would exceed a rate limit, so nothing was sent."""

    code = "rate_budget_spent"


class RateLimited(Later):
    """The platform answered 429."""

    code = "rate_limited"


class ServerBusy(Later):
    """This server has too much in hand."""

    code = "server_busy"


class Cancelled(Later):
    """The work was cancelled before it was done."""

    code = "cancelled"


class Upstream(SandscopeError):
    """The platform, or the way to it, is at fault."""


class UpstreamError(Upstream):
    """The platform failed (500)."""

    code = "upstream_error"
    retryable = True


class UpstreamUnavailable(Upstream):
    """No connection, or the platform's front door says it is away (502, 503, 504)."""

    code = "upstream_unavailable"
    retryable = True


class UpstreamTimeout(Upstream):
    """The answer was not complete within the deadline."""

    code = "timeout"
    retryable = True


class ResponseTooLarge(Upstream):
    """The answer exceeds what is kept in memory."""

    code = "response_too_large"


class BadResponse(Upstream):
    """The answer is not what the platform's documents promise."""

    code = "bad_response"


class Internal(Upstream):
    """A defect of this server."""

    code = "internal"


class StateUnavailable(Exception):
    """What processes share cannot be used now; the text says why, in the operator's words."""
