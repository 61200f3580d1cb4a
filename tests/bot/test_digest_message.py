"""The digest as it is read: the profit first, then what to change, then the figures (L6)."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.texts import Words
from bot.views.blocks import section
from bot.views.digest import Beside, digest, headline, whole_report
from rules.figures_calls import put_together
from rules.money import Money
from rules.report import Only, Report
from rules.report_calls import Answering
from rules.report_values import Amount, Estimate
from rules.words import Kind
from tests.bot.a_report import (
    FEW,
    SEARCH,
    SINCE,
    UNTIL,
    ZONE,
    an_hour,
    leads_share,
    line,
    report,
)
from tests.desk import faults_of

EN, HE = Words("en", ZONE), Words("he", ZONE)
BEFORE = replace(report(), total=line("", 190, 15100))


def said(found: Report, words: Words = EN, beside: Beside | None = None) -> str:
    message = digest(found, words, beside or Beside())
    assert faults_of(message) == []
    assert "nan" not in message.text.lower()
    return re.sub("[\u2060\u2068\u2069]", "", message.text)


def first_line(found: Report, words: Words = EN) -> str:
    return said(found, words).splitlines()[0]


class TestTheFirstLine:
    def test_is_the_profit_against_the_week_before(self):
        found = replace(report(), before=BEFORE)
        profit = "profit ₪710 from 263 leads (the week before ₪15,100)"
        assert first_line(found) == f"*Week 47: {profit}*"
        assert first_line(found, HE) == "*שבוע 47: רווח ₪710 מ־263 לידים (שבוע קודם ₪15,100)*"

    def test_names_other_times_by_their_days(self):
        longer = replace(report(), since=SINCE - timedelta(days=23), days=(_day(-23), _day(6)))
        said = first_line(replace(longer, before=BEFORE))
        assert "Fri, Oct 23 to Sat, Nov 21: profit" in said
        assert "(as many days before ₪15,100)" in said

    def test_names_the_campaign_that_alone_is_told_of(self):
        assert "*Search, Week 47: profit" in first_line(replace(report(), only=Only("Search")))

    def test_stays_one_of_a_week_that_lost_money(self):
        lost = replace(report(), total=replace(line("", 9), profit=Estimate(-40000.0)))
        assert first_line(lost) == "*Week 47: profit -₪400 from 9 leads*"

    def test_is_hebrew_of_one_lead(self):
        assert "רווח ₪710 מליד אחד" in first_line(report(line("Search", 1, 710)), HE)

    def test_keeps_the_sign_of_a_loss_on_its_line(self):
        lost = replace(report(), total=replace(line("", 9), profit=Estimate(-40000.0)))
        assert "-\u2060₪400" in digest(lost, EN).text

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (EN, "Sun, Nov 15 to Sat, Nov 21 10:00: profit ₪710 from 263 leads so far (as many"),
            (HE, "21 בנוב׳ 10:00: רווח ₪710 מ־263 לידים עד כה (תקופה קודמת עד אותה שעה ₪15,100)"),
        ],
    )
    def test_says_that_the_time_is_not_over(self, words: Words, told: str):
        now = UNTIL - timedelta(hours=14)
        running = replace(report(), until=now, running=True, before=BEFORE)
        assert told in first_line(running, words)

    def test_says_nothing_of_an_empty_time_before(self):
        assert "before" not in first_line(replace(report(), before=_empty()))


def _day(offset: int) -> date:
    return (SINCE + timedelta(days=offset)).date()


def _empty() -> Report:
    return replace(report(), total=line("", 0, 0, revenue=Amount()), campaigns=())


class TestAWeekWithoutLeads:
    @pytest.mark.parametrize("words", [EN, HE])
    def test_says_what_to_do_and_how_it_was_before(self, words: Words):
        told = said(replace(_empty(), before=BEFORE), words)
        assert "POST /intake" in told
        assert "₪15,100" in told

    def test_has_no_profit(self):
        assert first_line(_empty()) == "*Week 47: no leads*"


class TestTheFigures:
    @pytest.mark.parametrize("words", [EN, HE])
    def test_are_told_whole_in_both_languages(self, words: Words):
        told = said(replace(report(), before=BEFORE), words)
        for one in ("Friend brings friend", "פייסבוק־מרץ", "17:00", "89%", "₪12,400"):
            assert one in told

    def test_mark_small_samples(self):
        assert "profit ₪320 · few leads · 0% closed of 7 leads that had time\n" in said(report(FEW))
        assert "Few leads: fewer than 30 came in these days, or had time" in said(report(FEW))
        assert "few leads" not in said(report(SEARCH)).lower()

    def test_mark_one_lead_of_the_week_with_many_judged_ones(self):
        old = line("Paused", 1, 9000, conversion=leads_share(20, 200))
        told = said(report(SEARCH, old))
        assert "*Paused*: 1 lead · profit ₪9,000 · few leads · 10% closed of 200" in told

    def test_mark_no_profit_where_nothing_came_of_a_campaign(self):
        quiet = line("Quiet", 0, 0, conversion=leads_share(20, 200), later=Amount(1))
        assert "*Quiet*: 0 leads · profit ₪0 · 10% closed of 200" in said(report(SEARCH, quiet))

    @pytest.mark.parametrize("words", [EN, HE])
    def test_tell_no_profit_of_a_week_by_its_leads(self, words: Words):
        assert not re.search("a lead\\b|לליד", said(report(), words))

    @pytest.mark.parametrize(
        ("words", "mix"), [(EN, "as if each hour had the same mix"), (HE, "אילו בכל שעה")]
    )
    def test_say_when_they_answer_most_kind_for_kind(self, words: Words, mix: str):
        easy = an_hour(0, 9, (Kind.REFERRAL, 540, 900), (Kind.COLD, 10, 100))
        hard = an_hour(0, 17, (Kind.REFERRAL, 70, 100), (Kind.COLD, 180, 900))
        hours = put_together((easy, hard), least=100)
        told = said(report(answering=Answering(hours=hours)), words)
        assert re.search(rf"17:00.* 4\d% \(1000 .*{mix}", told)
        assert "9:00" not in told
        assert mix not in said(report(), words)

    def test_say_when_they_answer_most_with_the_sample(self):
        assert "They answer most on Tuesdays at 17:00: " in said(report())

    def test_end_with_how_to_see_more(self):
        more = whole_report(EN, by_command=True)
        assert "for managers: `/lead digest`" in said(report(), EN, Beside(more=more))
        assert "--html FILE" in whole_report(EN)
        assert whole_report(EN, link="https://a.example/r/x").startswith("<https://a.example/r/x|")


class TestWhatIsMissing:
    def test_are_costs_that_nobody_told(self):
        free = line("Search", 40, 900)
        told = said(replace(report(free), total=replace(free, cost=Amount())))
        assert "Tell me what leads cost" in told

    def test_is_not_asked_for_what_is_known(self):
        known = replace(report(), total=replace(report().total, cost=Amount(81000)))
        assert "Tell me what leads cost" not in said(known)

    def test_is_a_rate_of_a_currency(self):
        told = said(replace(report(), rateless=(Money(50000, "USD"), Money(700, "EUR"))))
        assert "$500 and €7 stands apart: there is no rate to ILS" in told

    def test_are_costs_of_work_by_name(self):
        found = replace(report(), unknown=("rep_hour", "minute:US", "minute:IL", "sms"))
        told = "a rep's hour, a minute on the phone (US · IL) and an SMS"
        assert told in said(found)
        assert "שעת נציג" in said(found, HE)


class TestWhatStandsBeside:
    def test_comes_right_after_the_first_line(self):
        beside = Beside((section("Buy more of Search"),), "Buy more of Search")
        assert said(report(), EN, beside).splitlines()[1] == "Buy more of Search"

    def test_says_that_it_is_late(self):
        made = digest(report(), EN, Beside(late=UNTIL))
        [late] = [one for one in made.blocks if "comes late" in str(one)]
        assert late["type"] == "context"

    @pytest.mark.parametrize("found", [report(), None])
    def test_says_that_it_is_late_to_who_hears_it_too(self, found: Report | None):
        told = said(found or _empty(), EN, Beside(late=UNTIL)).splitlines()
        assert told[1].startswith("This digest comes late: it was due ")


class TestTheHeadline:
    def test_of_any_day_is_short_enough_for_a_header(self):
        for words in (EN, HE):
            assert len(headline(replace(report(), before=BEFORE), words, bold=False)) < 150
