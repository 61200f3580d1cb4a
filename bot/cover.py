"""Who takes over from a rep who is away, off shift or gone (C1, C3, L4.3, L4.4)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from bot import handed
from bot.assign import NewOwner, hand_over
from bot.desk import Desk
from bot.handed import COVERED
from bot.placing import holders
from bot.rotation import Rotation
from rules.chairs import is_gone_long, is_gone_today
from rules.lead import Lead
from rules.playbook import DEPUTY
from rules.shifts import is_away, is_on_shift
from rules.team import Rep
from rules.words import Queue
from storage import chairs, outbox, reps
from storage.unit import Unit
from storage.walks import FIRST, Place, place_of

AT_ONCE = 200
AGREED = (Queue.HIGH_FOLLOWUP, Queue.LOW_FOLLOWUP)
CALLS = (Queue.FRESH, Queue.PLANNED)


class StandIns:
    """Those who take leads over within one unit, which holds the leads; `moved` has whose.

    The owner's deputy, else the rotation's choice; `at_once` only who works at `now` (UTC). With
    `room` a deputy takes no more than their capacity. `many` when the leads are many.
    """

    def __init__(
        self,
        desk: Desk,
        unit: Unit,
        *,
        now: datetime,
        why: str = COVERED,
        at_once: bool = True,
        room: bool = False,
        many: bool = False,
    ) -> None:
        self._desk, self._unit, self._now = desk, unit, now
        self._why, self._at_once, self._room, self._many = why, at_once, room, many
        self._rotation = Rotation(desk, unit, now=now)
        self.moved: dict[str, list[Lead]] = {}

    def rep(self, slack_id: str) -> Rep | None:
        """Give somebody of the team as they are now; the unit holds the team."""
        return next((one for one in self._rotation.team if one.slack_id == slack_id), None)

    def take(self, lead: Lead) -> bool:
        """Hand a lead to who stands in for its owner; says whether somebody does."""
        new = self._new_owner(lead)
        if new is None:
            return False
        owned, effects = hand_over(self._desk, self._unit, lead, new, now=self._now)
        outbox.add(self._unit, effects, now=self._now)
        self.moved.setdefault(lead.owner, []).append(owned)
        return True

    def take_all(self, found: Sequence[Lead]) -> int:
        """Hand leads over to whoever may have each; gives how many."""
        return sum(map(self.take, found))

    def keep(self) -> None:
        """Count what moved, for `handed.tell`."""
        handed.keep(self._unit, self.moved, why=self._why, now=self._now)

    def _new_owner(self, lead: Lead) -> NewOwner | None:
        deputy = self._deputy(lead.owner)
        if deputy:
            return NewOwner(deputy, why=self._why, many=self._many)
        without = {lead.owner, *holders(self._unit, lead)}
        choice = self._rotation.choose(lead, without, at_once=self._at_once, handed=True)
        if choice is None:
            return None
        return NewOwner(choice.rep.slack_id, why=self._why, many=self._many, choice=choice)

    def _deputy(self, owner: str) -> str:
        rep = self.rep(owner)
        deputy = self.rep(rep.deputy) if rep and rep.deputy else None
        if deputy is None or not self._is_there(deputy):
            return ""
        if self._room and not self._rotation.has_room(deputy):
            return ""
        self._rotation.count(deputy)
        return deputy.slack_id

    def _is_there(self, rep: Rep) -> bool:
        if self._at_once:
            return is_on_shift(rep, self._desk.playbook.duties, now=self._now)
        return not is_away(rep, now=self._now)


class Find(Protocol):
    """Finds the next leads to hand over, which the unit holds then, `after` a place."""

    def __call__(self, unit: Unit, *, after: Place) -> Sequence[Lead]: ...


IsGone = Callable[[Rep], bool]


def pass_all(desk: Desk, owner: str, find: Find, *, is_gone: IsGone, room: bool = False) -> int:
    """Hand over all that is found of a rep who `is_gone`, batch by batch; gives how many.

    What nobody may have stays, past those that somebody has; `handed.tell` tells of these.
    """
    done, now, after = 0, desk.clock(), FIRST
    while True:
        with desk.store.unit() as unit:
            found = find(unit, after=after)
            ins = StandIns(desk, unit, now=now, room=room, many=len(found) > handed.CARDS)
            rep = ins.rep(owner) if found else None
            if rep is None or not is_gone(rep):
                return done
            after = place_of(found[-1])
            done += _take_some(unit, ins, found)


def _take_some(unit: Unit, ins: StandIns, found: Sequence[Lead]) -> int:
    moved = ins.take_all(found)
    if moved:
        ins.keep()
        unit.commit()
    return moved


def cover_due(desk: Desk) -> int:
    """Give what is due with those who are away to those who work now; gives how many (L4.4).

    Follow-ups while their rep is away until the day is over, and calls of one who is away for
    longer than a day; hot follow-ups move when they are nagged, and here when that has ended
    (L4.3). Where the playbook lets them wait, or nobody is there, all stay where they are.
    """
    done = 0
    if desk.playbook.nag_away == DEPUTY:
        is_gone = partial(is_gone_today, now=desk.clock())
        done = sum(
            pass_all(desk, owner, find, is_gone=is_gone, room=True) for owner, find in _due(desk)
        )
    handed.tell(desk)
    return done


def _due(desk: Desk) -> Iterator[tuple[str, Find]]:
    """Give those who are away and have something that is due, and what finds it."""
    now, wave = desk.clock(), desk.playbook.wave
    with desk.store.view() as view:
        waiting = [
            (rep.slack_id, queues)
            for rep in reps.everybody(view)
            if (queues := _covered(rep, now=now))
            and chairs.any_due_of(view, rep.slack_id, queues, wave=wave, now=now)
        ]
    for owner, queues in waiting:
        yield (
            owner,
            partial(chairs.due_of, owner=owner, queues=queues, wave=wave, now=now, most=AT_ONCE),
        )


def _covered(rep: Rep, *, now: datetime) -> tuple[Queue, ...]:
    """Give what is covered of a rep's leads now."""
    agreed = AGREED if is_gone_today(rep, now=now) else ()
    return (*agreed, *CALLS) if is_gone_long(rep, now=now) else agreed
