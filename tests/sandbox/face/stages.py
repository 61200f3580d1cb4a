"""A page's stage for tests: a town that nobody's app is in, two who sit there, and all it draws."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.calendar import Calendar
from sandbox.face import feed, parts, side
from sandbox.face.draw.reader import Reader
from sandbox.face.seat import Seat
from sandbox.face.stage import Guide, Hint, Show, Stage
from sandbox.records import Message, View
from sandbox.story.tale import Customer
from sandbox.town import Town
from sandbox.world import BOT, ChannelSpec, User, Workspace

MONDAY = datetime(2025, 11, 24, 8, 0, tzinfo=UTC)
"""10:00 in Jerusalem."""

NOA = User(id="U01NOA", name="noa", real_name="Noa Barak")
MIRI = User(id="U01MIRI", name="miri", real_name="Miri", is_admin=True)
LEADS, DIGEST, MANAGERS = "C0LEADS", "C0DIGEST", "C0MANAGERS"
WORKSPACE = Workspace(
    users=(NOA, MIRI),
    channels=(
        ChannelSpec(id=LEADS, name="leads", members=(NOA.id, MIRI.id, BOT)),
        ChannelSpec(id=DIGEST, name="lead-digest", members=(NOA.id, MIRI.id, BOT)),
        ChannelSpec(id=MANAGERS, name="managers", members=(MIRI.id, BOT), is_private=True),
    ),
)
HINTS = tuple(
    Hint(verb=verb, usage=f"/lead {verb}", words=verb, insert=f"/lead {verb} ", starts=starts)
    for verb, starts in (
        ("noanswer", ("/lead noanswer", "/lead אין מענה")),
        ("next", ("/lead next",)),
        ("followup", ("/lead followup",)),
    )
)


def a_customer(**given: Any) -> Customer:
    known: dict[str, Any] = {
        "key": "c0001",
        "name": "Dana Cohen",
        "phone": "052-234-5678",
        "e164": "+972522345678",
        "email": "dana@example.com",
        "language": "en",
        "answers": 0.5,
        "temper": "busy",
        "replies": ("Who is this?", "Call me at five", "Not now"),
    }
    return Customer(**(known | given))


def emptied(town: Town) -> None:
    """Forget all that was said, typed and sent, and let the calendar stand at MONDAY."""
    world = town.slack.world
    with world.lock:
        for channel in world.channels.values():
            channel.messages.clear()
        for shelf in (
            world.ephemerals, world.marks, world.stacks, world.homes, world.typed, world.errors
        ):  # fmt: skip
            shelf.clear()
    town.calendar = Calendar(start=MONDAY, seconds=lambda: 0.0)
    world.calendar = town.calendar.time
    town.phones.restore(messages=(), opted_out=())
    town.mailbox.restore(())
    town.customers.read(())


def a_show(town: Town, *, locale: str = "en") -> Show:
    return Show(
        town=town,
        locale=locale,
        zone=ZoneInfo("Asia/Jerusalem"),
        manager=MIRI.id,
        chosen=Guide(rep=NOA.id, lead_id=7, customer="c0001", second_rep=MIRI.id, second_id=9),
        hints=HINTS,
        campaigns=("Facebook <March>",),
        products=("Share", "Lease"),
        digest=(6, time(8)),
    )


def a_stage(show: Show) -> tuple[Stage, list[str]]:
    """Give a stage, and the list of languages that were asked of it."""
    asked: list[str] = []
    return Stage(locale=show.locale, change_locale=asked.append, show=show), asked


def a_message(town: Town, text: str = "hello", *, ts: str = "", **given: Any) -> Message:
    world = town.slack.world
    message = Message(
        **{"channel": LEADS, "ts": ts or world.new_ts(), "text": text, "user": NOA.id, **given}
    )
    return world.add_message(message)


def a_modal(town: Town, *blocks: dict[str, Any], user: str = NOA.id) -> View:
    raw = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Log"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": list(blocks),
    }
    view = View(id="V1", user=user, hash="h1", raw=raw, root_view_id="V1")
    town.slack.world.show(user, [view])
    return view


def an_input(kind: str, name: str, **given: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": f"{name}_block",
        "label": {"type": "plain_text", "text": name},
        "element": {"type": kind, "action_id": name, **given},
    }


def reader_of(show: Show, seat: Seat) -> Reader:
    return parts.reader_of(show, seat)


def page_of(stage: Stage, show: Show, seat: Seat) -> str:
    """Draw everything that the seat's page shows."""
    reader = reader_of(show, seat)
    customers, news = side.side(stage, show, seat, reader)
    drawn = [
        *parts.bar(show, seat, reader),
        *parts.places(show, seat),
        *parts.head(show, seat),
        *feed.feed(show, seat, reader),
        *parts.notice(show, seat),
        *customers,
        *parts.bottom(show, seat, news=news),
        *feed.sheet(show, seat, reader),
    ]
    return "\n".join(html for _, html in drawn)
