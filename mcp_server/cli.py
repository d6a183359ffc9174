"""The command line: arguments only; the work is in `commands/`."""

import argparse
import gc
import importlib
import io
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from mcp_server import __version__
from mcp_server.errors import Misconfigured
from mcp_server.log_lines import log_to_stderr

LEVELS = ("debug", "info", "warning", "error")

_EXAMPLES = """\
Without a command it serves MCP over stdio. Settings are environment variables; see the README.
`sandscope COMMAND --help` shows the options of a command.

examples:
  sandscope demo              see what it does, without a key
  sandscope doctor            check your keys
  sandscope call whoami       try a tool

exit status: 0 done, 1 something is wrong, 2 wrong usage, 130 interrupted"""
_CALLS = (
    "sandscope call list_sandboxes state=Failed --demo",
    "sandscope call list_runs status=failed limit=5 --demo",
    "sandscope call create_run prompt=@task.md repo_id=301 --demo",
    "sandscope call get_run_logs --help",
)
_REPORTS = (
    "sandscope report run 101 --out run.html --demo",
    "sandscope report run 101 --json --demo",
)
_SERVES = (
    "sandscope serve --demo",
    "sandscope serve --read-only",
    "sandscope serve --transport http --port 8000 --auth token",
)


def main(argv: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its status: 0 or none done, 1 something is wrong, 2 wrong usage, 130 interrupted."""
    parsed = _parsed(_with_command(list(sys.argv[1:] if argv is None else argv)))
    # Not every console and pipe can show what a log holds.
    cast("io.TextIOWrapper[Any]", sys.stdout).reconfigure(errors="backslashreplace")
    # stdout belongs to the protocol in stdio mode, so logs go to stderr whatever the command.
    log_to_stderr(parsed.log_level)
    command = _imported(parsed.command)
    try:
        status = command.run(parsed, os.environ)
    except Misconfigured as exc:
        sys.stderr.write(f"sandscope: {exc}\n")
        status = 1
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def _imported(command: str) -> ModuleType:
    """The module of a command; only the one asked for is imported, to keep start-up light.

    What is imported stays, so the garbage collector need not look at it, neither meanwhile nor later.
    """
    gc.disable()
    try:
        return importlib.import_module(f"mcp_server.commands.{command}")
    finally:
        gc.freeze()
        gc.enable()


def _with_command(arguments: list[str]) -> list[str]:
    """`sandscope` alone, or with options only, is `sandscope serve`."""
    leading = [argument for argument in arguments[:1] if argument in {"-h", "--help", "--version"}]
    if leading or (arguments and not arguments[0].startswith("-")):
        return arguments
    return ["serve", *arguments]


def _parsed(arguments: list[str]) -> argparse.Namespace:
    """What was asked for; what was probably meant is said where it cannot be."""
    parser, commands = parsers()
    if arguments[0] not in {*commands, "-h", "--help", "--version"}:
        parser.error(f"unknown command {arguments[0]!r}{_closest(arguments[0], commands)}")
    parsed, rest = parser.parse_known_args(arguments)
    if parsed.command == "call" and not any(argument.startswith("-") for argument in rest):
        # What stands behind an option.
        parsed.arguments += rest
    elif rest:
        command = commands[parsed.command]
        command.error(f"unrecognized arguments: {' '.join(rest)}{_meant(rest, command, commands)}")
    return parsed


def _meant(rest: Sequence[str], command: argparse.ArgumentParser, commands: Mapping[str, object]) -> str:
    late = next((argument for argument in rest if argument in commands), None)
    if late:
        return f"; options stand behind the command: sandscope {late} ..."
    if command.prog.endswith(" call") and "=" in rest[0]:
        return f"; what a tool takes is given without dashes: {rest[0].lstrip('-')}"
    return _closest(rest[0].partition("=")[0], re.findall(r"--[a-z][a-z-]+", command.format_help()))


def _closest(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    import difflib  # noqa: PLC0415  only when something is wrong: light start-up

    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def parsers() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """The parser of the whole command line, and that of each command, in the order of help."""
    parser = argparse.ArgumentParser(
        prog="sandscope",
        description="MCP server that tells an agent why a cloud sandbox or a coding-agent run failed.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"sandscope {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--log-level", choices=LEVELS, default="warning", help="of the log on stderr (default: warning)"
    )

    def add(name: str, what: str, *examples: str, own_help: bool = False) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            parents=[common],
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog="\n  ".join(["examples:", *examples]),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            add_help=not own_help,
        )

    _add_demo(add("demo", "walk one troubleshooting story; needs no key", "sandscope demo", "sandscope demo --serve"))
    _add_json(
        add("doctor", "check keys and addresses, one line per platform", "sandscope doctor", "sandscope doctor --json")
    )
    _add_call(add("call", "call one tool and print what an agent reads", *_CALLS, own_help=True))
    tools = add(
        "tools", "list the tools and what each costs in tokens", "sandscope tools", "sandscope tools --read-only"
    )
    _add_json(tools)
    _add_choice(tools)
    _add_serve(add("serve", "serve MCP (the default)", *_SERVES))
    _add_install(add("install", "attach sandscope to a client", "sandscope install claude-code"))
    _add_report(add("report", "write a run or a sandbox as a page to look at", *_REPORTS))
    add("purge", "delete what is kept of logs and runs, and what was learned of rate limits", "sandscope purge")
    return parser, commands.choices


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=("run", "sandbox"))
    parser.add_argument("id", metavar="ID", help="of the run or the sandbox")
    parser.add_argument("--out", metavar="FILE", help="where the page goes; - is standard output")
    parser.add_argument("--platform", choices=("agentbox", "opensandbox"), help="of the sandbox, if both know its id")
    parser.add_argument("--org-id", type=int, metavar="N", help="of the run, if the token has several organisations")
    parser.add_argument("--demo", action="store_true", help="let built-in stand-ins answer: no key, no network")
    _add_json(parser)


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--transport", choices=("stdio", "http", "sse"), default="stdio", help="default: stdio")
    parser.add_argument("--host", default="127.0.0.1", help="address of http and sse (default: 127.0.0.1)")
    parser.add_argument(
        "--port", type=_port, default=8000, help="port of http and sse; 0 takes a free one (default: 8000)"
    )
    parser.add_argument("--demo", action="store_true", help="let built-in stand-ins answer: no key, no network")
    _add_choice(parser)
    _add_hosting(parser)


def _add_hosting(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("with --transport http")
    group.add_argument(
        "--auth",
        choices=("none", "token", "jwt"),
        default="none",
        help="who may call: anybody on this machine (default), whoever has SANDSCOPE_HTTP_TOKEN, or OAuth access tokens",
    )
    group.add_argument(
        "--profiles", type=Path, metavar="FILE", help="with jwt: which caller acts with which platform keys"
    )
    group.add_argument("--jwks", metavar="URL|FILE", help="with jwt: the keys that tokens are signed with")
    group.add_argument("--issuer", metavar="URL", help="with jwt: who must have issued them")
    group.add_argument("--audience", metavar="URL", help="with jwt: for whom, which is this server's own address")
    group.add_argument("--scope", action="append", default=[], help="with jwt: what they must allow; may be repeated")
    group.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST", help="a Host to answer to; may be repeated"
    )
    group.add_argument(
        "--allow-origin", action="append", default=[], metavar="ORIGIN", help="web pages that may call; may be repeated"
    )
    group.add_argument(
        "--caller-limit",
        default="600/60",
        metavar="COUNT/SECONDS|off",
        help="requests of one caller (default: 600/60)",
    )


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--read-only", action="store_true", help="leave out the tools that start or change something")
    parser.add_argument("--tools", type=_names, default=(), metavar="NAME,NAME", help="register only these tools")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--serve", action="store_true", help="serve the stand-ins over HTTP on loopback instead")
    parser.add_argument("--port", type=_port, default=0, help="port for --serve (default: a free one)")


def _add_install(parser: argparse.ArgumentParser) -> None:
    clients = ("claude-code", "claude-desktop", "cursor", "vscode", "codex")
    parser.add_argument("client", choices=clients, metavar="CLIENT", help=f"one of: {', '.join(clients)}")
    parser.add_argument(
        "--write", action="store_true", help="merge the entry into the client's settings (default: show)"
    )
    parser.add_argument("--project", action="store_true", help="for the project in this folder (default: for all)")
    parser.add_argument("--from-checkout", action="store_true", help="start this clone (default: the released package)")
    parser.add_argument("--read-only", action="store_true", help="leave out the tools that start or change something")
    parser.add_argument("--demo", action="store_true", help="let built-in stand-ins answer: no key, no network")


def _add_call(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tool", nargs="?", metavar="TOOL", help="its name; `sandscope tools` lists them")
    parser.add_argument(
        "arguments",
        nargs="*",
        metavar="KEY=VALUE",
        help="what the tool takes; a list as a,b or JSON, an object as JSON; @FILE is the text of a file, @- of stdin, "
        "@@ stands for one @",
    )
    parser.add_argument("-h", "--help", action="store_true", help="with TOOL: show what it takes; else show this")
    _add_json(parser)
    parser.add_argument("--demo", action="store_true", help="let built-in stand-ins answer: no key, no network")
    parser.add_argument("--read-only", action="store_true", help="refuse the tools that start or change something")
    parser.set_defaults(usage=parser.format_help)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _names(value: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError("give at least one name")
    return names


def _port(value: str) -> int:
    highest = 65535
    port = int(value) if value.isdecimal() else -1
    if not 0 <= port <= highest:
        raise argparse.ArgumentTypeError(f"a port is 0 to {highest}")
    return port
