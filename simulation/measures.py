"""What a policy came to: profit per rep hour, contact rate, response; the bound with hindsight."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rules.playbook import Playbook
from simulation.calendar import shift_of
from simulation.centre import Centre
from simulation.chances import DAY, Chances
from simulation.params import HOUR, Params
from simulation.world import MOST_CALLS, Arrival, World


@dataclass(frozen=True, slots=True)
class Measured:
    """A run's figures: minor units for an hour of a rep's shift, a part, minutes.

    `response` is the median from when a lead could be called to its first call; None where the
    figure does not exist.
    """

    profit: float
    contact: float | None = None
    response: float | None = None


def measured(centre: Centre, params: Params, *, since: float, until: float) -> Measured:
    """Measure what was done between two moments (L6.3, L6.4, C1).

    A sale counts with the call that reached its lead, since the team's work was done then; its
    margin is booked although it closes days later. A whole shift is paid, idle or not.
    """
    came = [one for one in centre.cases if since <= one.arrival.at < until]
    won = [
        one
        for one in centre.cases
        if one.closes and one.reached_at is not None and since <= one.reached_at < until
    ]
    calls = [one for one in centre.calls if since <= one.at < until]
    hours = shift_hours(params, centre.playbook, since=since, until=until)
    talked = sum(one.talk for one in calls) * params.money["talk_minute"] / 60
    earned = sum(one.arrival.margin for one in won) - talked
    texts = sum(one.texted for one in came) * params.money["sms"]
    spent = sum(one.arrival.source.cost for one in came) + texts
    contact = sum(one.reached_at is not None for one in came) / len(came)
    waits = [(one.calls[0].at if one.calls else until) - one.callable_at for one in came]
    profit = earned - spent - hours * 60 * params.money["wage_minute"]
    return Measured(profit / hours, contact, max(median(waits), 0.0) / 60)


def shift_hours(params: Params, playbook: Playbook, *, since: float, until: float) -> float:
    """Give how many hours reps were on shift between two midnights."""
    days = range(int(since // DAY), int(until // DAY))
    shifts = (
        shift_of(params, playbook, rep=rep, day=day)
        for day in days
        for rep in range(len(params.shifts))
    )
    return sum(end - start for start, end in shifts) / HOUR


def bound(
    world: World, params: Params, playbook: Playbook, *, since: float, until: float
) -> Measured:
    """Give a profit that no policy can pass, knowing every throw of the dice beforehand.

    Of the leads that would buy, each is called until it answers, at the best of all hours, and
    the dearest by a second of a rep's time fill the time that there is, the last one in part.
    """
    hours = shift_hours(params, playbook, since=since, until=until)
    here = [one for one in world.arrivals if one.mark < 1 and one.at < until]
    spent = sum(one.source.cost for one in here if one.at >= since)
    left = hours * HOUR
    earned = 0.0
    for taken, margin in sorted(_worth(here, params), key=lambda one: one[0] / one[1]):
        part = min(left / taken, 1.0)
        earned += part * margin
        left -= part * taken
    return Measured((earned - spent) / hours - 60 * params.money["wage_minute"])


def _worth(arrivals: Sequence[Arrival], params: Params) -> list[tuple[float, float]]:
    """Give the seconds that each buyer takes at least, and what the sale earns at most."""
    chances, seconds = Chances(params), params.seconds
    each = seconds["between"] + seconds["logging"]
    found: list[tuple[float, float]] = []
    for one in arrivals:
        if not one.reachable or one.close_luck >= chances.best_closes(one.source, one.values):
            continue
        # Who comes back by an SMS answers the second call, whatever the dice say.
        back = one.text_luck < params.money["back"]
        called = next(
            (
                nth
                for nth in range(1, MOST_CALLS + 1)
                if one.luck[nth - 1] < chances.best_answered(one.source, attempt=nth)
                or (back and nth > 1)
            ),
            None,
        )
        if called:
            missed = (called - 1) * (each + seconds["no_answer"])
            found.append((missed + each + seconds["talk"], float(one.margin)))
    return found
