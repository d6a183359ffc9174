"""Reads one kind of diagnostics by whatever way this server offers: scoped, behind a URL, or the deprecated plain form."""

import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from mcp_server.errors import BadResponse, InvalidArgument, NotFound, SandscopeError, UnsupportedScope, UpstreamError
from mcp_server.http.client import MAX_TEXT_BYTES, Text
from mcp_server.platforms.opensandbox.api import DEEPEST, Kind, OpenSandboxApi
from mcp_server.platforms.opensandbox.models import Descriptor

DEFAULT_SCOPE: dict[Kind, str] = {"logs": "container", "events": "runtime"}
# A scoped answer holds so many: the last of the logs, the first of the events. Docker counts pieces of 16 kB as lines,
# so long lines reach it sooner.
SCOPED_LINES: dict[Kind, int] = {"logs": 100, "events": 50}
END: dict[Kind, str] = {"logs": "last", "events": "first"}
DOCKER_PIECE_BYTES = 16 * 1024
_MANY = max(most for _, most in DEEPEST.values())
SCOPE_REFUSED = "DIAGNOSTICS_SCOPE_UNSUPPORTED"
# Words of Docker and Kubernetes for what a container's own log cannot tell.
_PLATFORM_ENDS = re.compile(
    r"OOMKill|Evicted|DeadlineExceeded|ImagePullBackOff|ErrImagePull|CrashLoopBackOff|FailedScheduling|FailedMount"
)
_NOTHING = frozenset({b"(no logs)", b"(no events)", b"(no notable events)"})
_LONGEST_NOTHING = 100


@dataclass(frozen=True, slots=True)
class Piece:
    """Diagnostics text of one kind.

    Attributes:
        kind: `logs` or `events`.
        content: The text; empty if there is none.
        whole: Whether it is all that the server keeps.
        warnings: What a reader must know about it.
    """

    kind: Kind
    content: bytes
    whole: bool
    warnings: tuple[str, ...] = ()

    @property
    def ends(self) -> list[str]:
        """Event lines that name an end only the platform knows of, without their labels."""
        if self.kind != "events":
            return []
        lines = self.content.decode("utf-8", "replace").splitlines()
        return [line.removeprefix("Event:").strip() for line in lines if _PLATFORM_ENDS.search(line)]


@dataclass(slots=True)
class Diagnostics:
    """Diagnostics of one server; remembers what it does not implement.

    Attributes:
        api: The server.
        download: Fetches the text behind a `contentUrl`.
        wall: Seconds since 1970.
    """

    api: OpenSandboxApi
    download: Callable[[str], Awaitable[Text]]
    wall: Callable[[], float]
    _unscoped: set[Kind] = field(default_factory=set[Kind])

    async def read(self, sandbox_id: str, kind: Kind, scope: str | None) -> Piece:
        """One kind of diagnostics, by the deepest way that serves the scope.

        Raises:
            UnsupportedScope: The server does not offer the scope.
            SandscopeError: As for any request.
        """
        wanted = (scope or DEFAULT_SCOPE[kind]).strip()
        plain_serves = wanted.lower() in {DEFAULT_SCOPE[kind], "all"}
        if kind in self._unscoped and plain_serves:
            return await self._plain(sandbox_id, kind)
        try:
            piece = await self._scoped(sandbox_id, kind, wanted)
        except UnsupportedScope as exc:
            if exc.refusal is None or exc.refusal.code == SCOPE_REFUSED:
                raise
            if not plain_serves:
                raise _without_scope(exc) from exc
            piece = await self._plain(sandbox_id, kind)
            # Only now: what answers 501 to everything is no server of an old dialect.
            self._unscoped.add(kind)
            return piece
        if plain_serves and not piece.whole:
            return await self._deeper(sandbox_id, piece)
        return piece

    async def _scoped(self, sandbox_id: str, kind: Kind, scope: str) -> Piece:
        descriptor, text = await self._content(sandbox_id, kind, scope)
        content = b"" if _nothing(text.content) else text.content
        cut = descriptor.truncated or text.cut or _pieces(content) >= SCOPED_LINES[kind]
        url = descriptor.content_url or "contentUrl"
        said = (warning.replace(url, "contentUrl") for warning in descriptor.warnings)
        return Piece(kind, content, not cut, (*said, *_cut_at_cap(kind, text)))

    async def _content(self, sandbox_id: str, kind: Kind, scope: str) -> tuple[Descriptor, Text]:
        """The text, and the descriptor it is of: a second one where the first one's URL has lapsed."""
        descriptor = await self._descriptor(sandbox_id, kind, scope)
        if not (descriptor.by_url and descriptor.lapsed(self.wall())):
            with contextlib.suppress(NotFound):
                return descriptor, await self._text(descriptor)
        descriptor = await self._descriptor(sandbox_id, kind, scope)
        try:
            # It was made just now: if it is over by our clock, the clocks differ.
            return descriptor, await self._text(descriptor)
        except NotFound as exc:
            raise UpstreamError(
                "OpenSandbox gave two contentUrls, and both had expired or were gone when they were opened. Call again once; if "
                "that fails too, tell the user that the store of the server's diagnostics is at fault.",
                platform="opensandbox",
            ) from exc

    async def _descriptor(self, sandbox_id: str, kind: Kind, scope: str) -> Descriptor:
        try:
            return await self.api.diagnostics(sandbox_id, kind, scope)
        except InvalidArgument as exc:
            if exc.refusal is None or exc.refusal.code != SCOPE_REFUSED:
                raise
            raise UnsupportedScope(
                f'OpenSandbox refused this scope: "{exc.refusal.message}" Call again with a scope it names, or without `scope`.',
                platform="opensandbox",
                request_id=exc.request_id,
                refusal=exc.refusal,
            ) from exc

    async def _text(self, descriptor: Descriptor) -> Text:
        if not descriptor.by_url:
            return Text((descriptor.content or "").encode("utf-8", "surrogatepass"), cut=False)
        if descriptor.content_url is None:
            raise BadResponse(
                "OpenSandbox delivers these diagnostics by URL, but names no contentUrl. Call again with another `scope`.",
                platform="opensandbox",
            )
        try:
            return await self.download(descriptor.content_url)
        except SandscopeError as exc:
            exc.platform = "opensandbox"
            raise

    async def _deeper(self, sandbox_id: str, piece: Piece) -> Piece:
        """The plain form's up to 10,000 lines (500 of events), if they are more than the scoped answer's."""
        try:
            deeper = await self._plain(sandbox_id, piece.kind)
        except SandscopeError as exc:
            kind = piece.kind
            warning = (
                f"only the {END[kind]} {SCOPED_LINES[kind]} lines of {kind} could be read ({exc.code} beyond them)"
            )
            return Piece(piece.kind, piece.content, whole=False, warnings=(*piece.warnings, warning))
        longer = deeper if len(deeper.content) > len(piece.content) else piece
        return Piece(piece.kind, longer.content, deeper.whole, (*piece.warnings, *deeper.warnings))

    async def _plain(self, sandbox_id: str, kind: Kind) -> Piece:
        text = await self.api.plain(sandbox_id, kind)
        content = b"" if _nothing(text.content) else text.content
        _, most = DEEPEST[kind]
        whole = not text.cut and _pieces(content) < most
        read = f"{kind} were read through the server's deprecated plain form"
        bound = "" if whole else f", which gives the {END[kind]} {most:,} lines at most"
        return Piece(kind, content, whole, (f"{read}{bound}", *_cut_at_cap(kind, text)))


def _without_scope(exc: UnsupportedScope) -> UnsupportedScope:
    """The error of a server that knows no scopes, for a scope that its plain form does not serve."""
    return UnsupportedScope(
        "This OpenSandbox server does not implement scopes. Call again without `scope`.",
        platform=exc.platform,
        request_id=exc.request_id,
        refusal=exc.refusal,
    )


def _pieces(content: bytes) -> int:
    """Lines as Docker counts them, a long one as several; not more than any bound they are compared with."""
    count = start = 0
    # One by one: to split or to strip megabytes would hold up every other call.
    while start < len(content) and count < _MANY:
        end = content.find(b"\n", start) + 1 or len(content) + 1
        count += (end - start - 1) // DOCKER_PIECE_BYTES + 1
        start = end
    return count


def _cut_at_cap(kind: Kind, text: Text) -> tuple[str, ...]:
    return (f"{kind} are longer than {MAX_TEXT_BYTES >> 20} MB; the rest was not read",) if text.cut else ()


def _nothing(content: bytes) -> bool:
    return len(content) <= _LONGEST_NOTHING and content.strip() in _NOTHING
