"""What every fault test stands on: no proxy, and after each test a search for keys wherever they could have gone."""

import logging
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.canaries import files_of, leaks, logged, rows_of
from tests.faults.stage import Faulty, OpenFaulty, served
from tests.faults.upstream import Upstream


@pytest.fixture(scope="module")
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    folder = tmp_path_factory.mktemp("state") / "sandscope"
    yield folder
    assert not leaks(files_of(folder))


@pytest.fixture(autouse=True)
def no_key_anywhere(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], state_folder: Path
) -> Generator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    out, err = capfd.readouterr()
    records = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert not leaks("\n".join([out, err, logged(records)]))
    assert not leaks(rows_of(state_folder))


@pytest.fixture(autouse=True, scope="module")
def no_proxy() -> Generator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("no_proxy", "*")
        yield


@pytest.fixture(scope="module")
async def shared_faulty(state_folder: Path) -> AsyncGenerator[Faulty]:
    """One server for all faults of a file: what one of them leaves behind, the next would meet."""
    there = Upstream()
    async with there.listening() as address, served(there, address, state_folder) as faulty:
        yield faulty


@pytest.fixture
def faulty(shared_faulty: Faulty) -> Faulty:
    shared_faulty.upstream.behave()
    return shared_faulty


@pytest.fixture
def open_faulty(state_folder: Path) -> OpenFaulty:
    """A server of one's own."""

    @asynccontextmanager
    async def opened(upstream: Upstream | None = None, **environ: str) -> AsyncGenerator[Faulty]:
        there = upstream or Upstream()
        async with there.listening() as address, served(there, address, state_folder, **environ) as faulty:
            yield faulty

    return opened
