"""What is promised of the storage holds on an encrypted file as on a plain one (C5)."""

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Engine

from storage.engine import make_engine
from storage.store import Store
from storage.upgrade import upgrade
from tests.storage import test_queue
from tests.storage.test_events import *  # noqa: F403 - the same tests, on another file
from tests.storage.test_leads import *  # noqa: F403
from tests.storage.test_optouts import *  # noqa: F403

KEY = "correct horse battery staple"


class TestTheBestOfAnEncryptedQueue(test_queue.TestTheBestOfAQueue):
    # SQLCipher's SQLite is newer than Python's, and plans by another index than is asserted there.
    test_is_found_through_an_index_made_for_it = None


TestTaking = test_queue.TestTaking
TestReserved = test_queue.TestReserved
TestZonesAbroad = test_queue.TestZonesAbroad
TestWhatIsComing = test_queue.TestWhatIsComing


@cache
def template() -> tuple[Path, TemporaryDirectory[str]]:
    folder = TemporaryDirectory(prefix="lead-desk-")
    file = Path(folder.name) / "template.db"
    engine = make_engine(f"sqlite:///{file}", key=KEY)
    upgrade(engine)
    engine.dispose()
    return file, folder


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    if request.param != "sqlite":
        pytest.skip("of PostgreSQL alone")
    return str(request.param)


@pytest.fixture
def engine(tmp_path: Path, dialect: str) -> Iterator[Engine]:
    file = tmp_path / f"{dialect}.db"
    shutil.copy(template()[0], file)
    made = make_engine(f"sqlite:///{file}", key=KEY)
    yield made
    made.dispose()
    with file.open("rb") as written:
        assert not written.read().startswith(b"SQLite")


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    made = Store(engine)
    yield made
    made.close()
