"""What is no lead's and names somebody who is to be erased: found by number and address (C5)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from re import Pattern

from bot.drops import REJECTS
from bot.mail_bodies import RAW_MAIL
from bot.mime import read_letter, texts_of
from rules.traces import is_named, pattern
from storage import strays
from storage.person import Person
from storage.strays import Loose
from storage.unit import Unit, View


@dataclass(frozen=True, slots=True)
class Strays:
    """What names a person: bodies to be emptied, and tables of which a row goes."""

    bodies: tuple[Loose, ...] = ()
    tables: dict[int, bytes] = field(default_factory=dict)


def find(view: View, person: Person) -> Strays:
    """Give what came, is no lead's, and has a number or an address that is this person's alone."""
    known = pattern(person.phones, person.emails)
    if known is None:
        return Strays()
    found = [one for one in strays.loose(view) if any(is_named(it, known) for it in _texts(one))]
    tables = {one.id: _without(one.body, known) for one in found if one.source == REJECTS}
    return Strays(tuple(one for one in found if one.id not in tables), tables)


def take_out(unit: Unit, found: Strays, *, at: datetime) -> None:
    """Take what was found out of what is kept, now (UTC)."""
    if found.bodies:
        strays.empty(unit, [one.id for one in found.bodies])
    for number, body in found.tables.items():
        strays.replace(unit, number, body)
    strays.forget_examples(unit, at=at)


def _texts(one: Loose) -> Iterator[str]:
    yield one.body.decode("utf-8", errors="replace")
    if one.content_type == RAW_MAIL:
        letter = read_letter(one.body)
        yield from (letter.sender, letter.subject, *texts_of(one.body))


def _without(table: bytes, known: Pattern[str]) -> bytes:
    """Give a table without the rows that name somebody."""
    rows = list(csv.reader(StringIO(table.decode("utf-8"), newline="")))
    out = StringIO(newline="")
    kept = [row for row in rows if not is_named(" ; ".join(row), known)]
    csv.writer(out).writerows(kept)
    return out.getvalue().encode()
