"""The team file and Slack do not fight: who changed a field last has it (C3)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.team import Rep
from rules.team_file import FIELDS, as_written, merged
from rules.words import Role

FILE = Rep("U01DANA", "Dana", hours="Sun-Thu 09:00-18:00", languages=("he",))
CHANGES = {
    "name": "Dana Levi",
    "role": Role.MANAGER,
    "languages": ("he", "en"),
    "regions": ("IL",),
    "products": ("car",),
    "ages": (18, 60),
    "interests": ("cars",),
    "weight": 0.5,
    "capacity": 3,
    "hours": "Sun 09:00-12:00",
    "timezone": "Europe/Paris",
    "locale": "he",
    "deputy": "U01AVI",
    "country": "FR",
}
SOME = st.sets(st.sampled_from(sorted(FIELDS)))


def changed(rep: Rep, keys: set[str]) -> Rep:
    changes: dict[str, Any] = {key: CHANGES[key] for key in keys}
    return replace(rep, **changes)


class TestAFieldOfTheTeamFile:
    @pytest.mark.parametrize("key", FIELDS)
    def test_that_the_file_says_as_before_stays_as_slack_has_it(self, key: str):
        in_slack = changed(FILE, {key})
        assert merged(FILE, in_slack, as_written(FILE)) == (in_slack, (key,))

    @pytest.mark.parametrize("key", FIELDS)
    def test_that_the_file_changes_is_the_files(self, key: str):
        assert merged(changed(FILE, {key}), FILE, as_written(FILE)) == (changed(FILE, {key}), ())

    def test_that_both_changed_is_the_files(self):
        file, in_slack = replace(FILE, capacity=9), replace(FILE, capacity=5)
        assert merged(file, in_slack, as_written(FILE)) == (file, ())

    def test_is_the_files_where_none_was_loaded_before(self):
        assert merged(FILE, changed(FILE, {"hours"}), {}) == (FILE, ())

    @given(in_file=SOME, in_slack=SOME)
    def test_has_the_newer_of_two_words(self, in_file: set[str], in_slack: set[str]):
        stands = changed(FILE, in_slack)
        found, stays = merged(changed(FILE, in_file), stands, as_written(FILE))
        assert found == changed(FILE, in_file | in_slack)
        assert set(stays) == in_slack - in_file

    @given(in_slack=SOME)
    def test_stays_however_often_the_same_file_is_loaded(self, in_slack: set[str]):
        stands = changed(FILE, in_slack)
        once, _ = merged(FILE, stands, as_written(FILE))
        assert merged(FILE, once, as_written(FILE))[0] == stands
