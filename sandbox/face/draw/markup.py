"""Slack's mrkdwn and plain text as HTML."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby

from sandbox.face.draw.dates import date_html
from sandbox.face.draw.emojis import drawn, with_emoji
from sandbox.face.draw.links import leads, link
from sandbox.face.draw.reader import Reader
from sandbox.face.draw.tags import Html, esc, join, tag

BREAK = tag("br", {})
_PRE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_QUOTED = re.compile(r"(?:>|&gt;) ?")
_QUOTED_REST = re.compile(r"^(?:>>>|&gt;&gt;&gt;) ?", re.MULTILINE)
_ANGLED = r"<(?P<token>[@#!][^<>\n]+|[A-Za-z][\w+.-]*:[^<>\n]+)>"
_URL = (
    r"(?<![\w/@.])(?P<url>https?://[^\s<>|\"\u2066-\u2069]*[^\s<>|\".,;:!?')\]}*_~\u2066-\u2069])"
)
_CODE = r"`(?P<code>[^`\n]+)`"
_STAMP = re.compile(r"\d{1,10}")


def _style(mark: str, name: str) -> str:
    """Return the pattern of a styled piece: a mark, words, the mark, all at a word's boundary.

    Links and code within are taken whole; no two branches match the same text, so that the
    pattern never tries one text in two ways.
    """
    whole = rf"[^\n{mark}<`]|<[^<>\n]*>|<(?![^<>\n]*>)|`[^`\n]+`|`(?![^`\n]+`)"
    body = rf"(?:{whole}|(?<=\w){mark}(?=\w))+"
    return rf"(?<![\w{mark}]){mark}(?![\s{mark}])(?P<{name}>{body})(?<!\s){mark}(?![\w{mark}])"


_STYLES = "|".join((_style(r"\*", "b"), _style("_", "i"), _style("~", "s")))
_RICH = re.compile(f"{_CODE}|{_ANGLED}|{_STYLES}")
_RICH_AND_URLS = re.compile(f"{_CODE}|{_ANGLED}|{_URL}|{_STYLES}")
_TOKENS = re.compile(_ANGLED)


def plain(text: str, *, emoji: bool = True) -> str:
    """Draw a plain text: nothing in it is markup but emoji names and line ends."""
    shown = with_emoji(text) if emoji else text
    return join((drawn(line) for line in shown.split("\n")), by=BREAK)


def mrkdwn(text: str, reader: Reader, *, verbatim: bool = False) -> str:
    """Draw a text with Slack's markup; unless verbatim, bare addresses become links."""
    pattern = _RICH if verbatim else _RICH_AND_URLS
    return join(_blocks(text, lambda piece: _inline(piece, pattern, reader), reader))


def _blocks(text: str, inline: Callable[[str], Html], reader: Reader) -> Iterator[Html]:
    end = 0
    for found in _PRE.finditer(text):
        before = text[end : found.start()]
        yield from _quotes(before.removeprefix("\n" if end else "").removesuffix("\n"), inline)
        yield tag("pre", {"dir": "auto"}, _with_tokens(found[1], reader))
        end = found.end()
    yield from _quotes(text[end:].removeprefix("\n" if end else ""), inline)


def _quotes(text: str, inline: Callable[[str], Html]) -> Iterator[Html]:
    rest = _QUOTED_REST.search(text)
    head = text[: rest.start()].removesuffix("\n") if rest else text
    for quoted, lines in groupby(head.split("\n") if head else (), key=_is_quoted):
        if quoted:
            bare = (_QUOTED.sub("", line, count=1) for line in lines)
            yield _quote(inline("\n".join(bare)))
        else:
            yield inline("\n".join(lines))
    if rest:
        yield _quote(inline(text[rest.end() :]))


def _quote(inner: Html) -> Html:
    return tag("blockquote", {"dir": "auto"}, inner)


def _is_quoted(line: str) -> bool:
    return _QUOTED.match(line) is not None


def _inline(text: str, pattern: re.Pattern[str], reader: Reader) -> Html:
    return join(_pieces(text, pattern, reader))


def _pieces(text: str, pattern: re.Pattern[str], reader: Reader) -> Iterator[str]:
    end = 0
    for found in pattern.finditer(text):
        yield plain(unescaped(text[end : found.start()]))
        yield _piece(found, pattern, reader)
        end = found.end()
    yield plain(unescaped(text[end:]))


def _piece(found: re.Match[str], pattern: re.Pattern[str], reader: Reader) -> Html:
    name = str(found.lastgroup)
    if name == "code":
        return tag("code", {}, _with_tokens(found["code"], reader))
    if name == "token":
        return token(found["token"], reader)
    if name == "url":
        address = unescaped(found["url"])
        return link(address, address)
    return tag(name, {}, _inline(found[name], pattern, reader))


def _with_tokens(text: str, reader: Reader) -> Html:
    pieces, end = [], 0
    for found in _TOKENS.finditer(text):
        pieces += [unescaped(text[end : found.start()]), token(found["token"], reader)]
        end = found.end()
    return join([*pieces, unescaped(text[end:])])


def unescaped(text: str) -> str:
    """Return text without Slack's three escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def token(inner: str, reader: Reader) -> Html:
    """Draw what stands between < and >: a mention, a date or a link."""
    target, _, label = inner.partition("|")
    if target.startswith("!date^"):
        return _date(target, unescaped(label), reader)
    draw = _MENTIONS.get(target[0])
    if draw is not None:
        return draw(target[1:], unescaped(label), reader)
    url = unescaped(target)
    shown = unescaped(label) or (url.removeprefix("mailto:") if leads(url) else url)
    return link(url, Html(plain(shown)))


def _date(target: str, fallback: str, reader: Reader) -> Html:
    _, stamp, pattern, *url = [*unescaped(target).split("^"), ""][:4]
    known = int(stamp) if _STAMP.fullmatch(stamp) else None
    return date_html(
        stamp=known, pattern=pattern, fallback=fallback, reader=reader, url="".join(url)
    )


def person(name: str, label: str, reader: Reader) -> Html:
    """Draw the mention of a member; the reader's own stands out."""
    shown = reader.people.get(name) or label.removeprefix("@") or name
    return _mention(f"@{shown}", to_me=name == reader.me)


def channel(name: str, label: str, reader: Reader) -> Html:
    """Draw the mention of a channel."""
    return _mention(f"#{reader.channels.get(name) or label.removeprefix('#') or name}")


def group(name: str, label: str) -> Html:
    """Draw the mention of a user group."""
    return _mention(f"@{(label or name).removeprefix('@')}")


def everyone(name: str) -> Html:
    """Draw @here, @channel or @everyone, which calls the reader too."""
    return _mention(f"@{name}", to_me=True)


def _mention(text: str, *, to_me: bool = False) -> Html:
    return tag("span", {"class": "mention me" if to_me else "mention"}, text)


def _special(name: str, label: str, _reader: Reader) -> Html:
    kind, _, rest = name.partition("^")
    if kind == "subteam":
        return group(rest, label)
    if kind in ("here", "channel", "everyone"):
        return everyone(kind)
    return esc(label or f"<!{name}>")


_MENTIONS = {"@": person, "#": channel, "!": _special}
