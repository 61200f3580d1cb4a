"""What accepted recommendations brought since, held against the other leads (L6.8)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.counting import prices
from bot.desk import Desk
from rules.evidence import KNOWN
from rules.pricing import Pricing
from rules.proposal import BUYING, Advice
from rules.recommending import LEFT_OUT
from rules.ripening import by_age
from rules.scoring import Score, Span, Spans, Verdict, score, score_held, spans_of
from rules.scoring_buying import score_weeks
from rules.sums import Sale
from rules.weighing import NONE
from rules.words import Channel, Kind
from storage import scores
from storage.recommendations import Recommendation
from storage.unit import View

WEEK = timedelta(weeks=1)
HOUR = 3600


@dataclass(frozen=True, slots=True)
class _Asked:
    """One that is scored: its own leads, those it is held against, and what prices both.

    `bought_by` is how the team's leads buy as they age.
    """

    desk: Desk
    view: View
    one: Recommendation
    which: Any
    others: Any
    pricing: Pricing
    bought_by: Sequence[float] = ()
    apart: list[Sale] = field(default_factory=list)

    def margin(self, sale: Sale) -> int:
        """Give what a sale earned; what no rate turns into the one currency is noted."""
        found = self.pricing.earned(sale)
        if found.apart:
            self.apart.append(sale)
        return found.minor

    def cost(self, calls: int, sms: int) -> int:
        """Give what so many calls and SMS cost."""
        pace = self.desk.playbook.wave.calls_per_hour
        call = self.pricing.talk(round(HOUR / pace), "").minor
        return calls * call + sms * self.pricing.messages(Channel.SMS, 1).minor

    def span(self, days: tuple[datetime, datetime], age: timedelta) -> Span:
        """Sum what leads of a span earned by an age."""
        given: dict[str, Any] = {"age": age, "margin": self.margin, "cost": self.cost}
        found = scores.earned(self.view, self.which, self.others, days, **given)
        field_, _, value = self.one.subject.partition("=")
        if self.one.kind is not Advice.STRENGTH or field_ != "kind":
            return found
        # None of the others are of that kind: it is held against all other kinds.
        return replace(found, others={Kind(value): sum(found.others.values(), NONE)})

    def price(self, days: tuple[datetime, datetime], leads: int) -> float | None:
        """Give what one of its leads of a span cost, None where too few prices are known."""
        found, known = scores.paid(self.view, self.which, days)
        amounts = [self.pricing.exchange.amount(one, at=days[0]) for one in found]
        if known < KNOWN * leads or any(one.apart for one in amounts):
            return None
        return sum(one.minor for one in amounts) / known if known else 0.0


def scored(
    desk: Desk,
    view: View,
    one: Recommendation,
    *,
    now: datetime,
    beside: Sequence[Recommendation] = (),
    bought_by: Sequence[float] = (),
) -> dict[str, Any]:
    """Give what is known of an accepted recommendation by `now` (UTC), as JSON keeps it.

    Buying is scored on a week's profit, its price with it and what of its sales is still to come,
    as leads have `bought_by` each whole day of life; leads that others of the accepted ones,
    `beside`, are bought more or less of are no measure of it.
    """
    which = scores.theirs(one.kind, one.subject)
    changed_at, buys = one.decided_at or one.at, one.kind in BUYING
    bought: dict[str, Any] = _bought(view, which, changed_at, now=now) if buys else {}
    spans = spans_of(changed_at, now=now, mature_days=desk.playbook.tiers.mature_days)
    if spans is None:
        came = scores.came(view, which, (changed_at, now))
        return asdict(Score(Verdict.EARLY, came, 0, 0)) | bought
    also = [it.subject for it in beside if it.kind in BUYING and it.id != one.id] if buys else []
    others = scores.others_than(one.kind, one.subject, bought=also)
    pricing = prices(desk, until=spans.after[1] + spans.age)
    asked = _Asked(desk, view, one, which, others, pricing, bought_by)
    return asdict(_compared(asked, spans)) | bought


def _left_out(asked: _Asked) -> float:
    """Give the part that was left under the former rules, if it still is; else 0."""
    low, part = asked.desk.playbook.low_answer, asked.one.change.get(LEFT_OUT, 0.0)
    return part if low.mode == "on" and low.left_out == part else 0.0


def _held(asked: _Asked, spans: Spans, part: float, given: dict[str, Any]) -> Score:
    """Score the leads that came since against those left out."""
    changed, left = (
        replace(asked, which=one).span(spans.after, spans.age).net
        for one in scores.parted(asked.which, part)
    )
    return score_held(changed, left, **given)


def _compared(asked: _Asked, spans: Spans) -> Score:
    given: dict[str, Any] = {"least": asked.desk.playbook.counting.least, "days": spans.age.days}
    part = _left_out(asked)
    if part:
        found = _held(asked, spans, part, given)
        return replace(found, verdict=Verdict.UNKNOWN) if asked.apart else found
    before, after = (asked.span(one, spans.age) for one in (spans.before, spans.after))
    if asked.one.kind not in BUYING:
        found = score(before, after, **given)
        return replace(found, verdict=Verdict.UNKNOWN) if asked.apart else found
    return _weekly(asked, spans, (before, after), given)


def _weekly(asked: _Asked, spans: Spans, sides: tuple[Span, Span], given: dict[str, Any]) -> Score:
    """Score what is bought, where the prices of its leads are known."""
    counts = [round(sum(part.count for part in one.net.values())) for one in sides]
    was, now = map(asked.price, (spans.before, spans.after), counts)
    fewer = asked.one.kind is Advice.BUY_LESS
    priced = replace(sides[0], price=was or 0.0), replace(sides[1], price=now or 0.0)
    part = by_age(asked.bought_by, spans.age)
    found = score_weeks(*priced, weeks=spans.weeks, part=part, fewer=fewer, **given)
    unknown = was is None or now is None or bool(asked.apart)
    told = unknown and found.verdict not in {Verdict.EARLY, Verdict.FEW}
    return replace(found, verdict=Verdict.UNKNOWN) if told else found


def _bought(view: View, which: Any, at: datetime, *, now: datetime) -> dict[str, float]:  # noqa: ANN401
    """Count the leads a week that came since, and in four weeks before."""
    weeks = max((now - at) / WEEK, 1 / 7)
    return {
        "came": round(scores.came(view, which, (at, now)) / weeks, 1),
        "came_before": round(scores.came(view, which, (at - 4 * WEEK, at)) / 4, 1),
    }
