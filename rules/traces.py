"""Whether a text names a person: by a number in whatever way it is written, or by an address."""

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus

SHORTEST, LONGEST = 7, 9
_BETWEEN = r"[\s().\-\u2010-\u2015/]{0,3}"


def pattern(phones: Iterable[str], emails: Iterable[str]) -> re.Pattern[str] | None:
    """Make what finds any of these numbers (E.164) and addresses; None where none can be found.

    A number is known by its last nine digits: the country or a 0 may stand before them.
    """
    digits = [re.sub(r"\D", "", one)[-LONGEST:] for one in phones]
    found = [_BETWEEN.join(one) + r"(?!\d)" for one in digits if len(one) >= SHORTEST]
    found += [rf"(?<![\w.+-]){re.escape(one)}(?![\w-])" for one in emails if one]
    return re.compile("|".join(sorted(found)), re.IGNORECASE) if found else None


def is_named(text: str, known: re.Pattern[str]) -> bool:
    """Say whether a text, as it is or as a form sends it, names who is `known` so."""
    return bool(known.search(text) or known.search(unquote_plus(text)))
