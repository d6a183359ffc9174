import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MARKERS = "# Title\n<!-- tools -->\nold\n<!-- /tools -->\ntext\n<!-- settings -->\n<!-- /settings -->\nend\n"


def tables(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "docs" / "tables.py", *arguments],
        # The checkout's own package, whether or not it is installed.
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.fixture
def readme(tmp_path: Path) -> Path:
    path = tmp_path / "README.md"
    path.write_text(MARKERS, encoding="utf-8")
    return path


def test_the_readme_lists_the_tools_and_settings_there_are() -> None:
    checked = tables("--check")
    assert checked.returncode == 0, checked.stderr


def test_a_stale_table_is_named_and_left_alone_until_it_is_written(readme: Path) -> None:
    stale = tables("--check", "--readme", readme)
    assert stale.returncode == 1
    assert "docs/tables.py --write" in stale.stderr
    assert readme.read_text(encoding="utf-8") == MARKERS

    assert tables("--write", "--readme", readme).returncode == 0
    assert tables("--check", "--readme", readme).returncode == 0
    written = readme.read_text(encoding="utf-8")
    assert "| `get_sandbox_logs` | AgentBox |" in written
    assert "| `SANDSCOPE_LIMITS` |" in written
    assert written.startswith("# Title\n<!-- tools -->\n| tool |")
    assert written.endswith("|\n<!-- /settings -->\nend\n")
    assert "old" not in written


def test_a_readme_without_markers_says_which(readme: Path) -> None:
    readme.write_text("# Title\n", encoding="utf-8")
    refused = tables("--write", "--readme", readme)
    assert refused.returncode == 1
    assert "<!-- tools -->" in refused.stderr
