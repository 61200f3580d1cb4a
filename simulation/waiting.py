"""Leads that wait for one rep, or for whoever is free: some later, some now, the best first."""

from heapq import heapify, heappop, heappush

from rules.playbook import Wave
from rules.wave import stricter
from simulation.cases import Case
from simulation.policies import Order, Policy


class Waiting:
    """Cases by when they are due, and those that are due by the policy's order."""

    def __init__(self, policy: Policy) -> None:
        """Begin with nobody."""
        self._order = policy.order
        self._later: list[tuple[float, int, Case]] = []
        self._ready: list[tuple[Order, int, Case]] = []
        self._held: list[Case] = []

    def add(self, case: Case) -> None:
        """Take in a case, due at its `next_s`."""
        heappush(self._later, (case.next_s, case.id, case))

    def best(self, *, now: float, wave: Wave) -> Case | None:
        """Take out the best case that is due at `now`; tiers on hold wait aside (C1)."""
        while self._later and self._later[0][0] <= now:
            case = heappop(self._later)[2]
            heappush(self._ready, (self._order(case), case.id, case))
        while self._ready:
            case = heappop(self._ready)[2]
            if case.tier not in stricter(wave, case.queue)[0]:
                return case
            self._held.append(case)
        return None

    @property
    def next_due(self) -> float:
        """When the next one comes due, of those that are not yet."""
        return self._later[0][0] if self._later else float("inf")

    def due(self, now: float) -> int:
        """Count the cases that are due at `now` and not called, those on hold left out."""
        return len(self._ready) + sum(one[0] <= now for one in self._later)

    def waiting(self) -> list[Case]:
        """Give all cases that wait, in no order."""
        return [*(one[2] for one in self._later), *(one[2] for one in self._ready), *self._held]

    def sort_again(self) -> None:
        """Put what is due in order again, after tiers or the bar were changed."""
        cases = [*(one[2] for one in self._ready), *self._held]
        self._held = []
        self._ready = [(self._order(case), case.id, case) for case in cases]
        heapify(self._ready)
