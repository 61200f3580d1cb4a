"""How a rep stood in a week that is over, by what the audit has of them since."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rules.audit import Line
from rules.stood import stood
from rules.team import Rep
from rules.words import Role

SINCE = datetime(2026, 11, 15, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)
TUESDAY, FRIDAY, LATER = (SINCE + timedelta(days=days) for days in (2, 5, 8))
REP = Rep("U1", "Dana")
PAUSED = replace(REP, state="paused")


def line(at: datetime, before: dict[str, Any], after: dict[str, Any]) -> Line:
    return Line(at, "", "x", "rep:U1", "slack", before, after)


def of(rep: Rep, *lines: Line) -> list[tuple[datetime, datetime, Rep]]:
    return stood(rep, lines, since=SINCE, until=UNTIL)[::-1]


class TestAWeekThatIsOver:
    def test_was_as_today_where_nothing_changed(self):
        assert of(REP) == [(SINCE, UNTIL, REP)]

    def test_is_not_changed_by_who_left_later(self):
        left = line(LATER, {"state": "active"}, {"state": "removed"})
        assert of(PAUSED, left) == [(SINCE, UNTIL, REP)]

    def test_has_the_days_before_somebody_left_in_it(self):
        left = line(FRIDAY, {"state": "active"}, {"state": "paused"})
        assert of(PAUSED, left) == [(SINCE, FRIDAY, REP), (FRIDAY, UNTIL, PAUSED)]

    def test_has_an_absence_that_ended_in_it(self):
        away = line(TUESDAY, {"state": "active"}, {"state": "away"})
        until = {"state": "away", "away_until": LATER.isoformat()}
        moved = line(TUESDAY, {"away_until": None}, {"away_until": LATER.isoformat()})
        back = line(FRIDAY, until, {"state": "active", "away_until": None})
        gone = replace(REP, state="away", away_until=LATER)
        assert of(REP, away, moved, back) == [
            (SINCE, TUESDAY, REP),
            (TUESDAY, FRIDAY, gone),
            (FRIDAY, UNTIL, REP),
        ]

    def test_knows_who_was_set_away_since_they_logged_nothing(self):
        silent = line(FRIDAY, {}, {"silent": 3})
        gone = replace(REP, state="away")
        assert of(gone, silent) == [(SINCE, FRIDAY, REP), (FRIDAY, UNTIL, gone)]

    def test_begins_with_who_joined_in_it(self):
        joined = line(FRIDAY, {}, {"slack_id": "U1", "state": "active"})
        assert of(REP, joined) == [(FRIDAY, UNTIL, REP)]

    def test_has_nothing_of_who_joined_later(self):
        assert of(REP, line(LATER, {}, {"slack_id": "U1"})) == []

    def test_has_the_role_and_the_hours_of_then(self):
        was = {"role": "rep", "hours": "Sun 09:00-12:00"}
        now = replace(REP, role=Role.MANAGER)
        [(_, _, then)] = of(now, line(LATER, was, {"role": "manager", "hours": ""}))
        assert (then.manages, then.hours) == (False, "Sun 09:00-12:00")
