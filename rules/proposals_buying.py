"""Which campaigns and banners to buy more or less of, by their break-even price (L6.3, L6.7)."""

from collections import defaultdict
from collections.abc import Sequence

from rules.evidence import KNOWN, Cohort, Evidence
from rules.playbook import Playbook
from rules.proposal import Advice, Candidate, Sign, subject_of
from rules.weighing import NONE, Expected, Sums
from rules.words import Kind

STEP = 0.25
"""The part by which a campaign is bought more or less of at a time: the next leads may be worse."""


def buying(evidence: Evidence, playbook: Playbook) -> list[Candidate]:
    """Weigh every campaign and banner against its price (L6.3, L6.7, L6.9).

    One of too few leads, or that costs nothing, is left out, and so is one whose money is not
    known: its earnings, or too many of its leads' prices. So is the banner of a campaign that has
    no other. A banner stands beside its campaign only where it says otherwise.
    """
    kinds = _kinds(evidence.earning, playbook.tiers.prior_leads)
    found: list[Candidate] = []
    for campaign, cohorts in _by(evidence.earning, banners=False).items():
        whole = _weigh(subject_of(campaign), cohorts, kinds, evidence, playbook)
        banners = _by(cohorts, banners=True)
        parts = [_weigh(name, rows, kinds, evidence, playbook) for name, rows in banners.items()]
        kept = whole.kind if whole and whole.gain.low() > 0 else None
        found += [whole] if whole else []
        found += [one for one in parts if one and len(banners) > 1 and one.kind is not kept]
    return found


def by_campaign(evidence: Evidence) -> dict[str, list[Cohort]]:
    """Give the cohorts of each campaign that has a name."""
    return _by(evidence.earning, banners=False)


def worth_of(cohorts: Sequence[Cohort], evidence: Evidence, playbook: Playbook) -> Sums:
    """Give what leads of these cohorts earn from their sales, drawn toward their kinds (L1.3)."""
    kinds = _kinds(evidence.earning, playbook.tiers.prior_leads)
    return _drawn(cohorts, kinds, playbook.tiers.prior_leads)


def _by(cohorts: Sequence[Cohort], *, banners: bool) -> dict[str, list[Cohort]]:
    found: dict[str, list[Cohort]] = defaultdict(list)
    for one in cohorts:
        if one.campaign and (one.banner or not banners):
            place = subject_of(one.campaign, one.banner) if banners else one.campaign
            found[place].append(one)
    return found


def _kinds(cohorts: Sequence[Cohort], weight: float) -> dict[Kind, Sums]:
    team, kinds = NONE, dict.fromkeys(Kind, NONE)
    for one in cohorts:
        team += _sums(one)
        kinds[one.kind] += _sums(one)
    return {kind: sums.drawn(team, weight) for kind, sums in kinds.items()}


def _sums(one: Cohort) -> Sums:
    return Sums(one.leads, one.margin, one.margin_sq)


def _drawn(cohorts: Sequence[Cohort], kinds: dict[Kind, Sums], weight: float) -> Sums:
    leads = sum(one.leads for one in cohorts)
    whole = NONE
    for one in cohorts:
        whole += _sums(one).drawn(kinds[one.kind], weight * one.leads / leads if leads else 0.0)
    return whole


def _weigh(
    subject: str,
    cohorts: Sequence[Cohort],
    kinds: dict[Kind, Sums],
    evidence: Evidence,
    playbook: Playbook,
) -> Candidate | None:
    leads, priced, spent = (
        sum(getattr(one, name) for one in cohorts) for name in ("leads", "paid", "spent")
    )
    if leads < playbook.tiers.least_leads or spent <= 0 or priced < KNOWN * leads:
        return None
    earns = _drawn(cohorts, kinds, playbook.tiers.prior_leads).each
    written, talked = (sum(getattr(one, name) for one in cohorts) for name in ("written", "talked"))
    price, weekly = spent / priced, STEP * leads / evidence.weeks
    even = earns.less((written + talked) / leads)
    facts = _facts(cohorts, even, price)
    if even.mean > price:
        # Who has no time for these leads gains nothing by more of them.
        full = evidence.overload is None or evidence.overload >= 1
        gain = Expected(0.0) if full else even.less(price).times(weekly)
        stake = (price + (talked + written) / leads) * weekly
        kind = Advice.BUY_MORE
    else:
        # Talk time that nobody else needs is not saved: its wage is paid all the same.
        busy = (evidence.overload or 0.0) > playbook.wave.over
        saved = (written + talked * busy) / leads
        gain = earns.less(price + saved).times(-weekly)
        stake, kind = earns.high() * weekly, Advice.BUY_LESS
    return Candidate(kind, subject, None, gain, stake, Sign.CAMPAIGN_PROFIT, facts)


def _facts(cohorts: Sequence[Cohort], even: Expected, price: float) -> dict[str, float]:
    leads = sum(one.leads for one in cohorts)
    earned = sum(one.margin - one.talked - one.written for one in cohorts)
    return {
        "leads": leads,
        "closed": sum(one.closed for one in cohorts),
        "profit": round(earned - price * leads),
        "price": round(price),
        "break_even": round(even.mean),
        "break_even_low": round(even.low()),
        "break_even_high": round(even.high()),
        "step": STEP,
    }
