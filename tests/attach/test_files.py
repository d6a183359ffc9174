"""Settings are written all at once, over a backup, and with the mode they had."""

from pathlib import Path

import pytest

from mcp_server.commands.clients.files import PRIVATE, SHARED, read_settings, write_settings
from mcp_server.errors import NotConfigured


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize("asked", [PRIVATE, SHARED])
def test_a_new_file_comes_with_its_folder_and_has_no_backup(tmp_path: Path, asked: int):
    path = tmp_path / "a" / "b" / "settings"
    assert write_settings(path, read_settings(path), b"new", mode=asked) is None
    assert (path.read_bytes(), mode(path)) == (b"new", asked)
    assert list(path.parent.iterdir()) == [path]


def test_every_version_is_kept_with_the_mode_it_had(tmp_path: Path):
    path = tmp_path / "settings"
    path.write_bytes(b"0")
    path.chmod(0o640)
    (tmp_path / "settings.bak-2").write_bytes(b"somebody's")
    backups = [write_settings(path, read_settings(path), each, mode=PRIVATE) for each in (b"1", b"2")]
    assert backups == [tmp_path / "settings.bak-1", tmp_path / "settings.bak-3"]
    contents = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert contents == {
        "settings": b"2",
        "settings.bak-1": b"0",
        "settings.bak-2": b"somebody's",
        "settings.bak-3": b"1",
    }
    assert {mode(path), mode(tmp_path / "settings.bak-1"), mode(tmp_path / "settings.bak-3")} == {0o640}


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path, *, there: bool):
    (tmp_path / "dotfiles").mkdir()
    target = tmp_path / "dotfiles" / "settings"
    if there:
        target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to(target)
    backup = write_settings(link, read_settings(link), b"new", mode=PRIVATE)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert backup == (target.with_name("settings.bak-1") if there else None)
    assert list(tmp_path.glob("*.bak-*")) == []


def test_what_another_program_wrote_meanwhile_is_not_lost(tmp_path: Path):
    path = tmp_path / "settings"
    path.write_bytes(b"theirs")
    with pytest.raises(NotConfigured, match="changed by another program"):
        write_settings(path, b"read before", b"ours", mode=PRIVATE)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"settings": b"theirs"}


def test_what_cannot_be_read_is_told(tmp_path: Path):
    with pytest.raises(NotConfigured, match=r"Cannot read .*: Is a directory\. Nothing was changed\."):
        read_settings(tmp_path)


def test_what_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotConfigured, match=r"Cannot write .*: .+\. It is as it was\."):
        write_settings(tmp_path / "file" / "settings", None, b"", mode=PRIVATE)
