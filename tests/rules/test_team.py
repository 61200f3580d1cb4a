"""The team file: who takes leads, when and which (contract: Team file)."""

import tomllib
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.team import Rep, read_team
from rules.words import Role

CONTRACT = """
[[rep]]
slack_id = "U01DANA"
name = "Dana"
role = "rep"
languages = ["he", "en"]
regions = ["IL"]
products = []
ages = [18, 60]
interests = ["cars"]
weight = 1.0
capacity = 40
hours = "Sun-Thu 09:00-18:00, Fri 09:00-13:00"
timezone = "Asia/Jerusalem"
locale = "he"
"""
KEYS = ["slack_id", "name", "role", "languages", "ages", "weight", "capacity", "hours"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def read(data):
    rows = tomllib.loads(data) if isinstance(data, str) else data
    return read_team(rows, timezone="Europe/Paris", locale="en")


def one(**changes):
    return read({"rep": [{"slack_id": "U01DANA", "name": "Dana", **changes}]})


class TestTheTeamFile:
    def test_is_read_as_the_contract_writes_it(self):
        assert read(CONTRACT) == (
            (
                Rep(
                    "U01DANA",
                    "Dana",
                    languages=("he", "en"),
                    regions=("IL",),
                    ages=(18, 60),
                    interests=("cars",),
                    hours="Sun-Thu 09:00-18:00, Fri 09:00-13:00",
                    locale="he",
                ),
            ),
            [],
        )

    def test_takes_the_teams_own_zone_and_language_where_a_rep_names_none(self):
        ((rep,), faults) = one()
        assert (rep.zone, rep.locale, faults) == (ZoneInfo("Europe/Paris"), "en", [])
        assert (rep.role, rep.weight, rep.capacity) == (Role.REP, 1.0, 40)

    @pytest.mark.parametrize("data", [{}, {"rep": []}, {"rep": {}}, {"reps": [{}]}], ids=str)
    def test_has_a_member(self, data):
        assert read(data) == (
            (),
            ["the file has no [[rep]]; write one for each member of the team"],
        )

    def test_keeps_the_good_beside_the_bad(self):
        rows = [{"slack_id": "U1", "name": "A"}, {"slack_id": "U2"}, "x"]
        reps, faults = read({"rep": rows})
        assert [rep.slack_id for rep in reps] == ["U1"]
        assert faults == ["rep 2: name is missing", "rep 3: write it as [[rep]]"]

    def test_names_who_stands_twice(self):
        _, faults = read({"rep": [{"slack_id": "U1", "name": name} for name in "ABC"]})
        assert faults == ["U1 stands twice"]


class TestAFault:
    @pytest.mark.parametrize(
        ("key", "value", "allowed"),
        [
            ("slack_id", "dana", 'a Slack member id such as "U01DANA"'),
            ("slack_id", "U-1", 'a Slack member id such as "U01DANA"'),
            ("name", "  ", "a text in quotes"),
            ("role", "boss", "one of rep, manager, admin"),
            ("languages", "he", 'a list of texts, such as ["he", "en"]'),
            ("products", [1], 'a list of texts, such as ["he", "en"]'),
            ("ages", [18], "two whole numbers, such as [18, 60]"),
            ("ages", [18, 30, 60], "two whole numbers, such as [18, 60]"),
            ("ages", [18.5, 60], "two whole numbers, such as [18, 60]"),
            ("ages", 18, "two whole numbers, such as [18, 60]"),
            ("ages", "18-60", "two whole numbers, such as [18, 60]"),
            ("weight", -1, "a number of 0 or more, such as 1.0"),
            ("weight", float("nan"), "a number of 0 or more, such as 1.0"),
            ("weight", 1001, "a number of 0 or more, such as 1.0"),
            ("weight", True, "a number of 0 or more, such as 1.0"),
            ("capacity", -1, "a whole number from 0 to 100000"),
            ("capacity", 1.5, "a whole number from 0 to 100000"),
            ("capacity", True, "a whole number from 0 to 100000"),
            ("capacity", 10**20, "a whole number from 0 to 100000"),
            ("hours", 9, 'hours such as "Sun-Thu'),
            ("hours", "always", "'always': write working hours as"),
            ("timezone", "Mars/Base", 'a time zone such as "Asia/Jerusalem"'),
            ("timezone", "../etc", 'a time zone such as "Asia/Jerusalem"'),
            ("locale", "fr", "one of en, he"),
            ("country", "Israel", "a country of two capital letters"),
            ("country", "il", "a country of two capital letters"),
        ],
    )
    def test_says_what_is_allowed(self, key, value, allowed):
        reps, faults = one(**{key: value})
        assert reps == ()
        assert len(faults) == 1
        assert faults[0].startswith(f"rep 1: {key} must be {allowed}")

    def test_names_a_key_that_is_not_known(self):
        _, (fault,) = one(colour="red")
        assert fault.startswith("rep 1: colour is not known here; there are: slack_id, name, role")

    def test_does_not_hide_another(self):
        _, faults = read({"rep": [{"weight": -1, "role": "x"}]})
        assert [fault.split()[2] for fault in faults] == ["weight", "role", "slack_id", "name"]

    @given(row=st.dictionaries(st.sampled_from([*KEYS, "timezone", "locale", "x"]), VALUES))
    def test_is_the_only_way_a_rep_is_refused(self, row):
        reps, faults = read({"rep": [{"slack_id": "U1", "name": "A", **row}]})
        assert len(reps) + bool(faults) == 1
        for rep in reps:
            assert rep.zone
            assert rep.week is not None


class TestARep:
    @pytest.mark.parametrize(
        ("given_", "kept"), [([18, 60], (18, 60)), ([60, 18], (18, 60)), ([], ())], ids=str
    )
    def test_takes_ages_from_the_younger_to_the_older(self, given_, kept):
        ((rep,), _) = one(ages=given_)
        assert rep.ages == kept

    @pytest.mark.parametrize("role", list(Role))
    def test_manages_when_a_manager_or_an_admin(self, role):
        ((rep,), _) = one(role=str(role))
        assert rep.manages is (role is not Role.REP)
