"""The command line: arguments only; the work is in `commands/`."""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from mcp_server import __version__
from mcp_server.errors import Misconfigured
from mcp_server.log_lines import log_to_stderr

LEVELS = ("debug", "info", "warning", "error")


def main(argv: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its status: 0 or none done, 1 something is wrong, 2 wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parsed = _parser().parse_args(_with_command(arguments))
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sandscope",
        description="MCP server that tells an agent why a cloud sandbox or a coding-agent run failed.",
        epilog="Without a command it serves MCP over stdio. Settings are environment variables; see the README.",
    )
    parser.add_argument("--version", action="version", version=f"sandscope {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--log-level", choices=LEVELS, default="warning", help="of the log on stderr (default: warning)"
    )
    _add_serve(commands.add_parser("serve", parents=[common], help="serve MCP (the default)"))
    _add_demo(commands.add_parser("demo", parents=[common], help="walk one troubleshooting story; needs no key"))
    doctor = commands.add_parser("doctor", parents=[common], help="check keys and addresses, one line per platform")
    _add_json(doctor)
    _add_install(commands.add_parser("install", parents=[common], help="attach sandscope to a client"))
    commands.add_parser(
        "purge", parents=[common], help="delete what is kept of logs and runs, and what was learned of rate limits"
    )
    tools = commands.add_parser("tools", parents=[common], help="list the tools and what each costs in tokens")
    _add_json(tools)
    _add_choice(tools)
    _add_report(commands.add_parser("report", parents=[common], help="write a run or a sandbox as a page to look at"))
    return parser


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
