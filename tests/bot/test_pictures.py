"""The digest's chart: what is drawn, in which order, and that it is a light PNG (L6.3)."""

import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from matplotlib import image

from bot import pictures
from bot.pictures import Chart
from bot.texts import LOCALES, Words
from rules.digest import Figures, Row, make_figures
from rules.money import Money

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Jerusalem")
SINCE, UNTIL = datetime(2026, 11, 15, tzinfo=ZONE), datetime(2026, 11, 22, tzinfo=ZONE)
HEAVIEST = 60_000


def shekels(amount: float) -> tuple[Money, ...]:
    return (Money(round(amount * 100), "ILS"),)


FRIEND = Row("Friend brings friend", 112, revenue=shekels(4600))
FACEBOOK = Row("פייסבוק־מרץ", 86, revenue=shekels(1290), cost=shekels(8170))
SEARCH = Row("Search", 58, revenue=shekels(3870), cost=shekels(1200.5))
MANY = [Row(f"small {n}", n, cost=shekels(n * 3)) for n in range(1, 10)]
HOSTILE = Row("$\\nope{$ 🚗 " + "W" * 90 + "\n\x07יקר", 3, cost=shekels(10**9))


def figures_of(*rows: Row) -> Figures:
    return make_figures(rows, since=SINCE, until=UNTIL)


def chart_of(*rows: Row, locale: str = "en") -> Chart:
    found = pictures.chart(figures_of(*rows), Words(locale, ZONE).plain, currency="ILS")
    assert found is not None
    return found


def names(chart: Chart) -> list[str]:
    return [bar.name for bar in chart.bars]


class TestAChart:
    def test_has_the_best_campaign_first(self):
        assert names(chart_of(FACEBOOK, SEARCH, FRIEND))[:2] == ["Friend brings friend", "Search"]

    def test_says_each_amount_and_its_sample(self):
        best, worst = chart_of(FRIEND, FACEBOOK).bars
        assert (best.value, best.sample) == ("₪4,600 · ₪41 a lead", "112 leads")
        assert (worst.value, worst.sample) == ("-₪6,880 · -₪80 a lead", "86 leads")

    def test_keeps_the_cents_of_a_small_amount(self):
        [bar] = chart_of(Row("a", 8, cost=shekels(10))).bars
        assert bar.value == "-₪10 · -₪1.25 a lead"

    def test_says_nothing_a_lead_where_none_came(self):
        [bar] = chart_of(Row("old list", 0, revenue=shekels(50))).bars
        assert (bar.value, bar.sample) == ("₪50", "0 leads")

    def test_folds_what_has_the_least_at_stake(self):
        found = chart_of(*MANY, FACEBOOK, FRIEND)
        assert len(found.bars) == pictures.MOST + 1
        assert names(found)[0] == "Friend brings friend"
        assert "פייסבוק" in names(found)[-2]
        assert (found.bars[-1].name, found.bars[-1].sample) == ("3 other campaigns", "6 leads")
        assert found.bars[-1].earned == -1800

    def test_names_a_campaign_that_has_no_name(self):
        assert names(chart_of(Row("", 1, cost=shekels(1)))) == ["No campaign named"]

    def test_leaves_other_currencies_out_and_says_so(self):
        dollars = Row("dollars", 1, revenue=(Money(900, "USD"),))
        both = Row("both", 1, revenue=(Money(900, "USD"), *shekels(5)))
        found = chart_of(dollars, both, FRIEND)
        assert names(found) == ["Friend brings friend", "both"]
        assert found.bars[1].earned == 500
        assert found.period == "Sun, Nov 15 to Sat, Nov 21 · only ILS"
        assert "ILS" not in chart_of(FRIEND).period

    @pytest.mark.parametrize(
        "rows",
        [[], [Row("free", 5)], [Row("dollars", 1, revenue=(Money(900, "USD"),))]],
        ids=["empty", "no money", "another currency"],
    )
    def test_is_not_made_without_money(self, rows: list[Row]):
        assert pictures.chart(figures_of(*rows), Words("en", ZONE), currency="ILS") is None

    def test_in_hebrew_is_hebrew_and_read_from_the_right(self):
        found = chart_of(FRIEND, FACEBOOK, locale="he")
        assert found.rtl
        assert found.title == "הכנסות פחות עלות לידים"
        assert [bar.sample for bar in found.bars] == ["112 לידים", "86 לידים"]
        assert found.bars[0].name == "\u2068Friend brings friend\u2069"
        assert found.bars[0].value == "\u2068₪4,600\u2069 · \u2068₪41\u2069 לליד"
        assert not chart_of(FRIEND).rtl


class TestWhatAScreenReaderSays:
    def test_is_the_finding(self):
        assert chart_of(FRIEND, FACEBOOK, SEARCH).alt == (
            "Revenue less lead cost, Sun, Nov 15 to Sat, Nov 21. "
            "Friend brings friend earned most: ₪4,600 · ₪41 a lead (112 leads). "
            "\u2068פייסבוק־מרץ\u2069 lost most: -₪6,880 · -₪80 a lead (86 leads)."
        )

    def test_names_the_least_where_nobody_lost(self):
        assert "Search earned least: ₪2,670" in chart_of(FRIEND, SEARCH).alt

    def test_cheers_no_loss(self):
        alt = chart_of(*MANY[:2]).alt
        assert "No campaign earned more than its leads cost; small 1 comes nearest" in alt

    def test_says_one_campaign_once(self):
        assert chart_of(FRIEND).alt.count("Friend") == 1

    def test_fits_in_slack(self):
        assert len(chart_of(HOSTILE, *MANY).alt) < 1000


class TestThePicture:
    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize("rows", [[FRIEND], [*MANY, FRIEND, FACEBOOK, HOSTILE]])
    def test_is_a_light_png_as_wide_as_a_phone_reads(self, rows: list[Row], locale: str):
        found = chart_of(*rows, locale=locale)
        png = pictures.draw(found)
        height, width, *_ = image.imread(BytesIO(png)).shape
        assert width == 1000
        assert 60 * len(found.bars) < height < 150 + 100 * len(found.bars)
        assert len(png) < HEAVIEST

    @pytest.mark.parametrize(("locale", "side"), [("en", slice(500)), ("he", slice(500, None))])
    def test_has_its_title_where_reading_starts(self, locale: str, side: slice):
        ink = image.imread(BytesIO(pictures.draw(chart_of(FRIEND, locale=locale))))[:70] < 0.5
        assert ink[:, side].sum() > ink.sum() / 2

    def test_draws_gains_blue_and_losses_orange_from_one_line(self):
        paper = image.imread(BytesIO(pictures.draw(chart_of(FRIEND, FACEBOOK))))
        red, blue = paper[..., 0].astype(float), paper[..., 2].astype(float)
        gains = ((blue - red) > 0.4).any(axis=0).nonzero()[0]
        losses = ((red - blue) > 0.4).any(axis=0).nonzero()[0]
        assert abs(int(losses.max()) - int(gains.min())) <= 2
        assert len(losses) > len(gains)

    def test_keeps_the_blue_of_a_bar_that_is_next_to_nothing(self):
        paper = image.imread(BytesIO(pictures.draw(chart_of(HOSTILE, FRIEND))))
        assert (paper[..., 2] - paper[..., 0]).max() > 0.65


class TestStartUp:
    def test_loads_nothing_that_draws(self):
        code = "import sys, app, bot.outgoing; assert 'matplotlib' not in sys.modules"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


class TestMoments:
    def test_of_the_period_are_days_of_the_team(self):
        utc = make_figures([FRIEND], since=SINCE.astimezone(UTC), until=UNTIL.astimezone(UTC))
        found = pictures.chart(utc, Words("en", ZONE).plain, currency="ILS")
        assert found is not None
        assert found.period == "Sun, Nov 15 to Sat, Nov 21"
