"""What managers read of claims: by vendor, what is missing where, and of one lead (L5.5)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.desk import Desk
from bot.leads import open_lead
from bot.refunds import judged, terms_of
from bot.team import allowed
from rules.claims import MARKABLE, Bought, ClaimState, Judged
from rules.lead import Lead
from rules.permissions import Act
from rules.refusals import Refused
from storage import bought, claims
from storage.claims import Total
from storage.unit import View

DECIDED = timedelta(days=90)
"""How long what a vendor answered is told of."""
LOOKED_AT, OTHERS, TIMES = 200, 5, 10


@dataclass(slots=True)
class Group:
    """A vendor's claims in one currency by their state; those that `lapsed` were not sent."""

    vendor: str
    currency: str
    states: dict[str, Total] = field(default_factory=dict)
    lapsed: Total | None = None

    @property
    def open(self) -> Total | None:
        """What can be claimed now."""
        return self.states.get(ClaimState.OPEN)


@dataclass(frozen=True, slots=True)
class Overview:
    """All claims at `now` (UTC), leads that miss calls, vendors `without` terms and their leads.

    `vendors` counts those with terms; `emails` has where their claims go.
    """

    now: datetime
    groups: tuple[Group, ...]
    short: tuple[Judged, ...]
    without: tuple[tuple[str, int], ...]
    vendors: int
    emails: dict[str, str]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to claim, to wait for or to call."""
        return not (self.groups or self.short)


@dataclass(frozen=True, slots=True)
class OfLead:
    """Each time that a lead was bought, judged where its vendor has terms, with what left for it.

    `sent` has the messages, oldest first: when (UTC), by which channel, what became of each.
    """

    lead: Lead
    sales: tuple[tuple[Bought, Judged | None], ...]
    sent: tuple[tuple[datetime, str, str], ...]
    now: datetime


def overview(desk: Desk, *, by: str) -> Overview:
    """Give what can be claimed and where claims stand; raises Refused for who manages not."""
    with desk.store.view() as view:
        allowed(desk, view, by, Act.MANAGE)
        return whole(desk, view)


def for_terminal(desk: Desk, *, vendor: str = "") -> Overview:
    """Give what `overview` does to whoever works on the machine, of one vendor where it is named.

    Raises Refused for a vendor of whom nothing is known.
    """
    with desk.store.view() as view:
        found = whole(desk, view)
    return _of_vendor(found, vendor) if vendor else found


def _of_vendor(found: Overview, vendor: str) -> Overview:
    def is_it(name: str) -> bool:
        return name.casefold() == vendor.casefold()

    groups = tuple(one for one in found.groups if is_it(one.vendor))
    near = tuple(one for one in found.short if is_it(one.bought.vendor))
    without = tuple(one for one in found.without if is_it(one[0]))
    emails = {name: email for name, email in found.emails.items() if is_it(name)}
    if not (groups or near or without or emails):
        raise Refused("refunds.unknown_vendor", vendor=vendor)
    return replace(
        found, groups=groups, short=near, without=without, vendors=len(emails), emails=emails
    )


def whole(desk: Desk, view: View) -> Overview:
    """Give what `overview` does, for whoever may see it."""
    now, terms = desk.clock(), terms_of(desk)
    quarter = now - DECIDED
    return Overview(
        now,
        _groups(view, now=now),
        short(desk, view, now=now),
        tuple(bought.without_terms(view, list(terms), since=quarter, most=OTHERS)),
        len(terms),
        {name: one.email for name, one in terms.items()},
    )


def _groups(view: View, *, now: datetime) -> tuple[Group, ...]:
    found: dict[tuple[str, str], Group] = {}

    def group(total: Total) -> Group:
        mark = total.vendor, total.currency
        return found.setdefault(mark, Group(*mark))

    for total in claims.totals(view, open_after=now, decided_after=now - DECIDED):
        group(total).states[total.state] = total
    for total in claims.lapsed(view, closed_after=now - MARKABLE, until=now):
        group(total).lapsed = total
    return tuple(found[mark] for mark in sorted(found))


def short(desk: Desk, view: View, *, now: datetime) -> tuple[Judged, ...]:
    """Give leads that some more calls make claimable, of those told of, soonest to close first."""
    told = claims.closing(view, ClaimState.SHORT, after=now, most=LOOKED_AT)
    some = bought.of_sources(view, [one.source_id for one in told])
    found = (one for one in judged(desk, some, now=now) if one.mendable)
    return tuple(sorted(found, key=lambda one: (one.closes_at, one.bought.lead_id)))


def closing(found: Overview, *, until: datetime) -> Overview:
    """Give what of an overview is urgent: vendors of whom a window closes up to a moment (UTC)."""
    near = (one for one in found.groups if one.open and one.open.closes_at <= until)
    return replace(found, groups=tuple(near))


def email_of(desk: Desk, vendor: str) -> str:
    """Give where a vendor's claims go, "" where that is not known."""
    terms = terms_of(desk).get(vendor)
    return terms.email if terms else ""


def of_lead(desk: Desk, lead_id: int, *, by: str) -> OfLead:
    """Say of each time that a lead was bought whether it can be claimed, and why not (L5.5).

    Raises Refused for who manages not, where there is no such lead, and for one that is part of
    another.
    """
    now = desk.clock()
    with desk.store.view() as view:
        actor = allowed(desk, view, by, Act.MANAGE)
        lead = open_lead(view, lead_id, by=actor)
        some = bought.of_lead(view, lead_id, most=TIMES)
        sent = bought.messages_of(view, [lead_id])[lead_id]
    known = {one.bought.source_id: one for one in judged(desk, some, now=now)}
    sales = tuple((one, known.get(one.source_id)) for one in some)
    return OfLead(lead, sales, tuple(sent), now)
