"""`server.json` and the bundle: what the code says, and what tools of other makers take them for."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from mcp_server import __version__
from mcp_server.platforms import PLATFORMS

ROOT = Path(__file__).parent.parent.parent
BUNDLE = ROOT / "bundle"
MANIFESTS = ROOT / "docs" / "manifests.py"
REGISTRY: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
MANIFEST: dict[str, Any] = json.loads((BUNDLE / "manifest.json").read_text(encoding="utf-8"))
# What a host does with the manifest, by the code its maker ships for hosts.
HOST = """
const { getMcpConfigForManifest } = await import(process.argv[1]);
const [manifest, extensionPath, userConfig] = JSON.parse(process.argv[2]);
const asked = { manifest, extensionPath, userConfig, systemDirs: {}, pathSeparator: "/" };
console.log(JSON.stringify(await getMcpConfigForManifest(asked)));
"""


def described(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What the script says that keeps the files."""
    command = [sys.executable, MANIFESTS, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


def test_the_files_are_what_the_code_says():
    assert (described("--check").returncode, described("--check").stderr) == (0, "")


def test_a_file_that_is_not_is_named_and_written_anew(tmp_path: Path):
    assert described("--write", "--root", tmp_path).returncode == 0
    (tmp_path / "server.json").write_text("{}", encoding="utf-8")
    done = described("--check", "--root", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("server.json: not what the code says")
    assert described("--write", "--root", tmp_path).returncode == 0
    assert (tmp_path / "server.json").read_bytes() == (ROOT / "server.json").read_bytes()


def test_one_version_stands_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bundled = tomllib.loads((BUNDLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = [__version__, REGISTRY["version"], REGISTRY["packages"][0]["version"], MANIFEST["version"]]
    assert {*versions, bundled["version"]} == {project["version"]}
    assert bundled["dependencies"] == [f"{project['name']}=={project['version']}"]
    assert bundled["requires-python"] == project["requires-python"]
    assert MANIFEST["compatibility"]["runtimes"]["python"] == project["requires-python"]


def test_the_registry_is_told_every_variable_and_which_are_secret():
    told = {each["name"]: each["isSecret"] for each in REGISTRY["packages"][0]["environmentVariables"]}
    assert told == {each.name: each.secret for platform in PLATFORMS for each in platform.variables}


@pytest.mark.judge
def test_another_makers_linter_takes_it_for_a_registry_entry(
    tmp_path: Path, record_property: Callable[[str, object], None]
):
    record_property("judge", "skillsaw 0.22 with the registry's schema of 2025-12-11")
    shutil.copy(ROOT / "server.json", tmp_path)
    done = skillsaw(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Repo type: mcp-registry" in done.stdout
    spoilt = (ROOT / "server.json").read_text(encoding="utf-8").replace('"isSecret": true', '"isSecret": 1')
    (tmp_path / "server.json").write_text(spoilt, encoding="utf-8")
    assert "isSecret: must be of type boolean" in skillsaw(tmp_path).stdout


@pytest.mark.judge
def test_another_makers_linter_takes_what_install_writes_for_settings_of_clients(tmp_path: Path):
    for client in ("claude-code", "cursor", "vscode", "codex"):
        command = [sys.executable, "-m", "mcp_server", "install", client, "--project", "--write"]
        subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    done = skillsaw(tmp_path)
    assert done.returncode == 0, done.stdout
    (tmp_path / ".mcp.json").write_text('{"mcpServers": {"x": {"args": "y"}}}', encoding="utf-8")
    assert "mcp-valid-json" in skillsaw(tmp_path).stdout


def skillsaw(folder: Path) -> subprocess.CompletedProcess[str]:
    judges = os.environ.get("SANDSCOPE_JUDGES")
    if not judges:
        pytest.skip("SANDSCOPE_JUDGES is not set: no skillsaw (.ci/install_judges sets it)")
    command = [Path(judges) / "skillsaw" / "bin" / "skillsaw", "lint", "--strict", "--no-plugins", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as its maker's tool validates, packs and unpacks it."""
    node, prefix = node_and_prefix()
    folder = tmp_path_factory.mktemp("bundle")
    subprocess.run([ROOT / ".ci" / "bundle", folder / "sandscope.mcpb"], check=True, env=dict(os.environ))
    subprocess.run(
        [node, mcpb(prefix, "cli/cli.js"), "unpack", folder / "sandscope.mcpb", folder / "unpacked"], check=True
    )
    return folder


def node_and_prefix() -> tuple[str, str]:
    node, prefix = os.environ.get("SANDSCOPE_NODE"), os.environ.get("SANDSCOPE_NPM_PREFIX")
    if not node or not prefix:
        pytest.skip("SANDSCOPE_NODE and SANDSCOPE_NPM_PREFIX are not set: no mcpb (.ci/install_node sets them)")
    return node, prefix


def mcpb(prefix: str, file: str) -> Path:
    return Path(prefix) / "node_modules" / "@anthropic-ai" / "mcpb" / "dist" / file


def host_config(folder: Path, values: dict[str, str]) -> dict[str, Any]:
    """The command and environment a host makes of the manifest."""
    node, prefix = node_and_prefix()
    asked = json.dumps([json.loads((folder / "manifest.json").read_text(encoding="utf-8")), str(folder), values])
    done = subprocess.run(
        [node, "--input-type=module", "-e", HOST, mcpb(prefix, "index.js"), asked],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.node
@pytest.mark.slow
def test_the_bundle_holds_what_it_needs_and_nothing_else(packed: Path):
    with zipfile.ZipFile(packed / "sandscope.mcpb") as bundle:
        assert sorted(bundle.namelist()) == ["manifest.json", "pyproject.toml", "server.py"]
    assert json.loads((packed / "unpacked" / "manifest.json").read_text(encoding="utf-8")) == MANIFEST


@pytest.mark.node
def test_the_makers_tool_refuses_a_manifest_that_is_none(tmp_path: Path):
    node, prefix = node_and_prefix()
    (tmp_path / "manifest.json").write_text(json.dumps({**MANIFEST, "manifest_version": "9"}), encoding="utf-8")
    command = [node, mcpb(prefix, "cli/cli.js"), "validate", tmp_path / "manifest.json"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


@pytest.mark.node
@pytest.mark.slow
def test_a_value_left_empty_reaches_the_server_as_empty(packed: Path):
    env = host_config(packed / "unpacked", {"codegen_org_id": "7"})["env"]
    assert env == {**dict.fromkeys(env, ""), "CODEGEN_ORG_ID": "7"}


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.anyio
@pytest.mark.bound(60)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_the_manifest_says_starts_a_server_that_answers(packed: Path):
    config = host_config(packed / "unpacked", {"open_sandbox_domain": "localhost:1", "agentbox_api_key": ""})
    # The host would install the released package; here the environment that runs the tests has it already.
    installed = {"UV_PROJECT_ENVIRONMENT": sys.prefix, "UV_NO_SYNC": "1", "UV_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    server = StdioServerParameters(
        command=config["command"], args=config["args"], env={**os.environ, **config["env"], **installed}
    )
    async with Client(server) as client:
        tools = await client.list_tools()
        who = await client.call_tool("whoami", {})
    assert [tool.name for tool in tools.tools] == [tool["name"] for tool in MANIFEST["tools"]]
    assert who.structured_content is not None
    configured = [each["platform"] for each in who.structured_content["platforms"] if "configured_by" in each]
    assert configured == ["opensandbox"]
