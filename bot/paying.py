"""What accepted recommendations brought since, before and after, as far as it is known (L6.8)."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from bot.counting import prices
from bot.desk import Desk
from rules.proposal import Advice
from rules.recommending import Score, Spans, Verdict, score, spans_of
from rules.words import Channel
from storage import scores
from storage.recommendations import Recommendation
from storage.unit import View

BUYING = frozenset({Advice.BUY_MORE, Advice.BUY_LESS})
WEEK = timedelta(weeks=1)
HOUR = 3600


def scored(desk: Desk, view: View, one: Recommendation, *, now: datetime) -> dict[str, Any]:
    """Give what is known of an accepted recommendation by `now` (UTC), as JSON keeps it.

    What a campaign brings when less of it is bought says nothing of the buying: that is scored by
    what was bought alone.
    """
    which = scores.theirs(one.kind, one.subject)
    changed_at = one.decided_at or one.at
    bought: dict[str, Any] = _bought(view, which, changed_at, now=now) if one.kind in BUYING else {}
    mature = desk.playbook.tiers.mature_days
    spans = spans_of(changed_at, now=now, mature_days=mature)
    if spans is None:
        came = scores.came(view, which, (changed_at, now))
        return asdict(Score(Verdict.EARLY, came, 0, 0)) | bought
    found: dict[str, Any] = asdict(_compared(desk, view, which, spans))
    if one.kind is Advice.BUY_LESS and found["verdict"] != Verdict.EARLY:
        found["verdict"] = Verdict.OPEN
    return found | bought


def _compared(desk: Desk, view: View, which: Any, spans: Spans) -> Score:  # noqa: ANN401 - SQL
    pricing = prices(desk, until=spans.after[1] + spans.age)

    def margin(sale: Any) -> int:  # noqa: ANN401 - as storage gives it
        return pricing.earned(sale).minor

    a_call = pricing.talk(round(HOUR / desk.playbook.wave.calls_per_hour), "").minor
    an_sms = pricing.messages(Channel.SMS, 1).minor

    def cost(calls: int, sms: int) -> int:
        return calls * a_call + sms * an_sms

    given: dict[str, Any] = {"age": spans.age, "margin": margin, "cost": cost}
    before, after = (
        scores.earned(view, which, span, **given) for span in (spans.before, spans.after)
    )
    return score(before, after, least=desk.playbook.counting.least, days=spans.age.days)


def _bought(view: View, which: Any, at: datetime, *, now: datetime) -> dict[str, float]:  # noqa: ANN401
    """Count the leads a week that came since, and in four weeks before."""
    weeks = max((now - at) / WEEK, 1 / 7)
    return {
        "weekly": round(scores.came(view, which, (at, now)) / weeks, 1),
        "weekly_before": round(scores.came(view, which, (at - 4 * WEEK, at)) / 4, 1),
    }
