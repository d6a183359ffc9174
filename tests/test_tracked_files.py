"""What no file of this repository may say: where it was made, or where packages come from."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A class of one character keeps this file from breaking its own rule.
FORBIDDEN = {
    "a folder beside the repository": r"\bshared[/]",
    "a path of one machine": r"(?<![\w.-])[/](?:work|root|opt/pypi|tmp/dev)[/]",
    "a package registry's host": r"pypi[.](?:org|io)|pythonhoste[d]|registry[.]npmjs|deb[.]debian|crates[.]io|proxy[.]golang",
    "unfinished work": r"\b(?:TODO|FIXME|XXX)[:(]",
}
# The gates look for documents that may lie beside the repository.
MAY_LOOK_BESIDE = {".ci/run"}
BINARY = {".gif", ".ico", ".png", ".xz", ".gz", ".zip", ".woff2"}


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """Paths of every file that is in the repository or about to be added."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is tracked is unknown")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [path for path in listed.stdout.split("\0") if path and (ROOT / path).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str, tracked: list[str]) -> None:
    forbidden = re.compile(FORBIDDEN[what])
    breaches = [
        f"{path}:{number}: {line.strip()[:120]}"
        for path in tracked
        if Path(path).suffix not in BINARY and path not in MAY_LOOK_BESIDE
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a folder beside the repository", "see ../shared~/design"),
        ("a path of one machine", "cd /wo~rk/main"),
        ("a package registry's host", "https://py~pi.org/simple"),
        ("unfinished work", "# TO~DO: later"),
    ],
)
def test_a_line_that_says_it_is_seen(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line.replace("~", ""))


def test_a_path_inside_another_is_no_path_of_this_machine() -> None:
    assert not re.search(FORBIDDEN["a path of one machine"], "/home/runner/work/project")


def test_no_lock_file_pins_where_packages_come_from(tracked: list[str]) -> None:
    assert [path for path in tracked if Path(path).name in {"uv.lock", "poetry.lock", "pdm.lock"}] == []
