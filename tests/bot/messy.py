"""Files of leads as vendors and spreadsheets make them, every one spoiled in its own way."""

import io
import zipfile
from pathlib import Path
from typing import Any

from openpyxl import Workbook

NAMES = "name,phone,email"
DANA = "Dana,052-234-5678,dana@example.com"
YOSSI = "Yossi,054-234-5678,"
META = (
    "id\tcreated_time\tad_id\tad_name\tform_id\tplatform\twhat_is_your_phone_number?\tfull_name\n"
    "l:101\t2026-11-01T10:00:00+02:00\tag:9\tBlue car\tf:7\tfb\tp:+972522345678\tDana\n"
    "l:102\t2026-11-01T03:00:00-05:00\tag:9\tBlue car\tf:7\tig\tp:+972542345678\tYossi\n"
    "l:103\t2026-11-01T03:00:00-05:00\tag:9\tBlue car\tf:7\tig\t"
    "<test lead: dummy data for phone_number>\t<test lead: dummy data for full_name>\n"
)
COLLAPSED = '"name,phone,note"\n"Dana,052-234-5678,""a, b"""\nYossi,054-234-5678,c\n'
SPACED = 'name, "phone", "note", "city"\nDana, "052-234-5678", "a, b", "Haifa"\n'
MHTML = "MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html><table></table></html>\n"
JSON = '[{"name": "Dana", "phone": "052-234-5678"}]'
TITLED = f"Leads of March\n\nMade by X,,\n{NAMES}\n{DANA}\n{YOSSI}\n"
HEADLESS = f"{DANA}\n{YOSSI}\n"
UNNAMED = "id,name,phone\n1,web,Dana,052-234-5678\n2,web,Yossi,054-234-5678\n"
PAGE = "\n <!DOCTYPE html>\n<html><body><form>Log in</form></body></html>"
OPEN_QUOTE = f'{NAMES}\n"Dana,052-234-5678,\n{YOSSI}\n'
LOST_QUOTE = f'{NAMES}\n{YOSSI}\n"Dana\nCohen,052\n\nx,y,z\n'
_CELL = '<row r="{}"><c t="str"><v>{}</v></c></row>'
_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{}</sheetData></worksheet>"
)
NO_STYLES = (
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<cellXfs><xf/></cellXfs></styleSheet>"
)
FAR_ROW = _SHEET.format(_CELL.format(1, "phone") + _CELL.format(999999999999, 1)).encode()
ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaa">]>' + _SHEET.format(_CELL.format(1, "&a;")).encode()

Cells = list[list[Any]]


def workbook(*sheets: Cells, title: str = "Sheet") -> bytes:
    """Write sheets, named 'Sheet 1' and so on, as an XLSX."""
    book = Workbook(write_only=True)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"{title} {number}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(content: bytes, part: str, text: bytes) -> bytes:
    """Put other content into one part of a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
        if part not in old.namelist():
            new.writestr(part, text)
    return out.getvalue()


def wide_row(count: int) -> bytes:
    """Write a sheet of one row with so many cells, no two alike."""
    cells = "".join(f"<c><v>{number * 7919}</v></c>" for number in range(count))
    return _SHEET.format(f"<row>{cells}</row>").encode()


def many_styles(count: int) -> bytes:
    """Write so many styles of cells, which are held in memory all at once."""
    return NO_STYLES.replace(b"<xf/>", b"<xf/>" * count)


def put(folder: Path, content: str | bytes, name: str = "leads.csv") -> Path:
    """Write a file, text as UTF-8."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file
