"""The digest's pictures: what is drawn, in which order, and that it is read on a phone (L6)."""

import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from matplotlib import image

from bot import pictures
from bot.pictures import bars, cohorts, grid, hours, profit, response, stages
from bot.pictures.bars import Chart
from bot.pictures.grid import Grid
from bot.pictures.sheet import GAIN, GREY, LOSS, WIDTH
from bot.texts import LOCALES, Words
from rules.money import Money
from rules.report import Line, Report
from rules.report_calls import Answering
from rules.report_leads import Response
from rules.report_values import Amount, Estimate
from rules.words import Kind
from tests.bot.a_report import (
    CURVE,
    FACEBOOK,
    FEW,
    FRIEND,
    SEARCH,
    ZONE,
    an_hour,
    leads_share,
    line,
    report,
)

ROOT = Path(__file__).parents[2]
HEAVIEST = 120_000
BOTH = pytest.mark.parametrize("locale", LOCALES)
EVERY = pytest.mark.parametrize("name", list(pictures.CHARTS))

DOLLARS = (Money(900, "USD"),)
MANY = [line(f"small {n}", 30 + n, -3 * n, 1) for n in range(1, 10)]
HOSTILE = line("$\\nope{$ 🚗 " + "W" * 90 + "\n\x07יקר", 300, -(10**9), 10**8)


def plain(locale: str = "en") -> Words:
    return Words(locale, ZONE).plain


def profits(*rows: Line, locale: str = "en") -> Chart:
    found = profit.chart(report(*rows), plain(locale))
    assert found is not None
    return found


def names(chart: Chart) -> list[str]:
    return [bar.name for bar in chart.bars]


def week(locale: str = "en", **changed: Any) -> Grid:
    found = hours.chart(report(**changed), plain(locale))
    assert found is not None
    return found


class TestProfit:
    def test_has_the_best_campaign_first(self):
        assert names(profits(FACEBOOK, SEARCH, FRIEND))[:2] == ["Friend brings friend", "Search"]

    def test_says_each_amount_its_sample_and_how_sure_it_is(self):
        best, worst = profits(FRIEND, FACEBOOK).bars
        assert (best.value, best.sample) == ("₪4,600", "112 leads")
        assert best.beside == "₪2,700 to ₪6,500"
        assert (worst.value, worst.sample) == ("-₪6,880", "86 leads")
        assert (worst.low, worst.high) == (-898000, -478000)

    def test_greys_a_small_sample_and_says_so(self):
        found = profits(FRIEND, replace(FEW, profit=Estimate(32000, 1, 2)))
        small = found.bars[1]
        assert (small.small, small.sample, small.beside) == (True, "7 leads · few", "")
        assert found.notes[1] == "Grey: fewer than 30 leads, too few to judge"
        assert len(profits(FRIEND).notes) == 1

    def test_finds_nothing_in_a_small_sample_beside_others(self):
        rich = replace(FEW, profit=Estimate(10.0**8))
        assert "Newspaper" not in profits(FRIEND, rich).alt

    def test_ranks_no_campaign_by_one_lead_of_the_week(self):
        paused = line("Paused", 1, 9000, 20, conversion=leads_share(20, 200))
        found = profits(SEARCH, paused, FACEBOOK)
        assert names(found)[:2] == ["Search", "\u2068פייסבוק־מרץ\u2069"]
        assert (found.bars[2].name, found.bars[2].small) == ("Paused", True)
        assert "Paused" not in found.alt

    def test_never_folds_what_is_ranked_for_what_is_not(self):
        lucky = [line(f"lucky {n}", 2, 10**6) for n in range(9)]
        assert "Search" in names(profits(SEARCH, *lucky))

    def test_ranks_nobody_where_all_are_small(self):
        alt = profits(FEW, replace(FEW, campaign="Radio", profit=Estimate(5.0))).alt
        assert "Too few leads to rank. Newspaper earned ₪320 (7 leads · few)." in alt
        assert "most" not in alt

    def test_folds_what_has_the_least_at_stake(self):
        found = profits(*MANY, FACEBOOK, FRIEND)
        assert len(found.bars) == profit.MOST + 1
        assert (found.bars[-1].name, found.bars[-1].sample) == ("3 other campaigns", "96 leads")
        assert found.bars[-1].earned == -1800

    def test_names_a_campaign_that_has_no_name(self):
        assert names(profits(line("", 1, 1))) == ["No campaign named"]

    def test_leaves_other_currencies_out_and_says_so(self):
        dollars = line("dollars", 1, revenue=Amount(0, DOLLARS))
        found = profits(dollars, FRIEND)
        assert names(found) == ["Friend brings friend"]
        assert found.period == "Sun, Nov 15 to Sat, Nov 21 · only ILS"
        assert "ILS" not in profits(FRIEND).period

    @pytest.mark.parametrize(
        "row",
        [line("free", 5, revenue=Amount()), line("dollars", 1, revenue=Amount(0, DOLLARS))],
        ids=["no money", "another currency"],
    )
    def test_is_not_drawn_without_money(self, row: Line):
        assert profit.chart(report(row), plain()) is None

    def test_says_to_a_screen_reader_who_earned_and_who_lost(self):
        assert profits(FRIEND, FACEBOOK, SEARCH).alt == (
            "Profit by campaign, Sun, Nov 15 to Sat, Nov 21. "
            "Friend brings friend earned most: ₪4,600 (112 leads). "
            "\u2068פייסבוק־מרץ\u2069 lost most: -₪6,880 (86 leads)."
        )

    def test_cheers_no_loss(self):
        assert (
            "No campaign earned more than it cost; small 1 comes nearest" in profits(*MANY[:2]).alt
        )


class TestTheWeek:
    def test_says_when_most_answer(self):
        assert "Answered most: Tuesday 17:00, 35% (280 calls)." in week().alt

    @pytest.mark.parametrize(
        ("locale", "zone", "first"),
        [("en", "Asia/Jerusalem", "Sun"), ("en", "Europe/Berlin", "Mon"), ("he", "UTC", "א׳")],
    )
    def test_begins_as_weeks_do_there(self, locale: str, zone: str, first: str):
        words = Words(locale, type(ZONE)(zone)).plain
        found = hours.chart(report(), words)
        assert found is not None
        assert found.heads[0] == first

    def test_greys_an_hour_with_few_calls_and_leaves_one_without_empty(self):
        friday, saturday = week().rows[0].cells[5:]
        assert friday == grid.Cell(sample="40")
        assert saturday is None
        assert week().notes[-1] == "Grey: fewer than 100 calls, too few to judge"

    def test_puts_hours_together_where_each_has_few_calls(self):
        thin = tuple(
            an_hour(one.weekday, one.hour, (Kind.WARM, one.calls.of // 8, one.calls.of // 4))
            for one in report().answering.hours
        )
        found = week(answering=Answering(hours=thin))
        assert found.rows[0].name == "08–10"
        assert found.rows[0].cells[0] is not None
        assert found.rows[0].cells[0].part is not None

    @pytest.mark.parametrize(("locale", "mix"), [("en", "As if each hour"), ("he", "אילו בכל שעה")])
    def test_compares_kind_with_kind_and_says_so(self, locale: str, mix: str):
        easy = an_hour(0, 9, (Kind.REFERRAL, 540, 900), (Kind.COLD, 10, 100))
        hard = an_hour(0, 17, (Kind.REFERRAL, 70, 100), (Kind.COLD, 180, 900))
        found = week(locale, answering=Answering(hours=(easy, hard)))
        assert "17:00" in found.alt.partition(".")[2].split(".")[0]
        assert any(mix in str(one) for one in found.notes)
        assert mix in found.alt
        shown = {row.name: cell.part for row in found.rows for cell in row.cells if cell}
        assert shown["17:00"] == 1.0
        assert (shown["09:00"] or 1.0) < 1.0
        assert not any(mix in str(one) for one in week(locale).notes)

    def test_is_not_drawn_of_few_calls(self):
        alone = an_hour(0, 8, (Kind.WARM, 4, 9))
        for told in ((), (alone,)):
            empty = report(answering=Answering(hours=told))
            assert hours.chart(empty, plain()) is None


class TestResponse:
    def test_says_how_many_bought_by_how_soon_they_were_called(self):
        found = response.chart(report(), plain())
        assert found is not None
        assert names(found)[:2] == ["called within 5 min", "called 5 min to 60 min after"]
        assert (found.bars[0].value, found.bars[0].beside) == ("19%", "14% to 26%")
        assert found.bars[0].mark == 0.17
        assert "called within 5 min, 19% of 160 bought" in found.alt

    def test_says_nothing_of_few_leads(self):
        few = Response(curve=CURVE[3:])
        assert response.chart(report(response=few), plain()) is None


class TestStages:
    def test_stand_in_the_order_of_a_leads_life(self):
        found = stages.chart(report(), plain())
        assert found is not None
        assert names(found)[:3] == ["anonymous", "lead", "MQL"]
        assert "Most stand in lead: 42% of 800 leads." in found.alt

    def test_are_not_drawn_without_leads(self):
        assert stages.chart(report(stages=()), plain()) is None


class TestCohorts:
    def test_say_what_each_month_earned_as_far_as_it_lived(self):
        found = cohorts.chart(report(), plain())
        assert found is not None
        assert found.heads == ("30 days", "60 days", "90 days", "180 days")
        assert [one.name for one in found.rows][:2] == ["Apr 2026", "May 2026"]
        last = found.rows[-1].cells
        assert last[0] is not None
        assert last[1:] == (None, None, None)
        assert "By 180 days, leads of Apr 2026 brought most: ₪535 a lead (104 leads)." in found.alt

    def test_are_not_drawn_of_small_months(self):
        small = tuple(replace(one, small=True) for one in report().cohorts)
        assert cohorts.chart(report(cohorts=small), plain()) is None


HARD = report(HOSTILE, *MANY, FRIEND, FACEBOOK)


def drawn(name: str, locale: str, of: Report = HARD) -> Chart | Grid:
    found = pictures.CHARTS[name](of, plain(locale))
    assert found is not None
    return found


@EVERY
@BOTH
class TestEveryPicture:
    def test_is_a_light_png_as_wide_as_a_phone_reads(self, name: str, locale: str):
        png = pictures.draw(drawn(name, locale))
        assert image.imread(BytesIO(png)).shape[1] == WIDTH
        assert len(png) < HEAVIEST

    def test_cuts_no_words_off(self, name: str, locale: str):
        found = drawn(name, locale)
        sheet = bars.sheet_of(found) if isinstance(found, Chart) else grid.sheet_of(found)
        height = image.imread(BytesIO(sheet.png())).shape[0]
        for left, bottom, right, top in sheet.extents():
            assert left >= 0
            assert right <= WIDTH
            assert bottom >= 0
            assert top <= height

    def test_has_its_title_where_reading_starts(self, name: str, locale: str):
        ink = image.imread(BytesIO(pictures.draw(drawn(name, locale))))[:66, :, 0] < 0.5
        side = slice(WIDTH // 2, None) if locale == "he" else slice(WIDTH // 2)
        assert ink[:, side].sum() > ink.sum() * 0.6

    def test_says_its_finding_in_so_many_words_as_slack_takes(self, name: str, locale: str):
        alt = drawn(name, locale).alt
        assert 40 < len(alt) < 1000
        assert "nan" not in alt.lower()


class TestBars:
    def test_of_gains_are_blue_and_of_losses_orange_from_one_line(self):
        paper = image.imread(BytesIO(pictures.draw(profits(FRIEND, FACEBOOK))))
        red, blue = paper[..., 0].astype(float), paper[..., 2].astype(float)
        gains = ((blue - red) > 0.4).any(axis=0).nonzero()[0]
        losses = ((red - blue) > 0.4).any(axis=0).nonzero()[0]
        assert abs(int(losses.max()) - int(gains.min())) <= 2
        assert len(losses) > len(gains)

    def test_run_from_the_right_in_hebrew(self):
        made = profits(FRIEND, SEARCH, locale="he")
        paper = image.imread(BytesIO(pictures.draw(replace(made, notes=()))))
        gains = ((paper[..., 2] - paper[..., 0]) > 0.4).any(axis=0).nonzero()[0]
        assert gains.min() > WIDTH - gains.max()

    @pytest.mark.parametrize(("one", "other"), [(GAIN, LOSS), (GAIN, GREY), (LOSS, GREY)])
    def test_are_told_apart_in_grey(self, one: str, other: str):
        assert abs(grid.lightness(one) - grid.lightness(other)) > 0.09

    def test_of_next_to_nothing_are_seen(self):
        paper = image.imread(BytesIO(pictures.draw(profits(HOSTILE, FRIEND))))
        assert (paper[..., 2] - paper[..., 0]).max() > 0.5


class TestAGrid:
    def test_is_lighter_the_more_it_is(self):
        steps = [grid.lightness(grid.color_of(part / 10)) for part in range(11)]
        assert steps == sorted(steps)
        assert steps[-1] - steps[0] > 0.5

    def test_in_hebrew_has_its_first_day_on_the_right(self):
        paper = image.imread(BytesIO(pictures.draw(week("he"))))[250:, :, :3]
        filled = (paper.max(axis=2) < 0.97).mean(axis=0)
        saturday, sunday = filled[50:140].mean(), filled[760:850].mean()
        assert sunday > 0.5 > saturday


class TestOfAReport:
    def test_draws_what_there_is_to_say_of_and_nothing_else(self):
        told = [one.name for one in pictures.of_report(report(stages=(), cohorts=()), plain())]
        assert told == ["profit.png", "hours.png", "response.png"]


class TestStartUp:
    def test_loads_nothing_that_draws(self):
        code = "import sys, app, bot.outgoing; assert 'matplotlib' not in sys.modules"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
