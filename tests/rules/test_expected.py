"""What becomes of a reminder: told truly when a time is agreed (L4.3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.expected import Expected, expected, stand_ins
from rules.nags import quiet
from rules.playbook import DEPUTY, WAIT, Duty
from rules.rest import Rest, merged
from rules.words import Importance, Role
from tests.rules.builders import NOW, PLAYBOOK, followup, rep

HOURS = "Sun-Thu 09:00-18:00"
DANA = rep(hours=HOURS)
EVENING = datetime(2026, 7, 7, 16, 0, tzinfo=UTC)  # Tuesday 19:00 in Israel, after the shift
MORNING = datetime(2026, 7, 8, 6, 0, tzinfo=UTC)  # Wednesday 09:00
AVI = rep("UAVI", hours="Sun-Thu 18:00-22:00")
BOSS = rep("UBOSS", role=Role.MANAGER)
SHABBAT = merged(
    [(datetime(2026, 7, 10, 16, 0, tzinfo=UTC), datetime(2026, 7, 11, 17, 30, tzinfo=UTC))]
)


def told(at, *team, rest=None, importance=Importance.HIGH, **numbers):
    agreed = followup(due_at=at, nag_at=at, importance=importance)
    playbook = replace(PLAYBOOK, **numbers)
    return expected(agreed, team, playbook=playbook, rest=rest or Rest())


class TestAReminder:
    def test_comes_at_its_time_while_its_rep_works(self):
        assert told(NOW, DANA) == Expected("UDANA", "", NOW)

    def test_comes_with_the_next_shift_where_it_waits(self):
        assert told(EVENING, DANA, AVI, nag_off_shift=WAIT) == Expected("UDANA", "later", MORNING)

    def test_goes_to_who_works_then_where_the_playbook_says_so(self):
        found = told(EVENING, DANA, AVI, nag_off_shift=DEPUTY)
        assert found == Expected("UDANA", "taken", EVENING)

    def test_goes_to_the_deputy_first(self):
        with_deputy = replace(DANA, deputy="UBOSS")
        found = told(EVENING, AVI, BOSS, with_deputy, nag_off_shift=DEPUTY)
        assert found == Expected("UDANA", "taken", EVENING, "UBOSS")

    @pytest.mark.parametrize("other", [BOSS, rep("UAVI", state="paused"), rep("UX", hours=HOURS)])
    def test_waits_where_nobody_can_take_it(self, other):
        found = told(EVENING, DANA, other, nag_off_shift=DEPUTY)
        assert found == Expected("UDANA", "later", MORNING)

    def test_knows_who_is_on_duty(self):
        night = Duty("night", ("UDANA",), "Sun-Thu 18:00-23:00")
        assert told(EVENING, DANA, duties=(night,)).what == ""

    @pytest.mark.parametrize(
        ("until", "policy", "what"),
        [
            (None, WAIT, "back"),
            (None, DEPUTY, "taken"),
            (NOW + timedelta(hours=1), WAIT, "later"),
            (NOW, WAIT, ""),
        ],
    )
    def test_knows_who_is_away_then(self, until, policy, what):
        away = rep(state="away", away_until=until)
        assert told(NOW, away, rep("UX"), nag_away=policy).what == what

    def test_never_comes_in_rest_but_for_a_time_agreed_in_it(self):
        before = SHABBAT.spans[0][0] - timedelta(minutes=5)
        agreed = replace(followup(due_at=before), nag_at=before + timedelta(minutes=10))
        found = expected(agreed, (rep(),), playbook=PLAYBOOK, rest=SHABBAT)
        assert found == Expected("UDANA", "later", SHABBAT.spans[0][1])
        inside = SHABBAT.spans[0][0] + timedelta(hours=2)
        assert told(inside, rep(), rest=SHABBAT).what == ""

    def test_is_none_for_what_stands_in_the_agenda_l4_4(self):
        assert told(EVENING, DANA, importance=Importance.LOW) == Expected("UDANA", "low")

    def test_of_who_is_not_in_the_team_file_is_as_any(self):
        assert told(EVENING, AVI).what == ""

    @given(st.integers(0, 14 * 24 * 60), st.sampled_from([DEPUTY, WAIT]), st.booleans())
    def test_is_what_the_round_finds_then(self, later, policy, away):
        who = rep(hours=HOURS, state="away" if away else "active")
        at = NOW + timedelta(minutes=later)
        numbers = {"nag_away": policy, "nag_off_shift": policy}
        found = told(at, who, AVI, rest=SHABBAT, **numbers)
        agreed, playbook = followup(due_at=at, nag_at=at), replace(PLAYBOOK, **numbers)
        still = quiet(agreed, who, now=found.at or at, playbook=playbook, rest=SHABBAT)
        assert (still is None) == (found.what in {"", "later"})


class TestWhoStandsIn:
    def ids(self, *team, until=None, deputy="", **numbers):
        away = replace(DANA, deputy=deputy)
        playbook = replace(PLAYBOOK, **numbers)
        found = stand_ins(away, (away, *team), playbook, now=NOW, until=until)
        return [one.slack_id for one in found]

    def test_is_who_works_before_they_are_back(self):
        assert self.ids(AVI, until=EVENING) == ["UAVI"]
        assert self.ids(AVI, until=NOW + timedelta(hours=1)) == []
        assert self.ids(AVI) == ["UAVI"]

    @pytest.mark.parametrize("gone", [rep("UX", state="paused"), rep("UX", state="away"), BOSS])
    def test_is_nobody_who_takes_no_leads(self, gone):
        assert self.ids(gone) == []

    def test_is_the_deputy_first_though_they_manage(self):
        assert self.ids(AVI, BOSS, deputy="UBOSS") == ["UBOSS", "UAVI"]
