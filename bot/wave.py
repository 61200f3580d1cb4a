"""More leads than hands: a stricter bar is proposed, brought by a manager, lifted again (C1)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.assign import tell_managers
from bot.desk import Desk
from bot.grading import graded
from bot.imports import SOURCE
from bot.playbooks import Changed, change, change_by_rule
from bot.present_playbook import refresh
from rules.effects import TellManagers
from rules.refusals import Refused
from rules.shifts import is_on_shift, shift_week
from rules.wave import (
    HOLD,
    SHORTEN,
    Bar,
    Calls,
    Forecast,
    Hands,
    Proposal,
    Tiers,
    hands,
    hourly,
    lifted,
    proposed,
)
from rules.words import Tier
from rules.working import Working
from storage import inbox, kept, measures, outbox, playbooks, reps, wave
from storage.playbooks import Version
from storage.unit import Unit, View

WAVE = "wave"
WEEKS = 4
MEASURED = timedelta(days=14)
NEWEST, COUNTED = 20_000, 50_000
Closing = Mapping[Tier, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Stricter:
    """A bar that was made stricter, or lifted, for tiers; `calls` of today are not made, or are.

    `made` is the playbook's new version; nothing changed where that says so.
    """

    made: Changed
    what: str
    tiers: Tiers
    calls: int


def look(desk: Desk) -> str:
    """Look whether there are more calls than hands until the last shift ends (C1).

    Says what was done: 'lifted' what a proposal had brought, 'proposed' a stricter bar to the
    managers, once a day; '' nothing. While nobody works nothing is done.
    """
    now = desk.clock()
    with desk.store.view() as view:
        if not any(is_on_shift(one, desk.playbook.duties, now=now) for one in reps.everybody(view)):
            return ""
        found, mine = forecast(desk, view, now=now), brought(view)
    free = lifted(found, desk.playbook.wave, mine)
    if free != Bar():
        return "lifted" if _lift(desk, found, free, now=now) else ""
    asked = proposed(found, desk.playbook.wave, now=now)
    return "proposed" if asked and _propose(desk, asked, now=now) else ""


def forecast(desk: Desk, view: View, *, now: datetime) -> Forecast:
    """Count what is to be called from `now` (UTC) until the last shift ends, and by whom (C1).

    Each lead counts once: those that are due or will be, and as many as came in these hours of
    the same weekday over the last four weeks.
    """
    able = _hands(desk, view, now=now)
    made = wave.newest_calls(view, since=now - MEASURED, most=NEWEST)
    can = able.calls(hourly(made) or desk.playbook.wave.calls_per_hour)
    return Forecast(_calls(desk, view, now=now, end=able.end), able, can)


def _calls(desk: Desk, view: View, *, now: datetime, end: datetime) -> dict[Tier, Calls]:
    owners = [one.slack_id for one in reps.everybody(view) if not one.manages]
    attempts = desk.playbook.wave.attempts
    due = wave.due(view, owners=owners, until=end, attempts=attempts, most=COUNTED)
    coming = _coming(desk, view, now=now, end=end)
    return {tier: Calls(**due[tier], coming=coming[tier]) for tier in Tier}


def _hands(desk: Desk, view: View, *, now: datetime) -> Hands:
    zone, book, rest = desk.settings.zone, desk.playbook, desk.rest(now)
    shifts = [
        (rep, Working(shift_week(rep, book.duties), rep.zone, book.calling, zone, rest))
        for rep in reps.everybody(view)
    ]
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), zone).astimezone(UTC)
    return hands(shifts, now=now, midnight=midnight)


def _coming(desk: Desk, view: View, *, now: datetime, end: datetime) -> dict[Tier, int]:
    """Expect as many leads as came at these hours of the weekday, in the weeks that there were."""
    first = wave.first_source_at(view)
    spans = [
        (_weeks_ago(desk, now, weeks), _weeks_ago(desk, end, weeks))
        for weeks in range(1, WEEKS + 1)
    ]
    known = [span for span in spans if first and first <= span[0]]
    came = wave.arrivals(view, known, without=SOURCE)
    return {tier: round(count / max(len(known), 1)) for tier, count in came.items()}


def _weeks_ago(desk: Desk, moment: datetime, weeks: int) -> datetime:
    """Give the same hour of the team's clock some weeks before (UTC)."""
    return (moment.astimezone(desk.settings.zone) - timedelta(weeks=weeks)).astimezone(UTC)


def _propose(desk: Desk, asked: Proposal, *, now: datetime) -> bool:
    """Ask the managers, once a day."""
    day = now.astimezone(desk.settings.zone).date().isoformat()
    about = json.dumps(
        {
            "load": asked.load,
            "coming": asked.coming,
            "can": asked.can,
            "reps": asked.reps,
            "end": asked.end.isoformat(),
            "enough": asked.enough,
            "attempts": desk.playbook.wave.attempts,
            "options": [[one.what, one.tiers, one.fewer, one.left] for one in asked.options],
            "closing": {tier: pair for tier, pair in closing(desk).items() if pair[1]},
        }
    )
    with desk.store.unit() as unit:
        if not inbox.first_time(unit, f"{WAVE}:{day}", at=now):
            return False
        outbox.add(unit, tell_managers(desk, unit, TellManagers("wave", 0, about)), now=now)
        unit.commit()
    return True


def closing(desk: Desk) -> Closing:
    """Give how many leads of each tier closed, of how many that are old enough to judge (L1.3)."""
    with desk.store.view() as view:
        cells = measures.kept_cells(view)
    found = dict.fromkeys(Tier, (0, 0))
    for cell in cells:
        group = cell.group
        alike = {"campaign": group.campaign, "product": group.product}
        tier = graded(desk, kind=group.kind, **alike).tier
        closed, leads = found[tier]
        found[tier] = closed + cell.closed, leads + cell.leads
    return found


def brought(view: View) -> Bar:
    """Give what of the stricter bar a proposal brought; what a manager wrote since is theirs."""
    marks: dict[str, dict[str, int]] = kept.get(view, WAVE) or {}
    return Bar(*(_still(view, what, marks.get(what, {})) for what in (HOLD, SHORTEN)))


def _still(view: View, what: str, marks: Mapping[str, int]) -> Tiers:
    """Give the tiers that every version since the proposal's has left where they are."""
    key = f"wave.{what}"
    return tuple(
        Tier(tier)
        for tier, version in marks.items()
        if all(tier in (one.changed[key][1] or ()) for one in _changes(view, version, key))
    )


def _changes(view: View, version: int, key: str) -> list[Version]:
    return [one for one in playbooks.since(view, version) if key in one.changed]


def make_stricter(
    desk: Desk, what: str, tiers: Tiers, *, by: str, stays: bool = False, key: str = ""
) -> Stricter:
    """Hold tiers or cut their plans short, as a manager pressed; it counts at once (C1).

    It is lifted by itself when the wave has passed, unless it `stays`. Raises Refused for all
    but managers.
    """
    refresh(desk)
    now, present = desk.clock(), desk.present
    before: Tiers = getattr(present.playbook.wave, what)
    after = [tier for tier in Tier if tier in {*before, *tiers}]

    def mark(unit: Unit, version: Version) -> None:
        if not stays:
            _mark(unit, what, [one for one in tiers if one not in before], version, at=now)

    made = change(desk, by, {f"wave.{what}": after}, seen=present.version, key=key, also=mark)
    return Stricter(made, what, tiers, _fewer(desk, what, tiers, now=now))


def _mark(unit: Unit, what: str, tiers: list[Tier], version: Version, *, at: datetime) -> None:
    marks: dict[str, dict[str, int]] = kept.get(unit, WAVE) or {}
    mine = {**marks.get(what, {}), **dict.fromkeys(map(str, tiers), version.id)}
    kept.put(unit, WAVE, {**marks, what: mine}, at=at)


def _fewer(desk: Desk, what: str, tiers: Tiers, *, now: datetime) -> int:
    """Count the leads that would be called today were it not for a stricter bar for tiers."""
    bar = Bar(tiers) if what == HOLD else Bar(shorten=tiers)
    with desk.store.view() as view:
        end = _hands(desk, view, now=now).end
        calls = _calls(desk, view, now=now, end=end)
    return sum(one.under(Bar(), tier) - one.under(bar, tier) for tier, one in calls.items())


def lift(desk: Desk, tiers: Tiers, *, by: str, key: str = "") -> Stricter:
    """Call tiers again that were on hold or whose plans were cut short, as a manager pressed.

    Raises Refused for all but managers.
    """
    refresh(desk)
    now, free = desk.clock(), Bar(tiers, tiers)
    changes, seen = _without(desk, free), desk.present.version
    made = change(desk, by, changes, seen=seen, key=key)
    return Stricter(made, HOLD, tiers, _fewer(desk, HOLD, tiers, now=now))


def _without(desk: Desk, free: Bar) -> dict[str, Any]:
    """Give the changes that lift a bar; None where what is left is what the file says."""
    book, base = desk.playbook.wave, desk.present.base.wave
    left = Bar(book.hold, book.shorten).without(free)
    pairs = ((HOLD, left.hold, base.hold), (SHORTEN, left.shorten, base.shorten))
    return {f"wave.{what}": None if now == file else list(now) for what, now, file in pairs}


def _lift(desk: Desk, found: Forecast, free: Bar, *, now: datetime) -> bool:
    """Lift a bar and tell the managers; False where somebody changed it in the meantime."""
    whole = Bar(desk.playbook.wave.hold, desk.playbook.wave.shorten)
    about = {
        "hold": list(free.hold),
        "shorten": list(free.shorten),
        "free": not found.has_room(whole.without(free), desk.playbook.wave),
        "left": found.load(whole),
        "load": found.load(whole.without(free)),
        "back": found.load(whole.without(free)) - found.load(whole),
        "can": found.can,
        "reps": found.hands.reps,
        "end": found.hands.end.isoformat(),
    }

    def tell(unit: Unit, version: Version) -> None:
        notice = TellManagers("wave_over", 0, json.dumps(about | {"version": version.id}))
        outbox.add(unit, tell_managers(desk, unit, notice), now=now)

    changes, seen = _without(desk, free), desk.present.version
    try:
        made = change_by_rule(desk, changes, seen=seen, also=tell)
    except Refused:
        return False
    return bool(made.version.changed)
