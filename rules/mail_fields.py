"""What a mail says of a lead: 'label: value' in lines and tables, in English and Hebrew (C2)."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice, zip_longest

from rules.cells import read_number
from rules.fields import field_name
from rules.guesses import may_be_phone, names_id
from rules.phones import plain, read_email
from rules.playbook import Source

MOST_LINES, LONGEST_LINE, LONGEST_LABEL = 1000, 2000, 80
MOST_LABELS, MOST_SIGNS, MOST_WORDS = 100, 6, 8
MOST_IN_LINE, MOST_IN_LABEL = 20, 4
_MARGIN = re.compile(r"^[\s>*•·\-]+")
_SIGN = re.compile(r"[:：=\t|]|[-–—־]")
_SURE = ":：\t|"
_WRITTEN = re.compile(r"\S+")
_COLON = re.compile(r"[:：](?!//)")
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

    'Phone: 052…', 'Phone = …', 'Phone - …', a table's row, a label with its value below it,
    several labels in a line, a table whose first row is its labels.
    `names` are labels that a source is known for. Where no label says phone, a value that is a
    number of `region` (ISO 3166) is one, but for an id's or an order's. Never raises.
    """
    lines = [_MARGIN.sub("", one[:LONGEST_LINE]).rstrip() for one in text.splitlines()]
    found: dict[str, str] = {}
    for label, value in _pairs(list(_rows(lines[:MOST_LINES], names)), names):
        if value and label not in found and len(found) < MOST_LABELS:
            found[label] = value
    if "phone" not in {field_name(one) for one in found}:
        told = (value for label, value in found.items() if not names_id(label))
        phone = next((one for one in told if _is_phone(one, region)), "")
        return found | ({"phone": phone} if phone else {})
    return found


def _rows(lines: list[str], names: Collection[str]) -> Iterator[str]:
    """Give the lines with one label in each, where tables or sentences have several."""
    head, heads = "", list[str]()
    for line in lines:
        cells = [_worded(one) for one in line.split("\t")]
        known = [_is_known(one, names) for one in cells]
        if head and not line:
            continue
        if head and 1 < len(cells) <= len(heads) and not known[0]:
            yield from map("\t".join, zip(heads, cells, strict=False))
            head = ""
            continue
        if head:
            yield head
        is_head = sum(known) > 1 and all(map(_is_label, cells)) and _is_no_pair(known)
        head, heads = (line, cells) if is_head else ("", [])
        if not head and len(cells) > 2 and all(known[::2]):  # noqa: PLR2004 - more than a pair
            yield from map("\t".join, zip_longest(cells[::2], cells[1::2], fillvalue=""))
        elif not head:
            yield from _parted(line, names)
    if head:
        yield head


def _is_no_pair(known: list[bool]) -> bool:
    return any(known[1::2]) or len(known) % 2 == 1


def _parted(line: str, names: Collection[str]) -> Iterator[str]:
    """Part a line where after a label's value another known label begins."""
    start = 0
    for sign in islice(_COLON.finditer(line), MOST_IN_LINE):
        words = list(_WRITTEN.finditer(line, start, sign.start()))[-MOST_IN_LABEL:]
        begins = (one.start() for one in words)
        at = next((one for one in begins if _is_known(line[one : sign.start()], names)), start)
        _, value, known = _split(line[start:at], names)
        if at > start and value and known:
            yield line[start:at].rstrip()
            start = at
    yield line[start:]


def _is_phone(value: str, region: str) -> bool:
    read = read_number(value, region=region)
    return read.valid and may_be_phone(value, read)


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
