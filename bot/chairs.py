"""Between the chairs: every night each lead is looked at, mended or listed (C4, L4.1)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from bot import audit
from bot.assign import tell_managers
from bot.desk import Desk
from bot.learning import last_night
from bot.leavers import pass_on
from bot.team import allowed
from rules.chairs import EXPECTED, Around, Loose, grown, is_broken, mended, reason
from rules.effects import RefreshCard, RetireNudge, TellManagers
from rules.lead import FollowUp, Lead
from rules.permissions import Act
from rules.plan import first_call
from rules.rest import next_calling
from storage import calls, chairs, inbox, kept, leads, outbox, reps
from storage.unit import Unit

NIGHT, ONE_DAY = time(4, 0), timedelta(days=1)
CHECKED, LOOSE_ENDS = "chairs_checked", "loose_ends"
LEFT = Loose.OWNER_LEFT
AT_ONCE, SAMPLES, SHOWN = 2000, 50, 20
Grown = Mapping[str, tuple[int, int]]


@dataclass(slots=True)
class Found:
    """Which leads stand in lists at a moment (UTC): how many by reason, and some of each."""

    at: datetime
    counts: dict[str, int] = field(default_factory=dict)
    leads: dict[str, list[int]] = field(default_factory=dict)

    @property
    def loose(self) -> dict[str, int]:
        """The lists that somebody should see to."""
        return {why: n for why, n in self.counts.items() if why not in EXPECTED}

    def add(self, lead: Lead, agreed: FollowUp | None, around: Around) -> None:
        """Count a lead under its reason, where it has one."""
        why = reason(lead, agreed, around)
        if not why:
            return
        self.counts[why] = self.counts.get(why, 0) + 1
        some = self.leads.setdefault(why, [])
        if len(some) < SAMPLES:
            some.append(lead.id)


@dataclass(frozen=True, slots=True)
class Listed:
    """Some leads that stand in one list now, of how many when all were counted."""

    why: Loose
    leads: tuple[Lead, ...]
    count: int
    now: datetime


def check_nightly(desk: Desk) -> bool:
    """Mend and count all leads once 04:00 has passed in the team's zone; says whether it did.

    Managers are told in one notice when something was broken, or a list has grown since they were
    told last: when calling begins, and after days of rest once for all of their nights.
    """
    night = last_night(desk.clock(), zone=desk.settings.zone, at=NIGHT)
    with desk.store.view() as view:
        before = kept.get(view, CHECKED)
    done = before is not None and datetime.fromisoformat(before["at"]) >= night
    if done or not _begins(desk):
        return False
    put_right = _tidy(desk) + (before or {}).get("mended", 0)
    found, due = look(desk), _told_at(desk)
    base = before["counts"] if before else found.loose
    checked = {"at": night.isoformat(), "counts": base, "mended": put_right}
    with desk.store.unit() as unit:
        if due - night < ONE_DAY:
            _tell(desk, unit, grown(base, found.loose), checked, due=due)
            checked |= {"counts": found.loose, "mended": 0}
        kept.put(unit, CHECKED, checked, at=found.at)
        unit.commit()
    return True


def _told_at(desk: Desk) -> datetime:
    """Give when managers are at work: nobody is woken for this, nor told of it in rest."""
    now, calling = desk.clock(), desk.playbook.calling
    return next_calling(calling, desk.rest(now), at=now, zone=desk.settings.zone)


def _tell(desk: Desk, unit: Unit, more: Grown, checked: dict[str, Any], *, due: datetime) -> None:
    if more or checked["mended"]:
        told = {"at": checked["at"], "mended": checked["mended"], "grown": more}
        notice = TellManagers(LOOSE_ENDS, 0, json.dumps(told))
        outbox.add(unit, tell_managers(desk, unit, notice), now=desk.clock(), due_at=due)


def _begins(desk: Desk) -> bool:
    """Let one process do the night's work; where it dies, another begins an hour later."""
    now = desk.clock()
    with desk.store.unit() as unit:
        first = inbox.first_time(unit, f"chairs:{now:%Y-%m-%dT%H}", at=now)
        unit.commit()
    return first


def look(desk: Desk) -> Found:
    """Count all leads that stand in a list now, and keep what was found; takes its time."""
    around, found = _around(desk), Found(desk.clock())
    for some in _standing(desk):
        for lead, agreed in some:
            found.add(lead, agreed, around)
    ids = {why: found.leads[why] for why in found.loose}
    usual = {why: n for why, n in found.counts.items() if why not in found.loose}
    value = {"at": found.at.isoformat(), "counts": found.loose, "usual": usual, "leads": ids}
    with desk.store.unit() as unit:
        done = desk.clock()
        kept.put(unit, LOOSE_ENDS, value | {"done": done.isoformat()}, at=done)
        unit.commit()
    return found


def look_now(desk: Desk, *, by: str, asked: datetime) -> Found:
    """Count on demand, unless a count has ended since it was `asked` for (UTC): that one then.

    Raises Refused for all but managers.
    """
    _check_manages(desk, by)
    with desk.store.view() as view:
        known = kept.get(view, LOOSE_ENDS)
    if known and datetime.fromisoformat(known["done"]) > asked:
        counts = known["counts"] | known["usual"]
        return Found(datetime.fromisoformat(known["at"]), counts, known["leads"])
    return look(desk)


def listed(desk: Desk, why: Loose, *, by: str) -> Listed:
    """Give some of the leads that stood in a list when all were counted, and still do.

    Raises Refused for all but managers.
    """
    _check_manages(desk, by)
    around = _around(desk)
    with desk.store.view() as view:
        known = kept.get(view, LOOSE_ENDS) or {"counts": {}, "leads": {}}
        found = chairs.some(view, known["leads"].get(why, ()))
        still = [
            one for one in found if reason(one, calls.open_followup(view, one.id), around) == why
        ]
    gone = len(found) - len(still)
    count = max(known["counts"].get(why, 0) - gone, len(still))
    return Listed(why, tuple(still[:SHOWN]), count, around.now)


def _check_manages(desk: Desk, by: str) -> None:
    with desk.store.view() as view:
        allowed(desk, view, by, Act.MANAGE, refusal="chairs.managers_only")


def _around(desk: Desk) -> Around:
    with desk.store.view() as view:
        team = {one.slack_id: one for one in reps.everybody(view)}
    return Around(desk.clock(), team, desk.playbook, desk.settings.admin_slack_ids)


def _standing(desk: Desk) -> Iterator[list[tuple[Lead, FollowUp | None]]]:
    """Walk through all leads by id, some thousands at a time, each batch in a look of its own."""
    after = 0
    while True:
        with desk.store.view() as view:
            some = chairs.standing(view, after=after, most=AT_ONCE)
        if not some:
            return
        yield some
        after = some[-1][0].id


def _tidy(desk: Desk) -> int:
    """Mend what is broken, and pass on what owners have whom the team does not know."""
    around, put_right, strangers = _around(desk), 0, set[str]()
    for some in _standing(desk):
        put_right += _mend(desk, [lead.id for lead, agreed in some if is_broken(lead, agreed)])
        left = {one.owner for one, agreed in some if reason(one, agreed, around) == LEFT}
        strangers |= left - set(around.team)
    while pass_on(desk, strangers=strangers):
        pass
    return put_right


def _mend(desk: Desk, lead_ids: Sequence[int]) -> int:
    """Put leads right that are broken still; gives how many."""
    if not lead_ids:
        return 0
    now = desk.clock()
    with desk.store.unit() as unit:
        done = [_mend_one(desk, unit, one, now=now) for one in lead_ids]
        unit.commit()
    return sum(done)


def _mend_one(desk: Desk, unit: Unit, lead_id: int, *, now: datetime) -> bool:
    lead = leads.load(unit, lead_id, lock=True)
    agreed = calls.open_followup(unit, lead_id)
    if lead is None or not is_broken(lead, agreed):
        return False
    at = first_call(now=now, phoning=desk.phoning(lead, now=now))
    right, kept_up = mended(lead, agreed, at=at, now=now, playbook=desk.playbook)
    saved = leads.save(unit, right, before=lead)
    retired = _save_followup(unit, agreed, kept_up)
    leads.add_line(unit, lead_id, at=now, actor="", what="mended")
    audit.write_lead(desk, unit, "", "mend", before=lead, after=saved)
    desk.send(unit, saved, (RefreshCard(lead_id), *retired), now=now)
    return True


def _save_followup(
    unit: Unit, before: FollowUp | None, after: FollowUp | None
) -> tuple[RetireNudge, ...]:
    if before is None or after is None or before == after:
        return ()
    calls.save_followup(unit, after)
    return (RetireNudge(before.id, before.lead_id),) if before.nags else ()
