"""Answers that break off, are no HTTP, no JSON or not as documented: an error at once that says where, and no more."""

import gzip
import json

import pytest

from tests.faults.canaries import echo
from tests.faults.stage import Faulty, OpenFaulty, ReadTool, each_tool
from tests.faults.upstream import Act, answer, reset, sends

pytestmark = pytest.mark.anyio

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


BREAKS: dict[str, Act] = {
    "closed before headers": sends(b""),
    "reset before headers": sends(b"", then_reset=True),
    "closed in headers": sends(HEAD),
    "reset in headers": sends(HEAD, then_reset=True),
    "reset in body": sends(HEAD + b"Content-Length: 900\r\n\r\n{", then_reset=True),
    "body shorter than it says": sends(HEAD + b'Content-Length: 900\r\n\r\n{"id": 7}'),
    "chunk without a size": sends(CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"),
    "chunk longer than it says": sends(CHUNKED + b"2\r\n{} and more\r\n0\r\n\r\n"),
    "chunks without an end": sends(CHUNKED + b"2\r\n{}\r\n"),
    "chunk of endless size": sends(CHUNKED + b"f" * 100_000),
    "another protocol": sends(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "a TLS alert": sends(b"\x15\x03\x03\x00\x02\x02\x28"),
    "headers without an end": sends(b"HTTP/1.1 200 OK\r\n" + b"X-More: 1\r\n" * 20_000),
    "a header that is none": sends(b"HTTP/1.1 200 OK\r\n\x00\x01: x\r\n\r\n{}"),
    "two lengths": sends(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    "a negative length": sends(HEAD + b"Content-Length: -5\r\n\r\n{}"),
}


@each_tool
@pytest.mark.parametrize("act", BREAKS.values(), ids=BREAKS)
async def test_an_answer_that_breaks_off_is_said_at_once_and_the_next_one_is_read(
    faulty: Faulty, act: Act, tool: ReadTool
) -> None:
    faulty.upstream.act = act
    told = await faulty.fails(tool, "upstream_unavailable", "broke before the answer was complete. Call again once")
    assert told.seconds < 10
    await faulty.recovers(tool)


MISREAD = {
    "no JSON": answer(b"{not json}" + echo().encode()),
    "nothing": answer(b""),
    "half a document": answer(b'{"id": 7, "items": ['),
    "a page": answer(b"<!DOCTYPE html><title>Sign in</title>", Content_Type="text/html"),
    "no text": answer(b"\xff\xfe\x00{"),
    "nested without an end": answer(b"[" * 200_000),
    "no gzip": answer(b"{}" + echo().encode(), Content_Encoding="gzip"),
    "an unknown encoding": answer(b"\x8b\x02\x80{}\x03", Content_Encoding="br"),
    "gzip a thousand times over": answer(gzip.compress(b"{}"), Content_Encoding=", ".join(["gzip"] * 1000)),
    "a list": answer(b"[]"),
    "a word": answer(json.dumps(echo()).encode()),
    "null": answer(b"null"),
    "a figure of ten thousand digits": answer(b"9" * 10_000),
}


# The HTTP library leaves a generator of its own behind where decoding ends the reading, which trio warns about.
@pytest.mark.parametrize("anyio_backend", ["asyncio"], scope="module")
@each_tool
@pytest.mark.parametrize("data", MISREAD.values(), ids=MISREAD)
async def test_an_answer_that_cannot_be_used_names_the_variable_to_check_and_quotes_nothing(
    faulty: Faulty, data: bytes, tool: ReadTool
) -> None:
    faulty.upstream.act = sends(data)
    told = await faulty.fails(tool, "bad_response", " answered, but ", "is the API's base URL")
    assert len(told.text) < 1200
    await faulty.recovers(tool)


@each_tool
async def test_a_connection_that_is_reset_before_anything_was_read_breaks_and_no_more(
    open_faulty: OpenFaulty, tool: ReadTool
) -> None:
    async with open_faulty() as faulty:
        faulty.upstream.greet = reset
        await faulty.fails(tool, "upstream_unavailable")
        await faulty.recovers(tool)
