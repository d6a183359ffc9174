"""Logs as the story needs them: recordings moved to their moment, and what the containers beside them say."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache

from mcp_server.demo.recorded import planted, recording, shifted

Lines = Callable[[], tuple[str, ...]]


def told(name: str, end: datetime, plant: Sequence[str] = (), *, at: float = 0.1) -> Lines:
    """Return a recording as a log that ends at `end`, with `plant` inserted at a share `at`; made on first use."""

    @cache
    def lines() -> tuple[str, ...]:
        story = shifted(recording(name), end)
        return planted(story, plant, at=at) if plant else story

    return lines


def went_well(
    name: str, end: datetime, until: str, then: Sequence[str], plant: Sequence[str] = (), *, at: float = 0.1
) -> Lines:
    """Return a recording's lines before the first one that contains `until`, and `then` after them: how it might have ended."""

    @cache
    def lines() -> tuple[str, ...]:
        recorded = recording(name)
        first = next(n for n, line in enumerate(recorded) if until in line)
        stamp = recorded[first].partition(" ")[0]
        return planted(shifted((*recorded[:first], *(f"{stamp} {text}" for text in then)), end), plant, at=at)

    return lines


def chatter(texts: Sequence[str], end: datetime, *, every_s: float) -> Lines:
    """Return a side container's log: the texts in a row, evenly spaced, the last one at `end`."""

    @cache
    def lines() -> tuple[str, ...]:
        last = len(texts) - 1
        moments = [end - timedelta(seconds=every_s * (last - n)) for n in range(len(texts))]
        stamps = [f"{at.replace(tzinfo=None).isoformat(timespec='microseconds')}000Z" for at in moments]
        return tuple(f"{stamp} {text}" for stamp, text in zip(stamps, texts, strict=True))

    return lines


def proxy_lines() -> list[str]:
    """Return what an egress proxy says that resolves nothing outside its list."""
    allowed = [f'level=info msg="allow" host=metadata.internal conn={n}' for n in range(40)]
    refused = [
        f'level=warn msg="dns refused" host={host} policy=default-deny attempt={n + 1}'
        for n in range(8)
        for host in ("git.example", "packages.example")
    ]
    return ['level=info msg="egress proxy ready" policy=default-deny allowlist=metadata.internal', *allowed, *refused]


def postgres_lines() -> list[str]:
    """Return what a healthy database says."""
    start = ["LOG:  starting PostgreSQL 16.4", "LOG:  database system is ready to accept connections"]
    return [*start, *(f"LOG:  checkpoint {n} complete: wrote {30 + n} buffers" for n in range(60))]
