"""The messages of a place, drawn once each and kept until they change."""

from datetime import datetime

from sandbox.face.draw.messages import message_html
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.views import home_html, view_html
from sandbox.face.frames import frame, sayer
from sandbox.face.parts import Items, plain_moment
from sandbox.face.seat import HOME, Drawn, Seat
from sandbox.face.stage import Show
from sandbox.records import Message

FOLLOWS = 300.0


def feed(show: Show, seat: Seat, reader: Reader) -> Items:
    """Return the place's newest messages with a line for each day, or the Home tab."""
    if seat.place == HOME:
        return _home(show, seat, reader)
    world = show.town.slack.world
    if seat.thread:
        messages = world.thread_of(seat.me, seat.place, seat.thread)
    else:
        messages = world.visible(seat.me, seat.place, last=seat.window + 1)
    if not messages:
        words = sayer(show.locale)("feed.empty")
        return [("empty", frame("empty", locale=show.locale, words=words))]
    more = len(messages) > seat.window
    shown = messages[-seat.window :]
    items: Items = [("more", frame("more", locale=show.locale))] if more else []
    return items + _days(show, seat, reader, shown)


def _home(show: Show, seat: Seat, reader: Reader) -> Items:
    world = show.town.slack.world
    view = world.homes.get(seat.me)
    if view is None:
        name = reader.people[seat.me]
        words = sayer(show.locale)("feed.home_empty", name=name)
        return [("empty", frame("empty", locale=show.locale, words=words))]
    return [(view.id, home_html(view, reader, typed=world.typed.get(view.id, {})))]


def _days(show: Show, seat: Seat, reader: Reader, messages: list[Message]) -> Items:
    counts = show.town.slack.world.reply_counts(seat.place)
    replies = {} if seat.thread else counts
    items: Items = []
    before: Message | None = None
    day = None
    for message in messages:
        local = datetime.fromtimestamp(float(message.ts), reader.zone).date()
        if local != day:
            items.append((f"day-{local}", _day(show, message, reader)))
            day, before = local, None
        follows = before is not None and _follows(message, before)
        html = _drawn(
            show, seat, reader, message, replies=replies.get(message.ts, 0), follows=follows
        )
        items.append((message.ts, html))
        before = message
    shown = {key for key, _ in items}
    seat.drawn = {key: drawn for key, drawn in seat.drawn.items() if key in shown}
    return items


def _day(show: Show, message: Message, reader: Reader) -> str:
    day = plain_moment(float(message.ts), "{date_long_pretty}", reader)
    return frame("day", locale=show.locale, day=day)


def _follows(message: Message, before: Message) -> bool:
    near = float(message.ts) - float(before.ts) < FOLLOWS
    same = message.user == before.user and message.ephemeral_for == before.ephemeral_for
    return near and same


def _drawn(
    show: Show, seat: Seat, reader: Reader, message: Message, *, replies: int, follows: bool
) -> str:
    world = show.town.slack.world
    typed = dict(world.typed.get(f"{seat.me}:{message.ts}", {}))
    today = reader.now.astimezone(reader.zone).date()
    depends = (replies, follows, today, repr(typed))
    known = seat.drawn.get(message.ts)
    if known and known.message is message and known.depends == depends:
        return known.html
    html = message_html(
        message,
        reader,
        author=world.users[message.user],
        typed=typed,
        replies=replies,
        follows=follows,
        key=message.ts,
    )
    if not seat.thread and not replies and message.ephemeral_for is None:
        html += frame("reply", locale=show.locale, ts=message.ts)
    seat.drawn[message.ts] = Drawn(message=message, depends=depends, html=html)
    return html


def sheet(show: Show, seat: Seat, reader: Reader) -> Items:
    """Return the topmost modal, with what is wrong in it; nothing when none is open."""
    world = show.town.slack.world
    stack = list(world.stacks.get(seat.me, ()))
    if not stack:
        return []
    view = stack[-1]
    html = view_html(
        view,
        reader,
        typed=world.typed.get(view.id, {}),
        errors=world.errors.get(view.id, {}),
        nested=len(stack) > 1,
    )
    return [(view.id, html)]
