"""What a touch on the page does; each act runs in a thread of its own and may wait for the app."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from sandbox.calendar import goals
from sandbox.errors import ClientRefused, NoSuchElement, OperationFailed, OperationTimeout
from sandbox.face.frames import LOCALES, sayer
from sandbox.face.outside import OUTSIDE, Does, NotTaken
from sandbox.face.seat import HOME, MESSAGES, PARTS, TABS, WIDEST, Choice, Hit, Seat
from sandbox.face.stage import Show, Stage
from sandbox.formstate import place_of
from sandbox.person import Person
from sandbox.records import Message, View
from sandbox.story.samples import sample

BUTTONS = ("button", "workflow_button")
BRINGS = frozenset({"lead", "meta", "near"})
HURRY = {"minutes": 1.5, "hour": 3.0, "morning": 4.0, "digest": 6.0}


def carry_out(stage: Stage, seat: Seat, hit: Hit) -> None:
    """Do what a touch asks; what goes wrong becomes the seat's notice."""
    show = stage.show
    if show is None or hit.do not in _ACTS:
        return
    say = sayer(show.locale)
    seat.version, seat.notice = seat.version + 1, ""
    try:
        _ACTS[hit.do](stage, show, seat, hit)
    except OperationTimeout:
        seat.notice = say("notice.timeout")
    except (OperationFailed, httpx.TransportError, OSError):
        seat.notice = say("notice.failed")
    except (NoSuchElement, KeyError):
        seat.notice = say("notice.gone")
    except ClientRefused as refused:
        seat.notice = say(f"refused.{refused.why}")
    except NotTaken as fault:
        seat.notice = say("notice.no_lead" if hit.do in BRINGS else "notice.no_sms", why=fault)
    seat.version += 1


def _person(show: Show, seat: Seat) -> Person:
    return show.town.slack.person(seat.me)


def _one_of(known: Collection[str], value: str) -> str:
    if value not in known:
        raise NoSuchElement(f"there is no {value!r}")
    return value


def _theirs(show: Show, seat: Seat) -> set[str]:
    return {place.id for place in show.town.slack.world.places(seat.me)}


def _go(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    direct = show.town.slack.world.open_im(user=seat.me).id
    place = direct if hit.value == MESSAGES else hit.value
    seat.go(_one_of({HOME, *_theirs(show, seat)}, place))
    if hit.value == HOME:
        _person(show, seat).open_home()


def _thread(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    if not show.town.slack.world.thread_of(seat.me, seat.place, hit.value):
        raise NoSuchElement("there is no such thread")
    seat.thread = hit.value
    seat.drawn.clear()


def _unthread(_stage: Stage, _show: Show, seat: Seat, _hit: Hit) -> None:
    seat.thread = ""
    seat.drawn.clear()


def _more(_stage: Stage, _show: Show, seat: Seat, _hit: Hit) -> None:
    seat.window = WIDEST


def _dismiss(_stage: Stage, _show: Show, seat: Seat, _hit: Hit) -> None:
    seat.notice = ""


def _shown(_stage: Stage, _show: Show, seat: Seat, hit: Hit) -> None:
    seat.shown = _one_of(PARTS, hit.value)


def _tab(_stage: Stage, _show: Show, seat: Seat, hit: Hit) -> None:
    seat.open_tab(_one_of(TABS, hit.value))


def _dismiss_guide(_stage: Stage, _show: Show, seat: Seat, _hit: Hit) -> None:
    seat.guided = False
    seat.open_tab("phone")


def _clock(stage: Stage, show: Show, _seat: Seat, hit: Hit) -> None:
    calendar = show.town.calendar
    there = goals(now=calendar.now(), zone=show.zone, digest=show.digest)[hit.value]
    calendar.run_to(there, within=HURRY[hit.value])
    stage.done.add(hit.value)


def _arrivals(_stage: Stage, show: Show, _seat: Seat, hit: Hit) -> None:
    show.town.arrivals.switch(on=hit.on)


def _act_as(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    world = show.town.slack.world
    seat.me = world.users[str(hit.picked)].id
    if seat.place == HOME:
        _person(show, seat).open_home()
    elif seat.place not in _theirs(show, seat):
        seat.go(world.open_im(user=seat.me).id)
    seat.drawn.clear()


def _locale(stage: Stage, show: Show, _seat: Seat, hit: Hit) -> None:
    locale = _one_of(LOCALES, str(hit.picked))
    if locale != show.locale:
        stage.change_locale(locale)


def _say(stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    person, text = _person(show, seat), hit.value.strip()
    if not text:
        return
    place = show.town.slack.world.open_im(user=seat.me).id if seat.place == HOME else seat.place
    if place != seat.place:
        seat.go(place)
    if text.startswith("/"):
        person.command(text, channel=place, thread_ts=seat.thread or None)
        stage.done |= {hint.verb for hint in show.hints if _begins(text, hint.starts)}
    else:
        person.say(text, channel=place, thread_ts=seat.thread or None)


def _begins(text: str, starts: tuple[str, ...]) -> bool:
    return any(f"{text.lower()} ".startswith(f"{start.strip()} ") for start in starts)


def _type(stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    """Type a line of the guide as its rep, in their messages from the app."""
    guide = show.guide
    seat.me = guide.second_rep if f" {guide.second_id} " in hit.value else guide.rep
    seat.go(show.town.slack.world.open_im(user=seat.me).id)
    _say(stage, show, seat, hit)


def _attached(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    """Show where a file went that the page gave, or that it was not taken."""
    if hit.value != "taken":
        seat.notice = sayer(show.locale)("notice.no_file")
    elif seat.place == HOME:
        seat.go(show.town.slack.world.open_im(user=seat.me).id)


def _sample(stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    """Drop the file that lies ready; for the guide as the manager, in messages from the app."""
    if hit.value == MESSAGES:
        seat.me = show.manager
    if hit.value == MESSAGES or seat.place == HOME:
        seat.go(show.town.slack.world.open_im(user=seat.me).id)
    _person(show, seat).drop(*sample(show.locale), channel=seat.place)
    stage.done.add("drop")


def _act(stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    person, zone = _person(show, seat), _zone(show, seat)
    where, modal = _touched(show, person, hit), person.modal
    if modal is not None and hit.view == modal.id:
        person.fill(_given(hit, modal, zone))
    kind = next((one.kind for one in where.elements if one.action_id == hit.act), "")
    person.click(
        where,
        hit.act,
        value=hit.value if kind in BUTTONS else None,
        selected=picked(kind, hit.picked, zone=zone),
    )
    # An app names its buttons after its commands, so either way of doing a thing counts.
    stage.done |= {hint.verb for hint in show.hints if hint.verb in hit.act.split("_")}


def _touched(show: Show, person: Person, hit: Hit) -> Message | View:
    """Return what was touched, wherever the seat looks by now: the page is drawn a moment later."""
    views = [*person.modals, *([person.home] if person.home else [])]
    there: list[Message | View] = [view for view in views if view.id == hit.view]
    if not hit.view:
        places = show.town.slack.world.places(person.id)
        shelves = [person.ephemerals, *(place.messages for place in places)]
        there += [one for shelf in shelves for one in shelf if one.ts == hit.key]
    if not there:
        raise NoSuchElement("it is gone")
    return there[0]


def _submit(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    person = _person(show, seat)
    # A second press on Save finds its modal gone: it was taken already.
    if person.modal is not None and person.modal.id == hit.view:
        person.submit(_given(hit, person.modal, _zone(show, seat)))


def _close(_stage: Stage, show: Show, seat: Seat, hit: Hit) -> None:
    person = _person(show, seat)
    if hit.value == "all":
        person.close_all_modals()
    else:
        person.close_modal()


def _given(hit: Hit, view: View, zone: ZoneInfo) -> dict[str, Any]:
    # A modal's block ids are unique, and each input block holds one element.
    kinds = {place_of(one): one.kind for one in view.elements}
    return {
        block: picked(kinds.get((block, act), ""), value, zone=zone)
        for block, act, value in hit.values
    }


def picked(kind: str, value: Choice, *, zone: ZoneInfo) -> int | Choice:
    """Return what was chosen as Slack's client would send it.

    A local time becomes an epoch; one that cannot be read is nothing chosen.
    """
    if kind != "datetimepicker" or not value:
        return value
    try:
        local = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return int(local.replace(tzinfo=zone).timestamp())


def _zone(show: Show, seat: Seat) -> ZoneInfo:
    return ZoneInfo(show.town.slack.world.users[seat.me].tz)


_ACTS: dict[str, Does] = {
    "go": _go, "thread": _thread, "unthread": _unthread, "more": _more, "dismiss": _dismiss,
    "shown": _shown, "tab": _tab, "dismiss_guide": _dismiss_guide, "clock": _clock,
    "arrivals": _arrivals, "act_as": _act_as, "locale": _locale, "say": _say, "type": _type,
    "attached": _attached, "sample": _sample,
    "act": _act, "submit": _submit, "close": _close, **OUTSIDE,
}  # fmt: skip
