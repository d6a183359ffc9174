"""What the image and the compose files run starts as it stands there, serves whom it should, and is told healthy by their checks."""

import http.client
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import IO, cast

import pytest

from tests.hosted import shipped
from tests.hosted.fleet import needs_redis
from tests.hosted.issuer import AUDIENCE, ISSUER, Issuer
from tests.hosted.ports import free_port, status_of
from tests.hosted.served import HEADERS, INITIALIZE
from tests.state.redis.server import COMMANDS

pytestmark = [pytest.mark.slow, shipped.needs_users]

TOKEN = "a-bearer-that-a-team-shares"
LISTENS = ["--host", "0.0.0.0"]  # noqa: S104  in a container, where callers are asked


def status(port: int, bearer: str = "", host: str = "localhost:8080") -> int:
    """How a session is opened."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {**HEADERS, "host": host, **({"authorization": f"Bearer {bearer}"} if bearer else {})}
    asking.request("POST", "/mcp", json.dumps(INITIALIZE), headers)
    found = asking.getresponse().status
    asking.close()
    return found


def serving(process: subprocess.Popen[str]) -> str:
    """Its first line, which says where."""
    line = cast("IO[str]", process.stdout).readline()
    assert line.startswith("sandscope: serving MCP at http://0.0.0.0:"), line
    return line


def served(command: Sequence[str], environ: Mapping[str, str], state: Path, bearers: Sequence[str]) -> list[int]:
    """Serves with a command of the image; how callers were answered, while the health check was content and no longer."""
    port = free_port()
    health = shipped.put(shipped.image_check(), {"8000": str(port)})
    with shipped.running(shipped.put(command, {"8000": str(port)}), environ, state) as process:
        serving(process)
        assert shipped.check(health, state) == 0
        found = [status(port, bearer) for bearer in bearers]
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert shipped.check(health, state) != 0
    return found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The one folder that may be written to."""
    folder = tmp_path / "state"
    folder.mkdir(0o700)
    return shipped.given_to_nobody(folder)


def test_the_image_serves_a_team_with_one_token_and_is_healthy_until_it_stops(state: Path) -> None:
    environ = shipped.environment(state, SANDSCOPE_HTTP_TOKEN=TOKEN)
    command = shipped.image_command()
    assert all(word in command for word in LISTENS)
    assert served(command, environ, state, ["", TOKEN]) == [401, 200]


def test_the_image_does_not_start_without_a_token(state: Path) -> None:
    variables = shipped.variables(shipped.ROOT / "deploy" / "sandscope.env.example")
    environ = shipped.environment(state, **variables)
    with shipped.running(shipped.image_command(), environ, state) as process:
        said = process.communicate(timeout=20)[0]
    assert process.returncode != 0
    assert "SANDSCOPE_HTTP_TOKEN" in said


@needs_redis
def test_the_replicas_of_the_compose_file_share_its_redis_with_the_password_of_the_examples(
    state: Path, tmp_path: Path
) -> None:
    examples = shipped.ROOT / "deploy"
    port, redis_port = free_port(), free_port()
    configuration = tmp_path / "redis.conf"
    configuration.write_text(
        (examples / "redis.conf.example").read_text("utf-8") + f"port {redis_port}\nbind 127.0.0.1\n"
    )
    data = tmp_path / "data"
    data.mkdir()
    redis = shipped.service("redis")
    server = next(filter(None, map(shutil.which, COMMANDS)))
    shell = shipped.put(
        shipped.words(redis, "test"), {"valkey-cli": f"{server.removesuffix('-server')}-cli -p {redis_port}"}
    )
    healthy = ["sh", "-c", shell[1]]
    started = shipped.put(
        shipped.words(redis, "command"),
        {"valkey-server": server, "/run/secrets/redis_conf": str(configuration), "/data": str(data)},
    )
    assert shell[0] == "CMD-SHELL"
    assert shipped.check(healthy, state) != 0
    with shipped.running(started, shipped.environment(state), shipped.given_to_nobody(data)) as store:
        assert any("eady to accept connections" in line for line in iter(cast("IO[str]", store.stdout).readline, ""))
        assert shipped.check(healthy, state) == 0
        variables = shipped.variables(examples / "sandscope.env.example")
        url = variables["SANDSCOPE_REDIS_URL"].replace("@redis:6379", f"@127.0.0.1:{redis_port}")
        filled = {**variables, "SANDSCOPE_REDIS_URL": url, "SANDSCOPE_HTTP_TOKEN": TOKEN}
        command = ["sandscope", *shipped.words(shipped.service("sandscope"), "command")]
        named = shipped.put(command, {"8000": str(port), "${SANDSCOPE_NAME:-localhost}": "mcp.example.com"})
        with shipped.running(named, shipped.environment(state, **filled), state) as process:
            serving(process)
            asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            asking.request("GET", "/readyz")
            assert json.loads(asking.getresponse().read()) == {"status": "ready"}
            asking.close()
            found = [
                status(port, TOKEN, host) for host in ("mcp.example.com", "localhost:8080", "elsewhere.example.com")
            ]
    assert found == [200, 200, 421]


def test_with_the_second_compose_file_callers_show_tokens_of_an_issuer_and_have_keys_of_profiles(
    state: Path, tmp_path: Path
) -> None:
    issuer = Issuer()
    issuer.add("first")
    profiles = tmp_path / "profiles"
    profiles.write_text(
        '[profile.acme]\nmatch = {org = "acme"}\nkeys = {CODEGEN_API_TOKEN = "acme-token-1234567890"}\n'
    )
    profiles.chmod(0o600)
    instead = {
        "${SANDSCOPE_JWKS:?}": issuer.publish(tmp_path),
        "${SANDSCOPE_ISSUER:?}": ISSUER,
        "${SANDSCOPE_AUDIENCE:?}": AUDIENCE,
        "/run/secrets/profiles": str(shipped.given_to_nobody(profiles)),
    }
    text = shipped.service("sandscope", shipped.COMPOSE_JWT)
    command = shipped.put(["sandscope", *shipped.words(text, "command")], instead)
    acme, other = (issuer.token(org=org, scope="sandscope") for org in ("acme", "other"))
    found = served(command, shipped.environment(state), state, ["", acme, other])
    assert found == [401, 200, 403]


@pytest.mark.skipif(shutil.which("wget") is None, reason="no wget here, with which the image of HAProxy is checked")
def test_the_check_of_the_load_balancer_fails_while_nobody_is_ready(state: Path) -> None:
    port = free_port()
    test = shipped.put(shipped.words(shipped.service("balancer"), "test"), {"8080": str(port)})
    assert test[0] == "CMD"
    assert shipped.check(test[1:], state) != 0
    with shipped.running(
        shipped.put(shipped.image_command(), {"8000": str(port)}),
        shipped.environment(state, SANDSCOPE_HTTP_TOKEN=TOKEN),
        state,
    ) as process:
        serving(process)
        assert status_of(port, "/readyz") == HTTPStatus.OK
        assert shipped.check(test[1:], state) == 0


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="others than root may not write elsewhere anyway"
)
def test_what_runs_here_may_write_only_to_its_folder(state: Path, tmp_path: Path) -> None:
    assert shipped.check(["touch", str(state / "file")], state) == 0
    assert shipped.check(["touch", str(tmp_path / "file")], state) != 0
