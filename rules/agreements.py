"""Times to speak again: agreed, agreed anew, moved, by the style of the product (L4.1, L4.2)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.lead import FollowUp, Lead
from rules.playbook import Playbook
from rules.refusals import Refused
from rules.said import Said, joined
from rules.words import Importance, Outcome, Step

MOVABLE = frozenset({Step.CALL, Step.RETRY_UNAVAILABLE, Step.FOLLOW_UP})
"""Steps that have a time of which a rep decides."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A time (UTC) to speak again, and what was said when it was agreed."""

    lead_id: int
    when: datetime
    importance: Importance
    note: str = ""
    objection: str = ""
    promise: str = ""
    talk_seconds: int | None = None

    @property
    def told(self) -> str:
        """All that the rep wrote down, for the reminder, each told apart by its mark (C4)."""
        return joined(Said(self.note, self.objection, self.promise))


def check_one_call(lead: Lead, made: Agreement, *, manages: bool, before: int) -> None:
    """Raise Refused where a product that is sold in one call allows no such follow-up (L4.2).

    One is the most a lead gets, `before` being those agreed already; a further one is a manager's
    to agree. One of low importance is mostly a lost sale, so it needs its objection.
    """
    if before and not manages:
        raise Refused("followup.only_one", lead_id=lead.id, name=lead.name)
    if made.importance is Importance.LOW and not made.objection:
        raise Refused(
            "followup.challenged",
            lead_id=lead.id,
            name=lead.name,
            due_at=made.when,
            importance=made.importance,
            note=made.note,
            promise=made.promise,
            talk=made.talk_seconds,
        )


def agree(
    lead: Lead, made: Agreement, *, by: str, now: datetime, playbook: Playbook
) -> tuple[Lead, FollowUp]:
    """Make an agreement the lead's next step, and the follow-up that keeps it (L4.1, L4.3)."""
    agreed = FollowUp(
        id=0,
        lead_id=lead.id,
        rep=lead.owner or by,
        importance=made.importance,
        due_at=made.when,
        agreed_at=now,
        note=made.told,
        nag_at=_first_nag(made.importance, made.when, playbook),
    )
    after = replace(
        lead,
        plan_step=0,
        plan_at=None,
        next_what=Step.FOLLOW_UP,
        next_at=made.when,
        importance=made.importance,
        missed_followup=0,
        followup_misses=0,
        held_by="",
        held_until=None,
    )
    return after, agreed


def _first_nag(importance: Importance, due: datetime, playbook: Playbook) -> datetime | None:
    high = importance is Importance.HIGH
    return due + timedelta(minutes=playbook.nag_rep[0]) if high else None


def check_movable(lead: Lead) -> None:
    """Raise Refused where no call has a time that a rep may change.

    Who waits for the first call keeps the clock that runs (C1).
    """
    if not lead.living:
        raise Refused("lead.closed", lead_id=lead.id, name=lead.name, stage=lead.stage)
    if lead.next_what not in MOVABLE or lead.next_at is None:
        raise Refused("time.nothing", lead_id=lead.id, name=lead.name)
    if lead.ladder_at is not None:
        raise Refused("time.first", lead_id=lead.id, name=lead.name)


def asked_for(lead: Lead) -> bool:
    """Say whether the customer knows of the time of the next call (L4.1, L4.5)."""
    return lead.next_what is Step.FOLLOW_UP or lead.last_outcome == Outcome.NOTNOW


def moved(lead: Lead, *, to: datetime) -> Lead:
    """Give the lead with the time (UTC) of its next call changed; nobody holds it any more."""
    return replace(lead, next_at=to, held_by="", held_until=None)


def moved_followup(agreed: FollowUp, *, to: datetime, playbook: Playbook) -> FollowUp:
    """Give a follow-up agreed for another time (UTC): its reminders begin anew (L4.3)."""
    nag_at = _first_nag(agreed.importance, to, playbook)
    return replace(agreed, due_at=to, nags=0, nag_at=nag_at)
