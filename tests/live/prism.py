"""Prism, a mock server of others: serves an API's document, and judges by it whatever it is asked.

A relay before it takes the base path off, as a gateway does, says in `Prefer` (RFC 7240) what the mock shall answer, for a
base URL cannot carry headers, and notes what the mock objected to.
"""

import json
import re
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

PACKAGE = Path("node_modules", "@stoplight", "prism-cli", "dist", "index.js")
START_PATIENCE_S = 60.0
ANSWER_PATIENCE_S = 30.0
# How Prism names what the document forbids, and how it answers what the document does not know.
VIOLATIONS = "sl-violations"
UNKNOWN = "application/problem+json"


@dataclass(slots=True)
class Mock:
    """A running mock.

    Attributes:
        url: Where our server shall find the API.
        preferences: What is said in `Prefer`, by a pattern the whole path must match; the first that does counts.
        asked: Method and address of each request, as the mock saw them.
        answers: The documents it answered with.
        objections: What it found wrong with what was asked.
    """

    url: str
    preferences: dict[str, str] = field(default_factory=dict[str, str])
    asked: list[str] = field(default_factory=list[str])
    answers: list[Any] = field(default_factory=list[Any])
    objections: list[str] = field(default_factory=list[str])

    def begin(self) -> None:
        """Forgets all that was asked and preferred."""
        self.preferences.clear()
        self.asked.clear()
        self.answers.clear()
        self.objections.clear()

    def note(self, asked: str, response: HTTPResponse, body: bytes) -> None:
        """Keeps what was asked and answered, and what the mock says against it."""
        self.asked.append(asked)
        self.answers.append(json.loads(body) if body else None)
        violations = response.headers.get(VIOLATIONS)
        if violations:
            self.objections.append(f"{asked}: {violations}")
        elif response.headers.get_content_type() == UNKNOWN:
            self.objections.append(f"{asked}: {self.answers[-1]}")


@contextmanager
def mocked(node: str, prefix: Path, document: Path, base: str, log: Path) -> Generator[Mock]:
    """Serves a document on loopback.

    Args:
        node: The program.
        prefix: The folder whose `node_modules` has Prism.
        document: An OpenAPI document.
        base: The path below which our server looks for the document's paths.
        log: What Prism prints goes there.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [node, str(prefix / PACKAGE), "mock", "--errors", "--port", str(port), str(document)]
    with log.open("wb") as printed, subprocess.Popen(command, stdout=printed, stderr=printed) as prism:
        try:
            _await(port, prism, log)
            with _relayed(port, base) as mock:
                yield mock
        finally:
            prism.terminate()


def _await(port: int, prism: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < give_up and prism.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"Prism did not come up; it printed:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def _relayed(port: int, base: str) -> Generator[Mock]:
    mock = Mock("")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Relay, mock, port, base)) as relay:
        mock.url = f"http://127.0.0.1:{relay.server_port}"
        thread = Thread(target=relay.serve_forever)
        thread.start()
        try:
            yield mock
        finally:
            relay.shutdown()
            thread.join()


class _Relay(BaseHTTPRequestHandler):
    """Passes one request on."""

    def __init__(self, mock: Mock, port: int, base: str, *request: Any) -> None:
        self._mock = mock
        self._port = port
        self._base = base
        super().__init__(*request)

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's own name
        """Nothing: what was asked is in the mock's notes."""

    def _pass_on(self) -> None:
        target = self.path.removeprefix(self._base)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        for pattern, preference in self._mock.preferences.items():
            if re.fullmatch(pattern, target.partition("?")[0]):
                headers["Prefer"] = preference
                break
        connection = HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_PATIENCE_S)
        try:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection.request(self.command, target, sent or None, headers)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        self._mock.note(f"{self.command} {target}", response, body)
        self.send_response(response.status)
        self.send_header("Content-Type", response.headers.get("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
