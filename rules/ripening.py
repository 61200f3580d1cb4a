"""How much of what leads will buy has come by now, since some close months later (L6.4, L6.8)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

DAY = timedelta(days=1)


def curve(ages: Mapping[int, int], sold: Iterable[tuple[int, int]]) -> list[float]:
    """Give the part of leads that has bought by each whole day of life: Kaplan and Meier's.

    `ages` counts all leads by whole days of life; `sold` holds for each that bought the day of
    its life on which it did, and its age. It ends with the oldest lead's life.
    """
    closes, lived = Counter[int](), Counter[int]()
    for day, age in sold:
        closes[day] += 1
        lived[age] += 1
    at_risk, still_open, came = sum(ages.values()), 1.0, list[float]()
    for day in range(max(ages, default=-1) + 1):
        still_open *= 1 - closes[day] / at_risk if at_risk > 0 else 1.0
        came.append(1 - still_open)
        at_risk -= closes[day] + ages.get(day, 0) - lived[day]
    return came


def so_far(came: Sequence[float], ages: Mapping[int, int]) -> float:
    """Give the part of the sales of leads of these ages that has come, by their team's `curve`.

    1 where nothing is known, so that nothing is made of nothing.
    """
    leads = sum(ages.values())
    if not leads or not came or not came[-1]:
        return 1.0
    bought = sum(count * came[min(age, len(came) - 1)] for age, count in ages.items())
    return min(bought / leads / came[-1], 1.0) or 1.0


def by_age(came: Sequence[float], age: timedelta) -> float:
    """Give the part of their sales that leads have by an age, by their team's `curve` (L6.8).

    1 where nothing is known, as of `so_far`.
    """
    if not came or not came[-1]:
        return 1.0
    day, rest = divmod(age, DAY)
    grown = [0.0, *came]
    at, after = (grown[min(one, len(came))] for one in (day, day + 1))
    return (at + (after - at) * (rest / DAY)) / came[-1]


def ripe(ages: Mapping[int, int], sold: Iterable[tuple[int, int]], *, mature: int) -> float:
    """Give the part of their sales that has come of the leads that are `mature` days old or more.

    `ages` and `sold` are as `curve` takes them.
    """
    return so_far(curve(ages, sold), {age: n for age, n in ages.items() if age >= mature})
