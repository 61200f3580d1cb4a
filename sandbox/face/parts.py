"""What stands around the messages: the bar, the places, the head, the notice, the bottom."""

from datetime import datetime
from html import unescape
from zoneinfo import ZoneInfo

from markupsafe import Markup

from sandbox.face.draw.markup import mrkdwn
from sandbox.face.draw.reader import Reader
from sandbox.face.frames import frame, sayer
from sandbox.face.seat import HOME, MESSAGES, Seat
from sandbox.face.stage import Show
from sandbox.records import Channel

Items = list[tuple[str, str]]
GOALS = ("minutes", "hour", "morning", "digest")


def reader_of(show: Show, seat: Seat) -> Reader:
    """Return who reads at a seat, at the calendar's moment."""
    world = show.town.slack.world
    return Reader(
        me=seat.me,
        people={user.id: user.real_name or user.name for user in world.users.values()},
        channels={place.id: place.name for place in world.channels.values()},
        zone=ZoneInfo(world.users[seat.me].tz),
        locale=show.locale,
        now=show.town.calendar.now(),
        file_url=lambda name: f"/files/{name}",
    )


def moment(at: datetime | float, pattern: str, reader: Reader) -> Markup:
    """Draw a moment by Slack's date tokens."""
    stamp = int(at if isinstance(at, int | float) else at.timestamp())
    drawn = mrkdwn(f"<!date^{stamp}^{pattern}|{stamp}>", reader)
    return Markup(drawn)  # noqa: S704 - a number and our pattern  # nosec B704


def plain_moment(at: float, pattern: str, reader: Reader) -> str:
    """Return a moment's words by Slack's date tokens, without the element around them."""
    return unescape(moment(at, pattern, reader).partition(">")[2].rpartition("<")[0])


def bar(show: Show, seat: Seat, reader: Reader) -> Items:
    """Return the top: the clock, and who one is."""
    town = show.town
    world = town.slack.world
    clock = frame(
        "clock",
        locale=show.locale,
        moment=moment(reader.now, "{date_long} {time}", reader),
        goals=GOALS,
        hurries=town.calendar.hurries,
    )
    tools = frame(
        "tools",
        locale=show.locale,
        on=town.arrivals.on,
        people=[user for user in world.users.values() if not user.is_bot],
        me=seat.me,
        manager=show.manager,
    )
    return [("clock", clock), ("tools", tools)]


def places(show: Show, seat: Seat) -> Items:
    """Return the left side: channels, direct messages and the app, with what is unread."""
    world = show.town.slack.world
    world.open_im(user=seat.me)
    theirs = world.places(seat.me)
    say = sayer(show.locale)
    channels = [place for place in theirs if not place.is_im]
    apps = [place for place in theirs if place.is_im]
    rows = [_heading(show, "channels", say("places.channels"))]
    rows += [_spot(show, seat, place, name=place.name) for place in channels]
    rows.append(_heading(show, "apps", say("places.apps")))
    rows += [_spot(show, seat, place, name=say("places.app")) for place in apps]
    return rows


def _heading(show: Show, key: str, title: str) -> tuple[str, str]:
    return key, frame("heading", locale=show.locale, title=title)


def _spot(show: Show, seat: Seat, place: Channel, *, name: str) -> tuple[str, str]:
    world = show.town.slack.world
    unread = world.unread(seat.me, place.id)
    here = seat.place == place.id or (place.is_im and seat.place == HOME)
    html = frame(
        "place",
        locale=show.locale,
        id=MESSAGES if place.is_im else place.id,
        mark=_mark(place),
        name=name,
        here=here,
        unread=unread,
        # As in Slack: a number for what is meant for me, bold alone for the rest.
        count=unread if place.is_im else world.unread_mentions(seat.me, place.id),
    )
    return place.id, html


def _mark(place: Channel) -> str:
    if place.is_im:
        return "⚡"
    return "🔒" if place.is_private else "#"


def head(show: Show, seat: Seat) -> Items:
    """Return the line above the messages: the place's name, or the app's two tabs."""
    say = sayer(show.locale)
    world = show.town.slack.world
    at_app = seat.place == HOME or world.channels[seat.place].is_im
    dm = world.open_im(user=seat.me).id
    place = world.channels[dm if at_app else seat.place]
    html = frame(
        "head",
        locale=show.locale,
        back=bool(seat.thread),
        mark=_mark(place),
        name=say("head.thread") if seat.thread else place_name(show, seat),
        tabs=[(one, say(f"head.{one}")) for one in (HOME, MESSAGES)] if at_app else [],
        here=HOME if seat.place == HOME else MESSAGES,
        members=say("head.members", n=len(place.members)),
    )
    return [("head", html)]


def place_name(show: Show, seat: Seat) -> str:
    """Return how the place is called where a person looks."""
    world = show.town.slack.world
    place = None if seat.place == HOME else world.channels[seat.place]
    return place.name if place and place.name else sayer(show.locale)("places.app")


def notice(show: Show, seat: Seat) -> Items:
    """Return what went wrong last, until it is dismissed."""
    if not seat.notice:
        return []
    return [("notice", frame("notice", locale=show.locale, words=seat.notice))]


def bottom(show: Show, seat: Seat, *, news: bool) -> Items:
    """Return a phone's bottom line, which chooses one part of the page."""
    world = show.town.slack.world
    unread = any(world.unread(seat.me, place.id) for place in world.places(seat.me))
    marks = {"places": unread, "place": False, "side": news}
    return [("bottom", frame("bottom", locale=show.locale, shown=seat.shown, news=marks))]
