"""Who was erased in a database that a backup is about to replace (C5)."""

from sqlalchemy import inspect

from storage import erasing
from storage.cipher import OPEN, Keys, file_of, key_of
from storage.engine import make_engine
from storage.erasing import Mark
from storage.tables import kept
from storage.unit import View


class NoDatabase(Exception):
    """Raised where nothing of a desk's is kept that could say who was erased."""


def marks_at(url: str, *, keys: Keys = OPEN) -> list[Mark]:
    """Give every lead that was erased in the database of an address.

    Raises NoDatabase where there is none, the driver's error where it can't be read, Refused where
    no key opens it.
    """
    file = file_of(url)
    if file is not None and not (file.is_file() and file.stat().st_size):
        raise NoDatabase
    engine = make_engine(url, key=key_of(file, keys) if file else "")
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(kept.name):
                raise NoDatabase
            return erasing.all_marks(View(connection))
    finally:
        engine.dispose()
