"""When they answer: kind compared with kind, at any fineness, of the team and of a rep (L6.1)."""

from zoneinfo import ZoneInfo

from rules.figures_calls import Cuts, Work, answering, put_together, rep_figures
from rules.playbook import Playbook
from rules.pricing import pricing_of
from rules.rates import Exchange
from rules.report_calls import ANY_DAY
from rules.report_values import Share
from rules.sums import Told
from rules.words import Kind
from tests.bot.a_report import UNTIL, an_hour

COLD, HOT = Kind.COLD, Kind.REFERRAL
EASY = (("9", HOT, 900, 540), ("9", COLD, 100, 10), ("17", HOT, 100, 70), ("17", COLD, 900, 180))
"""Each kind answers more at 17, and hot leads were called at 9."""


class TestTheBestHour:
    def test_of_the_team_is_the_better_one_of_each_kind_l6_1(self):
        week = [((kind, "0", hour), Told(calls, hits)) for hour, kind, calls, hits in EASY]
        best = answering([], Share(), Cuts(week=week), least=30).best_hour
        assert best is not None
        assert (best.hour, best.calls.hits, best.calls.of) == (17, 250, 1000)
        assert best.rate > 0.25

    def test_of_a_rep_is_the_better_one_of_each_kind(self):
        hours = [(("U1", kind, hour), Told(calls, hits)) for hour, kind, calls, hits in EASY]
        pricing = pricing_of(Playbook(), Exchange("ILS", ZoneInfo("UTC")), at=UNTIL)
        cuts = Cuts(rep=[(("U1",), Told(2000, 800))], rep_kind_hour=hours)
        [rep] = rep_figures(Work({}, (), {}), cuts, (), pricing, least=30)
        assert [one.weekday for one in rep.hours] == [ANY_DAY, ANY_DAY]
        assert rep.best_hour is not None
        assert rep.best_hour.hour == 17


class TestHoursPutTogether:
    HOURS = (
        an_hour(0, 8, (COLD, 10, 60), (HOT, 30, 60)),
        an_hour(0, 9, (COLD, 5, 50)),
        an_hour(0, 10, (HOT, 20, 40)),
        an_hour(1, 8, (HOT, 9, 10)),
    )

    def test_hold_all_calls_of_theirs(self):
        found = put_together(self.HOURS, least=100, span=2)
        assert [(one.weekday, one.hour) for one in found] == [(0, 8), (0, 10), (1, 8)]
        first = found[0]
        assert (first.calls.hits, first.calls.of, first.calls.small) == (45, 170, False)
        assert [(kind, one.of) for kind, one in first.kinds] == [(COLD, 110), (HOT, 60)]

    def test_keep_every_call_at_any_fineness(self):
        for span in (1, 2, 3, 6, 24):
            found = put_together(self.HOURS, least=100, span=span)
            assert sum(one.calls.of for one in found) == 220
            assert sum(one.calls.hits for one in found) == 74

    def test_of_no_calls_are_none(self):
        assert put_together((), least=100) == ()
