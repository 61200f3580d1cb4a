"""The customer's side: things to try, phones, mailboxes, a web site's form."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sandbox.customers import Known
from sandbox.face import letters
from sandbox.face.draw.reader import Reader
from sandbox.face.frames import frame, sayer
from sandbox.face.guide import steps
from sandbox.face.parts import Items, plain_moment
from sandbox.face.seat import TABS, Seat
from sandbox.face.stage import Show, Stage
from sandbox.phone_rest import Sms

WHEN = "{date_short_pretty} {time}"
LISTED = 60


def side(stage: Stage, show: Show, seat: Seat, reader: Reader) -> tuple[Items, bool]:
    """Return the tabs and what is chosen among them, and whether anything in them is new."""
    # What is on show is drawn first: it is no news any more.
    part = _DRAW[seat.tab](stage, show, seat, reader)
    phone, mail = _news_of(show, seat)
    marks = {"guide": False, "form": False, "phone": phone, "mail": mail}
    ids = [one for one in TABS if one != "guide" or seat.guided]
    tabs = frame("tabs", locale=show.locale, ids=ids, here=seat.tab, news=marks)
    return [("tabs", tabs), part], phone or mail


def _news_of(show: Show, seat: Seat) -> tuple[bool, bool]:
    """Tell whether an SMS and whether a mail was sent that was not looked at here."""
    talks = _talks(show)
    known = {one.customer.e164 for one in show.town.customers.all()}
    unseen = any(_is_new(seat, number, talks) for number in known & talks.keys())
    return unseen, letters.news(show, seat)


def all_seen(show: Show) -> dict[str, int]:
    """Return how much every phone and mailbox holds, for a seat that has just been taken."""
    phones = {number: len(talk) for number, talk in _talks(show).items()}
    boxes = show.town.mailbox.boxes()
    return phones | {address: len(box) for address, box in boxes.items()}


def _talks(show: Show) -> dict[str, list[Sms]]:
    talks: dict[str, list[Sms]] = defaultdict(list)
    for sms in show.town.phones.traffic:
        talks[sms.sender if sms.direction == "in" else sms.to].append(sms)
    return talks


def _is_new(seat: Seat, number: str, talks: Mapping[str, list[Sms]]) -> bool:
    return len(talks.get(number, ())) > seat.seen.get(number, 0)


def _guide(stage: Stage, show: Show, _seat: Seat, _reader: Reader) -> tuple[str, str]:
    drawn = frame("guide", locale=show.locale, steps=steps(stage, show))
    return "guide", drawn


def _phones(_stage: Stage, show: Show, seat: Seat, reader: Reader) -> tuple[str, str]:
    known = show.town.customers.get(seat.phone)
    if known is not None:
        return _phone(show, seat, known, reader)
    talks = _talks(show)
    people = sorted(show.town.customers.all(), key=lambda one: _last_at(one, talks), reverse=True)
    rows = [_row(seat, one, talks) for one in people[:LISTED]]
    return "phones", frame("phones", locale=show.locale, people=rows)


def _last_at(known: Known, talks: Mapping[str, list[Sms]]) -> float:
    talk = talks.get(known.customer.e164, [])
    return max([known.since.timestamp(), *(sms.at for sms in talk[-1:])])


def _row(seat: Seat, known: Known, talks: Mapping[str, list[Sms]]) -> Mapping[str, Any]:
    customer = known.customer
    talk = talks.get(customer.e164, [])
    last = talk[-1].body if talk else customer.e164 or customer.phone or customer.email
    news = _is_new(seat, customer.e164, talks)
    return {"key": customer.key, "name": customer.name, "last": last, "news": news}


def _phone(show: Show, seat: Seat, known: Known, reader: Reader) -> tuple[str, str]:
    customer, say = known.customer, sayer(show.locale)
    talk = show.town.phones.conversation(customer.e164)
    seat.seen[customer.e164] = len(talk)
    drawn = frame(
        "phone",
        locale=show.locale,
        key=customer.key,
        name=customer.name,
        number=customer.e164,
        mail=customer.email,
        mails=len(show.town.mailbox.of(customer.email)),
        lines=_lines(show, known, reader),
        replies=[*customer.replies[:2], say("phone.stop")],
    )
    return f"phone-{customer.key}", drawn


def _lines(show: Show, known: Known, reader: Reader) -> list[dict[str, str]]:
    say = sayer(show.locale)
    rows: list[tuple[float, str, str, str]] = [
        (sms.at, sms.direction, sms.body, say(f"phone.{sms.status}"))
        for sms in show.town.phones.conversation(known.customer.e164)
    ]
    for call in known.calls:
        words = f"{_heard(show, known, call.outcome)} {_hint(show, call.outcome)}"
        rows.append((call.at.timestamp(), "call", words, ""))
    return [
        {"how": how, "text": text, "state": state, "at": plain_moment(at, WHEN, reader)}
        for at, how, text, state in sorted(rows)
    ]


def _heard(show: Show, known: Known, outcome: str) -> str:
    temper = known.customer.temper
    named = outcome == "answered" and temper in ("eager", "busy")
    key = f"phone.answered_{temper}" if named else f"phone.{outcome}"
    return sayer(show.locale)(key, name=known.customer.name)


def _hint(show: Show, outcome: str) -> str:
    key = outcome if outcome in ("answered", "noanswer") else "other"
    return sayer(show.locale)(f"phone.hint_{key}")


def _mails(_stage: Stage, show: Show, seat: Seat, reader: Reader) -> tuple[str, str]:
    return letters.mails(show, seat, reader)


def _form(_stage: Stage, show: Show, seat: Seat, _reader: Reader) -> tuple[str, str]:
    name = sayer(show.locale)("form.sample_name")
    sample = {"name": name, "phone": "052-234-5678", "email": "dana@example.com"}
    # A second person with the first one's address would be the same person.
    given = dict.fromkeys(sample, "") if seat.answer else sample
    drawn = frame(
        "form",
        locale=show.locale,
        given=given,
        campaigns=show.campaigns,
        products=show.products,
        answer=seat.answer,
    )
    return "form", drawn


_DRAW = {"guide": _guide, "phone": _phones, "mail": _mails, "form": _form}
