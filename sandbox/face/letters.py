"""Mailboxes: who has mail, which letters, and one letter shown as its reader would see it."""

from email.utils import parseaddr
from typing import Any

from sandbox.face.draw.reader import Reader
from sandbox.face.frames import frame, sayer
from sandbox.face.parts import plain_moment
from sandbox.face.seat import Seat
from sandbox.face.stage import Show
from sandbox.mails import Mail

WHEN = "{date_short_pretty} {time}"
# What a mail program does: no script, nothing fetched, links open beside.
_GUARD = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
    '<base target="_blank">'
)


def news(show: Show, seat: Seat) -> bool:
    """Tell whether a mailbox has a letter that was not looked at here."""
    box = show.town.mailbox
    return any(len(box.of(one)) > seat.seen.get(one, 0) for one in box.addresses())


def mails(show: Show, seat: Seat, reader: Reader) -> tuple[str, str]:
    """Return what the mail tab shows: all boxes, one box, or one letter."""
    letters = show.town.mailbox.of(seat.box) if seat.box else []
    if seat.box and seat.letter is not None and seat.letter < len(letters):
        return _letter(show, seat, letters[seat.letter], reader)
    if seat.box:
        return _box(show, seat, letters, reader)
    rows = [_box_row(show, seat, address) for address in show.town.mailbox.addresses()]
    return "boxes", _listed(show, title=sayer(show.locale)("mail.title"), address="", rows=rows)


def _listed(show: Show, *, title: str, address: str, rows: list[dict[str, Any]]) -> str:
    return frame("mails", locale=show.locale, title=title, address=address, rows=rows)


def _box_row(show: Show, seat: Seat, address: str) -> dict[str, Any]:
    letters = show.town.mailbox.of(address)
    fresh = len(letters) > seat.seen.get(address, 0)
    last = letters[-1].subject if letters else ""
    name = _name(show, address)
    return {"do": "mail", "value": address, "name": name, "last": last, "news": fresh}


def _name(show: Show, address: str) -> str:
    if address == show.town.sales:
        return sayer(show.locale)("mail.team")
    people = {one.customer.email.lower(): one.customer.name for one in show.town.customers.all()}
    return people.get(address) or address


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
    title = sayer(show.locale)("mail.of", name=_name(show, seat.box))
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
    )
    return f"letter-{seat.box}-{seat.letter}", drawn


def _sender(letter: Mail) -> str:
    name, address = parseaddr(letter["From"] or letter.sender)
    return name or address
