"""Conditions on a lead: what a manager may write, and which leads they hold for (C3, S)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.allowed import NotAllowed
from rules.conditions import asked_of, conditions, fits, parse, takes_all
from rules.words import Kind, Tier
from tests.rules.builders import lead

DANA = {
    "kind": Kind.REFERRAL,
    "tier": Tier.A,
    "campaign": "Facebook-March",
    "language": "he",
    "city": "Haifa",
    "age": 44,
    "interests": ("Cars", "boats"),
    "cost_minor": 1250,
    "currency": "ILS",
    "extra": {"Budget": "1,500", "value": 900, "color": "Deep Blue"},
}


class TestACondition:
    @pytest.mark.parametrize(
        "written",
        [
            "kind = referral",
            "KIND = Referral",
            "kind in warm, referral",
            "kind != cold",
            "tier in A,B",
            "campaign ~ facebook*",
            'city = "haifa"',
            "language != ar",
            "age >= 44",
            "age<=44",
            "age = 44.0",
            "age in 43, 44",
            "cost < 13",
            "cost = 12.5",
            "value > 500",
            "extra.budget > 1000",
            "extra.Color = deep blue",
            "extra.color has blue",
            "extra.size != 4",
            "interests has cars",
            "phone ~ +972*",
            "passes = 0",
            "language = he-IL",
            "language in fr, HE_il",
            "language ~ he*",
        ],
    )
    def test_holds(self, written: str):
        assert conditions([written]) == (written,)
        assert fits((written,), lead(**DANA))

    @pytest.mark.parametrize(
        "written",
        [
            "kind = warm",
            "tier != A",
            "campaign ~ google*",
            "city = haif",
            "age > 44",
            "age < 44",
            "cost > 12.5",
            "extra.budget <= 1000",
            "extra.size = 4",
            "extra.color > 3",
            "interests has car",
            "banner ~ *",
        ],
    )
    def test_does_not_hold(self, written: str):
        assert not fits((written,), lead(**DANA))

    @pytest.mark.parametrize("language", ["he", "he-IL", "he_IL", "HE"])
    def test_on_a_language_holds_for_each_of_its_countries(self, language: str):
        assert fits(("language = he",), lead(language=language))
        assert not fits(("language != he",), lead(language=language))

    @given(value=st.decimals(-(10**12) + 1, 10**12 - 1, places=6))
    def test_on_a_number_holds_for_that_number_alone(self, value: Decimal):
        written, more = f"value = {value:f}", value + Decimal("0.000001")
        assert fits(conditions([written]), lead(extra={"value": f"{value:f}"}))
        assert not fits((written,), lead(extra={"value": f"{more:f}"}))

    @pytest.mark.parametrize("written", ["age > 0", "age < 200", "age = 0", "interests has cars"])
    def test_of_what_is_not_known_does_not_hold(self, written: str):
        assert not fits((written,), lead())

    def test_that_is_a_difference_holds_of_what_is_not_known(self):
        assert fits(("city != Haifa", "age != 3", "extra.x != 1"), lead())

    @pytest.mark.parametrize(
        "written",
        [
            "",
            "colour = red",
            "kind",
            "kind = hot",
            "kind > warm",
            "tier in A, E",
            "age >= forty",
            "age has 4",
            "age = ",
            "city > 3",
            "interests = cars",
            "extra. = 3",
            "extra.size > big",
            "= warm",
        ],
    )
    def test_that_can_not_be_read_is_refused_by_its_own_words(self, written: str):
        with pytest.raises(NotAllowed) as refused:
            conditions([written])
        assert (refused.value.key, refused.value.params["given"]) == ("condition", written)

    @given(written=st.text(max_size=30))
    def test_is_read_or_refused_whatever_is_written(self, written: str):
        found = parse(written)
        assert found is None or found.values


class TestConditionsTogether:
    def test_all_have_to_hold(self):
        both = ("kind = referral", "age > 50")
        assert not fits(both, lead(**DANA))
        assert fits((), lead(**DANA))

    @pytest.mark.parametrize(
        "written",
        [
            ["age > 60", "age < 20"],
            ["age > 20", "age <= 20"],
            ["age = 5", "age > 6"],
            ["age in 5, 6", "age != 5", "age != 6.0"],
            ["kind = warm", "kind = cold"],
            ["kind = warm", "kind != warm"],
            ["city = Haifa", "city ~ tel*"],
            ["extra.budget > 9", "extra.budget < 3"],
            ["kind != cold", "kind != warm", "kind != incoming", "kind != referral"],
            ["attempts < 0"],
            ["passes <= -1"],
            ["age = -3"],
            ["language = he", "language != he-IL"],
        ],
    )
    def test_that_no_lead_can_have_are_refused(self, written: list[str]):
        with pytest.raises(NotAllowed) as refused:
            conditions(written)
        assert refused.value.key == "never"

    @pytest.mark.parametrize(
        "written",
        [
            ["age >= 20", "age <= 20"],
            ["age > 20", "age < 60", "age != 30"],
            ["kind in warm, cold", "kind != warm"],
            ["city ~ h*", "city ~ *a", "city != haifa"],
            ["interests has cars", "interests has boats"],
            ["age > 60", "city = Haifa", "attempts < 20"],
        ],
    )
    def test_that_a_lead_can_have_are_kept_as_written(self, written: list[str]):
        assert conditions(written) == tuple(written)

    @given(
        low=st.integers(-50, 50),
        high=st.integers(-50, 50),
        signs=st.tuples(st.sampled_from([">", ">="]), st.sampled_from(["<", "<="])),
    )
    def test_are_refused_exactly_where_nothing_lies_between(self, low, high, signs):
        """Half steps stand for all numbers between two whole ones."""
        above, below = signs
        written = [f"value {above} {low}", f"value {below} {high}"]
        values = [lead(extra={"n": n / 2}) for n in range(-102, 103)]
        among = tuple(one.replace("value", "extra.n") for one in written)
        possible = any(fits(among, one) for one in values)
        try:
            conditions(written)
        except NotAllowed:
            assert not possible
        else:
            assert possible


FIELDS_OF = st.one_of(
    st.tuples(st.just("kind"), st.sampled_from(["=", "!="]), st.sampled_from(Kind)),
    st.tuples(
        st.just("attempts"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(0, 4)
    ),
    st.tuples(
        st.just("age"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(0, 4)
    ),
    st.tuples(st.just("campaign"), st.sampled_from(["=", "!=", "~"]), st.sampled_from("ab*")),
    st.tuples(st.just("extra.x"), st.sampled_from(["=", "!=", "has"]), st.sampled_from("ab")),
)
SOME = st.lists(FIELDS_OF.map(lambda one: " ".join(map(str, one))), max_size=3).map(tuple)


class TestConditionsBeforeOthers:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ((), ("age > 3",)),
            (("kind = WARM",), ("Kind  =  warm", "age > 3")),
            (("kind in warm, cold",), ("kind = cold",)),
            (("kind != cold",), ("kind in warm, referral",)),
            (("kind in warm, cold",), ("kind != referral", "kind != incoming")),
            (("age >= 40",), ("age > 40",)),
            (("age > 40",), ("age >= 40.5",)),
            (("age < 60",), ("age < 60", "age > 20")),
            (("age >= 40",), ("age in 40, 50",)),
            (("attempts >= 0",), ("kind = warm",)),
            (("campaign ~ face*",), ("campaign = Facebook",)),
            (("language = he",), ("language = he-IL",)),
            (("extra.x in a, b",), ("extra.x = A",)),
            (("interests has cars",), ("interests has Cars", "age > 3")),
        ],
    )
    def test_leave_them_no_lead(self, before: tuple[str, ...], after: tuple[str, ...]):
        assert takes_all(before, after)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (("age > 3",), ()),
            (("age > 40",), ("age >= 40",)),
            (("age > 40",), ("age < 60",)),
            (("age >= 0",), ("kind = warm",)),
            (("kind = warm",), ("kind in warm, cold",)),
            (("kind = warm", "age > 3"), ("kind = warm",)),
            (("campaign = facebook",), ("campaign ~ face*",)),
            (("extra.x != b",), ("extra.x = a",)),
            (("interests has cars",), ("interests has boats",)),
        ],
    )
    def test_leave_them_some(self, before: tuple[str, ...], after: tuple[str, ...]):
        assert not takes_all(before, after)

    @given(
        before=SOME,
        after=SOME,
        fields=st.fixed_dictionaries(
            {
                "kind": st.sampled_from(Kind),
                "attempts": st.integers(0, 5),
                "age": st.none() | st.integers(0, 5),
                "campaign": st.sampled_from(["", "a", "b", "ab"]),
                "extra": st.sampled_from([{}, *({"x": x} for x in ("a", "b", "ab", ["a", "b"]))]),
            }
        ),
    )
    def test_are_said_to_leave_none_only_where_that_is_so(
        self, before: tuple[str, ...], after: tuple[str, ...], fields: dict[str, Any]
    ):
        one = lead(**fields)
        if takes_all(before, after) and fits(after, one):
            assert fits(before, one)

    def test_name_the_fields_that_they_ask_for(self):
        written = [conditions(["kind = warm", "extra.Budget > 5"]), (), conditions(["kind = cold"])]
        assert asked_of(written) == {"kind", "extra.budget"}
