"""Follow-ups that come due: remind, cover for who is not there, put off, tell managers (L4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import audit, handed
from bot.assign import addressed, tell_managers
from bot.cover import StandIns
from bot.desk import Desk
from bot.leads import workable
from bot.team import member
from rules.effects import NudgeRep, RefreshCard, RetireNudge, TellManagers
from rules.lead import FollowUp, Lead
from rules.nags import (
    FORSAKEN,
    IGNORED,
    STUCK,
    Mark,
    Quiet,
    Snooze,
    due_of,
    nag,
    no_snooze,
    quiet,
    reminders,
    snooze,
    snoozed_until,
)
from rules.refusals import Refused
from rules.reminders import SendCatchUp
from rules.talking import in_call, is_on_the_phone
from rules.team import Rep
from rules.words import Role
from storage import calls, inbox, leads, nags, outbox, reps
from storage.unit import Unit, View

AT_ONCE, MOST = 500, 5000


def nag_due(desk: Desk) -> int:
    """Carry out every reminder that is due now; gives how many (L4.3)."""
    now, done = desk.clock(), 0
    with desk.store.view() as view:
        if not nags.any_due(view, now=now):
            return 0
    while count := _for_managers(desk, now=now):
        done += count
    while count := _for_reps(desk, now=now):
        done += count
    return done


def _for_managers(desk: Desk, *, now: datetime) -> int:
    """Tell of those of whom their reps were reminded in vain, in one notice (L4.3)."""
    rounds = len(desk.playbook.nag_rep)
    with desk.store.unit() as unit:
        due = nags.due(unit, now=now, after=rounds, most=MOST) if nags.alone(unit) else []
        _remind(desk, unit, due, now=now)
        unit.commit()
    return len(due)


def _for_reps(desk: Desk, *, now: datetime) -> int:
    """Remind some reps, each of all that is due; what a stand-in takes over follows at once."""
    with desk.store.unit() as unit:
        due = _batch(unit, now=now) if nags.alone(unit) else []
        waiting = _remind(desk, unit, due, now=now)
        unit.commit()
    _cover(desk, waiting, now=now)
    return len(due)


def _batch(unit: Unit, *, now: datetime) -> Sequence[FollowUp]:
    """Give what is due, whole reps': each hears of all of theirs at once.

    The last of a full batch may have more: it comes with the next, or alone with all they have.
    """
    due = nags.due(unit, now=now, most=AT_ONCE)
    if len(due) < AT_ONCE:
        return due
    last = due[-1].rep
    return [one for one in due if one.rep != last] or nags.due(unit, now=now, rep=last, most=MOST)


Waiting = list[tuple[FollowUp, Quiet]]


def _remind(desk: Desk, unit: Unit, due: Sequence[FollowUp], *, now: datetime) -> Waiting:
    """Carry out what is due and may come now; gives what waits for a stand-in."""
    if not due:
        return []
    playbook, called = desk.playbook, nags.standing(unit, [one.lead_id for one in due])
    found = _looked_at(desk, unit, due, called, now=now)
    rounds = [
        nag(one, now=now, playbook=playbook, since=called[one.lead_id][0])
        for one, still in found
        if still is None
    ]
    later = [
        replace(one, nag_at=still.until) for one, still in found if still and not still.covered
    ]
    nags.save(unit, [*(one.after for one in rounds), *later])
    told = reminders(rounds, now=now, playbook=playbook)
    outbox.add(unit, addressed(desk, unit, told), now=now)
    return [(one, still) for one, still in found if still and still.covered]


Called = Mapping[int, tuple[datetime | None, datetime | None]]
"""When each lead's call is due, and since when it is on the phone."""


def _looked_at(
    desk: Desk, unit: Unit, due: Sequence[FollowUp], called: Called, *, now: datetime
) -> list[tuple[FollowUp, Quiet | None]]:
    """Say of each follow-up whether its reminder must wait."""
    rest, team = desk.rest(now), _team(desk, unit)
    stuck = _stuck(desk, unit, due, now=now)
    return [
        (
            one,
            Quiet(now + STUCK)
            if one.id in stuck
            else quiet(
                one,
                team.get(one.rep),
                now=now,
                playbook=desk.playbook,
                rest=rest,
                talks=in_call(called[one.lead_id][1], now=now),
            ),
        )
        for one in due
    ]


def _stuck(desk: Desk, unit: Unit, due: Sequence[FollowUp], *, now: datetime) -> set[int]:
    """Give those whose rep, or whose managers, Slack does not tell what they were to be told.

    No round is carried out meanwhile: once Slack is there again, each hears of all in one message,
    and the managers only of those of whom their reps were told in vain.
    """
    kinds = (NudgeRep.kind, SendCatchUp.kind, TellManagers.kind)
    found = nags.stuck(unit, kinds, since=now - FORSAKEN, until=now - STUCK)
    lanes = {lane for kind, lane in found if kind != TellManagers.kind}
    notices = tell_managers(desk, unit, TellManagers(IGNORED, 0)) if found else ()
    silent = bool(notices) and all((one.kind, one.lane) in found for one in notices)
    rounds = len(desk.playbook.nag_rep)
    return {one.id for one in due if f"dm:{one.rep}" in lanes or (silent and one.nags >= rounds)}


def _team(desk: Desk, view: View) -> Mapping[str, Rep]:
    """Give all who may have leads; administrators of the settings need not be in the file."""
    admins = {one: Rep(one, one, role=Role.ADMIN) for one in desk.settings.admin_slack_ids}
    return admins | {one.slack_id: one for one in reps.everybody(view)}


def _cover(desk: Desk, waiting: Waiting, *, now: datetime) -> None:
    """Give leads to who stands in for their reps; where nobody does, their reminders wait.

    Nobody reminds meanwhile: what changes hands is told of together.
    """
    if not waiting:
        return
    with desk.store.unit() as unit:
        if not nags.alone(unit):
            return
        ids = sorted(agreed.lead_id for agreed, _ in waiting)
        held = {one: leads.load(unit, one, lock=True) for one in ids}
        ins = StandIns(desk, unit, now=now, many=len(ids) > handed.CARDS)
        for agreed, still in waiting:
            lead = held[agreed.lead_id]
            if lead is None or nags.take(unit, agreed.id) != agreed:
                continue
            if not is_on_the_phone(lead, now=now) and not ins.take(lead):
                nags.save(unit, (replace(agreed, nag_at=still.until),))
        ins.keep()
        unit.commit()
    handed.tell(desk)


@dataclass(frozen=True, slots=True)
class Snoozed:
    """A follow-up that was put off from the time that was agreed; `until` is UTC."""

    lead: Lead
    followup: FollowUp

    @property
    def until(self) -> datetime:
        """When the rep is reminded again."""
        return due_of(self.lead, self.followup)


def put_off(desk: Desk, seen: Mark, span: Snooze, *, by: str, key: str = "") -> Snoozed:
    """Remind again later; `seen` is the round for which the button was made (L4.3).

    Raises Refused: it has ended, is somebody else's, is not due yet, or was put off already, in
    this round or often enough.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, _open(unit, seen.followup_id).lead_id, by=actor)
        agreed = nags.take(unit, seen.followup_id)
        if agreed is None:
            raise Refused("followup.ended")
        if not inbox.first_time(unit, key, at=now):
            return Snoozed(lead, agreed)
        _check(desk, lead, agreed, seen, now=now)
        phoning = desk.phoning(lead, now=now)
        until = snoozed_until(agreed, span, now=now, zone=actor.zone, phoning=phoning)
        later = snooze(agreed, until=until)
        calls.save_followup(unit, later)
        outbox.cancel_nudges(unit, agreed.id, now=now)
        moved = leads.save(unit, replace(lead, next_at=until), before=lead)
        leads.add_line(
            unit, lead.id, at=now, actor=by, what="snoozed_until", when=until.isoformat()
        )
        audit.write_lead(desk, unit, by, "snooze", before=lead, after=moved)
        desk.send(unit, moved, (RetireNudge(agreed.id, lead.id), RefreshCard(lead.id)), now=now)
        unit.commit()
    return Snoozed(moved, later)


def _check(desk: Desk, lead: Lead, agreed: FollowUp, seen: Mark, *, now: datetime) -> None:
    due = due_of(lead, agreed)
    why_not = no_snooze(agreed, seen, due=due, now=now, playbook=desk.playbook)
    if why_not:
        raise Refused(why_not, lead_id=lead.id, name=lead.name, when=due, n=agreed.snoozes)


def lead_of(desk: Desk, followup_id: int) -> int:
    """Give the lead of an open follow-up; raises Refused when it has ended."""
    with desk.store.view() as view:
        return _open(view, followup_id).lead_id


def _open(view: View, followup_id: int) -> FollowUp:
    agreed = calls.followup(view, followup_id)
    if agreed is None or agreed.state != "open":
        raise Refused("followup.ended")
    return agreed
