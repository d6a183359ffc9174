"""`adding-a-platform.md`, followed to the letter in a copy: its code works, its gates hold, and it needs nothing more."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mcp_server
from tests.docs.pages import ROOT, Block, blocks

PAGE = ROOT / "docs" / "adding-a-platform.md"
STEPS = [block for block in blocks(PAGE) if "file" in block.marks]
KEPT = ("pyproject.toml", "README.md", "LICENSE", "tests/conftest.py", "tests/stage.py")


def follow(step: Block, copy: Path) -> None:
    path = copy / step.marks["file"]
    if step.language == "python":
        assert not path.exists(), f"{path.name} is there already"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(step.text, encoding="utf-8")
        return
    assert step.language == "diff"
    lines = step.text.splitlines()
    before = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
    after = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{step.place}: {path.name} has not the lines to change"
    path.write_text(text.replace(before, after), encoding="utf-8")


def run(copy: Path, *command: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    # Coverage looks at the sources under test, not at this copy.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    env = {**kept, "PYTHONPATH": str(copy), **(environ or {})}
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and what its tests stand on, with the page followed."""
    copy = tmp_path_factory.mktemp("walk")
    shutil.copytree(Path(mcp_server.__file__).parent, copy / "mcp_server", ignore=shutil.ignore_patterns("__pycache__"))
    for name in KEPT:
        (copy / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    for step in STEPS:
        follow(step, copy)
    return copy


def test_outside_its_folder_it_changes_three_files() -> None:
    changed = [step.marks["file"] for step in STEPS if step.language == "diff"]
    assert changed == ["mcp_server/platforms/__init__.py", "mcp_server/server/build.py", "pyproject.toml"]
    new = [step.marks["file"] for step in STEPS if step.language == "python"]
    assert {Path(name).parts[:3] for name in new if name.startswith("mcp_server")} == {
        ("mcp_server", "platforms", "kiln")
    }


@pytest.mark.slow
def test_the_page_s_own_test_passes_on_both_loops(copy: Path) -> None:
    done = run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/platforms/test_kiln.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


@pytest.mark.slow
def test_the_commands_know_the_platform(copy: Path) -> None:
    listed = run(copy, sys.executable, "-m", "mcp_server", "tools", "--json")
    assert "get_kiln_logs" in listed.stdout, listed.stderr
    # The key is asked for nothing here, so nothing leaves the machine.
    keyed = {"KILN_API_KEY": "kiln-key-0123456789", "KILN_ENDPOINT": "http://127.0.0.1:9"}
    doctor = run(copy, sys.executable, "-m", "mcp_server", "doctor", "--json", environ=keyed)
    (kiln,) = [one for one in json.loads(doctor.stdout)["platforms"] if one["platform"] == "kiln"]
    assert (kiln["state"], kiln["configured_by"]) == ("ok", "KILN_API_KEY")
    assert kiln["budget"] == {"kiln.all": "27 of 27 per 60 s left"}


@pytest.mark.slow
def test_its_imports_keep_to_the_layers(copy: Path) -> None:
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("import-linter is not installed (group `gates`)")
    kept = run(copy, linter, "--no-logo", "--no-cache")
    assert kept.returncode == 0, kept.stdout + kept.stderr


@pytest.mark.slow
def test_a_platform_that_reads_another_is_found_by_that_gate(copy: Path, tmp_path: Path) -> None:
    linter = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("import-linter is not installed (group `gates`)")
    other = tmp_path / "copy"
    shutil.copytree(copy, other)
    (other / "mcp_server/platforms/kiln/borrowed.py").write_text(
        '"""Reads another vendor."""\n\nfrom mcp_server.platforms.agentbox.api import AgentBoxApi\n\n__all__ = ["AgentBoxApi"]\n'
    )
    broken = run(other, linter, "--no-logo", "--no-cache")
    assert broken.returncode == 1
    assert "Vendors are independent of each other BROKEN" in broken.stdout


@pytest.mark.slow
def test_what_it_shows_is_as_the_house_writes_it(copy: Path) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        pytest.skip("ruff is not installed (group `gates`)")
    files = [step.marks["file"] for step in STEPS if step.marks["file"].endswith(".py")]
    for command in (("check", "--no-cache"), ("format", "--check", "--no-cache")):
        done = run(copy, ruff, *command, *files)
        assert done.returncode == 0, done.stdout
