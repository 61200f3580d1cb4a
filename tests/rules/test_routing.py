"""Who gets a lead (C3)."""

from datetime import UTC, datetime, timedelta

import pytest

from rules.playbook import Duty
from rules.routing import candidates
from rules.shifts import is_away
from rules.words import Role
from tests.rules.builders import NOW, rep


class TestWhoMayTakeALeadC3:
    def test_is_who_has_room(self):
        reps = [rep("UA", capacity=2), rep("UB", capacity=2), rep("UC", capacity=0)]
        found = candidates(reps, {"UA": 2, "UB": 1}, now=NOW)
        assert [(one.rep.slack_id, one.load) for one in found] == [("UB", 1)]

    @pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
    def test_is_no_manager(self, role):
        assert candidates([rep(role=role)], {}, now=NOW) == []

    def test_is_nobody_who_is_away(self):
        assert candidates([rep(state="away")], {}, now=NOW) == []

    def test_is_who_is_on_shift_now(self):
        reps = [rep("UA", hours="Mon-Sun 18:00-22:00"), rep("UB", hours="Tue 09:00-18:00")]
        found = candidates(reps, {}, now=NOW)
        assert [(one.rep.slack_id, one.free_at) for one in found] == [("UB", NOW)]

    def test_is_whose_shift_begins_first_when_nobody_is_on_shift(self):
        reps = [
            rep("UA", hours="Wed 09:00-18:00"),
            rep("UB", hours="Tue 18:00-22:00"),
            rep("UC", hours="Tue 18:00-20:00"),
        ]
        found = candidates(reps, {}, now=NOW)
        evening = datetime(2026, 7, 7, 15, 0, tzinfo=UTC)
        assert [(one.rep.slack_id, one.free_at) for one in found] == [
            ("UB", evening),
            ("UC", evening),
        ]

    def test_is_who_is_on_duty_outside_all_shifts_but_not_on_a_holiday(self):
        duty = Duty("Night", ("UA", "UB"), "Sun-Sat 00:00-24:00")
        off = {"hours": "Wed 09:00-18:00", "timezone": "Asia/Jerusalem"}
        reps = [rep("UA", **off, days_off=("2026-07-07",)), rep("UB", **off)]
        found = candidates(reps, {}, now=NOW, duties=[duty])
        assert [(one.rep.slack_id, one.free_at) for one in found] == [("UB", NOW)]

    def test_goes_by_the_hours_of_the_reps_own_zone(self):
        reps = [rep("UA", hours="Tue 09:00-18:00", timezone="America/New_York")]
        assert candidates(reps, {}, now=NOW)[0].free_at == datetime(2026, 7, 7, 13, 0, tzinfo=UTC)


class TestBeingAway:
    @pytest.mark.parametrize(
        ("state", "hours", "away"),
        [
            ("active", None, False),
            ("active", 5, False),
            ("away", None, True),
            ("away", 1, True),
            ("away", 0, False),
            ("away", -1, False),
            ("paused", None, True),
            ("paused", -1, True),
        ],
    )
    def test_lasts_until_its_moment(self, state, hours, away):
        until = NOW + timedelta(hours=hours) if hours is not None else None
        assert is_away(rep(state=state, away_until=until), now=NOW) is away
