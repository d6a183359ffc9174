import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks import figures, results_page
from benchmarks.pages import filled
from benchmarks.pictures import PICTURES
from benchmarks.plot import digest_in
from benchmarks.plot_bars import Bars
from benchmarks.plots import PAGES, stale

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
TEXTS = {path: path.read_text("utf-8") for path in sorted(DOCS.glob("*.md"))}
COMMANDS = sorted({name for text in TEXTS.values() for name in re.findall(r"python -m benchmarks\.(\w+)", text)})


def run(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False, text=True)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """The pages and pictures as they are, to be changed."""
    for path in (*DOCS.glob("*.md"), *DOCS.glob("*.svg")):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_every_page_and_picture_is_what_the_kept_figures_say() -> None:
    assert list(stale(DOCS)) == []
    assert run("plots", "--check").returncode == 0


def test_a_page_and_a_picture_that_differ_are_named_and_left_alone(docs: Path) -> None:
    page = docs / "benchmarks.md"
    page.write_text(page.read_text("utf-8").replace("| yes |", "| **no** |", 1), "utf-8")
    changed = page.read_text("utf-8")
    picture = docs / "tools.svg"
    svg = picture.read_text("utf-8")
    picture.write_text(svg.replace(digest_in(svg), "0" * 64), "utf-8")
    (docs / "load.svg").unlink()

    checked = run("plots", "--check", "--docs", docs)
    assert checked.returncode == 1
    assert "benchmarks.md, load.svg, tools.svg;" in checked.stderr
    assert page.read_text("utf-8") == changed


def test_pages_are_filled_without_the_library_that_draws(docs: Path) -> None:
    page = docs / "benchmarks.md"
    whole = page.read_text("utf-8")
    page.write_text(re.sub(r"(?s)(<!-- light -->).*(<!-- /light -->)", r"\1\n\2", whole), "utf-8")
    assert page.read_text("utf-8") != whole
    assert run("plots", "--docs", docs).returncode == 0
    assert page.read_text("utf-8") == whole


def test_a_page_without_a_place_for_a_table_says_which() -> None:
    with pytest.raises(SystemExit, match="<!-- light -->"):
        filled("# Title\n", {"light": "| a |"})


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is of the group bench")
def test_the_same_figures_give_the_same_picture(tmp_path: Path) -> None:
    for name in ("one", "other"):
        PICTURES["redaction"]().save(tmp_path / f"{name}.svg")
    one = (tmp_path / "one.svg").read_bytes()
    assert one == (tmp_path / "other.svg").read_bytes()
    assert digest_in(one.decode()) == PICTURES["redaction"]().digest


def test_every_picture_named_is_there_and_every_picture_is_shown() -> None:
    named = {name for text in TEXTS.values() for name in re.findall(r"\]\((\w+\.svg)\)", text)}
    assert named == {f"{name}.svg" for name in PICTURES}
    assert {path.name for path in DOCS.glob("*.svg")} == named


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_holds_its_titles_names_and_figures_as_text(name: str) -> None:
    tree = ET.parse(DOCS / f"{name}.svg")  # noqa: S314 - our own file
    said = {"".join(text.itertext()).strip() for text in tree.iter("{http://www.w3.org/2000/svg}text")}
    for panel in PICTURES[name]().panels:
        assert getattr(panel, "title") in said  # noqa: B009 - not every panel need have one
        if isinstance(panel, Bars):
            assert set(panel.names) <= said
            shown = {cell.replace(",", "").split(" / ")[0] for cell in said}
            for row in panel.series.values():
                assert {f"{figure:.{panel.digits}f}" for figure in row if figure is not None} <= shown


def test_a_figure_that_changed_makes_another_digest() -> None:
    picture = PICTURES["tools"]()
    (panel,) = picture.panels
    assert isinstance(panel, Bars)
    more = replace(panel, series={name: [(row[0] or 0) + 1, *row[1:]] for name, row in panel.series.items()})
    assert replace(picture, panels=(more,)).digest != picture.digest


def test_what_misses_its_target_is_listed_first_and_marked_in_its_table() -> None:
    tables = results_page.tables()
    page = (DOCS / "benchmarks.md").read_text("utf-8")
    marked = re.findall(r"(?m)^\| (.+?) \| .+ \| \*\*no\*\* \|$", page)
    assert [line.removeprefix("- ") for line in tables["missed"].splitlines()[2:]] != []
    assert len(marked) == len(tables["missed"].splitlines()) - 2
    assert all(any(line.startswith(f"- {what}: ") for line in tables["missed"].splitlines()) for what in marked)


def test_every_figure_tells_what_measured_it() -> None:
    for path in figures.HOME.glob("*.json"):
        kept = json.loads(path.read_text("utf-8"))
        for part in (kept,) if "about" in kept else kept.values():
            about = part["about"]
            assert set(about) == {"command", "date", "python", "cores", "load_before", "sample"}
            assert re.fullmatch(r"20\d\d-\d\d-\d\d", about["date"])
            module = re.match(r"python -m benchmarks\.(\w+)", about["command"])
            assert module, path.name
            assert module[1] in COMMANDS
            assert (ROOT / "benchmarks" / f"{module[1]}.py").is_file()


def test_what_a_folder_is_called_is_not_kept() -> None:
    told = figures.command("benchmarks.redact", ["--data", os.sep + "somewhere", "--rules=a b", "--write"])
    assert told == "python -m benchmarks.redact --data DIR '--rules=a b' --write"


def test_parts_that_were_not_measured_anew_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "HOME", tmp_path)
    figures.keep("some", {"one": {"a": 1}, "other": {"b": 2}})
    figures.keep("some", {"one": {"a": 3}})
    assert figures.read("some") == {"one": {"a": 3}, "other": {"b": 2}}


@pytest.mark.slow
@pytest.mark.parametrize("module", COMMANDS)
def test_a_command_on_a_page_says_how_it_is_used_without_the_rivals(module: str) -> None:
    told = run(module, "--help")
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("usage: ")


def test_every_page_of_tables_is_there() -> None:
    assert set(PAGES) <= {path.stem for path in TEXTS}
