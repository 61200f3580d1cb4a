"""What was set aside, as managers see to it: opened, tried again, mended, dismissed (C2)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import audit, intake
from bot.audience import team_words, words_of
from bot.bodies import Unreadable
from bot.desk import Desk
from bot.forms import read_forms, read_lead
from bot.intake import Receipt
from bot.mail_bodies import RAW_MAIL
from bot.mime import read_letter, texts_of
from bot.orders import Drop, Prepared, SlackPost
from bot.paging import Page, page
from bot.rotation import Rotation
from bot.team import allowed
from bot.views import quarantine as views
from rules.fields import Draft
from rules.permissions import Act
from rules.phones import read_email
from rules.refusals import Refused
from storage import inbox
from storage import quarantine as aside
from storage.inbox import QUARANTINED, Arrival
from storage.quarantine import DISMISSED, Aside
from storage.unit import Unit, View

SIZE = 8
RETRY, MEND = "retry_intake", "mend_intake"
PREVIEW, INDENTED, LONGEST_WHY = 1500, 20_000, 200
_NUMBER = re.compile(r"\+?\d[\d\-() .]{5,18}\d")
_ADDRESS = re.compile(r"[^\s\"'<>,;:]{1,64}@[^\s\"'<>,;:]{3,190}")
_CONTROL = re.compile(r"[^\S\n]+|[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Opened:
    """One that was set aside with the beginning of what came, and what may be its person's.

    `more` bytes are not shown.
    """

    aside: Aside
    text: str
    more: int
    name: str
    phone: str
    email: str


def listed(desk: Desk, *, by: str, number: int = 0) -> Page[Aside]:
    """Give a page of what is set aside, newest first; raises Refused for who manages not (C2).

    `by` is a Slack id, "" for who works on the machine.
    """
    with desk.store.view() as view:
        _check(desk, view, by)
        total = inbox.quarantined(view)
        return page(
            "aside",
            {"aside": number},
            total=total,
            size=SIZE,
            take=lambda skip: aside.newest(view, most=SIZE, skip=skip),
        )


def opened(desk: Desk, intake_id: int, *, by: str) -> Opened:
    """Give one that is set aside with what came; raises Refused where it is not any more."""
    with desk.store.view() as view:
        _check(desk, view, by)
        arrival = _waiting(view, intake_id)
    text = _text(desk, arrival)
    name, phone, email = _guessed(desk, arrival, text)
    known = Aside(
        arrival.id, arrival.source, arrival.received_at, len(arrival.body), arrival.reason
    )
    more = max(0, len(text) - PREVIEW)
    return Opened(known, text[:PREVIEW], more, name, phone, email)


def retry(desk: Desk, intake_id: int, *, by: str, key: str = "") -> Receipt:
    """Read it again, since its source's map or its maker's format was mended; gives what came.

    Raises Refused as `opened` does.
    """
    return _acted(desk, intake_id, {}, by=by, act=RETRY, key=key)


def mend(
    desk: Desk, intake_id: int, typed: Mapping[str, str], *, by: str, key: str = ""
) -> Receipt:
    """Make a lead of it by hand: what was `typed` by field counts before what came.

    Raises Refused as `opened` does, and without a way to reach the person.
    """
    given = {name: one for name, one in typed.items() if one}
    return _acted(desk, intake_id, given, by=by, act=MEND, key=key)


def _acted(
    desk: Desk, intake_id: int, typed: Mapping[str, str], *, by: str, act: str, key: str
) -> Receipt:
    now = desk.clock()
    with desk.store.unit() as unit:
        _check(desk, unit, by)
        if inbox.first_time(unit, key, at=now):
            rotation = Rotation(desk, unit, now=now)
            arrival = _waiting(unit, intake_id, lock=True)
            if act == MEND:
                draft = _by_hand(desk, arrival, typed)
                done = intake.settle_draft(desk, unit, arrival, draft, rotation, now=now)
            else:
                done = intake.settle_now(desk, unit, arrival, rotation, now=now)
            audit.write(desk, unit, by, act, _of(intake_id), after={"state": done.state})
            unit.commit()
    return intake.settle(desk, intake_id)


def _by_hand(desk: Desk, arrival: Arrival, typed: Mapping[str, str]) -> Draft:
    draft = read_lead(desk, arrival.source, _first(desk, arrival), typed=typed)
    if not draft.reachable:
        raise Refused("aside.unreachable")
    return draft


def dismiss(desk: Desk, intake_id: int, *, why: str, by: str, key: str = "") -> None:
    """Put it away for good, with the reason; it stays kept. Raises Refused as `opened` does."""
    _move(desk, intake_id, DISMISSED, why=why[:LONGEST_WHY], by=by, key=key)


def bring_back(desk: Desk, intake_id: int, *, by: str, key: str = "") -> None:
    """Take back that it was dismissed; raises Refused where it is not."""
    _move(desk, intake_id, QUARANTINED, by=by, key=key)


def _move(
    desk: Desk, intake_id: int, state: str, *, by: str, key: str, why: str = ""
) -> None:  # fmt: skip
    now = desk.clock()
    away = state == DISMISSED
    with desk.store.unit() as unit:
        _check(desk, unit, by)
        if not inbox.first_time(unit, key, at=now):
            return
        arrival = _waiting(unit, intake_id, lock=True, state=QUARANTINED if away else DISMISSED)
        cause = arrival.reason.partition(":")[0]
        reason = f"{cause}: {why}" if why else cause
        inbox.settle(unit, intake_id, state=state, lead_id=None, reason=reason)
        act = "dismiss_intake" if away else "dismiss_intake_undo"
        audit.write(desk, unit, by, act, _of(intake_id))
        unit.commit()


def prepare_notice(desk: Desk, view: View, effect: Any) -> Prepared:  # noqa: ANN401
    """Tell managers that something of a source is set aside, while something is."""
    source = effect.about.partition(" ")[2]
    count = aside.of_source(view, source)
    if not count:
        return Drop("nothing_waits")
    words = words_of(desk, view, effect.to) if effect.to else team_words(desk)
    to = effect.to or desk.settings.managers_channel
    return [SlackPost(to, views.notice(source, count, words), for_managers=not effect.to)]


def _check(desk: Desk, view: View, by: str) -> None:
    if by:
        allowed(desk, view, by, Act.MANAGE)


def _of(intake_id: int) -> str:
    return f"intake:{intake_id}"


def _waiting(
    view: View | Unit, intake_id: int, *, lock: bool = False, state: str = QUARANTINED
) -> Arrival:
    arrival = inbox.get(view, intake_id, lock=lock)
    if arrival is None or arrival.state != state:
        raise Refused("aside.settled")
    return arrival


def _first(desk: Desk, arrival: Arrival) -> Mapping[str, Any]:
    """Give the form that came, {} where it can't be read."""
    try:
        return read_forms(desk, arrival.source, arrival.body, arrival.content_type)[0]
    except (Unreadable, *intake.OURS):
        return {}


def _text(desk: Desk, arrival: Arrival) -> str:
    """Give what came as text that can be shown: no control signs, no tokens of ours."""
    text = arrival.body.decode("utf-8", errors="replace")
    if arrival.content_type == RAW_MAIL:
        text = "\n".join([read_letter(arrival.body).subject, *texts_of(arrival.body)])
    if text.lstrip()[:1] in {"{", "["} and len(text) <= INDENTED:
        text = _indented(text)
    settings = desk.settings
    for secret in (*dict(settings.intake_tokens).values(), settings.facebook_verify_token):
        text = text.replace(secret, "•••") if secret else text
    shown = text.encode("utf-8", errors="replace").decode()
    return _CONTROL.sub(" ", shown).strip()


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text


def _guessed(desk: Desk, arrival: Arrival, text: str) -> tuple[str, str, str]:
    """Give the name, number and address that may be the person's."""
    try:
        draft = read_lead(desk, arrival.source, _first(desk, arrival))
    except intake.OURS:
        draft = Draft()
    number, address = _NUMBER.search(text[:PREVIEW]), _ADDRESS.search(text[:PREVIEW])
    phone = draft.phone.raw if draft.phone else (number[0] if number else "")
    return draft.name, phone, draft.email or read_email(address[0] if address else "")
