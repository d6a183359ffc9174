import sys
from pathlib import Path

import pytest

from mcp_server.state.boot import boot_id


def test_boot_and_time_namespace_name_it(tmp_path: Path) -> None:
    (tmp_path / "boot").write_text("b1\n")
    (tmp_path / "time").symlink_to("time:[1]")
    assert boot_id(tmp_path / "boot", tmp_path / "time") == "b1 time:[1]"


def test_containers_with_another_start_of_time_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "boot").write_text("b1\n")
    for namespace in ("time:[1]", "time:[2]"):
        (tmp_path / namespace).symlink_to(namespace)
    assert boot_id(tmp_path / "boot", tmp_path / "time:[1]") != boot_id(tmp_path / "boot", tmp_path / "time:[2]")


def test_an_old_kernel_without_time_namespaces_tells_the_boot(tmp_path: Path) -> None:
    (tmp_path / "boot").write_text("b1\n")
    assert boot_id(tmp_path / "boot", tmp_path / "gone") == "b1"


def test_it_is_empty_where_the_system_does_not_tell(tmp_path: Path) -> None:
    assert boot_id(tmp_path / "gone", tmp_path / "gone") == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells its boot id")
def test_on_linux_it_is_the_same_each_time() -> None:
    assert boot_id() == boot_id() != ""
