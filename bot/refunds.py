"""What vendors owe for leads that nobody could reach: looked at each hour (L5.5)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot import audit
from bot.assign import tell_managers
from bot.desk import Desk
from rules.claims import WARNED_BEFORE, Bought, ClaimState, Fault, Judged, judge
from rules.digest import last_digest
from rules.effects import TellManagers
from rules.rest import next_calling
from rules.vendors import Vendor
from storage import bought, claims, leads, outbox
from storage.claims import Claim
from storage.unit import Unit, View

CLOSING, WEEKLY = "refunds_closing", "refunds"
REACHED, AGAIN = "refunds_reached", "refunds_again"
OF_ONE = {REACHED: "reached", AGAIN: "again"}
"""Notices of one lead's claim, by what happened to it."""
NOTICES = frozenset({CLOSING, WEEKLY, *OF_ONE})
AT_ONCE = 200
NONE_YET = ("", ClaimState.SHORT, ClaimState.WITHDRAWN)
"""States in which nothing is asked for."""
ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Looked:
    """What a look at all that vendors sold came to: claims opened and withdrawn, leads short."""

    opened: int = 0
    withdrawn: int = 0
    short: int = 0


def terms_of(desk: Desk) -> dict[str, Vendor]:
    """Give the vendors with terms, by name."""
    return {one.name: one for one in desk.playbook.vendors}


def judged(desk: Desk, some: Iterable[Bought], *, now: datetime) -> list[Judged]:
    """Say of each lead that a vendor with terms sold whether it can be claimed at `now` (UTC)."""
    terms, settings = terms_of(desk), desk.settings
    return [
        judge(one, terms[one.vendor], now=now, team=settings.zone, home=settings.default_region)
        for one in some
        if one.vendor in terms
    ]


def look(desk: Desk) -> Looked:
    """Open what can be claimed now, withdraw what can't any more, warn before windows close.

    It goes through what was sold while a window is open, some hundreds in a commit; what another
    process did meanwhile stands (L5.5).
    """
    found, terms = Looked(), terms_of(desk)
    if not terms:
        return found
    longest, now = timedelta(days=max(one.window_days for one in terms.values())), desk.clock()
    sold = partial(bought.sold, vendors=list(terms), since=now - longest)
    reached = partial(bought.reached_since, vendors=list(terms), open_at=now)
    for pages in (sold, reached):
        after: int | None = 0
        while after is not None:
            with desk.store.view() as view:
                page = pages(view, after=after, most=AT_ONCE)
            _settle(desk, page, found)
            after = page[-1].source_id if len(page) == AT_ONCE else None
    _warn(desk)
    return found


def _settle(desk: Desk, page: Collection[Bought], found: Looked) -> None:
    now = desk.clock()
    due = [one for one in judged(desk, page, now=now) if _changes(one, now=now)]
    if not due:
        return
    with desk.store.unit() as unit:
        again = bought.of_sources(unit, [one.bought.source_id for one in due])
        for one in judged(desk, again, now=now):
            _apply(desk, unit, one, found, now=now)
        unit.commit()


def _changes(one: Judged, *, now: datetime) -> bool:
    state = one.bought.state
    if state == ClaimState.SENT:
        return Fault.REACHED in one.faults
    if state == ClaimState.OPEN:
        return is_over(one) or one.asks_otherwise
    return state in NONE_YET and (one.claimable or (not state and one.is_urgent(now=now)))


def is_over(one: Judged) -> bool:
    """Say whether an open claim can't be made any more, for more than its window's end."""
    return bool(set(one.faults) - {Fault.CLOSED})


def _apply(desk: Desk, unit: Unit, one: Judged, found: Looked, *, now: datetime) -> None:
    if not _changes(one, now=now):
        return
    if one.bought.state == ClaimState.SENT:
        found.withdrawn += withdraw(desk, unit, one, now=now, was=ClaimState.SENT)
    elif one.bought.state == ClaimState.OPEN and is_over(one):
        found.withdrawn += withdraw(desk, unit, one, now=now)
    elif one.bought.state == ClaimState.OPEN:
        claims.put(unit, one.bought, _terms(one), was=(ClaimState.OPEN,))
    elif one.claimable:
        found.opened += _open(desk, unit, one, now=now)
    else:
        values = _values(one, ClaimState.SHORT, now=now)
        found.short += claims.put(unit, one.bought, values, was=("",))


def _open(desk: Desk, unit: Unit, one: Judged, *, now: datetime) -> bool:
    """Open a claim; one that was sent before waits for its answer again, and managers hear so."""
    sent = one.bought.sent
    values = _values(one, ClaimState.SENT if sent else ClaimState.OPEN, now=now)
    done = claims.put(
        unit, one.bought, values | {"warned_at": None, "decided_at": None}, was=NONE_YET
    )
    if done:
        what = "claim_again" if sent else "claim_open"
        write(desk, unit, one.bought, what, by="", now=now)
        _tell(desk, unit, one.bought, AGAIN, now=now)
    return done and not sent


def withdraw(
    desk: Desk, unit: Unit, one: Judged, *, now: datetime, was: ClaimState = ClaimState.OPEN
) -> bool:
    """Withdraw a claim: the person was reached after all, or the number was mended.

    Managers hear of one that `was` sent, since the vendor has it.
    """
    gone = {"state": ClaimState.WITHDRAWN, "decided_at": now, "actor": ""}
    done = claims.put(unit, one.bought, gone, was=(was,))
    if done:
        write(desk, unit, one.bought, "claim_withdraw", by="", now=now)
        _tell(desk, unit, one.bought, REACHED, now=now)
    return done


def _tell(desk: Desk, unit: Unit, one: Bought, notice: str, *, now: datetime) -> None:
    """Tell managers what became of a claim that a vendor has; of any other nothing."""
    if one.sent:
        about = f"{int(now.timestamp())} {one.claim} {one.vendor}"
        told = tell_managers(desk, unit, TellManagers(notice, one.lead_id, about))
        outbox.add(unit, told, now=now)


def _values(one: Judged, state: ClaimState, *, now: datetime) -> dict[str, Any]:
    return {"opened_at": now, "state": state, **_terms(one)}


def _terms(one: Judged) -> dict[str, Any]:
    credit = one.credit
    return {
        "reason": one.reason,
        "closes_at": one.closes_at,
        "credit_minor": credit.minor if credit else 0,
        "currency": credit.currency if credit else "",
    }


def write(
    desk: Desk,
    unit: Unit,
    one: Bought | Claim,
    what: str,
    *,
    by: str,
    now: datetime,
    note: str = "",
) -> None:
    """Write what became of a claim into its lead's history and the audit; `now` is UTC."""
    more = {"note": note} if note else {}
    leads.add_line(unit, one.lead_id, at=now, actor=by, what=what, vendor=one.vendor, **more)
    audit.write(desk, unit, by, what, audit.of_lead(one.lead_id), after={"vendor": one.vendor})


def _warn(desk: Desk) -> None:
    """Tell managers, when they are at work, what closes soon: once a day, and if any is news."""
    now = desk.clock()
    due = next_calling(desk.playbook.calling, desk.rest(now), at=now, zone=desk.settings.zone)
    with desk.store.unit() as unit:
        day = due.astimezone(desk.settings.zone).date().isoformat()
        told = tell_managers(desk, unit, TellManagers(CLOSING, 0, day))
        if any(outbox.known(unit, one.once_key or "") for one in told):
            return
        if claims.warn(unit, after=now, until=due + WARNED_BEFORE, at=now):
            outbox.add(unit, told, now=now, due_at=due)
            unit.commit()


def post_weekly(desk: Desk) -> bool:
    """Tell managers each week, when the digest is due, what can be claimed; says whether it did."""
    now = desk.clock()
    due, *_ = last_digest(now=now, playbook=desk.playbook, zone=desk.settings.zone)
    if not desk.playbook.vendors or now - due > ONE_DAY:
        return False
    with desk.store.unit() as unit:
        told = tell_managers(desk, unit, TellManagers(WEEKLY, 0, due.isoformat()))
        fresh = [one for one in told if not outbox.known(unit, one.once_key or "")]
        if fresh:
            outbox.add(unit, fresh, now=now)
            unit.commit()
    return bool(fresh)


def over(desk: Desk, view: View, some: Collection[Claim], *, now: datetime) -> list[Judged]:
    """Give those of open claims that can't be made any more at `now` (UTC).

    A claim whose vendor has lost its terms since stays as it was.
    """
    found = bought.of_sources(view, [one.source_id for one in some])
    return [one for one in judged(desk, found, now=now) if is_over(one)]
