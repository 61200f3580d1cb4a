"""Leads that may be one person: looked for as leads come, asked about, decided by people (C2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import audit, one_person
from bot.desk import Desk
from bot.leads import check_workable, open_lead
from bot.one_person import Joined
from bot.parting import share_number
from bot.team import managers, member
from rules.effects import RefreshCard
from rules.lead import Lead
from rules.likeness import Likeness, likeness
from rules.near import AskSame
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.team import Rep
from storage import inbox, kept, leads, likenesses, outbox, people
from storage.likenesses import DIFFERENT, OPEN, Pair
from storage.unit import Unit, View

SEEN = "likeness_seen"
SETTLED = timedelta(seconds=5)
AT_ONCE, ASKED_AT_ONCE, LISTED = 50, 5, 8


@dataclass(frozen=True, slots=True)
class Near:
    """A pair, and both leads as they are now: the older first."""

    pair: Pair
    one: Lead
    other: Lead


@dataclass(frozen=True, slots=True)
class Listed:
    """The likeliest pairs that nobody decided on, of how many."""

    pairs: tuple[Near, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Different:
    """Two leads of different people; `shared` when they are known to share a number now."""

    one: Lead
    other: Lead
    shared: bool


@dataclass(frozen=True, slots=True)
class Theirs:
    """A form of `name` that is of the lead it was added to; `line` takes that back."""

    lead: Lead
    name: str
    intake_id: int
    line: int


def look(desk: Desk) -> int:
    """Look whether leads that came are of persons who are known, and ask; gives how many pairs.

    Some at a time, each by a few questions to indexes. A desk that is new to this begins with
    the leads that come from now on (C2).
    """
    now = desk.clock()
    with desk.store.view() as view:
        after = kept.get(view, SEEN)
        begin = likenesses.newest_lead(view) if after is None else int(after)
        until = now - SETTLED
        fresh = likenesses.arrived(view, after=begin, until=until, most=AT_ONCE)
        found = [pair for lead in fresh for pair in around(view, lead)]
    if not fresh and after is not None:
        return 0
    with desk.store.unit() as unit:
        kept.put(unit, SEEN, fresh[-1].id if fresh else begin, at=now)
        count = ask(desk, unit, found, now=now)
        unit.commit()
    return count


Found = tuple[Lead, Lead, Likeness]


def around(view: View, lead: Lead) -> list[Found]:
    """Give leads that may be this person and were never asked about, the likeliest first (C2)."""
    others = likenesses.candidates(view, lead)
    if not others:
        return []
    shared = people.is_shared(view, lead.phone_e164)
    known = likenesses.known(view, lead.id, [one.id for one in others])
    found = [
        (lead, one, like)
        for one in others
        if one.id not in known and (like := likeness(lead, one, shared=shared))
    ]
    return sorted(found, key=lambda one: -one[2].score)


def ask(desk: Desk, unit: Unit, found: Sequence[Found], *, now: datetime) -> int:
    """Keep pairs that were found, and ask who decides about the first (C2).

    The rest stand in the list. Gives of how many nobody was asked before; `now` is UTC.
    """
    asked = 0
    to = deciders(desk, unit, now=now) if found else []
    for lead, other, like in found:
        pair = likenesses.add(unit, lead, other, like, at=now)
        asked += bool(pair)
        if pair and asked <= ASKED_AT_ONCE:
            older = min(lead.id, other.id)
            outbox.add(unit, [AskSame(pair, older, one) for one in to], now=now)
    return asked


def deciders(desk: Desk, unit: Unit, *, now: datetime) -> list[str]:
    """Give whom to ask at a moment (UTC): "" for the managers' channel, else each manager."""
    if desk.settings.managers_channel:
        return [""]
    return managers(unit, admins=desk.settings.admin_slack_ids, now=now)


def gathered(view: View, pair: Pair) -> Near | None:
    """Give a pair with its leads, None where one of them became another or was erased."""
    one, other = leads.load(view, pair.lead_id), leads.load(view, pair.other_id)
    if one is None or other is None or not one.merged_into is other.merged_into is None:
        return None
    return Near(pair, one, other)


def listed(desk: Desk, *, by: str) -> Listed:
    """Give the pairs that nobody decided on; to a rep those of which both leads are theirs."""
    with desk.store.view() as view:
        actor = member(view, by, admins=desk.settings.admin_slack_ids)
        mine = not may(actor, Act.MANAGE)
        pairs = likenesses.waiting(view, most=100 if mine else LISTED)
        found = [near for pair in pairs if (near := gathered(view, pair))]
        theirs = [one for one in found if _may_decide(actor, one)]
        count = len(theirs) if mine else likenesses.count(view)
    return Listed(tuple(theirs[:LISTED]), count)


def _may_decide(actor: Rep, near: Near) -> bool:
    return all(may(actor, Act.MERGE, lead) for lead in (near.one, near.other))


def merge(desk: Desk, pair_id: int, *, by: str, key: str = "") -> Joined:
    """Make the two leads of a pair one, as `bot.one_person.merge` does (C2)."""
    with desk.store.view() as view:
        pair = likenesses.get(view, pair_id)
    if pair is None:
        raise Refused("button.stale")
    if pair.state == DIFFERENT:
        raise Refused("merge.decided", lead_id=pair.lead_id, other=pair.other_id)
    return one_person.merge(desk, pair.lead_id, pair.other_id, by=by, key=key)


def keep_apart(desk: Desk, pair_id: int, *, by: str, key: str = "") -> Different:
    """Settle that the leads of a pair are different people, who may share a number (C2).

    They are never asked about again, and a shared number alone makes nobody the same. Raises
    Refused for all but managers and the owner of both, and where they were merged.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        pair = likenesses.get(unit, pair_id)
        if pair is None:
            raise Refused("button.stale")
        one_person.hold_people(unit, pair.lead_id, pair.other_id)
        one, other = (open_lead(unit, it, by=actor) for it in (pair.lead_id, pair.other_id))
        for lead in (one, other):
            check_workable(unit, lead, by=actor, act=Act.MERGE)
        shared = share_number(unit, one, other, by=by, now=now)
        first = inbox.first_time(unit, key, at=now)
        if first and pair.state == OPEN:
            _settle(desk, unit, one, other, by=by, now=now)
        unit.commit()
    return Different(one, other, shared)


def _settle(desk: Desk, unit: Unit, one: Lead, other: Lead, *, by: str, now: datetime) -> None:
    likenesses.decide(unit, one.id, other.id, state=DIFFERENT, actor=by, at=now)
    for lead, beside in ((one, other), (other, one)):
        audit.write(desk, unit, by, "not_same", audit.of_lead(lead.id), after={"other": beside.id})
        desk.send(unit, lead, (RefreshCard(lead.id),), now=now)
