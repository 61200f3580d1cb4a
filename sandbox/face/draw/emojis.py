"""Emoji: their names become signs, and the signs stand a little larger than the text."""

import re

import emoji

from sandbox.face.draw.tags import Html, esc, join, tag

_NAME = re.compile(r":[\w+'-]+:(?::skin-tone-[2-6]:)?")
_TONE = re.compile(r":skin-tone-([2-6]):$")
_LIGHTEST = 0x1F3FB
# Below this stand signs such as © and ↔, which are letters unless a text asks for a picture.
_PICTURES = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]")


def with_emoji(text: str) -> str:
    """Return text in which every known emoji name has become its sign."""
    return _NAME.sub(_sign, text) if text.count(":") > 1 else text


def drawn(text: str) -> Html:
    """Return text as HTML with its emoji marked as such."""
    if not _PICTURES.search(text):
        return esc(text)
    pieces, end = [], 0
    for found in emoji.emoji_list(text):
        start, sign = found["match_start"], found["emoji"]
        if _PICTURES.search(sign):
            pieces += [esc(text[end:start]), tag("span", {"class": "emoji"}, sign)]
            end = found["match_end"]
    return join([*pieces, esc(text[end:])])


def _sign(found: re.Match[str]) -> str:
    name, tone = _TONE.sub("", found[0]), _TONE.search(found[0])
    sign = emoji.emojize(name, language="alias")
    if sign == name:
        return found[0]
    return sign + chr(_LIGHTEST + int(tone[1]) - 2) if tone else sign
