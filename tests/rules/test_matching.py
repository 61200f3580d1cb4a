"""How well a rep suits a lead (C3)."""

import pytest

from rules.matching import Closing, bound_to, closing_rate, score, speaks
from rules.pools import Match
from tests.rules.builders import lead, rep

MATCH = Match()
TEAM = {"U1": Closing(10, 5), "U2": Closing(90, 15)}  # the team's rate is 20%
DANA = {"language": "he", "region": "IL", "city": "Haifa", "product": "Flat", "age": 44}


class TestTheLanguage:
    @pytest.mark.parametrize(
        ("theirs", "spoken", "may"),
        [
            ("he", ("he", "en"), True),
            ("he-IL", ("HE",), True),
            ("he_IL", ("he",), True),
            ("he", ("he_IL",), True),
            ("he", ("iw", "en"), True),
            ("he", ("Yiddish", "en"), False),
            ("ru", ("he", "en"), False),
            ("", ("he",), True),
            ("ru", (), True),
        ],
    )
    def test_is_a_condition_where_both_are_known(self, theirs, spoken, may):
        assert speaks(rep(languages=spoken), lead(language=theirs), MATCH) is may

    def test_is_none_where_its_weight_is_0(self):
        assert speaks(rep(languages=("he",)), lead(language="ru"), Match(language=0))

    @pytest.mark.parametrize(
        ("spoken", "weight", "bound"),
        [
            (("HE", "en-US", "he_IL"), 3, ("en", "he")),
            ((), 3, ()),
            (("he",), 0, ()),
            (("Русский",), 3, ("ru",)),
            (("Қазақ",), 3, ("ҚАЗАҚ", "Қазақ", "қазақ")),
        ],
    )
    def test_binds_a_rep_to_those_they_speak(self, spoken, weight, bound):
        assert bound_to(rep(languages=spoken), Match(language=weight)) == bound


class TestTheScore:
    @pytest.mark.parametrize(
        ("rep_", "points", "shared"),
        [
            ({}, 0, ()),
            ({"languages": ("he",)}, 3, ("language",)),
            ({"regions": ("haifa",)}, 2, ("region",)),
            ({"regions": ("il",)}, 2, ("region",)),
            ({"products": ("flat", "car")}, 2, ("product",)),
            ({"ages": (44, 60)}, 1, ("age",)),
            ({"ages": (18, 43)}, 0, ()),
            ({"ages": (18, 44)}, 1, ("age",)),
            ({"ages": (45, 60)}, 0, ()),
            (
                {"languages": ("he",), "products": ("Flat",), "ages": (18, 60)},
                6,
                ("language", "product", "age"),
            ),
        ],
    )
    def test_adds_what_they_share_by_its_weight(self, rep_, points, shared):
        assert score(rep(**rep_), lead(**DANA), MATCH) == (points, shared)

    def test_counts_interests_by_the_part_that_is_shared(self):
        theirs = lead(interests=("cars", "boats", "food", "art"))
        points, shared = score(rep(interests=("Cars", "x")), theirs, Match(interests=2))
        assert (points, shared) == (0.5, ("interests",))

    def test_leaves_out_what_weighs_nothing(self):
        assert score(rep(languages=("he",)), lead(**DANA), Match(language=0)) == (0, ())


class TestTheClosingRate:
    def test_is_drawn_to_the_team_s_by_so_many_leads(self):
        assert closing_rate("U1", TEAM, prior=50) == pytest.approx((5 + 10) / 60)

    def test_of_who_had_none_is_the_team_s(self):
        assert closing_rate("U9", TEAM, prior=50) == pytest.approx(0.2)

    def test_of_one_lucky_lead_is_near_the_team_s(self):
        lucky = TEAM | {"U9": Closing(1, 1)}
        assert closing_rate("U9", lucky, prior=50) < 0.23 < closing_rate("U1", lucky, prior=50)

    def test_is_nothing_where_nothing_was_measured(self):
        assert closing_rate("U1", {}, prior=0) == 0
