"""How much of what leads will buy has come by now, since some close months later (L6.4, L6.8)."""

from collections import Counter
from collections.abc import Iterable, Mapping


def ripe(ages: Mapping[int, int], sold: Iterable[tuple[int, int]], *, mature: int) -> float:
    """Give the part of their sales that has come of the leads that are `mature` days old or more.

    `ages` counts all leads by whole days of life; `sold` holds for each that bought the day of
    its life on which it did, and its age. The whole is Kaplan and Meier's estimate over the
    oldest lead's life. 1 where nothing is known.
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
    old = {age: count for age, count in ages.items() if age >= mature}
    if not old or not came[-1]:
        return 1.0
    so_far = sum(count * came[age] for age, count in old.items())
    return min(so_far / sum(old.values()) / came[-1], 1.0)
