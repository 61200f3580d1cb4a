"""Response and closing, of leads that had time to (C1, L6.4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rules.figures_leads import closes_of, closings, response
from rules.money import Money
from rules.report import Window
from rules.stats import DAY
from rules.sums import LATER, NEVER, Came, Grown, Sale
from rules.words import Kind, Stage

UNTIL = datetime(2026, 11, 15, tzinfo=UTC)
CAME = UNTIL - timedelta(days=60)
WINDOW = Window(UNTIL - timedelta(days=120), UNTIL - timedelta(days=30), UNTIL, 30, 90, 180)


def sale(lead: int, minor: int = 100, *, days: float = 1, bucket: int = 300) -> Sale:
    kind, at = Kind.WARM, CAME + timedelta(days=days)
    money = Money(minor, "ILS")
    return Sale(lead, "a", "", kind, "", "U1", "U1", CAME, bucket, at, money)


def grown(bucket: int, leads: int, kind: Kind = Kind.WARM) -> Grown:
    return Grown("a", "", kind, Stage.LEAD, bucket, judged=True, leads=leads)


class TestAClose:
    def test_is_a_leads_first_sale(self):
        found = closes_of([sale(1, days=9), sale(1, days=2), sale(1, -100, days=1)], WINDOW)
        assert found == {1: sale(1, days=2)}

    def test_may_be_free(self):
        assert list(closes_of([sale(1, 0)], WINDOW)) == [1]

    def test_is_its_campaigns_for_as_long_as_a_sale_may_take(self):
        window = replace(WINDOW, attribution_days=10)
        assert closes_of([sale(1, days=11), sale(2, days=10)], window).keys() == {2}


class TestTheTeamsCurveC1:
    def test_follows_how_soon_leads_were_called_to_the_close(self):
        closes = [sale(one) for one in range(6)] + [sale(9, bucket=LATER)]
        came = [Came("a", "", 12, 9, 5)]
        found = response(
            came,
            [60.0],
            [grown(300, 10), grown(LATER, 20), grown(NEVER, 5)],
            closes,
            least=5,
        )
        soon, *_, late = found.curve
        assert (soon.within, soon.closed.hits, soon.closed.of) == (300, 6, 10)
        assert (late.within, late.closed.hits, late.closed.of) == (None, 1, 20)
        assert (found.never.hits, found.never.of, found.waiting) == (0, 5, 3)

    def test_compares_within_kind_so_that_hot_leads_called_first_do_not_flatter_speed(self):
        hot = [sale(one) for one in range(30)]
        cold = [grown(300, 60, Kind.WARM), grown(LATER, 60, Kind.COLD)]
        found = response([], [], cold, hot, least=5)
        soon, *_, late = found.curve
        assert soon.closed.rate == 0.5
        assert soon.adjusted == 0.25
        assert late.adjusted is None


class TestTheTimeToAClose:
    def test_watches_nobody_for_longer_than_a_sale_may_take(self):
        lived = [("a", (1, 2), (DAY * 60.0, DAY * 200.0))]
        whole, own = closings(lived, {1: sale(1, days=5)}, attribution_days=90, least=1)
        assert (whole.campaign, own.campaign) == (None, "a")
        assert (whole.leads, whole.closed, whole.median) == (2, 1, DAY * 5.0)
        assert [one.part for one in whole.within] == [0.5, 0.5, 0.5]
        [capped] = closings([("a", (2,), (DAY * 200.0,))], {}, attribution_days=20, least=1)[1:]
        assert [one.part for one in capped.within] == [0.0, None, None]

    def test_of_nobody_is_one_empty_line(self):
        [found] = closings([], {}, attribution_days=90, least=1)
        assert (found.leads, found.median) == (0, None)
