"""Who was erased stays erased when a backup is restored that has them still (C5)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from bot import erasing
from bot.desk import Desk
from bot.present import Present
from bot.settings import Settings
from storage.engine import make_engine
from storage.erased_before import marks_at
from storage.erasing import Mark
from storage.store import Store

log = logging.getLogger(__name__)


@contextmanager
def carried_over(settings: Settings, *, at: datetime) -> Iterator[None]:
    """Erase again whom the database had erased that is replaced inside; `at` is now, UTC (C5).

    Where that database is gone or can't be read, a warning says that nobody knows; where this ends
    before its time, one names the leads that are to be erased by hand.
    """
    erased = _before(settings)
    yield
    if erased:
        try:
            count = _again(settings, erased, at=at)
        except BaseException:
            numbers = ", ".join(str(one.lead_id) for one in erased)
            log.warning("not erased again in what was restored: leads %s", numbers)
            raise
        log.warning("erased again in what was restored: %s leads", count)


def _before(settings: Settings) -> list[Mark]:
    try:
        return marks_at(settings.database_url, keys=settings.keys)
    except Exception as fault:  # noqa: BLE001 - what is damaged is what a backup is for
        log.warning(
            "who was erased since this backup can't be read (%s): erase them again",
            type(fault).__name__,
        )
        return []


def _again(settings: Settings, erased: list[Mark], *, at: datetime) -> int:
    store = Store(make_engine(settings.database_url, key=settings.keys.now))
    try:
        desk = Desk(store, settings, Present(), lambda: at)
        count = erasing.replay(desk, erased)
        if count:
            erasing.scrub(desk)
    finally:
        store.close()
    return count
