"""Rich text blocks: sections, lists, quotes and code, and the pieces in them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import emoji

from sandbox.face.draw.dates import date_html
from sandbox.face.draw.emojis import drawn, with_emoji
from sandbox.face.draw.links import link
from sandbox.face.draw.markup import channel, everyone, group, person, plain
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.scene import dicts
from sandbox.face.draw.tags import Html, join, tag
from sandbox.reading import Json, plain_of

DEEPEST = 8
_STYLES = {"bold": "b", "italic": "i", "strike": "s", "underline": "u", "code": "code"}
_NUMBERING = ("decimal", "lower-alpha", "lower-roman")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_HEX = re.compile(r"[0-9a-fA-F]{2,6}(-[0-9a-fA-F]{2,6})*")
_LAST = 0x10FFFF


def rich_text(block: Mapping[str, Any], reader: Reader) -> Html:
    """Draw all parts of a rich text."""
    return join(_part(part, reader) for part in dicts(block, "elements"))


def _part(part: Json, reader: Reader) -> Html:
    kind = part.get("type")
    if kind == "rich_text_list":
        return _list(part, reader)
    name = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}.get(str(kind), "div")
    return tag(name, {"dir": "auto"}, _inline(part, reader))


def _list(part: Json, reader: Reader) -> Html:
    ordered = part.get("style") == "ordered"
    given = part.get("indent")
    indent = min(given, DEEPEST) if isinstance(given, int) and given > 0 else 0
    offset = part.get("offset")
    attrs = {
        "class": f"items indent-{indent}" + (" bordered" if part.get("border") else ""),
        "start": offset + 1 if ordered and isinstance(offset, int) else None,
        "style": f"list-style-type:{_NUMBERING[indent % 3]}" if ordered else None,
        "dir": "auto",
    }
    rows = [tag("li", {}, _inline(row, reader)) for row in dicts(part, "elements")]
    return tag("ol" if ordered else "ul", attrs, *rows)


def _inline(part: Json, reader: Reader) -> Html:
    return join(_styled(piece, reader) for piece in dicts(part, "elements"))


def _styled(piece: Json, reader: Reader) -> Html:
    draw = _PIECES.get(str(piece.get("type")))
    shown = draw(piece, reader) if draw else Html(plain(_fallback(piece)))
    for name in reversed(tuple(_tags(piece.get("style")))):
        shown = tag(name, {}, shown)
    return shown


def _tags(style: Any) -> Iterator[str]:
    if isinstance(style, Mapping):
        yield from (name for key, name in _STYLES.items() if style.get(key) is True)


def _fallback(piece: Json) -> str:
    return str(piece.get("fallback") or plain_of([piece]))


def _text(piece: Json, _reader: Reader) -> Html:
    return Html(plain(str(piece.get("text", "")), emoji=False))


def _link(piece: Json, _reader: Reader) -> Html:
    url = str(piece.get("url", ""))
    return link(url, Html(plain(str(piece.get("text") or url), emoji=False)))


def _user(piece: Json, reader: Reader) -> Html:
    return person(str(piece.get("user_id", "")), "", reader)


def _channel(piece: Json, reader: Reader) -> Html:
    return channel(str(piece.get("channel_id", "")), "", reader)


def _group(piece: Json, _reader: Reader) -> Html:
    return group(str(piece.get("usergroup_id", "")), "")


def _broadcast(piece: Json, _reader: Reader) -> Html:
    return everyone(str(piece.get("range", "")))


def _emoji(piece: Json, _reader: Reader) -> Html:
    name = f":{piece.get('name', '')}:"
    sign = with_emoji(name)
    return drawn(sign if sign != name else _by_code(str(piece.get("unicode", ""))) or name)


def _by_code(code: str) -> str:
    numbers = [int(part, 16) for part in code.split("-")] if _HEX.fullmatch(code) else []
    sign = "".join(chr(number) for number in numbers if number <= _LAST)
    return sign if emoji.is_emoji(sign) else ""


def _date(piece: Json, reader: Reader) -> Html:
    stamp = piece.get("timestamp")
    return date_html(
        stamp=stamp if isinstance(stamp, int) else None,
        pattern=str(piece.get("format", "")),
        fallback=str(piece.get("fallback", "")),
        reader=reader,
        url=str(piece.get("url") or ""),
    )


def _color(piece: Json, _reader: Reader) -> Html:
    value = str(piece.get("value", ""))
    if not _COLOUR.fullmatch(value):
        return Html(plain(value))
    return join([value, tag("span", {"class": "swatch", "style": f"background:{value}"})])


_PIECES: Mapping[str, Callable[[Json, Reader], Html]] = {
    "text": _text,
    "link": _link,
    "user": _user,
    "channel": _channel,
    "usergroup": _group,
    "broadcast": _broadcast,
    "emoji": _emoji,
    "date": _date,
    "color": _color,
}
