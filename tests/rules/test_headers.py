"""Which line of a table names its columns, and which fields its columns hold (C2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.headers import (
    completed,
    each_once,
    find_header,
    guess_mapping,
    has_values,
    known_names,
    shifted,
)

DANA = ["Dana", "052-234-5678", "dana@example.com"]


class TestTheHeader:
    @pytest.mark.parametrize(
        ("rows", "place"),
        [
            ([["name", "phone"], DANA], 0),
            ([["Leads of March"], ["name", "phone"], DANA], 1),
            ([["Campaign", "March"], ["name", "phone", "email"], DANA], 1),
            ([["phone"], ["0522345678"]], 0),
            ([["Title", ""], ["phone", "shoe"]], 1),
            ([["Campaign", ""], ["name", "phone"], DANA], 1),
            ([["phone", "shoe"], ["mail", "name"]], 0),
            ([["Who", "Number"], DANA], None),
            ([DANA, DANA], None),
            ([["Mobile", *DANA[1:]], DANA], None),
            ([], None),
        ],
    )
    def test_is_the_line_with_known_names(self, rows, place):
        assert find_header(rows, known_names({})) == place

    def test_may_have_names_that_only_the_mapping_knows(self):
        known = known_names({"Who": "name", "Number": "phone"})
        assert find_header([["List"], ["Who", "Number "]], known) == 1

    def test_may_have_blanks_round_the_names(self):
        assert find_header([["x", " Who "]], known_names({"Who": "name"})) == 0

    def test_is_not_known_by_places_that_were_mapped(self):
        assert find_header([["1", "Dana"]], known_names({"1": "external_id"})) is None

    @pytest.mark.parametrize(
        ("row", "has"),
        [
            (DANA, True),
            (["Dana", "0522345678"], True),
            (["Dana", "6123456"], True),
            (["Dana", "dana@example.com"], True),
            (["Who", "Number"], False),
            ([], False),
        ],
    )
    def test_holds_no_values(self, row, has):
        assert has_values(row) is has


class TestNames:
    def test_stand_each_once(self):
        names = ["Phone", " Phone ", "", "", "Phone (2)"]
        assert each_once(names) == ["Phone", "Phone (2)", "(3)", "(4)", "Phone (2) (2)"]

    def test_have_no_mark_of_a_files_beginning(self):
        assert each_once(["\ufeff name", "\ufeff"]) == ["name", "(2)"]

    @given(st.lists(st.text("ab() 2", max_size=4)))
    def test_are_as_many_as_before(self, names):
        assert len(set(each_once(names))) == len(names)


class TestAGuess:
    def test_goes_by_names(self):
        columns = ["Full Name", "mobile", "mobile (2)", "shoe"]
        assert guess_mapping(columns) == {
            "Full Name": "name",
            "mobile": "phone",
            "mobile (2)": "phone",
        }

    def test_goes_by_cells_where_no_name_says(self):
        sample = [dict(zip("abc", DANA, strict=True))] * 3
        assert guess_mapping("abc", sample, region="IL") == {"b": "phone", "c": "email"}
        assert guess_mapping("abc", region="IL") == {}

    @pytest.mark.parametrize(
        ("cells", "guess"),
        [
            (["052-234-5678"] * 3 + ["Dana"] * 2, {"a": "phone"}),
            (["052-234-5678"] * 2 + ["Dana"] * 3, {}),
            (["052-234-5678", "-", "N/A", ""], {"a": "phone"}),
            (["", "-"], {}),
        ],
    )
    def test_goes_by_most_cells_that_say_something(self, cells, guess):
        assert guess_mapping(["a"], [{"a": cell} for cell in cells], region="IL") == guess

    def test_goes_by_no_cells_where_a_name_says(self):
        sample = [{"phone": "-", "fax": "052-234-5678"}]
        assert guess_mapping(["phone", "fax"], sample, region="IL") == {"phone": "phone"}

    @pytest.mark.parametrize("name", ["ת.ז", 'מספר ת"ז', "Order", "Lead ID "])
    def test_takes_no_id_for_a_phone(self, name: str):
        assert "phone" not in guess_mapping([name], [{name: "041234567"}], region="IL").values()

    def test_may_take_an_accounts_column_for_addresses(self):
        sample = [{"account": "d@example.com"}]
        assert guess_mapping(["account"], sample, region="IL") == {"account": "email"}

    def test_gives_way_to_what_was_said(self):
        assert completed(["phone"], {"phone": "note"}) == {"phone": "note"}
        given_ = {"Mobile": "phone"}
        assert completed(["phone", "Mobile", "city"], given_) == {
            "Mobile": "phone",
            "city": "city",
        }


class TestAMissingName:
    def test_shows_where_cells_stand_under_the_wrong_one(self):
        row = {"id": "1", "name": "shop", "phone": "Dana", "": "052-234-5678"}
        mapping = guess_mapping(list(row)[:3])
        assert shifted(["id", "name", "phone"], mapping, [row], region="IL") == "phone"

    def test_does_not_show_where_they_stand_right(self):
        row = {"name": "Dana", "phone": "052-234-5678", "": "052-234-5679"}
        mapping = guess_mapping(["name", "phone"])
        assert shifted(["name", "phone"], mapping, [row], region="IL") == ""
