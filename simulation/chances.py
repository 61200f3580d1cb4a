"""How likely a call is answered and a lead closes, by the calibration."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from simulation.params import HOUR, Params, Source

DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Chances:
    """What the dice are compared with; times are seconds since a Sunday's midnight."""

    params: Params

    def answered(self, source: Source, *, attempt: int, at: float, age: float) -> float:
        """Give how likely a reachable lead answers its n-th call, `age` seconds after it came."""
        each = self.params.answer
        steps = each["attempt"]
        part = each[source.answer] * steps[min(attempt, len(steps)) - 1]
        later = each["texted"] if attempt > 1 else 1.0
        chance: float = part * self._hour(at) * self._day(at) * self._age(age) * later
        return min(float(each["most"]), chance)

    def closes(self, source: Source, *, attempt: int, times: float = 1.0) -> float:
        """Give how likely a lead closes that its n-th call is the first to reach.

        `times` is what its values and the rep make of it.
        """
        close = self.params.close
        late = close["late"] if attempt > close["late_after"] else 1.0
        return min(1.0, float(close["base"]) * source.quality * late * times)

    def best_answered(self, source: Source, *, attempt: int) -> float:
        """Give the most that `answered` can ever be for the n-th call."""
        each, params = self.params.answer, self.params
        part = each[source.answer] * each["attempt"][min(attempt, len(each["attempt"])) - 1]
        chance: float = part * max(params.hours) * max(params.days) * max(params.ages)
        return min(float(each["most"]), chance)

    def best_closes(self, source: Source, values: Mapping[str, str]) -> float:
        """Give the most that `closes` can be of a lead that has these values, by the best rep."""
        reps = range(len(self.params.shifts))
        times = max(self.params.closes(rep, values) for rep in reps)
        return self.closes(source, attempt=1, times=times)

    def closing_age(self, dice: float) -> float:
        """Turn dice, 0 to 1, into a lead's age in seconds when it closes, of those that do."""
        close = self.params.close
        starts = [0, *close["until_days"][:-1]]
        spans = zip(starts, close["until_days"], close["hazard"], strict=True)
        parts = [(start, (until - start) * daily, daily) for start, until, daily in spans]
        left = dice * sum(part for _, part, _ in parts)
        for start, part, daily in parts:
            if left <= part:
                return float(start + left / daily) * DAY
            left -= part
        return float(close["until_days"][-1] * DAY)

    def _hour(self, at: float) -> float:
        hours = self.params.hours
        place = int(at % DAY // HOUR) - self.params.first_hour
        return hours[min(max(place, 0), len(hours) - 1)]

    def _day(self, at: float) -> float:
        # Time begins on a Sunday, weekdays on Monday.
        return self.params.days[(int(at // DAY) + 6) % 7]

    def _age(self, age: float) -> float:
        return self.params.ages[bisect_left(self.params.age_until, age)]
