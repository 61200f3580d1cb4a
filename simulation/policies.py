"""Ways to decide whom to call: by the playbook, and the baselines that it is measured by."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rules.playbook import Playbook
from rules.queue import Rank, rank
from rules.tiers import Grades, Group, grade_of, pinned
from rules.words import Queue, Tier
from simulation.cases import Case
from simulation.params import Source

Order = tuple[float, ...] | Rank


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether leads have owners, whether they have tiers, and in which order they are called."""

    name: str
    owners: bool
    tiers: bool
    order: Callable[[Case], Order]

    def playbook(self, given: Playbook) -> Playbook:
        """Give the playbook as this policy keeps it: without tiers all have B's plan."""
        return (
            given if self.tiers else replace(given, plans=dict.fromkeys(Tier, given.plans[Tier.B]))
        )

    def graded(self, source: Source, grades: Grades, playbook: Playbook) -> tuple[Tier, float]:
        """Give a lead's tier and score: as measured or pinned (L1.3), one for all without tiers."""
        if not self.tiers:
            return Tier.B, 1.0
        found = grade_of(Group(source.name, source.kind, ""), grades)
        campaign = playbook.campaign(source.name)
        if campaign and campaign.tier:
            found = pinned(found, campaign.tier, playbook.tiers)
        return found.tier, found.score


def _longest_due(case: Case) -> Order:
    agreed = case.queue is not Queue.HIGH_FOLLOWUP
    return float(agreed), case.next_s, float(case.id)


PLAYBOOK = Policy("playbook", owners=True, tiers=True, order=rank)
FIRST_COME = Policy("first_come", owners=False, tiers=False, order=_longest_due)
ROUND_ROBIN = Policy("round_robin", owners=True, tiers=False, order=rank)
POLICIES = (PLAYBOOK, ROUND_ROBIN, FIRST_COME)
