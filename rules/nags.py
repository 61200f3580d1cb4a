"""Layer 4: reminding a rep of a high-importance follow-up that is due (L4.3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.effect import Effect
from rules.effects import NudgeRep, RetireNudge, TellManagers
from rules.lead import FollowUp
from rules.playbook import Playbook
from rules.words import Importance


@dataclass(frozen=True, slots=True)
class NagStep:
    """The follow-up after a nag, and what the nag does."""

    followup: FollowUp
    effects: tuple[Effect, ...]


def nag(followup: FollowUp, *, now: datetime, playbook: Playbook) -> NagStep:
    """Carry out the nag that is due: the rep when due and again, then the managers (L4.3).

    Rounds are minutes from the moment the last snooze ran out, or the agreed time.
    """
    rounds = len(playbook.nag_rep)
    if followup.nags >= rounds:
        told = TellManagers(
            "followup_ignored", followup.lead_id, about=f"{followup.id}:{_due(followup)}"
        )
        return NagStep(replace(followup, nags=followup.nags + 1, nag_at=None), (told,))
    nudge = NudgeRep(followup.id, followup.lead_id, followup.rep, _due(followup), followup.nags + 1)
    after = _schedule_next(followup, now=now, playbook=playbook)
    older: tuple[Effect, ...] = (
        (RetireNudge(followup.id, followup.lead_id),) if followup.nags else ()
    )
    return NagStep(after, (*older, nudge))


def _due(followup: FollowUp) -> str:
    return followup.due_at.isoformat()


def _schedule_next(followup: FollowUp, *, now: datetime, playbook: Playbook) -> FollowUp:
    minutes = (*playbook.nag_rep, playbook.nag_manager)
    gap = timedelta(minutes=minutes[followup.nags + 1] - minutes[followup.nags])
    return replace(followup, nags=followup.nags + 1, nag_at=now + gap)


def snooze(followup: FollowUp, *, now: datetime, minutes: int) -> NagStep:
    """Put a follow-up off by some minutes; its rounds begin again then."""
    later = now + timedelta(minutes=minutes)
    return NagStep(
        replace(followup, nags=0, nag_at=later, due_at=later),
        (RetireNudge(followup.id, followup.lead_id),),
    )


def reopened(followup: FollowUp, *, now: datetime, playbook: Playbook) -> FollowUp:
    """Give a follow-up open again, whose end was taken back; its rounds go on where they stood."""
    opened = replace(followup, state="open")
    if followup.importance is not Importance.HIGH or followup.nags > len(playbook.nag_rep):
        return opened
    if not followup.nags:
        return replace(opened, nag_at=followup.due_at + timedelta(minutes=playbook.nag_rep[0]))
    minutes = (*playbook.nag_rep, playbook.nag_manager)
    gap = minutes[followup.nags] - minutes[followup.nags - 1]
    return replace(opened, nag_at=now + timedelta(minutes=gap))
