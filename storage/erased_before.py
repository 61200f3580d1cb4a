"""Who was erased in a database that a backup is about to replace (C5)."""

from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from storage import erasing
from storage.engine import make_engine
from storage.erasing import Mark
from storage.tables import kept
from storage.unit import View


def marks_at(url: str) -> list[Mark]:
    """Give every lead that was erased in the database of an address; none where there is none.

    Raises the driver's error where it can't be read.
    """
    parsed = make_url(url)
    is_file = parsed.get_backend_name() == "sqlite"
    if is_file and not Path(str(parsed.database)).is_file():
        return []
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            has = inspect(connection).has_table(kept.name)
            return erasing.all_marks(View(connection)) if has else []
    finally:
        engine.dispose()
