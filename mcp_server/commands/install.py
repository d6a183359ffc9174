"""`sandscope install`: shows or writes the entry that attaches sandscope to a client."""

import argparse
import shlex
import shutil
import subprocess  # it quotes a command line and starts nothing # nosec B404
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcp_server.commands.clients.files import PRIVATE, SHARED, read_settings, write_settings
from mcp_server.commands.clients.json_merge import merged_json, rendered
from mcp_server.commands.clients.known import CLIENTS, Client
from mcp_server.commands.clients.machine import Machine, Wish
from mcp_server.commands.clients.toml_merge import merged_toml
from mcp_server.errors import NotConfigured

ROOT = Path(__file__).parent.parent.parent


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Shows the entry, or merges it into the client's settings.

    Raises:
        NotConfigured: The settings cannot be read or changed; they are as they were.
    """
    checkout = ROOT if (ROOT / "pyproject.toml").is_file() else None
    machine = Machine(sys.platform, Path.home(), environ, Path.cwd(), shutil.which, checkout)
    wish = Wish(arguments.demo, arguments.read_only, arguments.from_checkout, arguments.project)
    client = CLIENTS[arguments.client]
    print(*(written if arguments.write else shown)(client, machine, wish), sep="\n")
    return 0


def shown(client: Client, machine: Machine, wish: Wish) -> list[str]:
    """The lines that say what the entry is and where it belongs."""
    document = client.document(machine, wish)
    entry = document[client.servers][wish.name]
    short = client.short(wish.name, entry, wish)
    line = short if isinstance(short, str) else command_line(short, machine.platform)
    return [
        f"{client.title}: put this into {client.file(machine, wish)}, beside what is there:",
        "",
        text_of(client, "", document).rstrip("\n"),
        "",
        "Or, instead:",
        f"  {line}",
        "",
        *_last_words(client, wish),
        "Nothing was written: --write does it.",
    ]


def written(client: Client, machine: Machine, wish: Wish) -> list[str]:
    """Merges the entry into the settings; the lines that say what was done."""
    file = client.file(machine, wish)
    document = client.document(machine, wish)
    old = read_settings(file)
    try:
        new = text_of(client, "" if old is None else old.decode(), document).encode()
    except UnicodeDecodeError as exc:
        raise _unchanged(client, file, document, "it is no UTF-8 text") from exc
    except NotConfigured as exc:
        raise _unchanged(client, file, document, str(exc)) from None
    if new == old:
        return [f"{file} has {wish.name} already. Nothing was changed.", *_last_words(client, wish)]
    backup = write_settings(file, old, new, mode=SHARED if wish.project else PRIVATE)
    kept = "" if backup is None else f" What it was is kept as {backup.name}."
    return [f"{wish.name} is in {file}.{kept}", *_last_words(client, wish)]


def text_of(client: Client, text: str, document: dict[str, Any]) -> str:
    """A file's text with the entry.

    Raises:
        NotConfigured: The text cannot be changed without losing something.
    """
    return (merged_toml if client.servers == "mcp_servers" else merged_json)(text, document)


def command_line(words: list[str], platform: str) -> str:
    """A command as one types it."""
    return subprocess.list2cmdline(words) if platform == "win32" else shlex.join(words)


def _last_words(client: Client, wish: Wish) -> list[str]:
    if wish.demo:
        return ["It needs no keys: built-in stand-ins answer."]
    return [f"Keys: {client.keys}.", "With the same variables set, `sandscope doctor` checks them."]


def _unchanged(client: Client, file: Path, document: dict[str, Any], why: str) -> NotConfigured:
    entry = text_of(client, "", document) if client.servers == "mcp_servers" else rendered(document)
    return NotConfigured(f"{file} was not changed: {why}. Mend it, or add this by hand:\n\n{entry.rstrip()}")
