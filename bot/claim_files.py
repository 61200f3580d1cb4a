"""The file that a vendor gets: each claim with its proof, as CSV or as a workbook (L5.5)."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO

from bot import audit
from bot.desk import Desk
from bot.refund_marks import Batch
from bot.refunds import AT_ONCE, over
from bot.team import allowed
from bot.texts import Words
from rules.cells import runs
from rules.claims import Bought, ClaimState
from rules.money import decimal_amount
from rules.permissions import Act
from rules.refusals import Refused
from rules.reports import SendClaimFile
from storage import bought, claims, inbox, outbox
from storage.claims import Claim
from storage.unit import View

CSV, XLSX = "csv", "xlsx"
FORMS = (CSV, XLSX)
MOST = 10_000
LONGEST_CELL, NAME_LIMIT, WIDTH = 30_000, 60, 18
MOMENT = "%Y-%m-%d %H:%M %z"
_NUMBER = re.compile(r"\+\d[\d ()-]*", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PARTS = re.compile(r"([;|\t\r\n][\"\s]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_UNSAFE = re.compile(r"[^\w.-]+")
CLAIM_COLUMNS = (
    *("claim", "lead", "external_id", "campaign", "received", "name", "phone", "email"),
    *("reason", "cost", "credit", "currency", "first_call", "tries", "days", "calls", "messages"),
)
TRY_COLUMNS = ("claim", "lead", "external_id", "at", "outcome")
Cell = str | int | Decimal


@dataclass(frozen=True, slots=True)
class Proved:
    """A claim with what was bought and the messages that left for the lead since."""

    claim: Claim
    bought: Bought
    sent: tuple[tuple[datetime, str, str], ...]


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A file for a vendor, of so many claims."""

    name: str
    content: bytes
    count: int


def ask(
    desk: Desk, batch: Batch, form: str, *, until: int, by: str, asked: str, key: str = ""
) -> None:
    """Put a vendor's claim file in line for the manager who asks for it, privately (L5.5).

    It holds the claims up to the number `until`; `asked` sets this request apart. Raises Refused
    for who manages not.
    """
    with desk.store.unit() as unit:
        allowed(desk, unit, by, Act.MANAGE)
        if not inbox.first_time(unit, key, at=desk.clock()):
            return
        effect = SendClaimFile(batch.vendor, batch.currency, until, form, by, asked)
        outbox.add(unit, (effect,), now=desk.clock())
        audit.write(desk, unit, by, "claim_file", f"vendor:{batch.vendor}")
        unit.commit()


def to_save(desk: Desk, batch: Batch, form: str, words: Words) -> ClaimFile:
    """Make a vendor's claim file for whoever works on the machine, in plain `words` (L5.5).

    Raises Refused for another form than csv and xlsx, where no vendor is named, and where there is
    nothing to claim.
    """
    if form not in FORMS:
        raise Refused("refunds.form")
    if not batch.vendor:
        raise Refused("refunds.whose")
    with desk.store.unit() as unit:
        some = proved(desk, unit, batch)
        if not some:
            raise Refused("refunds.no_vendor", vendor=batch.vendor)
        audit.write(desk, unit, "", "claim_file", f"vendor:{batch.vendor}")
        unit.commit()
    return make(desk, batch, form, some, words)


def proved(desk: Desk, view: View, batch: Batch, *, until: int | None = None) -> list[Proved]:
    """Give a vendor's open claims with their proof, the oldest first, as many as a file holds."""
    now = desk.clock()
    found = claims.of_vendor(
        *(view, batch.vendor, batch.currency, ClaimState.OPEN),
        most=MOST,
        until=until,
        closing_after=now,
    )
    parts = (found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE))
    return [one for part in parts for one in _proved(desk, view, part, now=now)]


def _proved(desk: Desk, view: View, part: list[Claim], *, now: datetime) -> Iterator[Proved]:
    gone = {one.bought.source_id for one in over(desk, view, part, now=now)}
    sold = {one.source_id: one for one in bought.of_sources(view, [one.source_id for one in part])}
    left = bought.messages_of(view, {one.lead_id for one in sold.values()})
    for claim in part:
        one = sold.get(claim.source_id)
        if one and claim.source_id not in gone:
            yield Proved(claim, one, tuple(row for row in left[one.lead_id] if row[0] >= one.at))


def make(desk: Desk, batch: Batch, form: str, some: Sequence[Proved], words: Words) -> ClaimFile:
    """Write claims into a file of this form, headed in plain `words`; no cell of it can run."""
    rows = [[_head(name, words) for name in CLAIM_COLUMNS]]
    rows += [_cells(one, desk, words) for one in some]
    tries = [[_head(name, words) for name in TRY_COLUMNS]]
    tries += [row for one in some for row in _try_cells(one, desk, words)]
    content = _workbook(rows, tries, words) if form == XLSX else _csv(rows)
    day = f"{desk.clock().astimezone(words.zone):%Y-%m-%d}"
    name = _UNSAFE.sub("_", batch.vendor)[:NAME_LIMIT].strip("._") or "vendor"
    return ClaimFile(f"claims-{name}-{batch.currency}-{day}.{form}", content, len(some))


def _head(name: str, words: Words) -> Cell:
    return words.say(f"claim_file.{name}")


def _cells(one: Proved, desk: Desk, words: Words) -> list[Cell]:
    sold, zone = one.bought, one.bought.local(desk.settings.zone)
    calls = [
        f"{_at(call.at, sold, desk)} {words.say(f'outcome.{call.outcome}')}" for call in sold.tries
    ]
    left = [
        f"{_at(at, sold, desk)} {words.say(f'channel.{channel}')} {_became(state, words)}"
        for at, channel, state in one.sent
    ]
    return [
        *(one.claim.id, sold.lead_id, sold.external_id, sold.campaign, _at(sold.at, sold, desk)),
        *(sold.name, sold.phone_e164 or sold.phone_raw, sold.email),
        words.say(f"refunds.reason_{one.claim.reason}"),
        decimal_amount(sold.cost) if sold.cost else "",
        decimal_amount(one.claim.credit),
        one.claim.credit.currency,
        _at(sold.tries[0].at, sold, desk) if sold.tries else "",
        len(sold.tries),
        len({call.at.astimezone(zone).date() for call in sold.tries}),
        "; ".join(calls),
        "; ".join(left),
    ]


def _try_cells(one: Proved, desk: Desk, words: Words) -> Iterator[list[Cell]]:
    sold = one.bought
    for call in sold.tries:
        outcome = words.say(f"outcome.{call.outcome}")
        at = _at(call.at, sold, desk)
        yield [one.claim.id, sold.lead_id, sold.external_id, at, outcome]


def _became(state: str, words: Words) -> str:
    return words.say(f"claim_file.sent_{state}")


def _at(moment: datetime, sold: Bought, desk: Desk) -> str:
    """Write a moment by the customer's clock, with how far that is from UTC."""
    return f"{moment.astimezone(sold.local(desk.settings.zone)):{MOMENT}}"


def tamed(cell: Cell) -> Cell:
    """Give a cell that no program runs as a formula, nor refuses; a phone number stays as it is."""
    if not isinstance(cell, str):
        return cell
    text = _UNPRINTABLE.sub("", cell)[:LONGEST_CELL]
    return f"'{text}" if runs(text) and not _NUMBER.fullmatch(text) else text


def _whole(cell: Cell) -> Cell:
    """Keep a cell in one: where commas are decimals a spreadsheet parts a line at semicolons."""
    return _PARTS.sub(r"\1'", cell) if isinstance(cell, str) else cell


def _csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    out = StringIO(newline="")
    csv.writer(out).writerows([_whole(tamed(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _workbook(
    rows: Iterable[Sequence[Cell]], tries: Iterable[Sequence[Cell]], words: Words
) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - few files are made, and it takes long to load

    book = Workbook(write_only=True)
    for name, lines in (("claims", rows), ("calls", tries)):
        sheet = book.create_sheet(words.say(f"claim_file.sheet_{name}"))
        sheet.freeze_panes = "A2"
        sheet.sheet_format.defaultColWidth = WIDTH
        sheet.sheet_view.rightToLeft = words.locale == "he"
        for line in lines:
            sheet.append([tamed(cell) for cell in line])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
