"""Who was erased in a database that a backup is about to replace (C5)."""

from sqlalchemy import inspect

from storage import erasing
from storage.cipher import OPEN, Keys, file_of, key_of
from storage.engine import make_engine
from storage.erasing import Mark
from storage.tables import kept
from storage.unit import View


def marks_at(url: str, *, keys: Keys = OPEN) -> list[Mark]:
    """Give every lead that was erased in the database of an address; none where there is none.

    Raises the driver's error where it can't be read, Refused where no key opens it.
    """
    file = file_of(url)
    if file is not None and not file.is_file():
        return []
    engine = make_engine(url, key=key_of(file, keys) if file else "")
    try:
        with engine.connect() as connection:
            has = inspect(connection).has_table(kept.name)
            return erasing.all_marks(View(connection)) if has else []
    finally:
        engine.dispose()
