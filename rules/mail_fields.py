"""What a mail says of a lead: 'label: value' in lines and tables, in English and Hebrew (C2)."""

import re
from collections.abc import Collection, Iterable, Iterator

from rules.cells import read_number
from rules.fields import field_name
from rules.phones import plain, read_email
from rules.playbook import Source

MOST_LINES, LONGEST_LINE, LONGEST_LABEL = 1000, 2000, 80
MOST_LABELS, MOST_SIGNS, MOST_WORDS = 100, 6, 8
_MARGIN = re.compile(r"^[\s>*•·\-]+")
_SIGN = re.compile(r"[:：=\t|]|[-–—־]")
_SURE = ":：\t|"
_WORD = re.compile(r"[^\W\d_]")
_HEADERS = frozenset(
    {
        *("from", "sent", "to", "cc", "bcc", "date", "subject", "replyto"),
        *("מאת", "נשלח", "אל", "עותק", "תאריך", "נושא", "השבאל"),
    }
)
"""What a forwarded mail has above its words."""

Label = tuple[str, str]


def source_of(sources: Iterable[Source], sender: str, subject: str) -> Source | None:
    """Give the source that takes leads from such a mail, or None (C2).

    A source's `sender` may have `*` in it and be a domain alone; its `subject` is a part of it.
    """
    address, title = sender.lower(), plain(subject).casefold()
    for one in sources:
        told = one.sender.strip().lower()
        fits = bool(told) and _glob(told if "@" in told else f"*@{told}").fullmatch(address)
        if fits and plain(one.subject).casefold().strip() in title:
            return one
    return None


def _glob(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\*+", text)))


def labelled(text: str, *, names: Collection[str] = (), region: str = "") -> dict[str, str]:
    """Give what stands beside labels in a mail, each label with its first value.

    'Phone: 052…', 'Phone = …', 'Phone - …', a table's row, a label with its value below it.
    `names` are labels that a source is known for. Where no label says phone, a value that is a
    number of `region` (ISO 3166) is one. Never raises.
    """
    lines = [_MARGIN.sub("", one[:LONGEST_LINE]).rstrip() for one in text.splitlines()]
    found: dict[str, str] = {}
    for label, value in _pairs(lines[:MOST_LINES], names):
        if value and label not in found and len(found) < MOST_LABELS:
            found[label] = value
    if "phone" not in {field_name(one) for one in found}:
        number = (one for one in found.values() if read_number(one, region=region).valid)
        phone = next(number, "")
        return found | ({"phone": phone} if phone else {})
    return found


def _pairs(lines: list[str], names: Collection[str]) -> Iterator[Label]:
    at = 0
    while at < len(lines):
        label, value, sure = _split(lines[at], names)
        at += 1
        below, taken = _below(lines, at, label, names, begun=bool(value)) if sure else ("", 0)
        at += taken
        if label and _bare(label) not in _HEADERS - set(names):
            yield label, " ".join(filter(None, (value, below)))


def _below(
    lines: list[str], at: int, label: str, names: Collection[str], *, begun: bool
) -> tuple[str, int]:
    """Give the value that stands under its label, and how many lines that takes.

    Of a label without one it is the next line with words; a note goes on until a gap.
    """
    goes_on = field_name(label) == "note"
    start = at
    while not begun and at < len(lines) and not lines[at]:
        at += 1
    taken: list[str] = []
    while at < len(lines) and lines[at] and (goes_on or not (begun or taken)):
        inner, _, known = _split(lines[at], names)
        if inner and (known or not goes_on):
            break
        taken.append(lines[at])
        at += 1
    return (" ".join(taken), at - start) if taken else ("", 0)


def _split(line: str, names: Collection[str]) -> tuple[str, str, bool]:
    """Part a line into label and value, and say whether the label is one of a field."""
    spare = ("", "", False)
    for number, sign in enumerate(_SIGN.finditer(line)):
        label, value = _worded(line[: sign.start()]), _worded(line[sign.end() :])
        if number >= MOST_SIGNS or len(label) > LONGEST_LABEL:
            break
        if _is_known(label, names):
            return label, value, True
        if not spare[0] and sign[0] in _SURE and _is_label(label) and value[:2] != "//":
            spare = label, value, False
    alone = _worded(line)
    known = len(alone) <= LONGEST_LABEL and _is_known(alone, names)
    return (alone, "", True) if known else spare


def _worded(text: str) -> str:
    return text.strip().strip("*_:：=|\t").strip()


def _is_known(label: str, names: Collection[str]) -> bool:
    return bool(label) and (label in names or field_name(plain(label)) is not None)


def _is_label(label: str) -> bool:
    letters, words = _WORD.search(label), len(label.split())
    return bool(letters) and words <= MOST_WORDS and not read_email(label)


def _bare(label: str) -> str:
    return re.sub(r"[\W_]+", "", plain(label)).lower()
