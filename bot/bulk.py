"""A manager moves many leads of a rep at once: batch by batch, told once, taken back whole (C3)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from bot import audit, handed
from bot.assign import NewOwner, hand_over
from bot.desk import Desk
from bot.placing import holders
from bot.rotation import Rotation
from bot.team import allowed, is_in_team
from rules.bulk import ALL, UNDO_FOR, Part, goes_back
from rules.lead import Lead
from rules.permissions import Act
from rules.refusals import Refused
from rules.reminders import TellReassigned
from rules.skips import Skip
from rules.team import Rep
from storage import chairs, inbox, kept, leads, outbox, reps
from storage.unit import Unit, View
from storage.walks import FIRST, Place, place_of

AT_ONCE = 100
RUNS = "bulk"
ROTATION = ""
GONE, LANGUAGE, NOBODY = "gone", "language", "nobody"
"""Why a lead stays: who was to have it left, nobody speaks its language, nobody else is free."""
MOVING, MOVED, UNDOING, UNDONE = "moving", "moved", "undoing", "undone"
GOING = frozenset({MOVING, UNDOING})


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A rep's open leads, `total` and those of a `part`, and who could have them."""

    rep: Rep
    total: int
    part: Part
    count: int
    others: tuple[Rep, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One move of a `part` of the leads that `was` had: `to` a rep, or "" the rotation.

    It `began` and `ended` at ISO moments (UTC). `moved` has the leads by their new owners, from
    whom an undo takes them; `left` stayed where they are, so many for each reason in `why`, and so
    many went `back`. `place` says how far it came.
    """

    id: str
    by: str
    was: str
    to: str
    part: Part
    began: str
    ended: str = ""
    state: str = MOVING
    moved: dict[str, list[int]] = field(default_factory=dict)
    left: int = 0
    back: int = 0
    place: Place | None = None
    why: dict[str, int] = field(default_factory=dict)

    def may_go_back(self, *, now: datetime) -> bool:
        """Say whether the whole move can be taken back at `now` (UTC)."""
        ended = datetime.fromisoformat(self.ended) if self.state == MOVED else None
        return ended is not None and now - ended <= UNDO_FOR


def portfolio(desk: Desk, slack_id: str, part: Part = ALL, *, by: str) -> Portfolio:
    """Give how many open leads a rep has, and of a part; raises Refused for who manages not."""
    with desk.store.view() as view:
        allowed(desk, view, by, Act.TEAM)
        return _portfolio(view, slack_id, part)


def _portfolio(view: View, slack_id: str, part: Part) -> Portfolio:
    team = reps.everybody(view)
    rep = next((one for one in team if one.slack_id == slack_id), Rep(slack_id, slack_id))
    others = (one for one in team if one.state != "paused" and one.slack_id != slack_id)
    total = chairs.count_left_by(view, slack_id)
    count = chairs.count_left_by(view, slack_id, part=part)
    return Portfolio(rep, total, part, count, tuple(others))


def begin(
    desk: Desk, slack_id: str, *, by: str, to: str = ROTATION, part: Part = ALL, key: str = ""
) -> Portfolio:
    """Begin to move a part of a rep's leads to another rep, or to the rotation (C3).

    The clock carries it on (`carry_on`). Raises Refused for who manages not, where the part is
    empty, and for a rep who is not of the team.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        reps.everybody(unit, lock=True)
        allowed(desk, unit, by, Act.TEAM)
        found = _portfolio(unit, slack_id, part)
        if not inbox.first_time(unit, key, at=now):
            return found
        if not found.count:
            raise Refused("bulk.nobody")
        if to and to not in {one.slack_id for one in found.others}:
            raise Refused("assign.outsider", who=to)
        known = _runs(unit)
        run = Run(str(known["last"] + 1), by, slack_id, to, part, now.isoformat())
        kept.put(unit, RUNS, {"last": int(run.id), "open": [*known["open"], run.id]}, at=now)
        _keep(unit, run, now=now)
        about = {"to": to or "rotation", "leads": found.count}
        audit.write(desk, unit, by, "reassign", audit.of_rep(slack_id), after=about)
        unit.commit()
    return found


def carry_on(desk: Desk) -> int:
    """Carry out the next batch of each move that is not done; gives how many leads changed hands.

    Two processes may do this at once: each holds other leads, and one after the other counts.
    """
    with desk.store.view() as view:
        going = _runs(view)["open"]
    return sum(_carry(desk, run_id) for run_id in going)


def _carry(desk: Desk, run_id: str) -> int:
    """Carry a run on past leads that stay, until some have moved or it is over."""
    while True:
        done = _carry_some(desk, run_id)
        with desk.store.view() as view:
            if done or run_id not in _runs(view)["open"]:
                return done


def _carry_some(desk: Desk, run_id: str) -> int:
    now = desk.clock()
    with desk.store.unit() as unit:
        seen = _run(unit, run_id)
        back = seen.state == UNDOING
        found = _to_bring_back(unit, seen) if back else _to_move(unit, seen)
        batch = Batch(desk, unit, run_id, now=now)
        if batch.run.state != seen.state or seen.state not in GOING:
            return 0
        done = batch.bring_back(found) if back else batch.move(found)
        unit.commit()
    return done


def _to_move(unit: Unit, run: Run) -> list[Lead]:
    after = run.place or FIRST
    return chairs.left_by(unit, run.was, most=AT_ONCE, part=run.part, after=after)


def _to_bring_back(unit: Unit, run: Run) -> list[Lead]:
    """Give the next leads of those that moved, held until the unit ends."""
    ids = sorted(one for some in run.moved.values() for one in some)[:AT_ONCE]
    held = (leads.load(unit, one, lock=True) for one in ids)
    return [lead for lead in held if lead]


class Batch:
    """Some leads of a run, within one unit, which holds them and then the team."""

    def __init__(self, desk: Desk, unit: Unit, run_id: str, *, now: datetime) -> None:
        self._desk, self._unit, self._now = desk, unit, now
        self._rotation = Rotation(desk, unit, now=now)
        self._here = {one.slack_id for one in self._rotation.team if one.state != "paused"}
        self.run = _run(unit, run_id)

    def move(self, found: Sequence[Lead]) -> int:
        """Hand leads to their new owners; tells of all once none is left, or all were looked at."""
        given = list(self._given(found))
        for lead in given:
            self.run.moved.setdefault(lead.owner, []).append(lead.id)
        left = chairs.count_left_by(self._unit, self.run.was, part=self.run.part)
        if found and left:
            _keep(self._unit, replace(self.run, place=place_of(found[-1])), now=self._now)
            return len(given)
        ended = replace(self.run, state=MOVED, ended=self._now.isoformat(), left=left)
        self._end(ended, self.run.moved)
        return len(given)

    def _given(self, found: Sequence[Lead]) -> Iterator[Lead]:
        for lead in found:
            new = self._new_owner(lead)
            if new is None:
                self.run.why[self._stays()] = self.run.why.get(self._stays(), 0) + 1
                continue
            owned, effects = hand_over(self._desk, self._unit, lead, new, now=self._now)
            outbox.add(self._unit, effects, now=self._now)
            yield owned

    def _new_owner(self, lead: Lead) -> NewOwner | None:
        run = self.run
        if run.to:
            return NewOwner(run.to, by=run.by, many=True) if run.to in self._here else None
        without = {run.was, *holders(self._unit, lead)}
        choice = self._rotation.choose(lead, without, handed=True)
        if choice is None:
            return None
        return NewOwner(choice.rep.slack_id, by=run.by, many=True, choice=choice)

    def _stays(self) -> str:
        """Name why the last lead stays where it is."""
        if self.run.to:
            return GONE
        return LANGUAGE if self._rotation.lacks == Skip.LANGUAGE else NOBODY

    def bring_back(self, found: Sequence[Lead]) -> int:
        """Hand leads back on which nobody worked since; tells of it once all were looked at."""
        run, done = self.run, 0
        owners = {one: owner for owner, some in run.moved.items() for one in some}
        new, began = NewOwner(run.was, by=run.by, many=True), datetime.fromisoformat(run.began)
        for lead in found if run.was in self._here else ():
            if goes_back(lead, owners[lead.id], since=began, now=self._now):
                _, effects = hand_over(self._desk, self._unit, lead, new, now=self._now)
                outbox.add(self._unit, effects, now=self._now)
                done += 1
        looked = {lead.id for lead in found}
        rest = {
            owner: [one for one in some if one not in looked] for owner, some in run.moved.items()
        }
        on = replace(run, moved=rest, back=run.back + done, left=run.left + len(found) - done)
        if any(rest.values()):
            _keep(self._unit, on, now=self._now)
        else:
            self._end(replace(on, state=UNDONE), {})
        return done

    def _end(self, run: Run, moved: dict[str, list[int]]) -> None:
        """Keep how a run ended; tell the new owners of theirs, and the manager of all."""
        _keep(self._unit, run, now=self._now)
        known = _runs(self._unit)
        still = [one for one in known["open"] if one != run.id]
        kept.put(self._unit, RUNS, known | {"open": still}, at=self._now)
        tally = {to: {"n": len(ids), "first": ids[: handed.NAMED]} for to, ids in moved.items()}
        news = handed.news(self._unit, tally, was=run.was, why="reassigned", now=self._now)
        told = TellReassigned(run.by, run.id, run.state)
        outbox.add(self._unit, [*news, told], now=self._now)


def take_back(desk: Desk, run_id: str, *, by: str, key: str = "") -> Run:
    """Begin to take a move back, within ten minutes after the last lead moved (C3).

    Raises Refused when it is later or was taken back already, and for who manages not.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        reps.everybody(unit, lock=True)
        allowed(desk, unit, by, Act.TEAM)
        run = _run(unit, run_id)
        if not inbox.first_time(unit, key, at=now):
            return run
        if not run.may_go_back(now=now) or not is_in_team(desk, unit, run.was):
            raise Refused("bulk.over")
        back = replace(run, by=by, state=UNDOING, left=0)
        _keep(unit, back, now=now)
        known = _runs(unit)
        kept.put(unit, RUNS, known | {"open": [*known["open"], run.id]}, at=now)
        audit.write(desk, unit, by, "reassign_undone", audit.of_rep(run.was))
        unit.commit()
    return back


def find(view: View, run_id: str) -> Run:
    """Give a run as it stands; raises Refused where there is none."""
    return _run(view, run_id)


def _runs(view: View) -> dict[str, Any]:
    """Give the number of the last run, and the numbers of those that are not done."""
    return kept.get(view, RUNS) or {"last": 0, "open": []}


def _run(view: View, run_id: str) -> Run:
    found: dict[str, Any] | None = kept.get(view, _key(run_id))
    if found is None:
        raise Refused("button.stale")
    at = found.get("place")
    place = Place(datetime.fromisoformat(at[0]), *at[1:]) if at else None
    return Run(**found | {"part": Part(**found["part"]), "place": place})


def _keep(unit: Unit, run: Run, *, now: datetime) -> None:
    at = [run.place.at.isoformat(), *run.place[1:]] if run.place else None
    kept.put(unit, _key(run.id), asdict(run) | {"place": at}, at=now)


def _key(run_id: str) -> str:
    return f"bulk:{run_id}"
