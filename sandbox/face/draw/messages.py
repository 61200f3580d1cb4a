"""A message as it stands in a conversation."""

import re
from datetime import datetime
from zlib import crc32

from sandbox.face.draw.blocks import draw_blocks
from sandbox.face.draw.dates import clock, full
from sandbox.face.draw.links import link
from sandbox.face.draw.markup import mrkdwn
from sandbox.face.draw.pictures import file_html
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.scene import Scene, dicts
from sandbox.face.draw.tags import Html, esc, join, tag
from sandbox.face.draw.words import counted, word
from sandbox.formstate import Typed
from sandbox.reading import Json, text_of
from sandbox.records import Message
from sandbox.world import User

COLOURS = 8
_BAR = re.compile(r"#?([0-9a-fA-F]{6})")
_NAMED_BARS = {"good": "2eb886", "warning": "daa038", "danger": "a30100"}


def message_html(
    message: Message,
    reader: Reader,
    *,
    author: User,
    typed: Typed,
    replies: int = 0,
    follows: bool = False,
    key: str,
) -> str:
    """Draw a message; ``key`` is its name in the page, unique there.

    One that ``follows`` another of the same author has no avatar and no name.
    """
    scene = Scene(reader=reader, typed=typed, key=key)
    only = message.ephemeral_for is not None
    kinds = ("msg", "follows" if follows else "", "ephemeral" if only else "")
    return tag(
        "article",
        {"class": " ".join(kind for kind in kinds if kind), "data-key": key},
        tag("div", {"class": "only"}, word(reader.locale, "only_you")) if only else "",
        _gutter(message, author, reader, follows=follows),
        tag(
            "div",
            {"class": "said"},
            "" if follows else _by(message, author, reader),
            _body(message, scene),
            _thread(message, replies, reader),
        ),
    )


def _gutter(message: Message, author: User, reader: Reader, *, follows: bool) -> Html:
    inner = _time(message, reader) if follows else avatar(author)
    return tag("div", {"class": "gutter"}, inner)


def avatar(author: User) -> Html:
    """Draw the square with a person's initials, coloured by their id."""
    colour = crc32(author.id.encode()) % COLOURS
    return tag(
        "span", {"class": f"avatar colour-{colour}", "aria-hidden": "true"}, _initials(author)
    )


def _initials(author: User) -> str:
    words = [w for w in re.split(r"[\W_]+", _name(author)) if w]
    return "".join(w[0] for w in (words[:1] + words[1:][-1:])).upper()


def _name(author: User) -> str:
    return author.real_name or author.name or author.id


def _by(message: Message, author: User, reader: Reader) -> Html:
    badge = tag("span", {"class": "app"}, word(reader.locale, "app")) if author.is_bot else ""
    name = tag("span", {"class": "author", "dir": "auto"}, _name(author))
    return tag("header", {}, join([name, badge, _time(message, reader)]))


def _time(message: Message, reader: Reader) -> Html:
    moment = datetime.fromtimestamp(float(message.ts), reader.zone)
    marks = {"class": "at", "datetime": moment.isoformat(), "title": full(moment, reader)}
    return tag("time", marks, clock(moment))


def _body(message: Message, scene: Scene) -> Html:
    edited = _edited(message, scene)
    words = [] if message.blocks else _text(message, scene, edited)
    attached = (_attachment(a, i, scene) for i, a in enumerate(message.attachments))
    return join(
        [
            *words,
            draw_blocks(message.blocks, scene),
            *attached,
            *(file_html(file, scene.reader) for file in message.files),
            "" if words else edited,
        ]
    )


def _text(message: Message, scene: Scene, edited: Html) -> list[Html]:
    if not message.text:
        return []
    words = Html(mrkdwn(message.text, scene.reader))
    return [tag("div", {"class": "text", "dir": "auto"}, words, " " if edited else "", edited)]


def _edited(message: Message, scene: Scene) -> Html:
    if not message.edited:
        return Html()
    return tag("span", {"class": "edited"}, scene.word("edited"))


def _attachment(raw: Json, index: int, scene: Scene) -> Html:
    within = Scene(reader=scene.reader, typed=scene.typed, key=f"{scene.key}+{index}")
    bar = _bar(str(raw.get("color", "")))
    return tag(
        "div",
        {"class": "attachment"},
        tag("span", {"class": "bar", "style": f"background:#{bar}" if bar else None}),
        tag("div", {"class": "main"}, *_attached(raw, within)),
    )


def _bar(colour: str) -> str:
    found = _BAR.fullmatch(_NAMED_BARS.get(colour, colour))
    return found[1] if found else ""


def _attached(raw: Json, scene: Scene) -> list[Html]:
    title = link(str(raw.get("title_link", "")), text_of(raw.get("title")))
    parts = [tag("div", {"class": "name", "dir": "auto"}, title)] if title else []
    if text_of(raw.get("text")):
        words = Html(mrkdwn(text_of(raw.get("text")), scene.reader))
        parts.append(tag("div", {"class": "text", "dir": "auto"}, words))
    blocks = draw_blocks(dicts(raw, "blocks"), scene)
    shown = [*parts, blocks] if blocks else parts
    return shown or [tag("div", {"dir": "auto"}, esc(text_of(raw.get("fallback"))))]


def _thread(message: Message, replies: int, reader: Reader) -> Html:
    if not replies:
        return Html()
    attrs = {"type": "button", "class": "replies", "data-thread": message.ts}
    return tag("button", attrs, counted(reader.locale, "replies", replies))
