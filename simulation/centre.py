"""The call centre itself: leads come, reps are free, the best lead that is due is called."""

from heapq import heapify, heappop, heappush
from math import prod
from typing import Any

from rules.lead import Lead
from rules.low_answer import switched
from rules.matching import closing_rate
from rules.playbook import Playbook
from rules.pools import Pool, Way
from rules.proposal import subject_of
from rules.routes import EVERYBODY, pool_for
from rules.tiers import grade
from rules.words import Tier
from simulation.calendar import Answers, first_call, shift_of
from simulation.calls import Calling
from simulation.cases import Call, Case
from simulation.chances import DAY
from simulation.counting import answering, cells, closings, like
from simulation.params import Params, Source
from simulation.policies import Policy
from simulation.waiting import Waiting
from simulation.world import Arrival, World


class Centre:
    """A team that works a world's leads by a policy and a playbook; times as the world's."""

    def __init__(self, world: World, policy: Policy, playbook: Playbook, params: Params) -> None:
        """Begin before the first lead."""
        self.cases: list[Case] = []
        self.calls: list[Call] = []
        self.idle = 0.0
        self.reps = len(params.shifts)
        self._world, self._policy, self._params = world, policy, params
        self._calling = Calling(params, playbook)
        self._waiting = [Waiting(policy) for _ in range(self.reps if policy.owners else 1)]
        self._free = [(0.0, rep) for rep in range(self.reps)]
        self._given = [0] * self.reps
        self._bought: dict[str, float] = {}
        self._next = 0
        self.follow(playbook)
        self.measure(0.0)

    def follow(self, playbook: Playbook) -> None:
        """Work by another playbook from now on."""
        self.playbook = self._policy.playbook(playbook)
        self._calling.playbook = self.playbook
        for one in self._waiting:
            one.sort_again()

    def buy(self, subject: str, times: float) -> None:
        """Buy so many times as many leads of a campaign, or of one's banner, from now on."""
        self._bought[subject] = self._bought.get(subject, 1.0) * times

    def volume(self, source: Source) -> float:
        """Give how many times as many leads of it are bought as the calibration says."""
        names = {subject_of(source.name), subject_of(source.name, source.banner)}
        return prod(self._bought.get(one, 1.0) for one in names)

    @property
    def tiers(self) -> dict[str, Tier]:
        """Give the best tier that leads of each campaign get now."""
        found: dict[str, Tier] = {}
        for one in self._params.sources:
            tier, _ = self._policy.graded(one, self.grades, self.playbook)
            found[one.name] = min(tier, found.get(one.name, tier))
        return found

    def due(self, now: float) -> int:
        """Count the cases that are due and not called."""
        return sum(one.due(now) for one in self._waiting)

    def run(self, until: float) -> None:
        """Work until a moment."""
        heapify(self._free)
        while self._free[0][0] < until:
            at, rep = heappop(self._free)
            heappush(self._free, (self._work(rep, at), rep))

    def measure(self, now: float) -> None:
        """Grade leads anew by what closed so far, and measure answers (L1.3, L1.5, L2.5)."""
        rules = self.playbook.tiers
        self.grades = grade(cells(self.cases, now=now, rules=rules), rules)
        self._closings = closings(self.cases, now=now, rules=rules)
        for waiting in self._waiting:
            for case in waiting.waiting():
                self._grade(case)
            waiting.sort_again()
        low = self.playbook.low_answer
        recent = self.calls[-low.calls :]
        rate = sum(one.answered for one in recent) / len(recent) if recent else 0.0
        measured = switched(on=self._calling.low, rate=rate, calls=len(recent), rules=low)
        self._calling.low = measured if low.mode == "auto" else low.mode == "on"
        calls = ((case, call) for case in self.cases for call in case.calls if call.nth)
        self._calling.answering = {kind: Answers(one) for kind, one in answering(calls).items()}

    def _work(self, rep: int, at: float) -> float:
        """Let a rep who is free do what is to be done; gives when they are free again."""
        self._admit(at)
        start, end = shift_of(self._params, self.playbook, rep=rep, day=int(at // DAY))
        if at < start:
            return start
        if at >= end:
            return (at // DAY + 1) * DAY
        waiting = self._waiting[rep if self._policy.owners else 0]
        case = waiting.best(now=at, wave=self.playbook.wave)
        if case is None:
            wake = max(min(waiting.next_due, self._next_arrival, end), at + 1)
            self.idle += wake - at
            return wake
        made = self._calling.call(case, at=at, rep=rep)
        self.calls.append(made)
        if case.next_s < float("inf"):
            waiting.add(case)
        return at + made.seconds

    @property
    def _next_arrival(self) -> float:
        arrivals = self._world.arrivals
        return arrivals[self._next].at if self._next < len(arrivals) else float("inf")

    def _admit(self, at: float) -> None:
        while self._next_arrival <= at:
            arrival = self._world.arrivals[self._next]
            self._next += 1
            if arrival.mark < self.volume(arrival.source):
                self._take(arrival)

    def _take(self, arrival: Arrival) -> None:
        callable_at = first_call(self.playbook, at=arrival.at)
        tier, score = self._policy.graded(arrival.source, self.grades, self.playbook)
        case = Case(arrival, tier, score, 0, callable_at, callable_at, arrival.at)
        case.owner = self._owner(case)
        self._given[case.owner] += 1
        self.cases.append(case)
        self._waiting[case.owner if self._policy.owners else 0].add(case)

    def _grade(self, case: Case) -> None:
        source = case.arrival.source
        case.tier, case.score = self._policy.graded(source, self.grades, self.playbook)

    def _owner(self, case: Case) -> int:
        """Give whose turn it is: who of its pool had the fewest leads, or closes such best (C3)."""
        pool = self._pool(case)
        reps = [rep for rep in range(self.reps) if not pool.reps or str(rep) in pool.reps]
        if pool.way is Way.BEST_CLOSER:
            known, prior = self._closings.get(like(case), {}), self.playbook.tiers.prior_leads
            return max(reps, key=lambda rep: closing_rate(str(rep), known, prior=prior))
        return min(reps, key=lambda rep: (self._given[rep], rep))

    def _pool(self, case: Case) -> Pool:
        if not self.playbook.routes:
            return EVERYBODY
        values: dict[str, Any] = {**case.arrival.values}
        return pool_for(self.playbook, Lead(id=0, name="", **values))
