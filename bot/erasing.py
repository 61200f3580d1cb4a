"""A person is erased: out of every table and message; an audit line and the figures stay (C5)."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot import audit, rollups, stages, strays
from bot.audience import team_words
from bot.desk import Desk
from bot.leads import workable
from bot.strays import Strays
from bot.team import member
from rules.erasure import ClearPost
from rules.lead import Lead, let_go
from rules.permissions import Act
from rules.refusals import Refused
from rules.retention import closed_before, is_night
from rules.words import Stage, Step
from storage import erasing, inbox, leads, outbox, person
from storage.erasing import Mark
from storage.person import Person
from storage.unit import Unit

AT_ONCE = 200
"""So many persons go by themselves in one run."""
BREATH = 0.01


@dataclass(frozen=True, slots=True)
class Erased:
    """Whom erasing took: the numbers of the leads, how many messages in Slack are being cleared.

    `aside` counts what was no lead's and named the person; `linked` are records in other systems
    (system, number there), where they have to be erased too.
    """

    ids: tuple[int, ...]
    posts: int
    aside: int
    linked: tuple[tuple[str, str], ...]


def erase(desk: Desk, lead_id: int, *, by: str, key: str = "", alone: bool = False) -> Erased:
    """Erase the person of a lead, in one commit (C5); `by` is a manager's Slack id, "" a terminal.

    Raises Refused: no such lead, erased already, not a manager, a message to them is leaving now;
    not the last where it runs `alone` on a database, since nobody is there who could send it.
    """
    with desk.store.view() as view:
        known = person.find(view, lead_id)
        found = strays.find(view, known) if known else Strays()
    with desk.store.unit() as unit:
        _hold(unit, known)
        if by:
            actor = member(unit, by, admins=desk.settings.admin_slack_ids)
            standing = workable(unit, known.ids[0] if known else lead_id, by=actor, act=Act.EXPORT)
            lead_id = standing.id
        known = _to_erase(unit, lead_id)
        if not inbox.first_time(unit, key, at=desk.clock()):
            return Erased(known.ids, 0, 0, ())
        done = _erase(desk, unit, known, found, by=by, alone=alone)
        unit.commit()
    rollups.keep_up(desk)
    return done


def _hold(unit: Unit, known: Person | None) -> None:
    """Hold a person, so that no form comes to their lead meanwhile, and their leads."""
    if known is None:
        return
    both = [(one, "") for one in known.phones] + [("", one) for one in known.emails]
    leads.lock_people(unit, both)
    for number in sorted(known.ids):
        leads.hold(unit, number)


def _to_erase(unit: Unit, lead_id: int) -> Person:
    found = person.find(unit, lead_id)
    if found is None:
        raise Refused("lead.missing", lead_id=lead_id)
    if mark := erasing.mark_of(unit, found.ids[0]):
        raise Refused("lead.erased", lead_id=found.ids[0], when=mark.at)
    return found


def _erase(
    desk: Desk, unit: Unit, known: Person, found: Strays, *, by: str, alone: bool = False
) -> Erased:
    """Erase a person in the caller's unit; raises Refused while a message to them is leaving."""
    now, ids = desk.clock(), known.ids
    if not alone and erasing.in_hand(unit, ids):
        raise Refused("lead.in_hand", lead_id=ids[0])
    linked = erasing.linked(unit, ids)
    erasing.clear(unit, known, at=now)
    strays.take_out(unit, found, at=now)
    erasing.remember(unit, known, at=now, by=by)
    _end(desk, unit, ids[0], by=by, now=now)
    posts = erasing.to_clear(unit, ids)
    outbox.add(unit, [ClearPost(one) for one in posts], now=now)
    aside = len(found.bodies) + len(found.tables)
    after = {"leads": sorted(ids), "posts": len(posts), "aside": aside}
    audit.write(desk, unit, by, "erase", audit.of_lead(ids[0]), after=after)
    return Erased(ids, len(posts), aside, tuple(linked))


def _end(desk: Desk, unit: Unit, lead_id: int, *, by: str, now: datetime) -> None:
    """Let a lead that nobody can be called for live no more, nor wait for mail."""
    lead = leads.load(unit, lead_id, lock=True)
    if lead is None:
        return
    if lead.living:
        reason = team_words(desk).plain.say("person.reason")
        stages.carry_out(desk, unit, lead, Stage.DISQUALIFIED, by=by, reason=reason, now=now)
    elif lead.next_what is not Step.NONE:
        leads.save(unit, _over(lead), before=lead)


def _over(lead: Lead) -> Lead:
    return replace(let_go(lead), next_what=Step.NONE, next_at=None, pool="")


def retire(desk: Desk) -> int:
    """Erase, at night, the persons of leads that were closed so long ago as the playbook says.

    Gives how many; some at a time (C5). Never one of whom anything is left to be done.
    """
    now = desk.clock()
    before = closed_before(desk.playbook.retention, now=now)
    if before is None or not is_night(now, zone=desk.settings.zone):
        return 0
    with desk.store.view() as view:
        old = erasing.over(view, before=before, most=AT_ONCE)
    count = sum(_retire(desk, one, before=before) for one in old)
    if count:
        with desk.store.unit() as unit:
            audit.write(desk, unit, "", "retire", "leads", after={"erased": count})
            unit.commit()
    return count


def _retire(desk: Desk, lead_id: int, *, before: datetime) -> bool:
    with desk.store.view() as view:
        known = person.find(view, lead_id)
        found = strays.find(view, known) if known else Strays()
    with desk.store.unit() as unit:
        _hold(unit, known)
        if known is None or not erasing.is_over(unit, lead_id, before=before):
            return False
        try:
            _erase(desk, unit, known, found, by="")
        except Refused:
            return False
        unit.commit()
    time.sleep(BREATH)  # lets the others write to the database
    return True


def marks(desk: Desk) -> list[Mark]:
    """Give every lead that was erased here, for `replay` in a database that is restored (C5)."""
    with desk.store.view() as view:
        return erasing.all_marks(view)


def replay(desk: Desk, erased: Iterable[Mark]) -> int:
    """Erase again whom a restored backup has still; gives how many leads that were (C5).

    To be done before anything new comes in, by who is alone there: what the backup has in hand is
    nobody's. A number that is another lead's here stays as it is.
    """
    count = 0
    for mark in erased:
        with desk.store.view() as view:
            if not erasing.still_there(view, mark):
                continue
        count += len(erase(desk, mark.lead_id, by="", alone=True).ids)
    return count


def scrub_at_night(desk: Desk) -> bool:
    """Write the database's file anew, at night, where somebody was erased since (C5)."""
    if not is_night(desk.clock(), zone=desk.settings.zone):
        return False
    with desk.store.view() as view:
        wanted = erasing.unscrubbed(view)
    return wanted and erasing.scrub(desk.store)


def scrub(desk: Desk) -> bool:
    """Write the database's file anew, so that no byte of what was erased stays in it (C5).

    False where it was in use: that is done at night then.
    """
    return erasing.scrub(desk.store)
