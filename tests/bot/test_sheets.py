"""Files of leads, however they are written (C2)."""

import csv
import io
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.sheets import mapping_of, open_sheet
from rules.refusals import Refused
from tests.bot import messy

DANA = {"name": "Dana", "phone": "052-234-5678", "email": "dana@example.com"}
STYLES = "xl/styles.xml"
SHEET_ONE = "xl/worksheets/sheet1.xml"
IN_ONE_FOLDER = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)


def read(folder: Path, content: str | bytes, **how: Any) -> tuple[list[str], list[dict[str, str]]]:
    with open_sheet(messy.put(folder, content), **how) as sheet:
        return sheet.columns, [row for row, _ in sheet.rows]


def mapped(folder: Path, content: str, **given_: str) -> dict[str, str]:
    with open_sheet(messy.put(folder, content), mapping=given_) as sheet:
        return mapping_of(sheet, given_, file="leads.csv", region="IL")


class TestAFile:
    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_of_meta_is_read_in_any_utf16(self, tmp_path: Path, encoding: str):
        columns, rows = read(tmp_path, messy.META.encode(encoding))
        assert len(columns) == 8
        assert [row["full_name"] for row in rows[:2]] == ["Dana", "Yossi"]

    def test_with_a_few_broken_letters_is_still_utf8(self, tmp_path: Path):
        text = f"{messy.NAMES}\n" + "דנה כהן,052-234-5678,\n" * 20
        _, rows = read(tmp_path, text.encode() + b"Yos\xd7,054-234-5678,\n")
        assert rows[0]["name"] == "דנה כהן"
        assert rows[-1]["name"] == "Yos\ufffd"

    def test_may_say_what_stands_between_its_cells(self, tmp_path: Path):
        assert read(tmp_path, "sep=;\nname;phone\nDana;052\n") == (
            ["name", "phone"],
            [{"name": "Dana", "phone": "052"}],
        )

    def test_may_have_titles_above_its_header(self, tmp_path: Path):
        columns, rows = read(tmp_path, messy.TITLED)
        assert columns == ["name", "phone", "email"]
        assert [row["name"] for row in rows] == ["Dana", "Yossi"]

    def test_may_end_its_lines_with_commas(self, tmp_path: Path):
        assert read(tmp_path, "name,phone,,\nDana,052,,\n") == (
            ["name", "phone"],
            [{"name": "Dana", "phone": "052"}],
        )

    def test_may_have_rows_collapsed_into_one_cell(self, tmp_path: Path):
        _, rows = read(tmp_path, messy.COLLAPSED)
        assert rows == [
            {"name": "Dana", "phone": "052-234-5678", "note": "a, b"},
            {"name": "Yossi", "phone": "054-234-5678", "note": "c"},
        ]

    def test_may_name_two_columns_alike_and_one_not_at_all(self, tmp_path: Path):
        columns, rows = read(tmp_path, "phone,phone,,name\n1,2,3,Dana\n")
        assert columns == ["phone", "phone (2)", "(3)", "name"]
        assert list(rows[0].values()) == ["1", "2", "3", "Dana"]

    def test_may_lack_a_header_where_places_are_mapped(self, tmp_path: Path):
        how = {"1": "name", "2": "phone"}
        columns, rows = read(tmp_path, messy.HEADLESS, mapping=how)
        assert columns == ["1", "2", "3"]
        assert [row["1"] for row in rows] == ["Dana", "Yossi"]

    def test_does_not_lose_rows_to_a_quote_that_nobody_closed(self, tmp_path: Path):
        _, rows = read(tmp_path, messy.OPEN_QUOTE)
        assert [row["phone"] for row in rows] == ["052-234-5678", "054-234-5678"]

    def test_may_use_old_ends_of_lines(self, tmp_path: Path):
        _, rows = read(tmp_path, f"{messy.NAMES}\r{messy.DANA}\r{messy.YOSSI}\r")
        assert len(rows) == 2

    def test_may_have_blanks_before_its_quotes(self, tmp_path: Path):
        columns, rows = read(tmp_path, messy.SPACED)
        assert columns == ["name", "phone", "note", "city"]
        assert list(rows[0].values()) == ["Dana", "052-234-5678", "a, b", "Haifa"]

    @pytest.mark.parametrize("note", ['עו"ד, נוטריון', 'בע"מ', 'צה"ל, דו"ח'])
    def test_may_have_quotes_within_words_that_nobody_doubled(self, tmp_path: Path, note: str):
        head = "name,phone,note,city\n"
        _, rows = read(tmp_path, f'{head}"Dana","052","{note}","Haifa"\n')
        assert list(rows[0].values()) == ["Dana", "052", note, "Haifa"]

    def test_may_have_quotes_within_words_of_plain_cells(self, tmp_path: Path):
        _, rows = read(tmp_path, 'name,phone\nבע"מ,052\n"א""ב",053\n')
        assert [row["name"] for row in rows] == ['בע"מ', 'א"ב']


class TestAFileThatCantBeUsed:
    @pytest.mark.parametrize(
        ("content", "key"),
        [
            (messy.PAGE, "is_page"),
            (messy.PAGE.encode("utf-16"), "is_page"),
            (messy.MHTML, "is_page"),
            (messy.JSON, "not_text"),
            ("\ufeff" + messy.JSON[1:-1], "not_text"),
            ("שם,טלפון\nיוסי כהן,052\n".encode("cp862"), "letters"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
            (b"\x1f\x8b\x08\x00", "not_text"),
            (b"%PDF-1.7", "not_text"),
            ("name,phone\nJosé Núñez,052\n".encode("latin-1"), "letters"),
            (messy.HEADLESS, "no_header"),
            (messy.LOST_QUOTE, "open_quote"),
            (",".join(["a"] * 2_000_000), "too_wide"),
            (",".join(f"c{n}" for n in range(300)), "too_wide"),
            ("name,phone\n" + "x" * 10_000_000, "too_wide"),
            ('name,phone\n"' + "x" * 200_000, "too_wide"),
            ('name,phone\n"' + "x\n" * 5_000, "too_wide"),
            ('name,phone\n"' + ('",' + "a," * 40_000 + '"\n') * 30, "too_wide"),
        ],
        ids=range(18),
    )
    def test_is_refused_by_what_is_in_it(self, tmp_path: Path, content: Any, key: str):
        with pytest.raises(Refused, match=rf"import\.{key}$"):
            read(tmp_path, content)

    def test_has_fewer_names_than_cells_and_shows_it(self, tmp_path: Path):
        with pytest.raises(Refused, match=r"import\.shifted"):
            mapped(tmp_path, messy.UNNAMED)

    def test_has_nobody_who_could_be_reached(self, tmp_path: Path):
        with pytest.raises(Refused, match=r"import\.no_way"):
            mapped(tmp_path, "name,city\nDana,Haifa\n")

    def test_is_mapped_by_a_column_that_is_not_there(self, tmp_path: Path):
        with pytest.raises(Refused, match=r"import\.no_column"):
            mapped(tmp_path, f"{messy.NAMES}\n{messy.DANA}\n", Wer="name")


class TestTheMapping:
    def test_may_name_a_column_by_its_place(self, tmp_path: Path):
        found = mapped(tmp_path, f"{messy.NAMES}\n{messy.DANA}\n", **{"1": "note"})
        assert found == {"name": "note", "phone": "phone", "email": "email"}

    def test_wins_over_the_name_of_another_column(self, tmp_path: Path):
        found = mapped(tmp_path, "phone,Tel now\n1,0522345678\n", **{"Tel now": "phone"})
        assert found == {"Tel now": "phone"}


class TestAWorkbook:
    def test_is_read_under_any_name(self, tmp_path: Path):
        rows = [["name", "phone", "email"], list(DANA.values())]
        assert read(tmp_path, messy.workbook(rows)) == (["name", "phone", "email"], [DANA])

    def test_gives_the_first_sheet_with_rows_or_the_one_that_is_named(self, tmp_path: Path):
        one, two = [["phone"], ["1"]], [["phone"], ["2"]]
        content = messy.workbook([], one, two)
        assert read(tmp_path, content)[1] == [{"phone": "1"}]
        assert read(tmp_path, content, sheet="Sheet 3")[1] == [{"phone": "2"}]
        with pytest.raises(Refused, match=r"import\.no_sheet"):
            read(tmp_path, content, sheet="Leads")

    def test_passes_over_a_hidden_sheet_that_nobody_named(self, tmp_path: Path):
        content = messy.workbook([["phone"], ["1"]], [["phone"], ["2"]])
        book = load_workbook(io.BytesIO(content))
        book.worksheets[0].sheet_state = "hidden"
        file = tmp_path / "hidden.xlsx"
        book.save(file)
        with open_sheet(file) as sheet:
            assert [row for row, _ in sheet.rows] == [{"phone": "2"}]
        with open_sheet(file, sheet="Sheet 1") as sheet:
            assert [row for row, _ in sheet.rows] == [{"phone": "1"}]

    def test_without_styles_is_read_in_silence(
        self, tmp_path: Path, recwarn: pytest.WarningsRecorder
    ):
        plain = messy.rewritten(messy.workbook([["phone"], ["1"]]), STYLES, messy.NO_STYLES)
        assert read(tmp_path, plain)[1] == [{"phone": "1"}]
        assert not recwarn.list

    def test_gives_numbers_as_people_type_them(self, tmp_path: Path):
        rows: messy.Cells = [
            ["phone", "cost", "note"],
            [522345678.0, 12.5, True],
            [9.72541234567e11, 0, None],
        ]
        assert read(tmp_path, messy.workbook(rows))[1] == [
            {"phone": "522345678", "cost": "12.5", "note": "True"},
            {"phone": "972541234567", "cost": "0"},
        ]

    def test_keeps_a_formula_without_a_result_as_text(self, tmp_path: Path):
        rows = [["name", "phone"], ["=cmd|' /C calc'!A0", "052"]]
        assert read(tmp_path, messy.workbook(rows))[1] == [
            {"name": "=cmd|' /C calc'!A0", "phone": "052"}
        ]

    @pytest.mark.parametrize(
        ("part", "content", "key"),
        [
            ("xl/media/bomb.bin", bytes(80 * 1024**2), "too_large"),
            (SHEET_ONE, b"<worksheet>" + b" " * 30 * 1024**2, "too_large"),
            (SHEET_ONE, b"<worksheet><sheetData><row", "broken"),
            (SHEET_ONE, messy.ENTITY, "broken"),
            (SHEET_ONE, messy.FAR_ROW, "too_large"),
            (SHEET_ONE, messy.wide_row(650_000), "too_large"),
            (STYLES, messy.many_styles(450_000), "too_large"),
        ],
        ids=["media", "folded", "cut", "entity", "far_row", "wide_row", "styles"],
    )
    def test_that_would_do_harm_is_refused(
        self, tmp_path: Path, part: str, content: bytes, key: str
    ):
        spoiled = messy.rewritten(messy.workbook([["phone"], ["1"]]), part, content)
        with pytest.raises(Refused, match=rf"import\.{key}"):
            read(tmp_path, spoiled)


class TestMemory:
    def test_stays_bounded_while_a_long_file_is_read(self, tmp_path: Path):
        line = f"{messy.DANA}\n"
        file = messy.put(tmp_path, f"{messy.NAMES}\n" + line * 100_000)
        tracemalloc.start()
        with open_sheet(file) as sheet:
            count = sum(1 for _ in sheet.rows)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == 100_000
        assert most < 5 * 1024**2


class TestAnything:
    @IN_ONE_FOLDER
    @given(st.integers(0, 5000), st.binary(max_size=20), st.booleans())
    def test_that_was_a_workbook_is_read_or_refused(
        self, tmp_path: Path, at: int, spoil: bytes, cut: bool
    ):
        whole = messy.workbook([["phone"], ["1"], ["=1+1"]])
        place = at % len(whole)
        rest = b"" if cut else whole[place + len(spoil) :]
        with suppress(Refused):
            read(tmp_path, whole[:place] + spoil + rest)

    @IN_ONE_FOLDER
    @given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
    def test_is_read_or_refused(self, tmp_path: Path, content: bytes):
        try:
            _, rows = read(tmp_path, content)
        except Refused:
            return
        assert all(any(cell.strip() for cell in row.values()) for row in rows)

    @IN_ONE_FOLDER
    @given(
        st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12),
        st.fixed_dictionaries(
            {
                "delimiter": st.sampled_from(",;\t|"),
                "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
                "lineterminator": st.sampled_from(["\n", "\r\n"]),
            }
        ),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    )
    def test_that_csv_writes_keeps_every_row(
        self, tmp_path: Path, rows: Any, dialect: Any, encoding: str
    ):
        out = io.StringIO(newline="")
        writer = csv.writer(out, **dialect)
        writer.writerows([("name", "phone", "email"), *rows])
        filled = [row for row in rows if any(cell.strip() for cell in row)]
        _, found = read(tmp_path, out.getvalue().encode(encoding))
        assert [tuple(row.values()) for row in found] == filled
