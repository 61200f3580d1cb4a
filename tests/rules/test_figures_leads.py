"""Response and closing, of leads that had time to (C1, L6.4)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.figures_leads import closes_of, closings, response
from rules.money import Money
from rules.report import Window
from rules.report_leads import Closing
from rules.stats import DAY
from rules.sums import LATER, NEVER, Came, Sale
from rules.words import Kind

UNTIL = datetime(2026, 11, 15, tzinfo=UTC)
CAME = UNTIL - timedelta(days=60)
WINDOW = Window(UNTIL - timedelta(days=120), UNTIL - timedelta(days=30), UNTIL, 30, 90, 180)


def sale(lead: int, minor: int = 100, *, days: float = 1, bucket: int = 300) -> Sale:
    kind, at = Kind.WARM, CAME + timedelta(days=days)
    money = Money(minor, "ILS")
    return Sale(lead, "a", "", kind, "", "U1", "U1", CAME, bucket, at, money)


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
            {(300, Kind.WARM): 10, (LATER, Kind.WARM): 20, (NEVER, Kind.WARM): 5},
            closes,
            least=5,
        )
        soon, *_, late = found.curve
        assert (soon.within, soon.closed.hits, soon.closed.of) == (300, 6, 10)
        assert (late.within, late.closed.hits, late.closed.of) == (None, 1, 20)
        assert (found.never.hits, found.never.of, found.waiting) == (0, 5, 3)

    def test_compares_within_kind_so_that_hot_leads_called_first_do_not_flatter_speed(self):
        hot = [sale(one) for one in range(30)]
        cold = {(300, Kind.WARM): 60, (LATER, Kind.COLD): 60}
        found = response([], [], cold, hot, least=5)
        soon, *_, late = found.curve
        assert soon.closed.rate == 0.5
        assert soon.adjusted == 0.25
        assert late.adjusted is None


def told(came: dict[tuple[str, date], int], *closes: Sale, days: int = 90) -> tuple[Closing, ...]:
    window = replace(WINDOW, attribution_days=days)
    return closings(came, closes, window, zone=ZoneInfo("Asia/Jerusalem"), least=1)


class TestTheTimeToAClose:
    def test_watches_nobody_for_longer_than_a_sale_may_take(self):
        whole, own = told({("a", CAME.date()): 2}, sale(1, days=5))
        assert (whole.campaign, own.campaign) == (None, "a")
        assert (whole.leads, whole.closed, whole.median) == (2, 1, DAY * 5.0)
        assert [one.part for one in whole.within] == [0.5, 0.5, None]
        [capped] = told({("a", date(2026, 5, 1)): 1}, days=20)[1:]
        assert [one.part for one in capped.within] == [0.0, None, None]

    def test_is_of_days_by_the_teams_calendar_of_which_the_last_is_lived(self):
        came = CAME.replace(hour=20)  # 23:00 in Israel
        late = replace(sale(1), came_at=came, at=came + timedelta(hours=2))
        assert told({("a", came.date()): 1}, late)[0].median == DAY
        lived = UNTIL.date() - timedelta(days=7)  # until 02:00 of the eighth day there
        assert [one.part for one in told({("a", lived): 1})[0].within] == [0.0, None, None]

    def test_of_a_sale_from_before_its_lead_is_the_first_day(self):
        early = replace(sale(1), at=CAME - timedelta(days=2))
        assert told({("a", CAME.date()): 1}, early)[0].median == 0

    def test_of_nobody_is_one_empty_line(self):
        [found] = told({})
        assert (found.leads, found.median) == (0, None)
