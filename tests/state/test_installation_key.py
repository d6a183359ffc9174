import os
import sys
from pathlib import Path

import pytest

from mcp_server.server.build import build
from mcp_server.settings import Settings
from mcp_server.state.installation_key import FILE, SIZE, installation_key

TOKEN = "ghp_" + "Zq8Rt2Wn5Yp1Xs4Vd7Bf0Gh3Jk6Lm9CcZq8R"


def test_who_comes_later_has_the_key_of_who_came_first(tmp_path: Path):
    first = installation_key(tmp_path / "state", os.urandom)
    assert installation_key(tmp_path / "state", os.urandom) == first
    assert installation_key(tmp_path / "other", os.urandom) != first
    assert [path.name for path in (tmp_path / "state").iterdir()] == [FILE]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_key_is_for_its_owner_only(tmp_path: Path):
    installation_key(tmp_path / "state", os.urandom)
    assert (tmp_path / "state" / FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_no_key_is_left_alone_and_one_is_drawn(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"short")
    assert installation_key(tmp_path, lambda size: b"k" * size) == b"k" * SIZE
    assert (tmp_path / FILE).read_bytes() == b"short"


def test_where_no_file_can_be_made_a_key_is_drawn(tmp_path: Path):
    (tmp_path / "file").touch()
    assert installation_key(tmp_path / "file", lambda size: b"k" * size) == b"k" * SIZE


def _marks(directory: Path, **variables: str) -> tuple[str, str]:
    environ = {"SANDSCOPE_STATE_DIR": str(directory), **variables}
    first, second = (build(Settings.from_env(environ)).redactor.redact(TOKEN) for _ in range(2))
    return first, second


def test_two_servers_of_one_state_directory_give_equal_fingerprints(tmp_path: Path):
    first, second = _marks(tmp_path / "state")
    assert first == second
    assert first.startswith("[redacted:github:")


def test_a_server_that_keeps_nothing_on_disk_draws_its_own(tmp_path: Path):
    first, second = _marks(tmp_path / "state", SANDSCOPE_CACHE="memory")
    assert first != second
    assert not (tmp_path / "state").exists()
