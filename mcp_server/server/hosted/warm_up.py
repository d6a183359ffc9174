"""What a first call would have to import and compile, done before a server listens.

Over stdio it waits for the first call, for hosts start a server per window. Here the event loop would stand still for
so long that other replicas took this one for dead, and asked once more what it was asking.
"""

import importlib
from typing import Final

from mcp_server.http.wire import load_network
from mcp_server.logs.captured import capture, rows_of_text
from mcp_server.logs.header import Header
from mcp_server.logs.redact import Redactor
from mcp_server.logs.view import first_answer

MODULES: Final = (
    "mcp_server.logs.run_view",
    "mcp_server.platforms.codegen.watch",
    "mcp_server.server.completions",
    "mcp_server.server.recent",
    "mcp_server.server.subscriptions",
    "mcp_server.state.database",
    "mcp_server.state.directory",
    "mcp_server.state.installation_key",
    "mcp_server.state.scoped",
    "mcp_server.tasks.listening",
)
"""Imported at first use, each by a function that says so."""
# Longer than its answer, so that it is judged line by line, and with a character that is not ASCII.
_LOG: Final = (
    "step finished \N{EN DASH} nothing to say\n" * 200
    + "Traceback (most recent call last):\nKeyError: 'DATABASE_URL'\n"
)


def warm_up() -> None:
    """Imports them, and reads one log of its own as any log is read."""
    for name in MODULES:
        importlib.import_module(name)
    load_network()
    # No secret is in it for the key to mark.
    redactor = Redactor((), key=b"")
    first_answer(capture(rows_of_text(_LOG), redactor), Header("warm-up", "none"), max_tokens=500, boundary="none")
