"""How much memory a file of leads takes, each in a process of its own.

`python -m benchmarks.memory --rows 100000` is the full form.
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape

from rich.console import Console

from benchmarks.assign import NOW
from benchmarks.importing import OPTIONS, write_file
from bot.desk import Desk
from bot.present import Present
from bot.settings import Settings
from bot.sheets import open_sheet
from handlers.imports import import_file
from rules.playbook import Playbook
from rules.refusals import Refused
from rules.team import Rep
from storage import reps
from storage.engine import make_engine
from storage.store import Store
from storage.upgrade import upgrade

ROOT = Path(__file__).parents[1]
STATUS = Path("/proc/self/status")
READ, REHEARSED, IMPORTED = "read", "import, dry run", "import"
LONGEST = 1800
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(frozen=True, slots=True)
class Grown:
    """What came of a file: its rows or why it was refused, and how many MB above the base."""

    rows: int
    refused: str
    megabytes: float
    seconds: float

    def line(self, what: str) -> str:
        """Give the line of a Markdown table."""
        return f"| {what} | {self.rows:,} | {self.megabytes:.1f} MB | {self.seconds:.1f} s |"


def grown(file: Path, how: str = READ) -> Grown:
    """Read or import a file in a new process; gives what came of it."""
    command = [sys.executable, "-m", "benchmarks.memory", "--child", how, str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=LONGEST)
    return Grown(**json.loads(done.stdout.splitlines()[-1]))


def _peak() -> int:
    """Give the most memory that this process ever had, in kB.

    Not by getrusage, whose figure a new process has from the one that started it.
    """
    lines = STATUS.read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _child(file: Path, how: str) -> Grown:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        act = _read if how == READ else _importer(Path(folder), stack, dry_run=how == REHEARSED)
        first = Path(folder) / "first.xlsx"
        write_workbook(first, 1)
        act(first)  # the code stands in the base
        base, began = _peak(), time.process_time()
        try:
            rows, refused = act(file), ""
        except Refused as fault:
            rows, refused = 0, fault.key
        return Grown(rows, refused, (_peak() - base) / 1024, time.process_time() - began)


def _read(file: Path) -> int:
    with open_sheet(file) as sheet:
        return sum(1 for _ in sheet.rows)


def _importer(folder: Path, stack: ExitStack, *, dry_run: bool) -> Callable[[Path], int]:
    """Make a desk with a rep; gives what imports a file there."""
    store = Store(make_engine(f"sqlite:///{folder}/leads.db"))
    stack.callback(store.close)
    upgrade(store.engine)
    with store.unit() as unit:
        reps.put(unit, [Rep("U01AVI", "Avi", capacity=10**7)])
        unit.commit()
    desk = Desk(store, Settings.from_env({}), Present(Playbook()), lambda: NOW)
    options = replace(OPTIONS, dry_run=dry_run)

    def act(file: Path) -> int:
        told = import_file(desk, file, options, Console(file=io.StringIO()))
        return int(told.split()[1])

    return act


def write_workbook(file: Path, rows: int) -> None:
    """Write a workbook of so many different people, its texts in a table of their own."""
    texts = [
        text
        for number in range(rows)
        for text in (f"Person {number}", f"052-{2_000_000 + number}", f"p{number}@example.com")
    ]
    names = ["full name", "phone", "email"]
    places = range(0, len(names) + len(texts), len(names))
    lines = ("".join(f'<c t="s"><v>{at + n}</v></c>' for n in range(len(names))) for at in places)
    write_parts(file, sheet=(f"<row>{line}</row>" for line in lines), texts=[*names, *texts])


def write_parts(file: Path, *, sheet: Iterable[str], texts: Iterable[str]) -> None:
    """Write a workbook of one sheet by its rows as XML, and the texts that its cells name."""
    parts = _frame()
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(sheet)}</sheetData></worksheet>'
    )
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{shared}</sst>'
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _frame() -> dict[str, str]:
    """Give the parts of a workbook around its sheet and its texts."""
    kinds = {"/xl/workbook.xml": "sheet.main", "/xl/worksheets/sheet1.xml": "worksheet"}
    kinds["/xl/sharedStrings.xml"] = "sharedStrings"
    types = "".join(
        f'<Override PartName="{name}" ContentType="{_KIND}.{kind}+xml"/>'
        for name, kind in kinds.items()
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Leads" sheetId="1" r:id="r1"/></sheets></workbook>',
    }


def _relations(*found: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{name}"/>'
        for number, (kind, name) in enumerate(found, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def measure(folder: Path, rows: int) -> dict[str, Grown]:
    """Read and import files of so many rows; gives what came of each."""
    text, book = folder / "leads.csv", folder / "leads.xlsx"
    write_file(text, rows)
    write_workbook(book, rows)
    cases = [(text, how) for how in (READ, REHEARSED, IMPORTED)] + [(book, READ)]
    return {f"{file.suffix[1:].upper()}, {how}": grown(file, how) for file, how in cases}


def table(found: dict[str, Grown]) -> str:
    """Give everything as a Markdown table."""
    head = "| what | rows | above the base | processor |\n|---|---|---|---|"
    return "\n".join([head, *(one.line(what) for what, one in found.items())])


def main() -> None:
    """Print the table, or, as a child, what came of one file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--child", nargs=2, metavar=("HOW", "FILE"))
    asked = parser.parse_args()
    if asked.child:
        how, file = asked.child
        Console(soft_wrap=True).out(json.dumps(asdict(_child(Path(file), how))))
        return
    with tempfile.TemporaryDirectory() as folder:
        Console().out(table(measure(Path(folder), asked.rows)))


if __name__ == "__main__":
    main()
