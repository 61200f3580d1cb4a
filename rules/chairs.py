"""Between the chairs: every living lead has an owner and a next step, or a reason (C4, L4.1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from rules.lead import FollowUp, Lead
from rules.outcomes import on_mailing_list
from rules.playbook import Playbook
from rules.shifts import is_away
from rules.team import Rep
from rules.wave import on_hold
from rules.words import CALLS, Step

A_DAY = timedelta(days=1)


class Loose(StrEnum):
    """Why a lead stands in a list: first those that somebody should see to."""

    BROKEN = "broken"
    OWNER_LEFT = "owner_left"
    UNASSIGNED = "unassigned"
    DAY_LATE = "day_late"
    OWNER_AWAY = "owner_away"
    WAITS_FOR_NUMBER = "waits_for_number"
    WAITS_FOR_MAIL = "waits_for_mail"
    WAITS_FOR_MANAGER = "waits_for_manager"
    DUE = "due"
    POOL = "pool"
    ON_HOLD = "on_hold"
    MAILING_LIST = "mailing_list"
    OPTED_OUT = "opted_out"


EXPECTED = frozenset({Loose.DUE, Loose.POOL, Loose.ON_HOLD, Loose.MAILING_LIST, Loose.OPTED_OUT})
"""Lists that come and go with the day's work: nobody is told when they grow."""

_TIMED = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE, Step.FOLLOW_UP, Step.MAILING_LIST})
_BY_PHONE = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE})
_WAITS = {
    Step.WAIT_FOR_PHONE: Loose.WAITS_FOR_NUMBER,
    Step.EMAIL: Loose.WAITS_FOR_MAIL,
    Step.APPROVE: Loose.WAITS_FOR_MANAGER,
}


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the leads: the moment (UTC), the team by id, admins, the playbook."""

    now: datetime
    team: Mapping[str, Rep]
    playbook: Playbook
    admins: Collection[str] = ()

    def has(self, owner: str) -> bool:
        """Say whether this person works here still."""
        rep = self.team.get(owner)
        return owner in self.admins or (rep is not None and rep.state != "paused")


def reason(lead: Lead, agreed: FollowUp | None, around: Around) -> str:
    """Give why a lead stands in a list, of `Loose`; "" where an owner has its next step (C4).

    `agreed` is its open follow-up.
    """
    if is_broken(lead, agreed):
        return Loose.BROKEN
    if not lead.living:
        return ""
    if lead.next_what is Step.MAILING_LIST:
        return Loose.OPTED_OUT if CALLS in lead.opted_out else Loose.MAILING_LIST
    if lead.owner and not around.has(lead.owner):
        return Loose.OWNER_LEFT
    return _WAITS.get(lead.next_what) or _unworked(lead, around) or _late(lead, around)


def is_broken(lead: Lead, agreed: FollowUp | None) -> bool:
    """Say whether a lead is as none may ever be: nothing would bring it to anybody again."""
    step = lead.next_what
    if agreed is not None or not lead.living:
        return agreed is not None and not _agrees(lead, agreed)
    return (
        step in {Step.NONE, Step.FOLLOW_UP}
        or (step in _TIMED and lead.next_at is None)
        or (step is Step.ASSIGN and bool(lead.owner))
        or (step in _BY_PHONE and CALLS in lead.opted_out)
    )


def _agrees(lead: Lead, agreed: FollowUp) -> bool:
    """Say whether an open follow-up is the next step of a living lead, its owner's, with a time."""
    named = (lead.importance, lead.owner) == (agreed.importance, agreed.rep)
    return lead.living and lead.next_what is Step.FOLLOW_UP and named and lead.next_at is not None


def _unworked(lead: Lead, around: Around) -> str:
    """Say why nobody calls: it waits while there are more leads than hands, or is nobody's."""
    if on_hold(lead, around.playbook):
        return Loose.ON_HOLD
    if lead.next_what is Step.ASSIGN:
        return Loose.UNASSIGNED
    return "" if lead.owner else Loose.POOL


def _late(lead: Lead, around: Around) -> str:
    if lead.next_at is None or lead.next_at > around.now:
        return ""
    owner = around.team.get(lead.owner)
    if owner and is_away(owner, now=around.now):
        return Loose.OWNER_AWAY
    return Loose.DAY_LATE if around.now - lead.next_at >= A_DAY else Loose.DUE


def mended(
    lead: Lead, agreed: FollowUp | None, *, at: datetime, now: datetime, playbook: Playbook
) -> tuple[Lead, FollowUp | None]:
    """Give a broken lead and its open follow-up as they should be (C4, L4.1).

    What was agreed with a customer is kept while calls may still go there; else the lead is
    called at `at`, waits for a number, an owner or mail. Moments are UTC.
    """
    refused = CALLS in lead.opted_out and lead.next_what is not Step.FOLLOW_UP
    if agreed and lead.living and not refused:
        owned = lead if lead.owner else replace(lead, owner=agreed.rep, owned_at=now)
        stands = lead.next_at if lead.next_what is Step.FOLLOW_UP else None
        kept = replace(
            owned,
            next_what=Step.FOLLOW_UP,
            next_at=stands or agreed.due_at,
            importance=agreed.importance,
        )
        return kept, replace(agreed, rep=kept.owner)
    ended = replace(agreed, state="ended", nag_at=None) if agreed else None
    return (_stepped(lead, at=at, now=now, playbook=playbook) if lead.living else lead), ended


def _stepped(lead: Lead, *, at: datetime, now: datetime, playbook: Playbook) -> Lead:
    """Give a living lead without a follow-up a step that it can take."""
    step, plain = lead.next_what, replace(lead, importance="")
    if step in _WAITS or (step is Step.ASSIGN and not lead.owner):
        return plain
    if CALLS in lead.opted_out or step is Step.MAILING_LIST:
        listed = step is Step.MAILING_LIST and lead.next_at
        return plain if listed else on_mailing_list(plain, now=now, playbook=playbook)
    if step in _BY_PHONE:
        return replace(plain, next_at=lead.next_at or at)
    if not lead.owner:
        return replace(plain, next_what=Step.ASSIGN, next_at=lead.next_at or at)
    if lead.phone_valid:
        return replace(plain, next_what=Step.CALL, next_at=lead.next_at or at)
    return replace(plain, next_what=Step.WAIT_FOR_PHONE, next_at=None)


def grown(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Give the lists that somebody should see to and that have more leads now: before, after."""
    return {
        one: (before.get(one, 0), after[one])
        for one in Loose
        if one not in EXPECTED and after.get(one, 0) > before.get(one, 0)
    }


def is_gone_today(rep: Rep, *, now: datetime) -> bool:
    """Say whether a rep is away until this day of theirs is over, or longer (L4.4); `now` UTC."""
    if not _is_set_away(rep, now=now):
        return False
    local = now.astimezone(rep.zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), rep.zone)
    return rep.away_until is None or rep.away_until >= tomorrow


def is_gone_long(rep: Rep, *, now: datetime) -> bool:
    """Say whether a rep is away for more than a day from `now` (UTC) on, or without an end."""
    away = _is_set_away(rep, now=now)
    return away and (rep.away_until is None or rep.away_until - now > A_DAY)


def _is_set_away(rep: Rep, *, now: datetime) -> bool:
    return rep.state == "away" and is_away(rep, now=now)
