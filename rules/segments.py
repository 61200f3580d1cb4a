"""How many SMS a text is charged as (L2): GSM 03.38 where its alphabet is enough, else UCS-2."""

from dataclasses import dataclass
from typing import Literal

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"
_SEPTETS = {**dict.fromkeys(_BASIC, 1), **dict.fromkeys(_EXTENDED, 2)}
# The units of an SMS that stands alone, and of each one that has to say which part it is.
_GSM, _UCS = (160, 153), (70, 67)
_LAST_IN_ONE_UNIT = "\uffff"


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs as SMS: `units` are septets in GSM-7 and UTF-16 code units in UCS-2.

    `left` is how many units still fit before the text takes one segment more.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    units: int
    segments: int
    left: int


def count(text: str) -> Segments:
    """Count a text as SMS; one character outside GSM 03.38, Hebrew say, makes all of it UCS-2.

    A character of two units (€, braces; in UCS-2 an emoji) never stands in two segments, so a
    segment may end one unit early. An empty text takes no segment.
    """
    if _SEPTETS.keys() >= set(text):
        return _packed("GSM-7", [_SEPTETS[char] for char in text], *_GSM)
    return _packed("UCS-2", [1 + (char > _LAST_IN_ONE_UNIT) for char in text], *_UCS)


def _packed(
    encoding: Literal["GSM-7", "UCS-2"], costs: list[int], alone: int, each: int
) -> Segments:
    units = sum(costs)
    if units <= alone:
        return Segments(encoding, units, min(units, 1), alone - units)
    segments, left = 1, each
    for cost in costs:
        if cost > left:
            segments, left = segments + 1, each
        left -= cost
    return Segments(encoding, units, segments, left)
