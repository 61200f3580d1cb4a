"""The holidays of each rep's country: kept, followed, and no minute of them counted (C1, C3)."""

import pytest

from bot import holidays
from bot.team import whole_team
from rules.refusals import Refused
from tests.desk import AVI, MIRI, NOA, TEAM, Room

FRENCH = TEAM.replace('locale = "en"', 'locale = "en"\ncountry = "FR"')


def days(room: Room, slack_id: str) -> tuple[str, ...]:
    return next(one.days_off for one in whole_team(room.desk) if one.slack_id == slack_id)


@pytest.fixture
def christmas(room: Room) -> Room:
    """Make it 10:00 of a Friday that is a holiday in France alone."""
    room.clock.set(2026, 12, 25, 8)
    return room


class TestTheHolidaysOfACountry:
    def test_are_kept_when_the_file_is_loaded(self, christmas: Room):
        christmas.load_team(FRENCH)
        assert days(christmas, AVI) == ("2026-12-25", "2027-01-01")
        assert days(christmas, NOA) == ()

    def test_follow_the_calendar_and_the_playbook(self, christmas: Room):
        christmas.load_team(FRENCH)
        christmas.clock.set(2027, 4, 20, 8)
        assert holidays.follow(christmas.desk) == 3
        assert days(christmas, AVI) == ("2027-05-01", "2027-05-06")
        assert days(christmas, NOA) == ("2027-04-22", "2027-04-28")
        assert holidays.follow(christmas.desk) == 0

    def test_of_a_country_that_nobody_knows_are_a_fault_of_the_file(self, room: Room):
        with pytest.raises(Refused, match=r"team\.faults") as refused:
            room.load_team(FRENCH.replace("FR", "ZZ"))
        assert "ZZ" in str(refused.value.params["faults"])


class TestAHoliday:
    def test_gives_leads_to_those_who_have_none(self, christmas: Room):
        christmas.load_team(FRENCH)
        phones = [f"052-234-567{n}" for n in range(3)]
        assert {christmas.lead(phone=one, email="").owner for one in phones} == {NOA}

    def test_does_not_count_as_time_that_a_lead_waited(self, christmas: Room):
        christmas.load_team(TEAM.replace("locale = ", 'country = "FR"\nlocale = '))
        lead = christmas.lead()
        christmas.clock.forward(minutes=30)
        christmas.log(lead.id, "noanswer", by=MIRI)
        assert christmas.load(lead.id).waited == 0
