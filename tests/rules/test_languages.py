"""A language is one, however a form, a team file or a route names it (C3)."""

import pytest

from rules.conditions import fits
from rules.fields import Defaults, read_draft
from rules.languages import language_code, main_language
from rules.matching import speaks
from rules.playbook import Playbook
from tests.rules.builders import lead, rep

HERE = Defaults(region="IL", currency="ILS")


class TestALanguage:
    @pytest.mark.parametrize(
        "named", ["he", "HE", "he-IL", "he_IL", "Hebrew", "עברית", "iw", "iw-IL"]
    )
    def test_is_the_same_however_it_is_named(self, named: str):
        assert main_language(named) == "he"

    @pytest.mark.parametrize("named", ["", "he-IL", "Klingon", "sw"])
    def test_that_is_a_code_or_unknown_stays_as_given(self, named: str):
        assert language_code(named) == named

    def test_of_a_form_is_kept_by_its_code(self):
        draft = read_draft({"phone": "052-234-5678", "שפה": " רוסית "}, defaults=HERE)
        assert draft.language == "ru"

    def test_of_a_rep_may_be_a_name_too(self):
        assert speaks(rep(languages=("עברית",)), lead(language="he-IL"), Playbook().match)
        assert not speaks(rep(languages=("Russian",)), lead(language="he"), Playbook().match)

    def test_of_a_route_is_that_of_the_lead(self):
        assert fits(("language = Hebrew",), lead(language="he-IL"))
        assert fits(("language in עברית, russian",), lead(language="ru"))
