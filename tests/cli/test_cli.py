import importlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest

from mcp_server import __version__
from mcp_server.cli import main, parsers
from tests.untraced import untraced

Run = Callable[..., tuple[int, str, str]]


def test_the_version_is_printed(sandscope: Run) -> None:
    assert sandscope("--version") == (0, f"sandscope {__version__}\n", "")


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_the_commands(sandscope: Run, option: str) -> None:
    status, out, _ = sandscope(option)
    assert status == 0
    assert all(command in out for command in ("serve", "demo", "doctor", "tools"))


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["deploy"], "unknown command 'deploy'"),
        (["docter"], "unknown command 'docter'; did you mean doctor?"),
        (
            ["--json", "doctor"],
            "unrecognized arguments: --json doctor; options stand behind the command: sandscope doctor",
        ),
        (["doctor", "--jsn"], "unrecognized arguments: --jsn; did you mean --json?"),
        (["serve", "--transprot=http"], "; did you mean --transport?"),
        (["call", "get_run", "--run_id=5"], "; what a tool takes is given without dashes: run_id=5"),
        (["serve", "--transport", "ws"], "invalid choice: 'ws'"),
        (["--port", "-1"], "argument --port: a port is 0 to 65535"),
        (["serve", "--port", "65536"], "argument --port: a port is 0 to 65535"),
        (["serve", "--port", "eighty"], "argument --port: a port is 0 to 65535"),
        (["--log-level", "loud"], "invalid choice: 'loud'"),
        (["tools", "--tools", ","], "argument --tools: give at least one name"),
        (["--tools", ""], "argument --tools: give at least one name"),
        (["doctor", "--tools", "whoami"], "unrecognized arguments"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_is_wrong(sandscope: Run, arguments: list[str], wrong: str) -> None:
    status, out, err = sandscope(*arguments)
    assert (status, out) == (2, "")
    assert wrong in err


@pytest.mark.parametrize("arguments", [["--transport", "http"], ["serve", "--transport", "http"]])
def test_options_alone_are_those_of_serve(sandscope: Run, arguments: list[str]) -> None:
    # A host that is refused at once shows that serve was meant, without serving.
    status, _, err = sandscope(*arguments, "--host", "192.0.2.1")
    assert status == 1
    assert err.startswith("sandscope: --host 192.0.2.1 is reachable from other machines")


@pytest.mark.parametrize("command", ["serve", "doctor", "tools"])
def test_a_variable_that_cannot_be_used_is_named_without_its_value(sandscope: Run, command: str) -> None:
    status, out, err = sandscope(command, environ={"CODEGEN_API_TOKEN": "sk-very\nsecret"})
    assert (status, out) == (1, "")
    assert err.startswith("sandscope: CODEGEN_API_TOKEN holds a space, control or non-ASCII character at position 8")
    assert "very" not in err


def test_a_busy_port_of_the_stand_ins_is_one_line_and_exit_1(sandscope: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        status, out, err = sandscope("demo", "--serve", "--port", str(port))
    assert (status, out) == (1, "")
    assert err.startswith(f"sandscope: Cannot listen on 127.0.0.1 port {port}: Address already in use")
    assert err.count("\n") == 1


def test_every_command_has_examples_that_it_understands() -> None:
    _, commands = parsers()
    for name, command in commands.items():
        _, _, examples = (command.epilog or "").partition("examples:\n")
        lines = [line.split()[1:] for line in examples.splitlines()]
        assert lines, name
        for words in lines:
            assert words[0] == name
            command.parse_args(words[1:])


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_that_cannot_show_a_character_is_shown_its_number(encoding: str) -> None:
    command = [sys.executable, "-m", "mcp_server", "call", "list_sandboxes", "limit=1", "--demo"]
    environ = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(command, env=environ, capture_output=True, check=True)
    # A middle dot, which cp1252 has.
    assert {"ascii": b"\\xb7", "cp1252": b"\xb7"}[encoding] in done.stdout


def test_the_version_is_told_without_importing_a_server() -> None:
    program = "import sys\nfrom mcp_server.cli import main\ntry:\n main(['--version'])\nfinally:\n print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], env=untraced(), capture_output=True, check=True, text=True)
    assert {"mcp", "pydantic", "httpx2", "rich"}.isdisjoint(done.stdout.splitlines())


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mcp_server", "--version"], env=os.environ, capture_output=True, check=True, text=True
    )
    assert done.stdout == f"sandscope {__version__}\n"


def test_importing_the_module_runs_nothing() -> None:
    assert importlib.import_module("mcp_server.__main__").main is main


def test_the_arguments_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["sandscope", "--version"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
