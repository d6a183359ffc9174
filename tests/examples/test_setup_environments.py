"""Setup scripts for three environments, within five starts a minute."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

ENVIRONMENTS = ("development", "staging", "production")


@pytest.fixture(scope="module")
def written(run_example: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the example has written its scripts."""
    folder = tmp_path_factory.mktemp("checkout")
    done = run_example("setup_environments", 301, "--demo", "--into", folder)
    assert done.returncode == 0, done.stderr
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [*ENVIRONMENTS, *ENVIRONMENTS]
    return folder


def scripts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / ".codegen").iterdir())}


@pytest.mark.slow
def test_each_environment_gets_its_own_script(written: Path):
    found = scripts(written)
    assert set(found) == {f"setup-{environment}.sh" for environment in ENVIRONMENTS}
    for environment in ENVIRONMENTS:
        script = found[f"setup-{environment}.sh"]
        assert script.startswith("#!/usr/bin/env bash\n")
        assert f"# Setup of acme/checkout for {environment}" in script


@pytest.mark.slow
def test_the_scripts_are_executable_and_well_formed(written: Path):
    bash = shutil.which("bash")
    for path in (written / ".codegen").iterdir():
        assert sys.platform == "win32" or path.stat().st_mode & 0o111 == 0o111
        assert bash is None or subprocess.run([bash, "-n", path], check=False).returncode == 0


@pytest.mark.slow
def test_a_script_that_is_there_is_not_overwritten_and_no_run_is_started(run_example: Run, written: Path):
    before = scripts(written)
    done = run_example("setup_environments", 301, "--demo", "--into", written)
    assert done.returncode == 1
    assert "setup-production.sh: already there. Nothing was started; --force overwrites." in done.stderr
    assert done.stdout == ""
    assert scripts(written) == before


@pytest.mark.slow
def test_a_spent_budget_is_waited_for_as_long_as_the_server_says(run_example: Run, tmp_path: Path):
    mine = tmp_path / ".codegen" / "setup-staging.sh"
    mine.parent.mkdir()
    mine.write_text("echo mine\n", encoding="utf-8")
    done = run_example(
        "setup_environments", 301, "--demo", "--force", "--into", tmp_path, SANDSCOPE_LIMITS="codegen.setup=1/2"
    )
    assert done.returncode == 0, done.stderr
    # Three starts, one every two seconds and a margin: two waits, and no call in vain after them.
    spent = "The rate budget of codegen.setup is spent (1 per 2 s: 1 by this server), so nothing was sent."
    assert done.stderr.count(spent) == 2
    assert done.stderr.count("Waiting 3 s.") == 2
    assert len(scripts(tmp_path)) == 3
    assert "for staging" in mine.read_text(encoding="utf-8")


@pytest.mark.slow
def test_an_unknown_repository_leaves_nothing_behind(run_example: Run, tmp_path: Path):
    done = run_example("setup_environments", 999, "--demo", "--into", tmp_path)
    assert done.returncode == 1
    assert "Repository not found" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def example(load_example: Callable[[str], ModuleType]) -> ModuleType:
    return load_example("setup_environments")


@pytest.mark.parametrize(
    "result",
    ["set -eu\nmake\n", "set -eu\nmake", "Here it is:\n```bash\nset -eu\nmake\n```\nDone.", "```\nset -eu\nmake\n```"],
)
def test_a_script_is_taken_out_of_the_text_around_it(example: ModuleType, result: str):
    assert example.script_of({"run_id": 1, "status": "completed", "result": result}) == "set -eu\nmake\n"


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ({"status": "failed", "next": "get_run_logs(run_id=1)"}, "ended as failed. To see why: get_run_logs(run_id=1)"),
        ({"status": "completed"}, "ended as completed"),
        ({"status": "completed", "result": "make\n[120 more characters]", "web_url": "https://x.example"}, "too long"),
    ],
)
def test_what_is_no_whole_script_is_not_saved(example: ModuleType, run: dict[str, Any], words: str):
    with pytest.raises(example.Refused, match=words.replace("(", r"\(").replace(")", r"\)")):
        example.script_of({"run_id": 1, **run})
