"""What depends on who runs the tests: files of somebody else's, and modes that bind."""

import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534

if sys.platform == "win32":
    pytest.skip("users and modes are POSIX", allow_module_level=True)


def give_away(path: Path) -> None:
    """Makes a file or folder somebody else's."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


@contextmanager
def bound_by_modes() -> Generator[Path]:
    """A folder of one's own, as a user whom the modes of files bind: root becomes nobody meanwhile."""
    # Nobody has no way into a folder of root's.
    folder = Path(tempfile.mkdtemp(prefix="sandscope-modes-"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield folder
    finally:
        if root:
            os.setresuid(0, 0, 0)
        shutil.rmtree(folder)
