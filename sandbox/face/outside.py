"""What a touch on the customers' side does: their phones, their mail, the site's form."""

import json
from collections.abc import Callable
from dataclasses import replace

import httpx

from sandbox.errors import NoSuchElement
from sandbox.face.frames import sayer
from sandbox.face.seat import Hit, Seat
from sandbox.face.stage import Show, Stage
from sandbox.face.visitors import visitor
from sandbox.mail_leaving import leave
from sandbox.mails import Mail
from sandbox.town import META

Does = Callable[[Stage, Show, Seat, Hit], None]


class NotTaken(Exception):
    """The bot's own doors did not take what a customer sent; says why."""


def _phone(_stage: Stage, _show: Show, seat: Seat, hit: Hit) -> None:
    seat.open_tab("phone")
    seat.phone = hit.value


def _call(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    show.town.customers.call(hit.value)
    seat.phone = hit.value


def _sms(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    known = show.town.customers.get(seat.phone)
    text = (hit.fields.get("text") or hit.value).strip()
    if known is None or not known.customer.e164 or not text:
        return
    sms = show.town.phones.reply(known.customer.e164, text)
    if sms.status == "failed":
        raise NotTaken(f"HTTP {sms.http_status}" if sms.http_status else "-")


def _mail(_stage: Stage, _show: Show, seat: Seat, hit: Hit) -> None:
    seat.open_tab("mail")
    seat.box, seat.letter = hit.value.lower(), None


def _letter(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    seat.letter, _ = _letters(show, seat)[hit.value]


def _letters(show: Show, seat: Seat) -> dict[str, tuple[int, Mail]]:
    numbered = enumerate(show.town.mailbox.of(seat.box))
    return {str(number): (number, mail) for number, mail in numbered}


def _mail_reply(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    _, mail = _letters(show, seat)[hit.value]
    if hit.fields.get("text", "").strip():
        show.town.mailbox.reply(mail, hit.fields["text"])
        seat.notice = sayer(show.locale)("mail.sent")


def _mail_leave(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    _, mail = _letters(show, seat)[hit.value]
    status = leave(mail)
    if not httpx.codes.is_success(status):
        raise NotTaken(f"HTTP {status}")
    seat.notice = sayer(show.locale)("mail.left")


def _lead(stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    given = {name: value for name, value in hit.fields.items() if value.strip()}
    try:
        told = show.town.send_lead(visitor(given, locale=show.locale))
    except httpx.HTTPStatusError as fault:
        raise NotTaken(f"HTTP {fault.response.status_code}") from None
    say = sayer(show.locale)
    words = say(f"form.{told['status']}", id=told["lead_id"])
    seat.answer = {"words": words, "json": json.dumps(told, indent=2)}
    stage.done.add("form")


def _meta(stage: Stage, show: Show, _seat: Seat, _hit: Hit) -> None:
    """Let the next person fill in a form of Meta's, which tells the bot of it by webhook."""
    try:
        show.town.send_form(show.town.arrivals.of(META))
    except StopIteration:
        raise NoSuchElement("the story has no more leads") from None
    except httpx.HTTPStatusError as fault:
        raise NotTaken(f"HTTP {fault.response.status_code}") from None
    stage.done.add("meta")


def _near(stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    """Send the guide's customer once more, with a slip in the number and another address."""
    known = show.town.customers.get(show.guide.customer)
    if known is None:
        raise NoSuchElement("its customer is forgotten")
    given = {"name": known.customer.name, "phone": slipped(known.customer.e164, show)}
    _lead(stage, show, seat, replace(hit, fields=given))
    stage.done.add("near")


def slipped(e164: str, show: Show) -> str:
    """Return a number that differs from this one in a digit, and is nobody else's."""
    taken = {one.customer.e164 for one in show.town.customers.all()}
    made = (f"{e164[:-1]}{(int(e164[-1]) + more) % 10}" for more in range(1, 10))
    return next((one for one in made if one not in taken), e164)


OUTSIDE: dict[str, Does] = {
    "phone": _phone, "call": _call, "sms": _sms, "mail": _mail, "letter": _letter,
    "mail_reply": _mail_reply, "mail_leave": _mail_leave, "lead": _lead,
    "meta": _meta, "near": _near,
}  # fmt: skip
