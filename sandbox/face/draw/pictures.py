"""Pictures, files and videos: nothing is ever requested from another host."""

from collections.abc import Mapping
from mimetypes import guess_type
from typing import Any

from sandbox.face.draw.links import OUTSIDE, file_address, file_address_in, leads, own_picture
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.scene import words_html
from sandbox.face.draw.tags import Html, esc, tag
from sandbox.face.draw.words import word
from sandbox.reading import Json, text_of

_KILO = 1024
_UNITS = ("B", "KB", "MB", "GB")


def image_block(block: Json, reader: Reader) -> Html:
    """Draw an image block: its title, and the picture in a link to its full size."""
    title = words_html(block.get("title"), reader)
    above = [tag("figcaption", {"dir": "auto"}, title)] if title else []
    return tag("figure", {"class": "image"}, *above, _opened(block, reader))


def _opened(node: Json, reader: Reader) -> Html:
    source, shown = _source(node, reader), picture(node, reader)
    if not own_picture(source, reader):
        return shown
    return tag("a", {"class": "picture", "href": source, **OUTSIDE}, shown)


def picture(node: Json, reader: Reader) -> Html:
    """Draw a picture alone; one of another host is a link with its alternative text."""
    source, alt = _source(node, reader), str(node.get("alt_text", ""))
    if own_picture(source, reader):
        return tag("img", {"src": source, "alt": alt, "loading": "lazy"})
    words = alt or text_of(node.get("title")) or word(reader.locale, "unnamed")
    attrs = {"class": "elsewhere", "title": source or None, "dir": "auto"}
    if leads(source):
        return tag("a", {**attrs, "href": source, **OUTSIDE}, words)
    return tag("span", attrs, words)


def _source(node: Json, reader: Reader) -> str:
    file = node.get("slack_file")
    if not isinstance(file, Mapping):
        return str(node.get("image_url", ""))
    url = str(file.get("url", ""))
    return file_address(str(file.get("id", "")), reader) or file_address_in(url, reader) or url


def video(block: Json, reader: Reader) -> Html:
    """Draw a video as a link beside its thumbnail."""
    url = str(block.get("title_url") or block.get("video_url") or "")
    thumb = {"image_url": block.get("thumbnail_url", ""), "alt_text": block.get("alt_text", "")}
    small = [str(block[k]) for k in ("provider_name", "author_name") if block.get(k)]
    title = words_html(block.get("title"), reader)
    linked = tag("a", {"href": url, **OUTSIDE}, title) if leads(url) else title
    return tag(
        "div",
        {"class": "video"},
        tag("div", {"class": "small", "dir": "auto"}, " · ".join(small)),
        tag("div", {"class": "name", "dir": "auto"}, linked),
        tag("div", {"dir": "auto"}, words_html(block.get("description"), reader)),
        _opened(thumb, reader),
    )


def file_html(file: Json, reader: Reader) -> Html:
    """Draw a message's file: a picture to open, or a chip to download."""
    address = file_address(str(file.get("id", "")), reader)
    kind = str(file.get("mimetype") or guess_type(str(file.get("name", "")))[0] or "")
    if address and kind.startswith("image/"):
        return _shown_file(file, address)
    return _chip(file, address, kind)


def _title(file: Json) -> str:
    return str(file.get("title") or file.get("name") or file.get("id") or "")


def _shown_file(file: Json, address: str) -> Html:
    alt = str(file.get("alt_txt") or _title(file))
    img = tag("img", {"src": address, "alt": alt, "loading": "lazy"})
    return tag(
        "figure",
        {"class": "image"},
        tag("figcaption", {"dir": "auto"}, _title(file)),
        tag("a", {"class": "picture", "href": address, **OUTSIDE}, img),
    )


def _chip(file: Json, address: str, kind: str) -> Html:
    ending = str(file.get("name", "")).rpartition(".")[2] if "." in str(file.get("name")) else kind
    about = " · ".join(part for part in (ending.upper(), _size(file.get("size"))) if part)
    words = (
        tag("span", {"class": "paper", "aria-hidden": "true"}),
        tag("span", {"class": "name", "dir": "auto"}, _title(file)),
        tag("span", {"class": "small"}, esc(about)),
    )
    if not address:
        return tag("span", {"class": "file"}, *words)
    return tag("a", {"class": "file", "href": address, "download": True, **OUTSIDE}, *words)


def _size(size: Any) -> str:
    if not isinstance(size, int):
        return ""
    unit = 0
    amount = float(size)
    while amount >= _KILO and unit < len(_UNITS) - 1:
        amount, unit = amount / _KILO, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}"
