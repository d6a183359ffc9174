"""Pages for people, each one document that needs nothing else: put together from the sources in this folder."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, Final

_STYLES: Final = ("colours.css", "layout.css", "rows.css")
# In the order in which they use each other.
_SCRIPTS: Final = (
    "words.js",
    "kinds.js",
    "figures.js",
    "time_axis.js",
    "rows.js",
    "opened.js",
    "filters.js",
    "view.js",
    "host.js",
    "start.js",
)
_ESCAPED: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
"""What could end a data block early, or would be read as markup."""


def run_timeline(data: Mapping[str, Any] | None = None, title: str = "Run timeline") -> str:
    """The page that shows a run on a time axis.

    Args:
        data: What it shows (`commands/report.py` says what that is); None for a page that asks the host it is in (MCP Apps).
        title: Of the document.
    """
    style, script = _style(), _script()
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    island = "" if data is None else json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    parts = {"POLICY": policy, "TITLE": escape(title), "STYLE": style, "SCRIPT": script, "DATA": island}
    # The page is taken apart once: what is put in may hold a marker itself.
    return "".join(parts[piece] if at % 2 else piece for at, piece in enumerate(_read("page.html").split("%%")))


@cache
def _style() -> str:
    return "\n".join(map(_read, _STYLES))


@cache
def _script() -> str:
    return f'"use strict";\n(() => {{\n{"".join(map(_read, _SCRIPTS))}}})();\n'


def _read(name: str) -> str:
    return files("mcp_server.apps").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a policy calls an inline element with that text (CSP 3, 2.3.1)."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
