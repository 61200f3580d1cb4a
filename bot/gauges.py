"""What stands in the database at a look of `/metrics`: counts and ages, nobody's data."""

import logging
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from bot import backups
from bot.desk import Desk
from bot.meters import PREFIX
from bot.version import VERSION
from storage import deadletters, gauges, inbox, lapses
from storage.unit import View
from storage.upgrade import head

log = logging.getLogger(__name__)


class Stored:
    """Reads the gauges that are kept in the database; one that is out of reach is said so."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        """Give every family of figures."""
        yield _one("build_info", "Always 1", 1, version=VERSION, schema=head())
        try:
            with self._desk.store.view() as view:
                found = [*self._queues(view), *_counts(view)]
            found += self._backup()
        except Exception as fault:  # noqa: BLE001 - whatever it is, the rest is still told
            log.warning("metrics of the database can't be read: %s", type(fault).__name__)
            found = []
        up = bool(found) and not self._desk.store.failing
        yield _one("database_up", "Whether the database is read and takes what is written", up)
        yield from found

    def _queues(self, view: View) -> list[Metric]:
        now = self._desk.clock()
        waiting, due, oldest = (
            GaugeMetricFamily(f"{PREFIX}outbox_{name}", what, labels=["lane"])
            for name, what in (
                ("waiting", "Rows that wait, those for later among them"),
                ("due", "Rows that may leave now and have not"),
                ("oldest_seconds", "For how long the oldest of these is due"),
            )
        )
        for one in gauges.queues(view, now=now):
            age = max(0.0, (now - one.oldest).total_seconds()) if one.oldest else 0.0
            for family, value in ((waiting, one.waiting), (due, one.due), (oldest, age)):
                family.add_metric([one.lane], value)
        return [waiting, due, oldest]

    def _backup(self) -> list[Metric]:
        """Give the age of the newest backup that was proved, where there is one."""
        known = backups.proved(self._desk.store)
        if known is None:
            return []
        age = (self._desk.clock() - known.at).total_seconds()
        return [_one("backup_age_seconds", "Since the newest backup that was proved", age)]


def _counts(view: View) -> list[Metric]:
    again = CounterMetricFamily(
        f"{PREFIX}leases_lost", "Rows in hand when a process died, sent again", labels=["side"]
    )
    for side, count in sorted(lapses.counts(view).items()):
        again.add_metric([side], count)
    return [
        again,
        _one("dead_letters", "Could not be delivered; nobody looked", deadletters.count(view)[0]),
        _one("intake_unread", "Came in and is not read yet", inbox.waiting(view)),
        _one("intake_set_aside", "Came in and could not be used", inbox.quarantined(view)),
        _one("rollup_marks", "Changes of calls and leads not summed yet", gauges.count_marks(view)),
    ]


def _one(name: str, what: str, value: float, **labels: str) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}{name}", what, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family
