"""Which rows leave next: of each channel one a second, of a side that is tried again one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.settings import Settings
from rules.breaker import State
from rules.pace import Pace
from rules.sides import SLACK
from storage import outbox, paces
from storage.outbox import Row
from storage.unit import Unit

LEASE = timedelta(seconds=60)
LATELY = timedelta(seconds=10)
"""Who took a row or renewed its lease so long ago is taken to live."""
BATCH = 100
LEADS, THREADS, DIGEST = "channel:leads", "channel:threads", "channel:digest"
PACED = frozenset({LEADS, THREADS, DIGEST})
CHANNEL = Pace(1.0)
"""Slack takes one message a second in a channel, and counts threads with their channel."""
PERSON = Pace(1.0, burst=10)
"""Of direct messages Slack lets some go at once."""


def channel_of(settings: Settings, lane: str) -> str:
    """Name the channel that a paced lane writes to; two lanes may share one."""
    return settings.digest_channel if lane == DIGEST else settings.leads_channel


@dataclass(frozen=True, slots=True)
class Picked:
    """Rows that were claimed; the `probes` among them are tried while their side is down."""

    rows: list[Row]
    probes: list[Row]


class Picker:
    """Claims for one courier in one unit; lanes in `without` are left alone."""

    def __init__(
        self, settings: Settings, unit: Unit, *, owner: str, now: datetime, without: set[str]
    ) -> None:
        self._settings, self._unit, self._now, self._without = settings, unit, now, without
        take = partial(outbox.claim, unit, owner=owner, now=now, lease=LEASE)
        self._take: Callable[..., list[Row]] = take

    def pick(
        self, states: Mapping[str, State], *, last: str, toward: str = outbox.EVERYWHERE
    ) -> Picked:
        """Claim what may leave. `states` are those of sides that are or were down.

        `toward` leaves Slack out while it is down; `last` is the lane that was tried last there.
        """
        past = outbox.PAST_SLACK if SLACK in states else toward
        without = self._without | PACED | set(states)
        rows = self._take(most=BATCH, without=without, toward=past)
        if past != outbox.PAST_SLACK:
            rows += self._one_of_each()
        probes: list[Row] = []
        for side in sorted(set(states) - self._without - {SLACK}):
            probes += self._take(most=1, only=side)
        if SLACK in states and toward != outbox.PAST_SLACK:
            probes += self._one_of_slack(last)
        return Picked(rows + probes, probes)

    def _one_of_each(self) -> list[Row]:
        """Take one row of each paced lane; new leads go before their threads."""
        return [row for lane in sorted(PACED - self._without) for row in self._one_of(lane)]

    def _one_of(self, lane: str) -> list[Row]:
        """Take one row of a paced lane, unless another process just wrote to its channel."""
        name = channel_of(self._settings, lane)
        same = [one for one in PACED if channel_of(self._settings, one) == name]
        if not paces.is_free(self._unit, f"slack:{name}", CHANNEL, now=self._now):
            return []
        if outbox.is_in_hand(self._unit, same, until=self._now + LEASE - LATELY):
            return []
        rows = self._take(most=1, only=lane)
        if rows:
            paces.spend(self._unit, f"slack:{name}", CHANNEL, now=self._now)
        return rows

    def _one_of_slack(self, last: str) -> list[Row]:
        """Take one row for Slack, of the lane that was `last` tried only where no other has any."""
        found: list[Row] = []
        toward, without = outbox.TO_SLACK, self._without | PACED
        found = self._take(most=1, without=without | {last}, toward=toward)
        for lane in sorted(PACED - self._without - {last}):
            found = found or self._one_of(lane)
        if not found and last and last not in self._without:
            found = self._one_of(last) if last in PACED else self._take(most=1, only=last)
        return found
