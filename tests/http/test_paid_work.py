"""A POST starts something that costs: an error never invites to start it twice, and says when it may have begun."""

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest

from mcp_server.errors import SandscopeError
from mcp_server.http.client import MAX_JSON_BYTES
from tests.http.wires import Scripted, Talk, status

pytestmark = pytest.mark.anyio

UNSURE = "It may have been done."


class Body(httpx2.AsyncByteStream):
    """A body that is sent as it is, or breaks after its first piece."""

    def __init__(self, content: bytes, *, breaks: bool = False) -> None:
        self.content = content
        self.breaks = breaks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.content
        if self.breaks:
            raise httpx2.ReadError("x")


def streamed(content: bytes, *, breaks: bool = False, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(200, stream=Body(content, breaks=breaks), headers=named)


async def error_of(answer: httpx2.Response | Exception, method: str = "post") -> SandscopeError:
    talk = Talk(Scripted(answer))
    with pytest.raises(SandscopeError) as error:
        await (talk.post({"a": 1}) if method == "post" else talk.get())
    return error.value


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (status(500), "Codegen failed."),
        (status(502), "Codegen is not available (502)."),
        (status(503), "Codegen is not available (503)."),
        (status(504), "Codegen is not available (504)."),
        (status(302), "Codegen answered with the unexpected status 302."),
        (httpx2.ReadTimeout("x"), "Codegen did not answer within 30 s."),
        (httpx2.ReadError("x"), "The connection to Codegen broke before the answer was complete."),
        (lambda: streamed(b"{", breaks=True), "The connection to Codegen broke before the answer was complete."),
        (lambda: streamed(b"<html>"), "Codegen answered, but its body is not JSON."),
        (lambda: streamed(b"[]"), "Codegen answered, but the document is not as documented (model_type)."),
        (
            lambda: streamed(b"no gzip", content_encoding="gzip"),
            "Codegen answered, but its compressed body cannot be decoded.",
        ),
        (lambda: streamed(b" " * (MAX_JSON_BYTES + 1)), "Codegen answered with more than 24 MB of JSON."),
    ],
)
async def test_when_it_is_unknown_whether_work_was_started_no_error_says_to_try_again(
    answer: httpx2.Response | Exception | Callable[[], httpx2.Response], what: str
) -> None:
    error = await error_of(answer() if callable(answer) else answer)
    assert (str(error), error.retryable) == (f"{what} {UNSURE}", False)


@pytest.mark.parametrize("answer", [status(code) for code in (400, 401, 402, 403, 404, 409, 422, 429, 501)])
async def test_work_that_was_refused_was_not_started(answer: httpx2.Response) -> None:
    error = await error_of(answer)
    assert UNSURE not in str(error)
    assert error.retryable == (answer.status_code == 429)


async def test_work_that_was_not_sent_was_not_started() -> None:
    error = await error_of(httpx2.ConnectError("x"))
    assert (UNSURE in str(error), error.retryable) == (False, True)


@pytest.mark.parametrize("answer", [status(500), status(504), httpx2.ReadTimeout("x"), httpx2.ReadError("x")])
async def test_a_read_may_be_tried_again_whatever_became_of_it(answer: httpx2.Response | Exception) -> None:
    error = await error_of(answer, "get")
    assert ("Call again" in str(error), error.retryable) == (True, True)
