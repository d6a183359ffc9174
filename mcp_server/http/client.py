"""One platform's client: get or post, status to error, JSON to model."""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ValidationError

from mcp_server.budget.groups import Charge
from mcp_server.errors import InvalidArgument, Refusal
from mcp_server.http.failures import MESSAGE_CHARS, Advice, Remote, broken, misread, refused, too_large, words_of
from mcp_server.http.paced import CHARGE, RETRY_AFTER
from mcp_server.logs.redact import Redactor
from mcp_server.logs.sanitise import clean_line
from mcp_server.telemetry import Telemetry

# On decoded bytes, so that a small compressed body cannot fill the memory.
MAX_JSON_BYTES = 24 * 1024 * 1024
MAX_TEXT_BYTES = 64 * 1024 * 1024
MAX_ERROR_BYTES = 64 * 1024
MAX_ID_CHARS = 256
_PATH_CHARACTERS = frozenset("/\\?#%")

ModelT = TypeVar("ModelT", bound=BaseModel)
Params = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Text:
    """A plain-text body; `cut` if it was longer than the cap."""

    content: bytes
    cut: bool


def segment(argument: str, value: str) -> str:
    """An id as one path segment, percent-encoded.

    Raises:
        InvalidArgument: It is empty, over 256 characters, or holds control, path or dot-dot characters.
    """
    bad = not value.isprintable() or _PATH_CHARACTERS & set(value) or " " in value or value.strip(".") == ""
    if bad or ".." in value or len(value) > MAX_ID_CHARS:
        raise InvalidArgument(
            f"{argument} is not an id: ids are 1 to {MAX_ID_CHARS} characters without spaces, control characters, "
            "`/`, `\\`, `?`, `#`, `%` or `..`. Look up the id with list_sandboxes."
        )
    return quote(value, safe="")


class Client:
    """Talks to one platform at one origin with one key.

    Args:
        http: The HTTP library's client, over the layers of `stack.py`.
        remote: Whom it talks to, for error texts.
        redactor: Cleans upstream words before they enter an error.
        timeout_s: The deadline the layers enforce, for error texts.
        telemetry: Is told of bodies that are not read whole.
    """

    def __init__(
        self, http: httpx2.AsyncClient, remote: Remote, redactor: Redactor, timeout_s: float, telemetry: Telemetry
    ) -> None:
        self.remote = remote
        self._http = http
        self._redactor = redactor
        self._timeout_s = timeout_s
        self._telemetry = telemetry

    async def get(
        self,
        model: type[ModelT],
        path: Sequence[str | int],
        charge: Charge,
        params: Params | None = None,
        lookup: str = "",
    ) -> ModelT:
        """GETs a JSON document.

        Args:
            model: What the document is parsed into.
            path: Segments below the base URL, already percent-encoded (`segment`).
            charge: Budget groups the request is charged to.
            params: Query parameters; None values are left out.
            lookup: Said after a 404; by default to look up the id with the platform's list tool.

        Raises:
            SandscopeError: As `errors.py` maps statuses and wire failures.
        """
        advice = Advice(lookup=lookup)
        request = self._request("GET", path, charge, params=params)
        return self._parse(model, await self._exchange(request, advice, MAX_JSON_BYTES), advice)

    async def post(
        self,
        model: type[ModelT],
        path: Sequence[str | int],
        charge: Charge,
        body: Mapping[str, Any] | None,
        unsure: str,
        lookup: str = "",
    ) -> ModelT:
        """POSTs JSON (or an empty body) to an endpoint that starts something.

        Args:
            model: What the answer is parsed into.
            path: Segments below the base URL, already percent-encoded.
            charge: Budget groups the request is charged to.
            body: The JSON body; None sends none.
            unsure: Said, in place of any advice to try again, when it is unknown whether the request took effect.
            lookup: Said after a 404; by default to look up the id with the platform's list tool.

        Raises:
            SandscopeError: As `errors.py` maps statuses and wire failures; not retryable where `unsure` is said.
        """
        advice = Advice(unsure, lookup)
        request = self._request("POST", path, charge, document=body)
        return self._parse(model, await self._exchange(request, advice, MAX_JSON_BYTES), advice)

    async def get_text(
        self, path: Sequence[str | int], charge: Charge, params: Params | None = None, lookup: str = ""
    ) -> Text:
        """GETs plain text, cut at 64 MB of decoded bytes.

        Raises:
            SandscopeError: As `errors.py` maps statuses and wire failures.
        """
        return await self._exchange(
            self._request("GET", path, charge, params=params), Advice(lookup=lookup), MAX_TEXT_BYTES
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    def _request(
        self,
        method: str,
        path: Sequence[str | int],
        charge: Charge,
        *,
        params: Params | None = None,
        document: Mapping[str, Any] | None = None,
    ) -> httpx2.Request:
        query = {name: value for name, value in (params or {}).items() if value is not None}
        try:
            url = "/".join(str(part) for part in path)
            return self._http.build_request(method, url, params=query, json=document, extensions={CHARGE: charge})
        # Lone surrogates, figures of thousands of digits, NaN; arguments nested too deep.
        except (httpx2.InvalidURL, ValueError, RecursionError) as exc:
            raise InvalidArgument(
                "An argument is too long or holds characters no URL can carry, or a value that JSON cannot, so "
                "nothing was sent. Shorten or correct it.",
                platform=self.remote.platform,
            ) from exc

    async def _exchange(self, request: httpx2.Request, advice: Advice, cap: int) -> Text:
        try:
            async with aclosing(await self._http.send(request, stream=True)) as response:
                if response.is_success:
                    body = await read(response, cap)
                    if body.cut:
                        self._telemetry.unread(self.remote.platform)
                    return body
                raise self._refusal(response, (await read(response, MAX_ERROR_BYTES)).content, advice)
        except httpx2.TransportError as exc:
            raise broken(self.remote, exc, self._timeout_s, advice) from exc
        except httpx2.DecodingError as exc:
            raise misread(self.remote, "its compressed body cannot be decoded", advice) from exc

    def _refusal(self, response: httpx2.Response, body: bytes, advice: Advice) -> Exception:
        code, message = words_of(body)
        refusal = Refusal(
            response.status_code,
            clean_line(code, self._redactor, MESSAGE_CHARS),
            clean_line(message, self._redactor, MESSAGE_CHARS),
        )
        request_id = response.headers.get("x-request-id")
        return refused(
            self.remote,
            response.status_code,
            refusal,
            clean_line(request_id, self._redactor, MESSAGE_CHARS) if request_id else None,
            response.extensions.get(RETRY_AFTER),
            advice,
        )

    def _parse(self, model: type[ModelT], body: Text, advice: Advice) -> ModelT:
        if body.cut:
            raise too_large(self.remote, MAX_JSON_BYTES, advice)
        try:
            text = body.content.decode(json.detect_encoding(body.content), "surrogatepass")
            # Megabytes that nobody else holds: they need not be there while as many are parsed.
            del body
            # NaN and infinity, `1e999` too, would be no JSON in our own answer.
            document = json.loads(text, parse_constant=lambda _: None, parse_float=_finite)
        except (ValueError, RecursionError) as exc:
            raise misread(self.remote, "its body is not JSON", advice) from exc
        try:
            return model.model_validate(document)
        except ValidationError as exc:
            first = exc.errors(include_input=False, include_url=False)[0]
            # Keys of the document may be part of the place.
            place = clean_line(".".join(map(str, first["loc"])), self._redactor, MESSAGE_CHARS)
            where = place or "the document"
            raise misread(self.remote, f"{where} is not as documented ({first['type']})", advice) from exc


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


async def read(response: httpx2.Response, cap: int) -> Text:
    """The decoded body up to `cap` bytes; the rest is never downloaded."""
    # It grows in place and gives what it holds without a copy: to join megabytes would hold up every other call.
    body = BytesIO()
    room = cap
    async with aclosing(response.aiter_bytes()) as decoded:
        async for chunk in decoded:
            body.write(chunk[:room])
            room -= len(chunk)
            if room < 0:
                break
    return Text(body.getvalue(), cut=room < 0)
