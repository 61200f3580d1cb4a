"""What becomes of a reminder whose time is still to come: told when it is agreed (L4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.lead import FollowUp
from rules.nags import quiet
from rules.playbook import Playbook
from rules.rest import Rest
from rules.shifts import is_on_shift, next_shift
from rules.team import Rep
from rules.words import Importance

LOOKS = 14


@dataclass(frozen=True, slots=True)
class Expected:
    """A reminder that comes later than agreed, or to somebody else; moments are UTC.

    `what` is "" where it comes to its rep at its time; `low` where none comes at all; `later`
    where it comes `at` another; `back` where it waits for a rep who is away; `taken` where a
    colleague gets it, the `deputy` where that one works then. `rep` is "" for whoever is told.
    """

    rep: str
    what: str = ""
    at: datetime | None = None
    deputy: str = ""

    @property
    def usual(self) -> bool:
        """Whether whoever is told of it is reminded as agreed, or has it in the day's agenda."""
        return not self.rep and self.what in {"", "low"}


def expected(agreed: FollowUp, team: Sequence[Rep], *, playbook: Playbook, rest: Rest) -> Expected:
    """Say what becomes of a follow-up's first reminder, as the team and its hours are now."""
    rep = next((one for one in team if one.slack_id == agreed.rep), None)
    if agreed.importance is not Importance.HIGH:
        return Expected(agreed.rep, "low")
    at = first = agreed.nag_at or agreed.due_at
    for _ in range(LOOKS if rep else 0):
        still = quiet(agreed, rep, now=at, playbook=playbook, rest=rest)
        if still is None or rep is None:
            return Expected(agreed.rep, "later" if at > first else "", at)
        takes = _takes(rep, team, playbook, at=at) if still.covered else None
        if takes:
            deputy = takes.slack_id if takes.slack_id == rep.deputy else ""
            return Expected(agreed.rep, "taken", at, deputy)
        rests = still.until == rest.ends(at)
        works = still.until if rests else next_shift(rep, playbook.duties, now=at)
        if works is None:
            return Expected(agreed.rep, "back")
        at = works
    return Expected(agreed.rep)


def _takes(rep: Rep, team: Sequence[Rep], playbook: Playbook, *, at: datetime) -> Rep | None:
    """Give who stands in for a rep at a moment (UTC), None for nobody."""
    able = [one for one in _others(rep, team) if is_on_shift(one, playbook.duties, now=at)]
    return able[0] if able else None


def _others(rep: Rep, team: Sequence[Rep]) -> list[Rep]:
    """Give who may stand in for a rep at all: the deputy first, then those of the rotation."""
    able = [
        one
        for one in team
        if one.slack_id != rep.slack_id and (one.slack_id == rep.deputy or not one.manages)
    ]
    return sorted(able, key=lambda one: one.slack_id != rep.deputy)


def stand_ins(
    rep: Rep, team: Sequence[Rep], playbook: Playbook, *, now: datetime, until: datetime | None
) -> list[Rep]:
    """Give who works for a while between two moments (UTC) and can stand in for a rep.

    The deputy first. Without `until` there is no end.
    """
    begins = {one: next_shift(one, playbook.duties, now=now) for one in _others(rep, team)}
    return [one for one, at in begins.items() if at and (until is None or at < until)]
