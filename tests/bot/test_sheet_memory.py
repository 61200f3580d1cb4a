"""Files of leads, and workbooks that mean harm, in bounded memory: each read by a process (C2)."""

import struct
import zipfile
from pathlib import Path

import pytest

from benchmarks.importing import write_file
from benchmarks.memory import IMPORTED, STATUS, grown, write_parts, write_workbook

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STATUS.exists(), reason="only Linux says how much a process had"),
]

PHONE = '<row><c t="s"><v>0</v></c></row>'


def lies(file: Path) -> None:
    """Let a workbook's list of parts say that each unfolds to a hundred bytes."""
    content = bytearray(file.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = struct.pack("<I", 100)
        at = content.find(b"PK\x01\x02", at + 4)
    file.write_bytes(content)


def packed_otherwise(file: Path) -> None:
    """Pack a workbook's parts as no spreadsheet program does, a thousand times denser."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_BZIP2) as new:
        for name, content in parts.items():
            new.writestr(name, content)


class TestAFileOfLeads:
    def test_is_read_as_text_in_a_few_megabytes(self, tmp_path: Path):
        file = tmp_path / "leads.csv"
        write_file(file, 100_000)
        done = grown(file)
        assert (done.rows, done.refused) == (100_000, "")
        assert done.megabytes < 10

    def test_is_read_as_a_workbook_in_what_its_texts_take(self, tmp_path: Path):
        file = tmp_path / "leads.xlsx"
        write_workbook(file, 50_000)
        done = grown(file)
        assert (done.rows, done.refused) == (50_000, "")
        assert done.megabytes < 60

    def test_is_imported_in_memory_that_does_not_grow_with_it(self, tmp_path: Path):
        file = tmp_path / "leads.csv"
        write_file(file, 5_000)
        done = grown(file, IMPORTED)
        assert done.rows == 5_000
        assert done.megabytes < 30


class TestAForgedFile:
    def test_whose_first_line_has_endless_columns_is_read_in_time(self, tmp_path: Path):
        file = tmp_path / "leads.csv"
        file.write_text(f"phone{',' * 900_000}\n052-234-5678\n", "utf-8")
        done = grown(file)
        assert (done.rows, done.refused) == (1, "")
        assert done.megabytes < 60
        assert done.seconds < 30

    @pytest.mark.parametrize("count", [2_000_000, 20_000_000])
    def test_of_text_with_millions_of_columns_is_refused(self, tmp_path: Path, count: int):
        file = tmp_path / "leads.csv"
        file.write_text("," * count, "utf-8")
        done = grown(file)
        assert (done.rows, done.refused) == (0, "import.too_wide")
        assert done.megabytes < 20

    def test_that_lies_of_its_size_is_refused(self, tmp_path: Path):
        file = tmp_path / "leads.xlsx"
        write_parts(file, sheet=[PHONE, "<row/>" * 5_000_000], texts=["phone"])
        lies(file)
        done = grown(file)
        assert done.refused == "import.not_text"
        assert done.megabytes < 20

    def test_that_is_packed_in_another_way_is_refused(self, tmp_path: Path):
        file = tmp_path / "leads.xlsx"
        write_parts(file, sheet=[PHONE, "<row/>" * 5_000_000], texts=["phone"])
        packed_otherwise(file)
        done = grown(file)
        assert done.refused == "import.too_large"
        assert done.megabytes < 20

    def test_whose_texts_unfold_without_end_is_refused(self, tmp_path: Path):
        file = tmp_path / "leads.xlsx"
        write_parts(file, sheet=[PHONE], texts=["phone", *["x" * 20] * 1_000_000])
        done = grown(file)
        assert done.refused == "import.too_large"
        assert done.megabytes < 20

    @pytest.mark.parametrize("mark", ["<c/>", "<c\n/>", "<x:c/>"])
    def test_with_a_million_empty_columns_is_refused(self, tmp_path: Path, mark: str):
        file = tmp_path / "leads.xlsx"
        write_parts(file, sheet=[f"<row>{mark * 1_000_000}</row>", PHONE], texts=["phone"])
        done = grown(file)
        assert done.refused == "import.too_large"
        assert done.megabytes < 20

    def test_with_as_many_columns_as_there_can_be_is_read(self, tmp_path: Path):
        file = tmp_path / "leads.xlsx"
        empty = "<c/>" * 16_000
        rows = [f'<row><c t="s"><v>0</v></c>{empty}</row>', '<row><c t="s"><v>1</v></c></row>']
        write_parts(file, sheet=rows, texts=["phone", "052-234-5678"])
        done = grown(file)
        assert (done.rows, done.refused) == (1, "")
        assert done.megabytes < 30
