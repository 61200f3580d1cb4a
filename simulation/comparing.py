"""Policies tried on the same seeds: each one's figures, and what lies between them, by pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev

from rules.playbook import Playbook
from simulation.centre import Centre
from simulation.counting import WEEK
from simulation.measures import Measured, bound, measured
from simulation.params import Params
from simulation.policies import PLAYBOOK, POLICIES
from simulation.world import make_world

WARM = 4
"""Weeks that are lived before anything is measured: no team begins without leads that wait."""
HINDSIGHT = "hindsight"
_SURE = 0.975


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean over seeds, and how far to either side it may lie, nineteen times in twenty."""

    mean: float
    half: float


@dataclass(frozen=True, slots=True)
class Row:
    """A policy's figures as `Measured` has them; `behind` is its profit less the playbook's."""

    policy: str
    profit: Spread
    behind: Spread
    contact: Spread | None
    response: Spread | None


def spread(values: Sequence[float]) -> Spread:
    """Give the mean and Student's interval; of one value alone nothing is known of the rest."""
    if len(values) < 2:  # noqa: PLR2004 - a spread needs two
        return Spread(mean(values), float("inf"))
    from scipy.stats import t  # noqa: PLC0415 - slow to load

    half = float(t.ppf(_SURE, len(values) - 1)) * stdev(values) / sqrt(len(values))
    return Spread(mean(values), half)


def compare(
    playbook: Playbook,
    params: Params,
    *,
    weeks: int,
    seeds: Sequence[int],
    step: Callable[[], None] = lambda: None,
) -> list[Row]:
    """Try every policy on each seed for so many weeks; `step` is called after each run.

    The last row is the bound with hindsight, which no policy can pass.
    """
    since, until = WARM * WEEK, (WARM + weeks) * WEEK
    runs: dict[str, list[Measured]] = {one.name: [] for one in POLICIES}
    runs[HINDSIGHT] = []
    for seed in seeds:
        world = make_world(params, weeks=WARM + weeks, seed=seed)
        for policy in POLICIES:
            centre = Centre(world, policy, playbook, params)
            work(centre, weeks=WARM + weeks)
            runs[policy.name].append(measured(centre, params, since=since, until=until))
            step()
        runs[HINDSIGHT].append(bound(world, params, playbook, since=since, until=until))
    return [_row(name, found, runs[PLAYBOOK.name]) for name, found in runs.items()]


def work(centre: Centre, *, weeks: int) -> None:
    """Let a team work so many weeks from the beginning, measuring its leads each week."""
    for week in range(1, weeks + 1):
        centre.run(week * WEEK)
        centre.measure(week * WEEK)


def _row(name: str, found: Sequence[Measured], playbook: Sequence[Measured]) -> Row:
    contacts = [one.contact for one in found if one.contact is not None]
    responses = [one.response for one in found if one.response is not None]
    apart = [one.profit - other.profit for one, other in zip(found, playbook, strict=True)]
    return Row(
        name,
        spread([one.profit for one in found]),
        spread(apart),
        spread(contacts) if contacts else None,
        spread(responses) if responses else None,
    )
