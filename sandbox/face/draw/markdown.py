"""The markdown block: headings, lists, quotes, code, links and styles of standard Markdown.

Tables, footnotes and HTML are not read; they stay text.
"""

import re
from collections.abc import Iterator, Sequence

from sandbox.face.draw.links import leads, link
from sandbox.face.draw.markup import BREAK, plain
from sandbox.face.draw.tags import Html, esc, join, tag

_FENCED = re.compile(r"^```[^\n`]*\n(.*?)\n?^```[ \t]*$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"(#{1,6})[ \t]+(.+?)[ \t#]*")
_RULE = re.compile(r"(-{3,}|\*{3,}|_{3,})[ \t]*")
_BULLET = re.compile(r"([ \t]*)[-*+][ \t]+(.+)")
_NUMBER = re.compile(r"([ \t]*)(\d{1,9})[.)][ \t]+(.+)")
_QUOTE = re.compile(r">[ \t]?(.*)")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|!?\[(?P<label>[^\[\]\n]*)\]\((?P<target>[^()\s]+)\)"
    r"|<(?P<bare>(?:https?://|mailto:)[^<>\s]+)>"
    r"|(?P<url>(?<![\w/@.])https?://[^\s<>\"]*[^\s<>\".,;:!?')\]}*_~])"
    r"|\*\*(?!\s)(?P<b>(?:(?!\*\*)[^\n])+)(?<!\s)\*\*"
    r"|(?<!\w)__(?!\s)(?P<b2>(?:(?!__)[^\n])+)(?<!\s)__(?!\w)"
    r"|\*(?![\s*])(?P<i>[^*\n]+)(?<!\s)\*"
    r"|(?<!\w)_(?![\s_])(?P<i2>[^_\n]+)(?<!\s)_(?!\w)"
    r"|~~(?!\s)(?P<s>(?:(?!~~)[^\n])+)(?<!\s)~~"
)
_SPACES_A_LEVEL = 2
_DEEPEST = 8


def markdown(text: str) -> Html:
    """Draw a Markdown text."""
    return join(_parts(text.replace("\r\n", "\n")))


def _parts(text: str) -> Iterator[Html]:
    end = 0
    for found in _FENCED.finditer(text):
        yield from _lines(text[end : found.start()])
        yield tag("pre", {"dir": "auto"}, found[1])
        end = found.end()
    yield from _lines(text[end:])


def _lines(text: str) -> Iterator[Html]:
    paragraph: list[str] = []
    for line in text.split("\n"):
        alone = _alone(line)
        if alone is None and line.strip():
            paragraph.append(line)
            continue
        yield from _paragraph(paragraph)
        paragraph = []
        if alone is not None:
            yield alone
    yield from _paragraph(paragraph)


def _paragraph(lines: Sequence[str]) -> Iterator[Html]:
    if lines:
        yield tag("p", {"dir": "auto"}, join((inline(line) for line in lines), by=BREAK))


def _alone(line: str) -> Html | None:
    """Draw a line that is more than a part of a paragraph."""
    if _RULE.fullmatch(line):
        return tag("hr", {})
    if heading := _HEADING.fullmatch(line):
        size = len(heading[1])
        return tag(
            f"h{min(size + 2, 6)}", {"class": f"size-{size}", "dir": "auto"}, inline(heading[2])
        )
    if quote := _QUOTE.fullmatch(line):
        return tag("blockquote", {"dir": "auto"}, inline(quote[1]))
    return _item(line)


def _item(line: str) -> Html | None:
    if bullet := _BULLET.fullmatch(line):
        return _listed("ul", bullet[1], bullet[2], None)
    if number := _NUMBER.fullmatch(line):
        return _listed("ol", number[1], number[3], int(number[2]))
    return None


def _listed(name: str, space: str, words: str, start: int | None) -> Html:
    level = min(len(space.expandtabs(4)) // _SPACES_A_LEVEL, _DEEPEST)
    attrs = {"class": f"items indent-{level}", "start": start, "dir": "auto"}
    return tag(name, attrs, tag("li", {}, inline(words)))


def inline(text: str) -> Html:
    """Draw the styles and links of one line."""
    pieces: list[str] = []
    end = 0
    for found in _INLINE.finditer(text):
        pieces += [plain(text[end : found.start()]), _piece(found)]
        end = found.end()
    return join([*(Html(piece) for piece in pieces), Html(plain(text[end:]))])


def _piece(found: re.Match[str]) -> Html:
    name = str(found.lastgroup)
    if name == "code":
        return tag("code", {}, found["code"])
    if name == "target":
        return _labelled(found["label"] or found["target"], found["target"])
    if name in ("bare", "url"):
        return link(found[name], found[name].removeprefix("mailto:"))
    return tag(name.rstrip("2"), {}, inline(found[name]))


def _labelled(label: str, url: str) -> Html:
    return link(url, Html(plain(label))) if leads(url) else esc(label)
