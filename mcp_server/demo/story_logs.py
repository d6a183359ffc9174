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


def went_well(name: str, end: datetime, turn: Sequence[str], rest: Sequence[str], plant: Sequence[str]) -> Lines:
    """Return how a recording might have ended well, with `plant` near its beginning.

    Its lines before one that contains the first text of `turn`, the further texts of that; then its lines from one with the
    first text of `rest` to one with the second, and the further ones.
    """

    @cache
    def lines() -> tuple[str, ...]:
        recorded = recording(name)
        until, resumed, stopped = (
            next(n for n, line in enumerate(recorded) if text in line) for text in (turn[0], rest[0], rest[1])
        )
        stamps = [recorded[n].partition(" ")[0] for n in (until, stopped)]
        texts = [f"{stamp} {text}" for stamp, said in zip(stamps, (turn[1:], rest[2:]), strict=True) for text in said]
        said = len(turn) - 1
        story = (*recorded[:until], *texts[:said], *recorded[resumed:stopped], *texts[said:])
        return planted(shifted(story, end), plant, at=0.0)

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
