"""`sandscope purge`: deletes cached logs and learned limits, in the state that every server of this user shares."""

import argparse
import sys
from collections.abc import Mapping

import anyio

from mcp_server.errors import NotConfigured, StateUnavailable
from mcp_server.server.build import build
from mcp_server.settings import Settings


def run(_arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Deletes, and says what stays.

    Raises:
        NotConfigured: The state cannot be used.
    """
    anyio.run(_purge, Settings.from_env(environ))
    print("Deleted: captured logs, pages of runs, learned limits. Requests of the last minutes stay counted.")
    return 0


async def _purge(settings: Settings) -> None:
    # Servers that keep their cache in memory may have kept it here before.
    sandscope = build(settings.model_copy(update={"cache_on_disk": True}))
    try:
        await sandscope.state.blobs.clear()
        await sandscope.budget.forget_lessons()
    except StateUnavailable as exc:
        raise NotConfigured(f"{sandscope.state.cells.about}: {exc}. Nothing was deleted.") from exc
    finally:
        await sandscope.aclose()
        sys.stdout.flush()
