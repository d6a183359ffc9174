import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mcp_server.errors import StateUnavailable
from mcp_server.state.directory import make_file, open_file, prepare
from tests.state.users import bound_by_modes, give_away


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_directory_is_made_for_its_owner_only_and_its_parents_with_it(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b" / "state"
    prepare(directory)
    assert mode(directory) == 0o700


def test_one_that_is_ours_is_used_as_it_is(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    prepare(directory)
    (directory / "file").write_text("kept")
    prepare(directory)
    assert (directory / "file").read_text() == "kept"


def test_one_that_is_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    prepare(tmp_path)
    assert mode(tmp_path) == 0o700


def test_a_file_in_its_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("mine")
    with pytest.raises(StateUnavailable, match="it cannot be made: File exists"):
        prepare(tmp_path / "state")
    assert (tmp_path / "state").read_text() == "mine"


def test_a_file_in_its_parents_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "parent").write_text("mine")
    with pytest.raises(StateUnavailable, match="it cannot be made"):
        prepare(tmp_path / "parent" / "state")


def test_a_link_to_a_directory_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "state").symlink_to("elsewhere")
    with pytest.raises(StateUnavailable, match="it is a symbolic link"):
        prepare(tmp_path / "state")
    assert mode(tmp_path / "elsewhere") == 0o755


def test_a_link_to_nothing_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "state").symlink_to("elsewhere")
    with pytest.raises(StateUnavailable, match="it cannot be made: File exists"):
        prepare(tmp_path / "state")
    assert not (tmp_path / "elsewhere").exists()


def test_somebody_elses_directory_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    give_away(tmp_path / "state")
    with pytest.raises(StateUnavailable, match="it belongs to another user"):
        prepare(tmp_path / "state")
    assert mode(tmp_path / "state") == 0o755


def test_one_that_cannot_be_written_to_is_told() -> None:
    with bound_by_modes() as folder:
        (folder / "state").mkdir(mode=0o500)
        with pytest.raises(StateUnavailable, match="it cannot be written to"):
            prepare(folder / "state")


def test_one_that_cannot_be_made_is_told() -> None:
    with bound_by_modes() as folder:
        (folder / "parent").mkdir(mode=0o500)
        with pytest.raises(StateUnavailable, match="it cannot be made: Permission denied"):
            prepare(folder / "parent" / "state")


def opened(path: Path) -> None:
    os.close(open_file(path))


ways = pytest.mark.parametrize("way", [make_file, opened])
Way = Callable[[Path], object]


@ways
def test_a_file_is_made_for_its_owner_only(way: Way, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        way(tmp_path / "file")
    finally:
        os.umask(before)
    assert mode(tmp_path / "file") == 0o600


@ways
def test_a_file_that_is_ours_is_kept(way: Way, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    way(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "kept"


@ways
@pytest.mark.parametrize("target", ["there", "not there"])
def test_a_file_is_never_reached_through_a_link(way: Way, target: str, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    (tmp_path / "file").symlink_to(target)
    with pytest.raises(
        StateUnavailable, match=r"file is not a file|file cannot be opened: Too many levels of symbolic"
    ):
        way(tmp_path / "file")
    assert (tmp_path / "there").read_text() == "mine"
    assert not (tmp_path / "not there").exists()


@ways
def test_a_directory_in_a_files_place_is_told(way: Way, tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(StateUnavailable, match=r"file is not a file|file cannot be opened: Is a directory"):
        way(tmp_path / "file")


@ways
def test_a_pipe_in_a_files_place_is_told_and_holds_nobody_up(way: Way, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "file")
    with pytest.raises(StateUnavailable, match="file is not a file"):
        way(tmp_path / "file")


@ways
def test_somebody_elses_file_is_left_alone(way: Way, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("theirs")
    give_away(tmp_path / "file")
    with pytest.raises(StateUnavailable, match="it belongs to another user"):
        way(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "theirs"


@ways
def test_a_file_that_cannot_be_made_is_told(way: Way, tmp_path: Path) -> None:
    with pytest.raises(StateUnavailable, match=r"file cannot be (made|opened): No such file or directory"):
        way(tmp_path / "gone" / "file")


def next_descriptor() -> int:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def test_no_descriptor_of_a_refused_file_stays_open(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "file")
    before = next_descriptor()
    with pytest.raises(StateUnavailable):
        open_file(tmp_path / "file")
    assert next_descriptor() == before
