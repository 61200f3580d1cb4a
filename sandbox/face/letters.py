"""Mailboxes: who has mail, which letters, and one letter shown as its reader would see it."""

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from sandbox.face.draw.reader import Reader
from sandbox.face.frames import frame, sayer
from sandbox.face.parts import plain_moment
from sandbox.face.seat import Seat
from sandbox.face.stage import Show
from sandbox.mail_leaving import way_out
from sandbox.mails import Mail

WHEN = "{date_short_pretty} {time}"
LISTED = 60
# What a mail program does: no script, nothing fetched, links open beside.
_GUARD = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
    '<base target="_blank">'
)


def news(show: Show, seat: Seat) -> bool:
    """Tell whether a mailbox has a letter that was not looked at here."""
    boxes = show.town.mailbox.boxes()
    return any(len(box) > seat.seen.get(address, 0) for address, box in boxes.items())


def mails(show: Show, seat: Seat, reader: Reader) -> tuple[str, str]:
    """Return what the mail tab shows: all boxes, one box, or one letter."""
    boxes = show.town.mailbox.boxes()
    letters = boxes.get(seat.box, [])
    if seat.box and seat.letter is not None and seat.letter < len(letters):
        return _letter(show, seat, letters[seat.letter], reader)
    if seat.box:
        return _box(show, seat, letters, reader)
    names = _names(show)
    rows = [_row(seat, one, box, names) for one, box in list(boxes.items())[:LISTED]]
    return "boxes", _listed(show, title=sayer(show.locale)("mail.title"), address="", rows=rows)


def _listed(show: Show, *, title: str, address: str, rows: list[dict[str, Any]]) -> str:
    return frame("mails", locale=show.locale, title=title, address=address, rows=rows)


def _row(seat: Seat, address: str, box: list[Mail], names: Mapping[str, str]) -> dict[str, Any]:
    name = names.get(address, address)
    fresh = len(box) > seat.seen.get(address, 0)
    return {"do": "mail", "value": address, "name": name, "last": box[-1].subject, "news": fresh}


def _names(show: Show) -> dict[str, str]:
    people = {one.customer.email.lower(): one.customer.name for one in show.town.customers.all()}
    return people | {show.town.sales: sayer(show.locale)("mail.team")}


def _box(show: Show, seat: Seat, letters: list[Mail], reader: Reader) -> tuple[str, str]:
    seat.seen[seat.box] = len(letters)
    rows = [
        {
            "do": "letter",
            "value": number,
            "name": letter.subject,
            "last": f"{_sender(letter)} · {plain_moment(letter.at, WHEN, reader)}",
            "news": False,
        }
        for number, letter in reversed(list(enumerate(letters)))
    ]
    title = sayer(show.locale)("mail.of", name=_names(show).get(seat.box, seat.box))
    return f"box-{seat.box}", _listed(show, title=title, address=seat.box, rows=rows)


def _letter(show: Show, seat: Seat, letter: Mail, reader: Reader) -> tuple[str, str]:
    drawn = frame(
        "mail",
        locale=show.locale,
        address=seat.box,
        subject=letter.subject,
        sender=_sender(letter),
        at=plain_moment(letter.at, WHEN, reader),
        page=f"{_GUARD}{letter.html}" if letter.html else "",
        text=letter.text,
        answerable=seat.box != show.town.sales,
        number=seat.letter,
        leaves=bool(way_out(letter)),
    )
    return f"letter-{seat.box}-{seat.letter}", drawn


def _sender(letter: Mail) -> str:
    name, address = parseaddr(letter["From"] or letter.sender)
    return name or address
