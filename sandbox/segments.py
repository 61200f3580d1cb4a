"""Counting how many SMS a text is charged as: GSM-7 160/153, UCS-2 70/67."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_GSM = (160, 153)
_UCS2 = (70, 67)


def count_segments(*, text: str) -> int:
    """Return how many segments a text takes; an extended GSM character counts twice."""
    if set(text) <= _BASIC | _EXTENDED:
        return _pieces(sum(2 if c in _EXTENDED else 1 for c in text), *_GSM)
    return _pieces(len(text.encode("utf-16-be")) // 2, *_UCS2)


def _pieces(length: int, alone: int, each: int) -> int:
    return 1 if length <= alone else -(-length // each)
