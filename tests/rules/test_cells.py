"""One cell of a vendor's table, as people and spreadsheets spoil it (C2)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.cells import is_lead_id, is_test, read_date, read_number, runs, tidy
from rules.words import PhoneType

JERUSALEM = ZoneInfo("Asia/Jerusalem")
MOBILE, LANDLINE = "+972522345678", "+97236123456"
SPOILED = st.text(st.characters() | st.sampled_from("0123456789./;,+-eE '=<:p שאו𝟎٠\u200f"))


class TestACell:
    @pytest.mark.parametrize(
        "nothing",
        ["", " ", "-", "--", "–", "Select", "SELECT", "N/A", "#N/A", "none", "null", "NaN", "?"],
    )
    def test_that_stands_for_nothing_is_empty(self, nothing):
        assert tidy(nothing) == ""

    @pytest.mark.parametrize(
        "nothing", ["בחר", "אין", "\u200fבחרו\u200f", "Please select", "undefined"]
    )
    def test_in_words_for_nothing_is_empty(self, nothing):
        assert tidy(nothing) == ""

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("p:+972522345678", "+972522345678"),
            ("l:123456", "123456"),
            ("ag:99", "99"),
            ("as:99", "99"),
            ("f:77", "77"),
            ("z:6100000", "6100000"),
            ("p: call me", "p: call me"),
            ("tel:03-6123456", "tel:03-6123456"),
            ("'=1+1", "=1+1"),
            ("'-5", "-5"),
            ("'0522345678", "0522345678"),
            ("'tis", "'tis"),
            ("'\uff1d1+1", "\uff1d1+1"),
            ('="0522345678"', "0522345678"),
            ('=" Dana "', "Dana"),
            ('="a"&"b"', '="a"&"b"'),
            ("\ufeff Dana", "Dana"),
            ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
            ("𝟎𝟓𝟐", "052"),
            ("𝓓𝓪𝓷𝓪", "Dana"),
            ("Dana 🌸", "Dana 🌸"),
            ("Nona", "Nona"),
        ],
    )
    def test_is_given_without_what_marks_it(self, written, meant):
        assert tidy(written) == meant

    @given(SPOILED)
    def test_of_any_kind_is_text(self, cell):
        assert len(tidy(cell)) <= 4 * len(cell)

    @pytest.mark.parametrize(
        ("cell", "formula"),
        [
            ("=1+1", True),
            ("@SUM(A1)", True),
            ("-5", True),
            ("+972522345678", True),
            ("\t=1", True),
            ("\r1", True),
            (" =1", True),
            ("\ufeff=1", True),
            ("\uff1d1", True),
            ("\uff0b1", True),
            ("\uff0d1", True),
            ("\uff201", True),
            ("'=1", False),
            ("Dana = 1", False),
            ("", False),
        ],
    )
    def test_may_be_run_by_a_spreadsheet(self, cell, formula):
        assert runs(cell) is formula

    @given(SPOILED)
    def test_that_was_kept_from_running_comes_back_as_it_was(self, cell):
        assert not runs(cell) or tidy(f"'{cell}") == tidy(cell)

    @pytest.mark.parametrize(
        ("cell", "of_a_lead"),
        [("l:101", True), ("l:101 ", True), ("l:a", False), ("f:101", False), ("101", False)],
    )
    def test_may_be_metas_number_of_a_lead(self, cell, of_a_lead):
        assert is_lead_id(cell) is of_a_lead


class TestARowOfATest:
    @pytest.mark.parametrize(
        ("cells", "of_a_test"),
        [
            (["<test lead: dummy data for full_name>"], True),
            (["1", " <Test Lead: dummy>"], True),
            (["test lead"], False),
            (["saw <test lead: dummy>"], False),
            (["Dana <dana@example.com>"], False),
            ([], False),
        ],
    )
    def test_is_known_by_what_meta_writes(self, cells, of_a_test):
        assert is_test(cells) is of_a_test


class TestANumber:
    @pytest.mark.parametrize(
        ("cell", "e164"),
        [
            ("522345678.0", MOBILE),
            ("972522345678.00", MOBILE),
            ("972522345678,00", MOBILE),
            ("5.22345678E8", MOBILE),
            ("5.22345678e+08", MOBILE),
            ("9.72522345678E+11", MOBILE),
            ("9,72522345678E+11", MOBILE),
            ("522345678", MOBILE),
            ("052-234-5678 / 03-6123456", MOBILE),
            ("03-6123456 / 052-234-5678", MOBILE),
            ("03-6123456 או 052-2345678", MOBILE),
            ("03-6123456 or 0522345678", MOBILE),
            ("0522345678;0522345679", MOBILE),
            ("052-234-5678 - 03-6123456", MOBILE),
            ("03-6123456 - 052-234-5678", MOBILE),
            ("03-6123456 & 052-234-5678", MOBILE),
            ("052-123-4567 / 03-6123456", LANDLINE),
            ("03-6123456 שלוחה 12 / 052-234-5678 שלוחה 3", MOBILE),
            ("03-6123456 שלוחה 12", LANDLINE),
            ("03-6123456, שלוחה: 12", LANDLINE),
            ("03-6123456 ext 12", LANDLINE),
            ("03-6123456 x12", LANDLINE),
            ("\u202a052-234-5678\u202c", MOBILE),
            ("０５２－２３４５６７８", MOBILE),
            ("٠٥٢٢٣٤٥٦٧٨", MOBILE),
            ("📞 052-234-5678", MOBILE),
            ("052 - 234 - 5678", MOBILE),
        ],
    )
    def test_is_read_as_it_was_meant(self, cell, e164):
        phone = read_number(cell, region="IL")
        assert (phone.raw, phone.e164, phone.valid) == (cell, e164, True)

    @pytest.mark.parametrize(
        "cell", ["9.72522E+11", "1E+11", "9,72522E+11", "3.6123456E+8", "3.6123456E6"]
    )
    def test_that_was_rounded_is_nobody(self, cell):
        phone = read_number(cell, region="IL")
        assert (phone.raw, phone.e164, phone.valid) == (cell, "", False)

    @given(SPOILED)
    def test_of_any_kind_never_raises_and_is_kept(self, cell):
        phone = read_number(cell, region="IL")
        assert phone.raw == cell
        assert phone.type in set(PhoneType)


class TestADate:
    @pytest.mark.parametrize(
        ("written", "moment"),
        [
            ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00+00:00"),
            ("2026-03-01T10:00:00-0500", "2026-03-01T15:00:00+00:00"),
            ("2026-03-01 10:00", "2026-03-01T08:00:00+00:00"),
            ("2026-03-01 10:00:00 UTC", "2026-03-01T10:00:00+00:00"),
            ("2026-03-01 10:00 GMT", "2026-03-01T10:00:00+00:00"),
            ("2026-07-01 10:00", "2026-07-01T07:00:00+00:00"),
            ("2026-03-01", "2026-02-28T22:00:00+00:00"),
            ("01/03/2026 10:30", "2026-03-01T08:30:00+00:00"),
            ("1.3.26", "2026-02-28T22:00:00+00:00"),
            ("13-03-2026, 8:05:09", "2026-03-13T06:05:09+00:00"),
            ("3/25/2026 1:05 PM", "2026-03-25T11:05:00+00:00"),
            ("3/25/2026 12:05 am", "2026-03-24T22:05:00+00:00"),
            ("46082.4375", "2026-03-01T08:30:00+00:00"),
            ("46082.35416666666", "2026-03-01T06:30:00+00:00"),
            ("1772353800", "2026-03-01T08:30:00+00:00"),
            ("1772353800000", "2026-03-01T08:30:00+00:00"),
        ],
    )
    def test_is_read_in_the_zone(self, written, moment):
        assert read_date(written, zone=JERUSALEM) == moment

    @pytest.mark.parametrize(
        "written", ["", "soon", "31/02/2026", "99/99/2026", "0001-01-01", "5", "12345"]
    )
    def test_that_is_none_is_not_guessed(self, written):
        assert read_date(written, zone=JERUSALEM) == ""

    @given(SPOILED)
    def test_of_any_kind_never_raises(self, text):
        read = read_date(text, zone=JERUSALEM)
        assert read == "" or datetime.fromisoformat(read).utcoffset() is not None
