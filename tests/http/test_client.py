import gzip
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.errors import BadResponse, InvalidArgument, NotFound, ResponseTooLarge, UpstreamError
from mcp_server.http.client import MAX_ERROR_BYTES, MAX_JSON_BYTES, MAX_TEXT_BYTES, Text, segment
from tests.http.wires import CHARGE, SECRET, Fact, Scripted, Talk, ok, status

pytestmark = pytest.mark.anyio


def answer(content: bytes, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(200, stream=Chunks(content), headers=named)


class Chunks(httpx2.AsyncByteStream):
    """A body in pieces, which counts those that were read."""

    def __init__(self, content: bytes, size: int = 1 << 16) -> None:
        self.content = content
        self.size = size
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.content), self.size):
            self.read += 1
            yield self.content[start : start + self.size]


async def test_parameters_without_a_value_are_left_out() -> None:
    wire = Scripted(ok())
    await Talk(wire).get(limit=5, name=None, flag=True, word="a b&c")
    assert wire.asked[0].url.query == b"limit=5&flag=true&word=a+b%26c"


@pytest.mark.parametrize(("body", "sent"), [({"a": None, "b": [1]}, b'{"a":null,"b":[1]}'), (None, b"")])
async def test_a_post_sends_its_json_or_nothing(body: dict[str, Any] | None, sent: bytes) -> None:
    wire = Scripted(ok())
    assert (await Talk(wire).post(body)).id == 7
    assert (wire.asked[0].method, wire.asked[0].content) == ("POST", sent)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "its body is not JSON"),
        (b"<html>", "its body is not JSON"),
        (b"{", "its body is not JSON"),
        (b"\xff\xfe\xfd", "its body is not JSON"),
        (b"[" * 100_000, "its body is not JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", "its body is not JSON"),
        (b"[]", "the document is not as documented (model_type)"),
        (b'{"id": "seven"}', "id is not as documented (int_parsing)"),
        (b'{"id": NaN}', "id is not as documented (int_type)"),
        (b'{"words": {"x": "y"}}', "words.x is not as documented (int_parsing)"),
    ],
)
async def test_an_answer_that_is_not_as_documented_is_a_bad_response(content: bytes, wrong: str) -> None:
    with pytest.raises(BadResponse) as error:
        await Talk(Scripted(answer(content))).get()
    assert str(error.value) == (
        f"Codegen answered, but {wrong}. Check that CODEGEN_API_BASE_URL is the API's base URL."
    )
    assert error.value.platform == "codegen"


async def test_words_of_the_document_in_an_error_are_cleaned_and_bounded() -> None:
    document = {"words": {f"{SECRET}\n\x1b[31m" + "x" * 100_000: "no"}}
    with pytest.raises(BadResponse) as error:
        await Talk(Scripted(ok(document))).get()
    text = str(error.value)
    assert len(text) < 500
    assert SECRET not in text
    assert text.isprintable()


@pytest.mark.parametrize("word", ["x" * 70_000, "\ud800", "a\udc00"])
async def test_a_parameter_that_no_url_can_carry_is_the_callers_to_mend(word: str) -> None:
    wire = Scripted(ok())
    talk = Talk(wire)
    with pytest.raises(InvalidArgument, match=r"too long or holds characters no URL can carry") as error:
        await talk.get(word=word)
    assert (error.value.platform, wire.asked, await talk.used()) == ("codegen", [], 0)


def nested(depth: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(depth):
        document = {"a": document}
    return document


@pytest.mark.parametrize("body", [{"a": "\ud800"}, {"\udfff": 1}, {"a": float("nan")}, nested(100_000)])
async def test_a_body_that_json_cannot_carry_is_the_callers_to_mend(body: dict[str, Any]) -> None:
    wire = Scripted(ok())
    with pytest.raises(InvalidArgument, match="nothing was sent") as error:
        await Talk(wire).post(body)
    assert (error.value.platform, wire.asked) == ("codegen", [])


async def test_a_path_with_a_figure_of_thousands_of_digits_is_the_callers_to_mend() -> None:
    wire = Scripted(ok())
    with pytest.raises(InvalidArgument, match="too long"):
        await Talk(wire).client.get_text(("runs", 10**5000), CHARGE)
    assert wire.asked == []


async def test_a_call_may_say_itself_how_to_look_up_what_the_platform_does_not_know() -> None:
    client = Talk(Scripted(status(404))).client
    calls: list[Callable[[str], Awaitable[object]]] = [
        lambda lookup: client.get(Fact, ("x",), CHARGE, lookup=lookup),
        lambda lookup: client.get_text(("x",), CHARGE, lookup=lookup),
        lambda lookup: client.post(Fact, ("x",), CHARGE, None, "", lookup=lookup),
    ]
    for call in calls:
        with pytest.raises(NotFound, match=r"this key\. Look up the id with list_runs\.$"):
            await call("")
        with pytest.raises(NotFound, match=r"this key\. Count them\.$"):
            await call("Count them.")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
async def test_a_number_that_json_cannot_hold_is_read_as_absent(number: str) -> None:
    fact = await Talk(Scripted(answer(f'{{"ratio": {number}, "open": [{number}, 1.5]}}'.encode()))).get()
    assert (fact.ratio, fact.open) == (None, [None, 1.5])


async def test_fields_nobody_knows_are_ignored() -> None:
    assert (await Talk(Scripted(ok({"id": 1, "new": {}}))).get()) == Fact(id=1)


async def test_json_over_the_cap_is_refused_and_the_rest_is_not_downloaded() -> None:
    body = Chunks(b'"' + b"x" * (MAX_JSON_BYTES * 2), 1 << 20)
    with pytest.raises(ResponseTooLarge, match=r"more than 24 MB of JSON\. Ask for less") as error:
        await Talk(Scripted(httpx2.Response(200, stream=body))).get()
    assert error.value.platform == "codegen"
    assert body.read <= (MAX_JSON_BYTES >> 20) + 1


async def test_json_of_exactly_the_cap_is_read() -> None:
    content = b'{"id": 7}' + b" " * (MAX_JSON_BYTES - 9)
    assert (await Talk(Scripted(answer(content))).get()).id == 7


async def test_text_is_read_as_it_is_or_cut_at_the_cap() -> None:
    talk = Talk(Scripted(answer(b"\xff\x00a"), answer(b"x" * MAX_TEXT_BYTES), answer(b"x" * (MAX_TEXT_BYTES + 1))))
    assert await talk.client.get_text(("logs",), CHARGE) == Text(b"\xff\x00a", cut=False)
    whole = await talk.client.get_text(("logs",), CHARGE)
    assert (len(whole.content), whole.cut) == (MAX_TEXT_BYTES, False)
    cut = await talk.client.get_text(("logs",), CHARGE, {"lines": 0})
    assert (len(cut.content), cut.cut) == (MAX_TEXT_BYTES, True)


@pytest.mark.parametrize("layers", [1, 2])
async def test_a_small_compressed_body_does_not_fill_the_memory(layers: int) -> None:
    bomb = b"x" * (MAX_JSON_BYTES * 4)
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    with pytest.raises(ResponseTooLarge):
        await Talk(Scripted(answer(bomb, content_encoding=", ".join(["gzip"] * layers)))).get()


async def test_a_compressed_body_is_decoded() -> None:
    body = zlib.compress(b'{"id": 9}')
    assert (await Talk(Scripted(answer(body, content_encoding="deflate"))).get()).id == 9


async def test_a_body_that_cannot_be_decoded_is_a_bad_response() -> None:
    with pytest.raises(BadResponse, match="its compressed body cannot be decoded"):
        await Talk(Scripted(answer(b"no gzip", content_encoding="gzip"))).get()


async def test_of_an_error_body_only_the_beginning_is_read() -> None:
    body = Chunks(b"x" * MAX_ERROR_BYTES * 100)
    with pytest.raises(UpstreamError) as error:
        await Talk(Scripted(httpx2.Response(500, stream=body))).get()
    assert body.read <= 2
    assert len(str(error.value)) < 500


async def test_a_refusal_keeps_the_platforms_words_code_and_request_id_clean() -> None:
    words = {"code": f"E\n{SECRET}", "message": f"no\x1b[31m {SECRET}\n" + "y" * 1000}
    response = httpx2.Response(500, json=words, headers={"x-request-id": f"req-1 {SECRET}"})
    with pytest.raises(UpstreamError) as error:
        await Talk(Scripted(response)).get()
    refusal = error.value.refusal
    assert refusal is not None
    assert (refusal.status, len(refusal.message)) == (500, 300)
    assert refusal.code.startswith("E [redacted:own-key:")
    assert refusal.message.startswith("no [redacted:own-key:")
    assert (error.value.request_id or "").startswith("req-1 [redacted:own-key:")
    assert SECRET not in f"{error.value} {refusal}"


async def test_a_refusal_without_words_or_request_id_has_none() -> None:
    with pytest.raises(UpstreamError) as error:
        await Talk(Scripted(status(500))).get()
    assert error.value.request_id is None
    assert (
        str(error.value)
        == "Codegen failed. Call again once; if that fails too, tell the user that the fault is at Codegen."
    )


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("sb-1", "sb-1"),
        ("a.b_c~d", "a.b_c~d"),
        ("v1:x", "v1%3Ax"),
        ("a&b=c;d+e@f", "a%26b%3Dc%3Bd%2Be%40f"),
        ("bücher", "b%C3%BCcher"),
        ("x" * 256, "x" * 256),
    ],
)
async def test_an_id_is_one_percent_encoded_segment(value: str, encoded: str) -> None:
    wire = Scripted(answer(b""))
    await Talk(wire).client.get_text((segment("sandbox_id", value), "logs"), CHARGE)
    assert wire.asked[0].url.raw_path == f"/base/{encoded}/logs".encode()


@pytest.mark.parametrize(
    "value",
    [
        "",
        ".",
        "..",
        "...",
        "a..b",
        "a/b",
        "a\\b",
        "a?b",
        "a#b",
        "a%2Fb",
        "a b",
        "a\nb",
        "a\x00b",
        "\u200b",
        "\ud800",
        "x" * 257,
    ],
)
def test_what_is_no_id_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        segment("sandbox_id", value)
    assert str(error.value).startswith("sandbox_id is not an id: ids are 1 to 256 characters without spaces")
    assert "xxx" not in str(error.value)


@given(st.text(max_size=20))
def test_no_id_leaves_its_segment(value: str) -> None:
    try:
        encoded = segment("id", value)
    except InvalidArgument:
        return
    url = httpx2.URL(f"https://h/base/{encoded}/logs")
    assert url.raw_path == f"/base/{encoded}/logs".encode()
    assert url.path == f"/base/{value}/logs"
