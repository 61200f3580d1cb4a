"""SMS to high tiers only, where what it brings from low ones does not pay for it (L2.5)."""

from collections.abc import Iterable

from rules.evidence import Evidence, Texts
from rules.playbook import Playbook
from rules.proposal import Advice, Candidate, Sign
from rules.weighing import NONE, Sums
from rules.words import Tier

LEAST_SENT = 100
_LOW = (Tier.C, Tier.D)


def texts(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh low-answer mode: no SMS to tiers C and D (L2.5, L6.8).

    All that leads earned who came back by one is counted for it, the most that it can have
    brought; where even that is less than what the SMS cost, they only cost.
    """
    rows = [one for one in evidence.texts if one.tier in _LOW]
    sent, cost = sum(one.sent for one in rows), sum(one.cost for one in rows)
    if playbook.low_answer.mode == "on" or sent < LEAST_SENT:
        return []
    an_sms = _sums(rows).drawn(_sums(evidence.texts), playbook.tiers.prior_leads).each
    brought = an_sms.times(sent / evidence.weeks)
    facts = {
        "sent": sent,
        "cost": cost,
        "back": sum(one.back for one in rows),
        "closed": sum(one.closed for one in rows),
        "margin": sum(one.margin for one in rows),
    }
    gain = brought.less(cost / evidence.weeks).times(-1)
    change = {"low_answer.mode": "on"}
    stake = brought.high()
    return [Candidate(Advice.TEXTS, "", change, gain, stake, Sign.TEXT_REPLIES, facts)]


def _sums(rows: Iterable[Texts]) -> Sums:
    whole = NONE
    for one in rows:
        whole += Sums(one.sent, one.margin, one.margin_sq)
    return whole
