"""Layer 4: reminding a rep of a high-importance follow-up that is due (L4.3)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rules.effect import Effect
from rules.effects import NudgeRep, TellManagers
from rules.lead import FollowUp, Lead
from rules.plan import Phoning
from rules.playbook import DEPUTY, Playbook
from rules.refusals import Refused
from rules.reminders import SendCatchUp
from rules.rest import Rest
from rules.shifts import is_away, is_on_shift, next_shift
from rules.team import Rep
from rules.words import Importance

BEHIND = timedelta(minutes=5)
MANY, MANY_LATE = 3, 2
NAMED = 20
IGNORED_ONE, IGNORED = "followup_ignored", "followups_ignored"
LOOK_AGAIN = timedelta(minutes=15)
CALL_ENDS = timedelta(minutes=1)
STUCK, FORSAKEN = timedelta(minutes=1), timedelta(hours=4)
"""For how long a message waits until Slack seems to be down, and until nobody waits for it."""
_MARK = re.compile(r"(\d{1,9})\.(\d{1,4})\.(\d{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Round:
    """One reminder that was due: the follow-up before it and after it.

    The call was to be at `since` (UTC), where it was put off from the time that was agreed.
    """

    before: FollowUp
    after: FollowUp
    since: datetime | None = None

    @property
    def for_managers(self) -> bool:
        """Whether the rep was reminded in vain, so that the managers are told."""
        return self.after.nag_at is None

    @property
    def name(self) -> str:
        """What sets this round apart from all others of its follow-up: when it was planned."""
        return (self.before.nag_at or self.before.due_at).isoformat()


def nag(
    agreed: FollowUp, *, now: datetime, playbook: Playbook, since: datetime | None = None
) -> Round:
    """Carry out the round that is due at `now` (UTC): the rep's, and last the managers' (L4.3).

    The next round counts from now, with the gap that the playbook has between the two. `since`
    is when the call was to be, where it was put off.
    """
    nags, minutes = agreed.nags + 1, _minutes(playbook)
    if agreed.nags >= len(playbook.nag_rep):
        return Round(agreed, replace(agreed, nags=nags, nag_at=None), since)
    gap = timedelta(minutes=minutes[nags] - minutes[nags - 1])
    return Round(agreed, replace(agreed, nags=nags, nag_at=now + gap), since)


def left(agreed: FollowUp, *, now: datetime, playbook: Playbook) -> FollowUp:
    """Give a follow-up whose reminder left late, at `now` (UTC): the next keeps its distance."""
    minutes = _minutes(playbook)
    if agreed.nag_at is None or not 0 < agreed.nags < len(minutes):
        return agreed
    gap = timedelta(minutes=minutes[agreed.nags] - minutes[agreed.nags - 1])
    return replace(agreed, nag_at=max(agreed.nag_at, now + gap))


def _minutes(playbook: Playbook) -> tuple[int, ...]:
    return (*playbook.nag_rep, playbook.nag_manager)


def reminders(rounds: Iterable[Round], *, now: datetime, playbook: Playbook) -> list[Effect]:
    """Give what tells of the rounds that were due at one moment (UTC), nobody flooded (L4.3).

    What is due for one rep comes in one message where there are three, or two that are late.
    """
    due = sorted(rounds, key=lambda one: (one.before.rep, one.before.due_at, one.before.id))
    told: list[Effect] = []
    for rep, every in groupby(due, key=lambda one: one.before.rep):
        mine = [one for one in every if not one.for_managers]
        told += _to_rep(rep, mine, now=now, playbook=playbook)
    return told + _to_managers([one for one in due if one.for_managers], now=now)


def _to_rep(
    rep: str, mine: Sequence[Round], *, now: datetime, playbook: Playbook
) -> Sequence[Effect]:
    late = [one for one in mine if now - _planned(one, playbook) > BEHIND]
    if len(mine) >= MANY or len(late) >= MANY_LATE:
        leads = tuple(one.before.lead_id for one in mine)
        return (SendCatchUp(rep, "nags", now.isoformat(), leads),)
    return [
        NudgeRep(one.after.id, one.after.lead_id, rep, one.name, one.after.nags) for one in mine
    ]


def _planned(due: Round, playbook: Playbook) -> datetime:
    since = due.since or due.before.due_at
    return since + timedelta(minutes=playbook.nag_rep[due.before.nags])


def _to_managers(ignored: Sequence[Round], *, now: datetime) -> list[Effect]:
    if len(ignored) == 1:
        [one] = ignored
        about = f"{one.before.id}:{one.name}"
        return [TellManagers(IGNORED_ONE, one.before.lead_id, about)]
    named = ",".join(str(one.before.id) for one in ignored[:NAMED])
    about = f"{len(ignored)}:{named}:{now.isoformat()}"
    return [TellManagers(IGNORED, 0, about)] if ignored else []


@dataclass(frozen=True, slots=True)
class Quiet:
    """Why a round does not come now: it waits until a moment (UTC), or a stand-in is asked."""

    until: datetime
    covered: bool = False


def quiet(
    agreed: FollowUp,
    rep: Rep | None,
    *,
    now: datetime,
    playbook: Playbook,
    rest: Rest,
    talks: bool = False,
) -> Quiet | None:
    """Say whether a round that is due must wait: in rest, or while its rep does not work (L4.3).

    So it does while somebody `talks` with the customer. A time that was agreed inside this rest
    is kept: the customer wants it. Managers are told of a rep who was reminded, wherever that one
    is now. `rep` is None for who has left the team.
    """
    if talks:
        return Quiet(now + CALL_ENDS)
    end = rest.ends(now)
    if end > now and rest.ends(agreed.due_at) != end:
        return Quiet(end)
    if agreed.nags >= len(playbook.nag_rep):
        return None
    if rep and is_on_shift(rep, playbook.duties, now=now):
        return None
    away = rep is None or is_away(rep, now=now)
    covered = (playbook.nag_away if away else playbook.nag_off_shift) == DEPUTY
    back = next_shift(rep, playbook.duties, now=now) if rep else None
    soon = now + LOOK_AGAIN
    known = back is not None and not away and not covered
    return Quiet(back if back and (known or back < soon) else soon, covered)


def told_at(agreed: FollowUp, *, playbook: Playbook) -> datetime | None:
    """Give when the managers hear of a follow-up that is not worked (UTC), None when they did."""
    if agreed.nag_at is None or agreed.nags > len(playbook.nag_rep):
        return None
    return agreed.nag_at + timedelta(minutes=playbook.nag_manager - _minutes(playbook)[agreed.nags])


class Snooze(StrEnum):
    """For how long a reminder is put off."""

    SHORT = "short"
    LONG = "long"
    TOMORROW = "tomorrow"


_SPANS = {Snooze.SHORT: timedelta(minutes=15), Snooze.LONG: timedelta(hours=1)}


class Mark(NamedTuple):
    """The round of a follow-up for which a button was made."""

    followup_id: int
    snoozes: int
    nags: int

    @property
    def text(self) -> str:
        """The mark as a button carries it; `read_mark` reads it back."""
        return f"{self.followup_id}.{self.snoozes}.{self.nags}"


def mark(agreed: FollowUp) -> Mark:
    """Name the round in which a follow-up stands now: that of its rep's newest reminder."""
    told = bool(agreed.nags) and agreed.nag_at is None
    return Mark(agreed.id, agreed.snoozes, agreed.nags - told)


def read_mark(text: str) -> Mark:
    """Read a button's mark; raises Refused for what is none."""
    found = _MARK.fullmatch(text)
    if not found:
        raise Refused("button.stale")
    return Mark(*map(int, found.groups()))


def due_of(lead: Lead, agreed: FollowUp) -> datetime:
    """Give when a follow-up's call is due (UTC): as agreed, or to when it was put off."""
    return lead.next_at or agreed.due_at


def may_snooze(agreed: FollowUp, playbook: Playbook) -> bool:
    """Say whether a follow-up may be put off once more by its rep (L4.3)."""
    return agreed.snoozes < playbook.nag_snoozes


def no_snooze(
    agreed: FollowUp, seen: Mark, *, due: datetime, now: datetime, playbook: Playbook
) -> str:
    """Name the refusal to put a follow-up off, "" when it may be (L4.3).

    Once in each round, so many times in all, and not before the call is `due`; `seen` is the
    round of the button.
    """
    if agreed.snoozes > seen.snoozes:
        return "followup.put_off"
    if mark(agreed).nags > seen.nags:
        return "followup.newer"
    if now < due:
        return "followup.not_due"
    return "" if may_snooze(agreed, playbook) else "followup.snoozed_out"


def snoozed_until(
    agreed: FollowUp, span: Snooze, *, now: datetime, zone: ZoneInfo, phoning: Phoning
) -> datetime:
    """Give the moment (UTC) to which a follow-up is put off at `now` (UTC), outside rest.

    Tomorrow is the same clock time in the rep's `zone`, or when calling is allowed after it. Who
    agreed to a time inside rest may be called in it.
    """
    if span is Snooze.TOMORROW:
        local = now.astimezone(zone).replace(second=0, microsecond=0, fold=0)
        return phoning.soonest((local + timedelta(days=1)).astimezone(UTC))
    later = now + _SPANS[span]
    return later if phoning.rest.covers(agreed.due_at) else phoning.rest.ends(later)


def snooze(agreed: FollowUp, *, until: datetime) -> FollowUp:
    """Put a follow-up off until a moment (UTC); its rounds begin again then (L4.3).

    The time that was agreed with the customer stays what it is.
    """
    return replace(agreed, nags=0, nag_at=until, snoozes=agreed.snoozes + 1)


def passed_to(agreed: FollowUp, *, to: str, due: datetime, now: datetime) -> FollowUp:
    """Give a follow-up to another rep, who is reminded from the first round on (L4.3).

    What is `due` by `now` (UTC) is reminded of at once; the new rep may put it off anew.
    """
    theirs = replace(agreed, rep=to, snoozes=0)
    if agreed.importance is not Importance.HIGH or not (agreed.nags or due <= now):
        return theirs
    return replace(theirs, nags=0, nag_at=now)


def reopened(agreed: FollowUp, *, due: datetime, now: datetime, playbook: Playbook) -> FollowUp:
    """Give a follow-up open again, whose end was taken back; its rounds go on where they stood.

    The call is `due` then: at the time that was agreed, or to which it was put off.
    """
    opened = replace(agreed, state="open")
    if agreed.importance is not Importance.HIGH or agreed.nags > len(playbook.nag_rep):
        return opened
    if not agreed.nags:
        return replace(opened, nag_at=due + timedelta(minutes=playbook.nag_rep[0]))
    minutes = _minutes(playbook)
    gap = minutes[agreed.nags] - minutes[agreed.nags - 1]
    return replace(opened, nag_at=now + timedelta(minutes=gap))
