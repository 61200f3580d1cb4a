"""A lead as a person types it in one line: 'דנה כהן 054-1234567 פייסבוק' (K3)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rules.guesses import follows_id, has_date, may_be_phone
from rules.phones import Phone, digits, plain, read_email, read_phone
from rules.words import Kind

MOST_WORDS, LONGEST_NAME = 200, 4
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<(?:mailto|tel):([^|<>]*)(?:\|[^<>]*)?>")
_DIALLED = re.compile(r"[+()\d./-]+")
_LEAST_DIGITS, _MOST_PARTS = 7, 6
_EDGES = ",;:!?\"'“”״"
_FROM = frozenset({"from", "by", "של", "מאת", "ע״י"})
_BY = "מ"
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("referral", "referred", "הפניה", "מופנה", "מופנית"), Kind.REFERRAL),
    **dict.fromkeys(("warm", "חם", "חמה"), Kind.WARM),
    **dict.fromkeys(("cold", "קר", "קרה"), Kind.COLD),
    **dict.fromkeys(("incoming", "inbound", "נכנס", "נכנסת"), Kind.INCOMING),
}
_CHANNELS = {
    "facebook": ("facebook", "fb", "פייסבוק", "פיסבוק"),
    "google": ("google", "גוגל"),
    "instagram": ("instagram", "insta", "אינסטגרם", "אינסטגראם", "אינסטה"),
    "tiktok": ("tiktok", "טיקטוק"),
    "whatsapp": ("whatsapp", "וואטסאפ", "ווטסאפ", "ווצאפ"),
    "website": ("website", "site", "האתר", "אתר"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What was understood: values by the names of intake's fields, and whose the lead should be.

    `rep` is the Slack id of somebody who was mentioned, "" for the one who types.
    """

    fields: dict[str, str] = field(default_factory=dict)
    rep: str = ""

    @property
    def reachable(self) -> bool:
        """Whether there is a number or an address in it."""
        return bool({"phone", "email"} & set(self.fields))


def read_lead_text(
    text: str, *, campaigns: Iterable[str] = (), products: Iterable[str] = (), region: str
) -> Said:
    """Find a number, an address, a campaign, a product, a kind; the rest is name and note.

    A number without its country is of `region` (ISO 3166). Of `campaigns` one is known by its
    name or by its channel, in either language. Never raises.
    """
    mentioned = _MENTION.search(text)
    line = _LINK.sub(lambda link: link[1], _MENTION.sub(" ", text))
    words: list[str] = [one for one in map(_trimmed, line.split()[:MOST_WORDS]) if one]
    left: list[str | None] = list(words)
    found: dict[str, str] = {}
    _take(found, "email", left, _email(words))
    _take(found, "phone", left, _phone(left, region))
    _take(found, "campaign", left, _named(left, campaigns))
    product = _named(left, products)
    if product and _in_a_sentence(left, product[0]):
        found["product"] = product[2]
    else:
        _take(found, "product", left, product)
    if "campaign" not in found:
        _take(found, "campaign", left, _channel(left, list(campaigns)))
    _take_kind(found, left)
    return Said(found | _name_and_note(left), mentioned[1] if mentioned else "")


Span = tuple[int, int, str]
"""From which word, to which, and what they say."""


def _trimmed(word: str) -> str:
    return word.strip(_EDGES)


def _take(found: dict[str, str], name: str, left: list[str | None], span: Span | None) -> None:
    if span:
        start, end, value = span
        found[name] = value
        left[start:end] = [None] * (end - start)


def _email(words: Sequence[str]) -> Span | None:
    read = ((place, read_email(word)) for place, word in enumerate(words) if "@" in word)
    return next(((place, place + 1, email) for place, email in read if email), None)


def _phone(left: Sequence[str | None], region: str) -> Span | None:
    """Give the first run of words that is a number, else the first that has enough digits."""
    spare: Span | None = None
    for start, word in enumerate(left):
        for end in range(min(len(left), start + _MOST_PARTS), start, -1):
            parts = left[start:end]
            run = " ".join(one for one in parts if one)
            if word is None or None in parts or not _is_dialled(run):
                continue
            read = read_phone(run, region=region)
            if not may_be_phone(run, read) or _is_id(left, start):
                continue
            if read.valid and (end - start == 1 or _is_whole(run, read)):
                return start, end, run
            if spare is None and len(digits(run)) >= _LEAST_DIGITS:
                spare = start, end, run
    return spare


def _is_dialled(run: str) -> bool:
    return bool(_DIALLED.fullmatch(plain(run).replace(" ", ""))) and not has_date(run)


def _is_id(left: Sequence[str | None], start: int) -> bool:
    before = " ".join(one or "" for one in left[:start])
    return follows_id(before, len(before))


def _is_whole(run: str, read: Phone) -> bool:
    """Say whether all digits of several words are the number's."""
    return read.e164.endswith(digits(run.replace("(0)", "")).lstrip("0"))


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", " ", plain(text)).casefold().strip()


def _named(left: Sequence[str | None], names: Iterable[str]) -> Span | None:
    """Give the longest of these names that stands in the words."""
    for name in sorted(names, key=len, reverse=True):
        size = len(name.split())
        for start in range(len(left) - size + 1):
            parts = left[start : start + size]
            if None not in parts and _key(" ".join(map(str, parts))) == _key(name) != "":
                return start, start + size, name
    return None


def _in_a_sentence(left: Sequence[str | None], at: int) -> bool:
    """Say whether other words lead to this one, past the name."""
    return at > 0 and left[at - 1] is not None and None in left[:at]


def _channel(left: Sequence[str | None], campaigns: list[str]) -> Span | None:
    """Give the campaign that a channel's word stands for: the only one of it, else its own name."""
    for place, word in enumerate(left):
        for channel, aliases in _CHANNELS.items():
            if word and _key(word) in aliases:
                of_it = [
                    one for one in campaigns if any(alias in _key(one).split() for alias in aliases)
                ]
                return place, place + 1, of_it[0] if len(of_it) == 1 else channel
    return None


def _take_kind(found: dict[str, str], left: list[str | None]) -> None:
    for place, word in enumerate(left):
        kind = _KINDS.get(_key(word)) if word else None
        if kind:
            found["kind"] = kind.value
            left[place] = None
            if kind is Kind.REFERRAL:
                _take(found, "referrer", left, _referrer(left, place + 1))
            return


def _referrer(left: Sequence[str | None], at: int) -> Span | None:
    word = left[at] if at < len(left) else None
    after = left[at + 1] if at + 1 < len(left) else None
    if word and after and _key(word) in _FROM:
        return at, at + 2, after
    if word and word.startswith(_BY) and len(word) > len(_BY) + 1:
        return at, at + 1, word.removeprefix(_BY).lstrip("-־")
    return None


def _name_and_note(left: Sequence[str | None]) -> dict[str, str]:
    """Take the first words that nothing else took for the name, all others for a note."""
    runs: list[list[str]] = [[]]
    for word in left:
        if word:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    first = runs[0]
    size = len(first) if len(first) <= LONGEST_NAME else 2
    rest = [*first[size:], *(word for run in runs[1:] for word in run)]
    both = {"name": " ".join(first[:size]), "note": " ".join(rest)}
    return {name: value for name, value in both.items() if value}
