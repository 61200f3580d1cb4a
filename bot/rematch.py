"""Who would suit a lead best, and why: offered to the manager who made it an SQO (S2, C3)."""

from dataclasses import dataclass

from bot.desk import Desk
from rules.lead import Lead
from rules.matching import NOTHING, Closing, closing_rate, score, speaks
from rules.shifts import is_away
from rules.team import Rep
from storage import given, reps

OFFERED = 3


@dataclass(frozen=True, slots=True)
class Suited:
    """A rep, what they share with a lead (as in `[match]`), leads like it that they closed.

    `load` are the leads that they work now.
    """

    rep: Rep
    shares: tuple[str, ...]
    closing: Closing
    load: int

    @property
    def speaks_for(self) -> bool:
        """Whether anything speaks for them."""
        return bool(self.shares or self.closing.closed)


def suited(desk: Desk, lead: Lead) -> tuple[Suited, ...]:
    """Give the reps who suit a lead best, best first, of those who may take it now (C3).

    Its owner is among them, so that the two can be compared. None where nothing speaks for
    anybody else.
    """
    now, book = desk.clock(), desk.playbook
    with desk.store.view() as view:
        team, loads = reps.everybody(view), reps.loads(view, book.wave)
        closings = given.closings(view, lead)
    found: list[tuple[float, float, Suited]] = []
    for rep in team:
        load, own = loads.get(rep.slack_id, 0), rep.slack_id == lead.owner
        free = not rep.manages and not is_away(rep, now=now) and load < rep.capacity
        if not own and not (free and speaks(rep, lead, book.match)):
            continue
        points, shares = score(rep, lead, book.match)
        rate = closing_rate(rep.slack_id, closings, prior=book.tiers.prior_leads)
        one = Suited(rep, shares, closings.get(rep.slack_id, NOTHING), load)
        found.append((-points, -rate, one))
    best = [one for _, _, one in sorted(found, key=lambda each: each[:2])]
    others = [one for one in best if one.rep.slack_id != lead.owner and one.speaks_for][:OFFERED]
    return tuple(one for one in best if one in others or one.rep.slack_id == lead.owner)
