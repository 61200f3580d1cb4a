"""How a delivery went, written down until it stands: what has left must not leave twice."""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import chain, repeat

from bot import hooks
from bot.assign import tell_managers
from bot.desk import Desk
from bot.meta_leads import settle_fetched
from bot.orders import Mail, Order, Sent, Sms
from bot.outgoing import record
from bot.outward import write_failed
from bot.picking import CHANNEL
from rules.doors import FetchLead
from rules.effects import TellManagers
from rules.hooks import PushContact, SendHook
from rules.phones import email_key
from rules.refusals import Refused
from rules.sending import SendEmail, SendSms
from storage import leads, outbox, paces
from storage.outbox import Row
from storage.unit import Unit

log = logging.getLogger(__name__)

UNKNOWN = "unknown_if_sent"
PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""In seconds; the last one again and again."""
MOST_FAULTS = 5
TOLD_AT = 5
"""After so many tries, half a minute, managers hear that leads can't be fetched."""

Entry = Callable[[Unit, datetime], None]


class Ledger:
    """Writes how rows in hand fared, each in a unit of work of its own.

    A database that is busy is waited for. Where `ending` is set first, or the fault is our own,
    a row that may have left ends as dead: once too few is better than once too many.
    """

    def __init__(self, desk: Desk, ending: threading.Event) -> None:
        self._desk = desk
        self._ending = ending

    def sent(self, row: Row, sent: list[tuple[Order, Sent]], *, paced: str = "") -> None:
        """Write down that a row has left, and where it stands; `paced` is the channel's name.

        So the next process that writes there counts its second from now.
        """
        to = recipient([order for order, _ in sent])

        def entry(unit: Unit, now: datetime) -> None:
            _hold(unit, row, to)
            outbox.finish(unit, row, state=outbox.SENT, now=now)
            record(self._desk, unit, row, sent, now=now)
            if paced:
                paces.rest(unit, f"slack:{paced}", until=now + timedelta(seconds=CHANNEL.every))

        if self._write(row, entry, code=UNKNOWN):
            self._read(row)

    def _read(self, row: Row) -> None:
        """Read what was fetched; what is not read now the clock reads a minute later."""
        try:
            settle_fetched(self._desk, row.effect)
        except Exception as fault:  # noqa: BLE001 - it is kept, and nothing may stop its lane
            log.error("what row %s fetched was not read: %s", row.id, type(fault).__name__)

    def dead(self, row: Row, *, code: str, to: str) -> None:
        """Write down that a row will never leave; `to` is the number or address it was tried at."""
        log.warning("row %s (%s) is dead: %s", row.id, row.effect.kind, code)

        def entry(unit: Unit, now: datetime) -> None:
            _hold(unit, row, to)
            self._end(unit, row, code, now)
            if isinstance(row.effect, SendSms | SendEmail):
                write_failed(self._desk, unit, row, to=to, code=code, now=now)

        self._write(row, entry, code=code)

    def dropped(self, row: Row, *, why: str) -> None:
        """Write down that a row is not to be sent any more."""

        def entry(unit: Unit, now: datetime) -> None:
            outbox.finish(unit, row, state=outbox.CANCELLED, now=now, error=why)

        self._write(row, entry)

    def waits(
        self, row: Row, due_at: datetime | None, *, error: str = "", counts: bool = False
    ) -> bool:
        """Let a row wait again until `due_at` (UTC), None: due as it was.

        `counts` when this was a failed try. Says whether that stands.
        """

        def entry(unit: Unit, now: datetime) -> None:
            outbox.put_back(unit, row, due_at=due_at, now=now, error=error, counts=counts)
            if error and row.tries + 1 == TOLD_AT and isinstance(row.effect, FetchLead):
                notice = TellManagers("not_fetched", 0, about=f"{error}, {now:%Y-%m-%d}")
                outbox.add(unit, tell_managers(self._desk, unit, notice), now=now)

        return self._write(row, entry)

    def _write(self, row: Row, entry: Entry, *, code: str = "") -> bool:
        """Write until it stands, and say so; `code` is what a row dies of that may have left."""
        faults = 0
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            last = self._ending.is_set()
            fault = self._try(row, entry)
            if fault is None:
                return True
            faults += not isinstance(fault, Refused)
            if last or faults == MOST_FAULTS:
                break
            self._ending.wait(pause)
        if code and (faults or isinstance(row.effect, SendSms)):
            self._try(row, lambda unit, now: self._end(unit, row, code, now))
        return False

    def _try(self, row: Row, entry: Entry) -> Exception | None:
        try:
            with self._desk.store.unit() as unit:
                entry(unit, self._desk.clock())
                unit.commit()
        except Exception as fault:  # noqa: BLE001 - whatever it is, the row is still in hand
            name = type(fault).__name__
            log.error("row %s (%s) was not written down: %s", row.id, row.effect.kind, name)
            return fault
        return None

    def _end(self, unit: Unit, row: Row, code: str, now: datetime) -> None:
        outbox.finish(unit, row, state=outbox.DEAD, now=now, error=code)
        if not isinstance(row.effect, TellManagers):
            notice = _notice(row, code, now)
            outbox.add(unit, tell_managers(self._desk, unit, notice), now=now)
        if code == hooks.GONE:
            hooks.drop_target(self._desk, unit, row.effect, now=now)


def _notice(row: Row, code: str, now: datetime) -> TellManagers:
    """Give what managers are told; once a day of a system that took nothing, not for each lead."""
    effect = row.effect
    if isinstance(effect, SendHook | PushContact):
        where = effect.target if isinstance(effect, SendHook) else effect.kind
        return TellManagers("dead_hook", 0, about=f"{where}: {code}, {now:%Y-%m-%d}")
    if isinstance(effect, FetchLead):
        return TellManagers("dead_fetch", 0, about=f"{code}, {now:%Y-%m-%d}")
    return TellManagers("dead_letter", _lead_id(row), about=f"{effect.kind}: {code}")


def recipient(orders: Sequence[Order]) -> str:
    """Give the customer's number or address to which a row's orders go, "" for none."""
    return next((one.to for one in orders if isinstance(one, Sms | Mail)), "")


def _lead_id(row: Row) -> int:
    return int(getattr(row.effect, "lead_id", 0))


def _hold(unit: Unit, row: Row, to: str) -> None:
    """Hold the person, then the lead, and only then the row: in the order of all who do."""
    leads.lock_person(unit, phone=email_key(to), email="")
    leads.hold(unit, _lead_id(row))
