import re
from collections.abc import Iterator

from mcp_server import errors
from mcp_server.errors import Refusal, SandscopeError

CODES = {
    "not_configured", "unauthorized", "forbidden", "plan_limit",
    "invalid_argument", "not_found", "unsupported_scope", "no_logs", "expired_handle", "unsafe_url",
    "rate_budget_spent", "rate_limited", "server_busy", "cancelled",
    "upstream_error", "upstream_unavailable", "timeout", "response_too_large", "bad_response", "internal",
}  # fmt: skip
RETRYABLE = {
    "rate_budget_spent", "rate_limited", "server_busy", "cancelled", "upstream_error", "upstream_unavailable", "timeout",
}  # fmt: skip


def leaves(kind: type[SandscopeError]) -> Iterator[type[SandscopeError]]:
    below = kind.__subclasses__()
    for child in below:
        yield from leaves(child)
    if not below:
        yield kind


def test_every_error_has_a_code_of_its_own() -> None:
    found = [kind.code for kind in leaves(SandscopeError)]
    assert (sorted(found), set(found)) == (sorted(CODES), CODES)


def test_only_what_time_or_another_try_mends_is_retryable() -> None:
    assert {kind.code for kind in leaves(SandscopeError) if kind("x").retryable} == RETRYABLE


def test_the_tree_is_drawn_with_every_error_and_its_code() -> None:
    drawn = re.findall(r"── (\w+) +([a-z_]+)(?: +\(.*\))?$", errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted((kind.__name__, kind.code) for kind in leaves(SandscopeError))


def test_an_error_says_its_text_and_keeps_what_is_known_about_it() -> None:
    refusal = Refusal(404, "gone", "No such run")
    error = errors.NotFound(
        "It is gone.", retry_after_s=3, platform="codegen", request_id="req-1", run_id=7, refusal=refusal
    )
    assert str(error) == "It is gone."
    assert (error.retry_after_s, error.platform, error.request_id, error.run_id) == (3, "codegen", "req-1", 7)
    assert error.refusal == refusal


def test_what_is_not_known_is_none() -> None:
    error = errors.Internal("x")
    assert (error.retry_after_s, error.platform, error.request_id, error.run_id, error.refusal) == (None,) * 5


def test_an_error_can_be_given_the_run_it_happened_to() -> None:
    error = errors.UpstreamTimeout("x", platform="codegen")
    assert error.about_run(101) is error
    assert error.run_id == 101
