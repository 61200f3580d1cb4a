"""Wrong numbers: what they may have been, what must be asked, never a digit guessed (L5.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.areas import areas_of, city_area
from rules.phones import read_phone
from rules.repair import (
    MOST,
    candidates,
    found_phones,
    may_be_theirs,
    number_like,
    question,
    weight,
)
from rules.repair_rules import RULES, Hints

IL, US, GB, FR, DE = (Hints(one, one) for one in ("IL", "US", "GB", "FR", "DE"))
DANA = "+972522345678"
HAIFA = "+97248531234"

MENDED = [
    ("0052-2345678", IL, DANA, "zero_doubled"),
    ("00522345678", IL, DANA, "zero_doubled"),
    ("000522345678", IL, DANA, "zero_doubled"),
    ("004-8531234", IL, HAIFA, "zero_doubled"),
    ("+522345678", IL, DANA, "zero_missing"),
    ("+48531234", IL, HAIFA, "zero_missing"),
    ("0972522345678", IL, DANA, "trunk"),
    ("0972-052-2345678", IL, DANA, "trunk"),
    ("972972522345678", IL, DANA, "code_doubled"),
    ("+972 972 52 234 5678", IL, DANA, "code_doubled"),
    ("+972 00972 52 234 5678", IL, DANA, "code_doubled"),
    ("011972522345678", IL, DANA, "exit_code"),
    ("0011 972 52 234 5678", IL, DANA, "exit_code"),
    ("927522345678", IL, DANA, "code_swapped"),
    ("+927 52 234 5678", IL, DANA, "code_swapped"),
    ("279-52-2345678", IL, DANA, "code_swapped"),
    ("+97522345678", IL, DANA, "code_swapped"),
    ("5678-234-052", IL, DANA, "reversed"),
    ("2345678-052", IL, DANA, "reversed"),
    ("O52-234567B", IL, DANA, "letters"),
    ("O52 234S678", IL, DANA, "letters"),
    ("052-052-2345678", IL, DANA, "doubled"),
    ("052-23452345678", IL, DANA, "doubled"),
    ("8531234", Hints("IL", "IL", city_area="4"), HAIFA, "area_city"),
    ("853-1234", Hints("IL", "IL", "IL", ip_area="4"), HAIFA, "area_ip"),
    ("01-8531234", Hints("IL", "IL", city_area="4"), HAIFA, "area_other"),
    ("06-8531234", Hints("IL", "IL", city_area="4"), HAIFA, "area_other"),
    ("(415) 555-2671", Hints("IL", "US"), "+14155552671", "country"),
    ("020 7946 0958", Hints("IL", "GB"), "+442079460958", "country"),
    ("030 123456", Hints("FR", "FR", "DE"), "+4930123456", "country_ip"),
    ("442079460958", IL, "+442079460958", "plus_missing"),
    ("0044 20 7946 0958", US, "+442079460958", "exit_code"),
    ("00972522345678", US, DANA, "exit_code"),
    ("415415 5552671", US, "+14155552671", "doubled"),
    ("555-2671", Hints("US", "US", city_area="415"), "+14155552671", "area_city"),
    ("2671-555-415", US, "+14155552671", "reversed"),
    ("+4155552671", US, "+14155552671", "zero_missing"),
    ("00207946 0958", GB, "+442079460958", "zero_doubled"),
    ("044 20 7946 0958", GB, "+442079460958", "trunk"),
    ("+44 0044 20 7946 0958", GB, "+442079460958", "code_doubled"),
    ("0958-7946-020", GB, "+442079460958", "reversed"),
    ("O2O 7946 O95B", GB, "+442079460958", "letters"),
    ("7946 0958", Hints("GB", "GB", city_area="20"), "+442079460958", "area_city"),
    ("06 06 12 34 56 78", FR, "+33612345678", "doubled"),
    ("006 12 34 56 78", FR, "+33612345678", "zero_doubled"),
    ("033 6 12 34 56 78", FR, "+33612345678", "trunk"),
    ("+33 33 6 12 34 56 78", FR, "+33612345678", "code_doubled"),
    ("78-56-34-12-06", FR, "+33612345678", "reversed"),
    ("0049 30 123456", US, "+4930123456", "exit_code"),
    ("+94 30 123456", DE, "+4930123456", "code_swapped"),
    ("+49 49 30 123456", DE, "+4930123456", "code_doubled"),
    ("049 30 123456", DE, "+4930123456", "trunk"),
]


class TestAWrongNumberL52:
    @pytest.mark.parametrize(("raw", "hints", "meant", "rule"), MENDED)
    def test_is_mended_by_a_rule(self, raw: str, hints: Hints, meant: str, rule: str):
        assert (meant, rule) in [(one.e164, one.rule) for one in candidates(raw, hints)]

    @pytest.mark.parametrize(
        "raw",
        ["522345678", "4-8531234", "9720522345678", "+972 (0)52-2345678"],
    )
    def test_that_the_reader_mends_by_itself_needs_nobody(self, raw: str):
        assert read_phone(raw, region="IL").valid
        assert candidates(raw, IL) == ()

    @pytest.mark.parametrize("raw", ["", "x", "-", "0", "0" * 500, "N/A", "🙂", "+", "\u0660" * 30])
    def test_that_says_nothing_is_not_mended(self, raw: str):
        assert (candidates(raw, IL), question(raw, IL)) == ((), "")

    def test_that_is_valid_but_not_theirs_may_be_of_another_area(self):
        there = Hints("IL", "IL", city_area="4")
        assert [one.e164 for one in candidates("03-853-1234", there)] == [HAIFA]

    def test_of_a_mobile_gets_no_other_area(self):
        there = Hints("IL", "IL", city_area="4")
        assert all(one.e164 != "+97242345678" for one in candidates("02-2345678", there)[1:])
        assert candidates("052-2345678", there) == ()

    @pytest.mark.parametrize("raw", ["9722345678", "972-5321234", "+9726541234"])
    def test_that_begins_with_the_right_code_has_no_swapped_one(self, raw: str):
        assert "code_swapped" not in [one.rule for one in candidates(raw, IL)]

    def test_that_is_valid_abroad_has_no_swapped_code(self):
        found = [one.rule for one in candidates("79231234567", Hints("IL", "IL"))]
        assert "code_swapped" not in found

    @pytest.mark.parametrize("raw", ["05252-2345678", "0523434-5678", "5 5 2-234-5678"])
    def test_of_two_equal_pairs_inside_a_run_is_not_a_doubling(self, raw: str):
        assert "doubled" not in [one.rule for one in candidates(raw, IL)]

    def test_is_not_proposed_again(self):
        assert candidates("0052-2345678", IL, without={DANA}) == ()


class TestAQuestionL52:
    @pytest.mark.parametrize(
        ("raw", "hints", "asked"),
        [
            ("052-234567", IL, "digit_missing"),
            ("+972 52 234 567", IL, "digit_missing"),
            ("052-23456789", IL, "digit_extra"),
            ("04-85312345", IL, "digit_extra"),
            ("8531234", IL, "area_missing"),
            ("9725321234", IL, "area_missing"),
            ("+972 532 1234", IL, "area_missing"),
            ("972 481 2345", IL, "digit_missing"),
            ("415555267", US, "digit_missing"),
            ("41555526712", US, "digit_extra"),
            ("5552671", US, "area_missing"),
            ("06 12 34 56 7", FR, "digit_missing"),
            ("06 12 34 56 789", FR, "digit_extra"),
            ("052-2345678", IL, ""),
            ("12", IL, ""),
        ],
    )
    def test_is_asked_where_the_length_says_so(self, raw: str, hints: Hints, asked: str):
        assert question(raw, hints) == asked

    def test_never_becomes_a_guessed_digit(self):
        assert candidates("052-234567", IL) == ()


class TestALineOfTheirOwnL52:
    @pytest.mark.parametrize(
        "raw",
        [
            *("1-900-555-123", "1-700-555-123", "1-800-123-456", "+1 900 555 2671"),
            *("+870773111632", "+882161234567", "+979123456789", "03-555-1234", "052-23", ""),
        ],
    )
    def test_is_no_premium_shared_or_satellite_number_nor_ours(self, raw: str):
        assert not may_be_theirs(read_phone(raw, region="IL"), ours="+97235551234")

    @pytest.mark.parametrize("raw", ["052-2345678", "04-8531234", "+14155552671"])
    def test_is_a_mobile_or_a_landline(self, raw: str):
        assert may_be_theirs(read_phone(raw, region="IL"), ours="")


class TestWhatRepsTeachL52:
    def test_is_nothing_at_first(self):
        order = sorted(RULES, key=lambda one: -weight(one, {}))
        assert order == list(RULES)

    def test_moves_a_rule_up_and_down(self):
        assert weight("doubled", {"doubled": (9, 0)}) > weight("zero_doubled", {})
        assert weight("letters", {"letters": (0, 9)}) < weight("neighbour", {})

    def test_is_drawn_to_the_middle_while_little_is_known(self):
        once, often = {"trunk": (1, 0)}, {"trunk": (50, 0)}
        assert weight("trunk", {}) < weight("trunk", once) < weight("trunk", often)

    def test_decides_who_names_a_number_that_two_rules_find(self):
        both = Hints("IL", "US", "US")
        first, *_ = candidates("(415) 555-2671", both)
        taught = {"country": (0, 30), "doubled": (0, 30)}
        second, *_ = candidates("(415) 555-2671", both, taught=taught)
        assert (first.rule, second.rule) == ("country", "country_ip")
        assert first.e164 == second.e164


class TestACity:
    @pytest.mark.parametrize(
        ("city", "region", "area"),
        [
            ("חיפה", "IL", "4"),
            ("תל-אביב", "IL", "3"),
            ("Tel Aviv-Yafo", "IL", "3"),
            ("BEER SHEVA", "IL", "8"),
            ("Be'er Sheva", "IL", "8"),
            ("London", "GB", "20"),
            ("Haifa", "US", ""),
            ("Nowhere", "IL", ""),
            ("", "", ""),
        ],
    )
    def test_has_its_area(self, city: str, region: str, area: str):
        assert city_area(city, region=region) == area

    def test_has_no_area_that_is_not_listed(self):
        assert areas_of("XX") == ()


class TestWhatTheyWrote:
    def test_holds_a_number(self):
        [found] = found_phones("it is 052-2345678, after 5", region="IL")
        assert found.e164 == DANA

    def test_holds_several_each_once(self):
        text = "not 04-853-1234 but 052-2345678 (04-8531234 is dead)"
        assert [one.e164 for one in found_phones(text, region="IL")] == [HAIFA, DANA]

    def test_holds_none(self):
        assert found_phones("call me at five", region="IL") == ()
        assert number_like("call me at 17:30") == ""

    def test_holds_one_that_is_no_number_yet(self):
        assert number_like("mine is 0052-234-5678, thanks") == "0052-234-5678"

    @pytest.mark.parametrize(
        "text", ['ת"ז 041234567', "ID number: 041234567", "ת.ז. שלי 041234567"]
    )
    def test_takes_no_id_for_a_number(self, text: str):
        assert found_phones(text, region="IL") == ()
        assert number_like(text) == ""
        both = f"{text}, 052-234-5678"
        assert [one.e164 for one in found_phones(both, region="IL")] == [DANA]


HINTS = st.builds(
    Hints,
    st.sampled_from(["IL", "US", "GB", "FR", "DE", "XX", ""]),
    st.sampled_from(["", "IL", "US", "il"]),
    st.sampled_from(["", "DE", "XX"]),
    st.sampled_from(["", "4", "415"]),
    st.sampled_from(["", "20"]),
)
TYPED = st.one_of(st.text(max_size=40), st.text("+0123456789 -()oOlISB", max_size=30))


class TestAnything:
    @given(TYPED, HINTS)
    def test_gives_few_valid_numbers_and_never_the_one_given(self, raw: str, hints: Hints):
        found = candidates(raw, hints)
        own = read_phone(raw, region=hints.home).e164
        numbers = [one.e164 for one in found]
        assert len(set(numbers)) == len(numbers) <= MOST
        assert own not in numbers
        assert all(read_phone(one, region="").valid for one in numbers)
        assert question(raw, hints) in {"", "digit_missing", "digit_extra", "area_missing"}


MOBILES = st.integers(2_000_000, 9_999_999).map(lambda tail: f"052{tail}")
DAMAGES = {
    "zero doubled": lambda own: f"0{own}",
    "two zeros": lambda own: f"00{own}",
    "plus for zero": lambda own: f"+{own[1:]}",
    "zero and code": lambda own: f"0972{own[1:]}",
    "code twice": lambda own: f"972972{own[1:]}",
    "code swapped": lambda own: f"+927{own[1:]}",
    "dialled from abroad": lambda own: f"011972{own[1:]}",
    "groups reversed": lambda own: f"{own[6:]}-{own[3:6]}-{own[:3]}",
    "groups turned": lambda own: f"{own[3:]}-{own[:3]}",
    "letters": lambda own: own.replace("0", "O").replace("1", "l").replace("5", "S"),
    "prefix twice": lambda own: f"052-{own}",
}


class TestAValidNumberThatIsDamaged:
    @pytest.mark.parametrize("damage", list(DAMAGES))
    @given(own=MOBILES)
    def test_is_read_or_among_the_first_three(self, damage: str, own: str):
        meant = read_phone(own, region="IL")
        if not meant.valid:
            return
        raw = DAMAGES[damage](own)
        read = read_phone(raw, region="IL")
        if not read.valid:
            assert meant.e164 in [one.e164 for one in candidates(raw, IL)]

    @given(own=MOBILES, place=st.integers(3, 9))
    def test_without_a_digit_is_asked_about(self, own: str, place: int):
        if read_phone(own, region="IL").valid:
            assert question(own[:place] + own[place + 1 :], IL) in {"digit_missing", ""}
