"""The image, the compose file and the load balancer's configuration, by linters of other makers: no container engine runs here."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import anyio
import pytest

from mcp_server.server.build import build
from mcp_server.settings import Settings
from tests.hosted.shipped import COMPOSE, COMPOSE_JWT, DOCKERFILE, ROOT, image_command, service, words

HAPROXY = ROOT / "deploy" / "haproxy.cfg"
HARDENED = {"read_only: true": 3, "cap_drop: [ ALL ]": 3, 'security_opt: [ "no-new-privileges:true" ]': 3}


def said(*command: str | Path) -> str:
    """What a linter says that must be content."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.judge
def test_hadolint_has_nothing_to_say_of_the_dockerfile() -> None:
    folder = os.environ.get("SANDSCOPE_JUDGES")
    if not folder:
        pytest.skip("SANDSCOPE_JUDGES is not set: no hadolint (.ci/install_judges sets it)")
    assert said(Path(folder) / "hadolint" / "bin" / "hadolint", "--failure-threshold", "style", DOCKERFILE) == ""


@pytest.mark.node
def test_dclint_has_nothing_to_say_of_the_compose_files() -> None:
    node, prefix = os.environ.get("SANDSCOPE_NODE"), os.environ.get("SANDSCOPE_NPM_PREFIX")
    if not node or not prefix:
        pytest.skip("SANDSCOPE_NODE and SANDSCOPE_NPM_PREFIX are not set: no dclint (.ci/install_node sets them)")
    program = Path(prefix) / "node_modules" / "dclint" / "bin" / "dclint.cjs"
    assert said(node, program, "--max-warnings", "0", COMPOSE, COMPOSE_JWT).strip() == ""


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="no haproxy here: install the Debian package haproxy")
def test_haproxy_takes_its_configuration() -> None:
    said("haproxy", "-c", "-f", HAPROXY)


def test_every_service_is_read_only_without_capabilities() -> None:
    text = COMPOSE.read_text("utf-8")
    assert {line: text.count(line) for line in HARDENED} == HARDENED


def test_the_image_runs_as_a_user_that_owns_only_its_state() -> None:
    text = DOCKERFILE.read_text("utf-8")
    user = re.findall(r"^USER (\d+):(\d+)$", text, re.MULTILINE)
    assert user == [("10001", "10001")]
    assert f"install --directory --owner {user[0][0]} --group {user[0][1]} --mode 0700 /var/lib/sandscope" in text
    assert text.count("COPY --chown") == text.count("ADD ") == 0


def test_only_what_the_image_needs_is_sent_to_the_builder() -> None:
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    sent = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    assert "*" in rules
    assert sent == {name for line in copied for name in line.split()[:-1]}


def test_the_compose_file_runs_what_the_image_would_for_a_name_of_its_own() -> None:
    command = ["sandscope", *words(service("sandscope"), "command")]
    assert command == [*image_command(), "--allow-host", "${SANDSCOPE_NAME:-localhost}"]


def test_a_load_balancer_never_repeats_a_tool_that_might_do_something_twice() -> None:
    found = re.search(r"disable-l7-retry if \{ req\.hdr\(mcp-name\) -m str (.*) \}", HAPROXY.read_text("utf-8"))
    tools = anyio.run(build(Settings.from_env({})).server.list_tools)
    assert found is not None
    assert set(found[1].split()) == {
        tool.name for tool in tools if not (tool.annotations and tool.annotations.idempotent_hint)
    }
