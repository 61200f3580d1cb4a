"""What a mail that came in is: an answer, an automatic one, a bounce; and its new words (L3.3)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules.phones import plain, read_email
from rules.replies import asked_to_stop
from rules.stopping import Stop

MOST_TEXT = 100_000
_MOST_IDS = 40
_WRAPPED = 4
_LONGEST_LINE = 300
_ID = re.compile(r"<[!-;=?-~]{1,120}@[!-;=?-~]{1,120}>")

_AGAIN = re.compile(r"(?i)^(?:(?:re|fw|fwd|aw|sv|השב|תגובה|הועבר)\s*(?:\[\d+\])?:\s*)+")
_AWAY: Final = (
    *("automatic reply", "auto reply", "auto-reply", "autoreply", "auto response"),
    *("out of office", "out of the office", "away from the office", "on vacation"),
    *("מענה אוטומטי", "תשובה אוטומטית", "הודעה אוטומטית", "תגובה אוטומטית"),
    *("מחוץ למשרד", "איני במשרד", "לא נמצא במשרד", "לא נמצאת במשרד", "בחופשה"),
)
_SAYS_SO: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-mail-autoreply")
_PRECEDENCES: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
_POSTMEN: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})

_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_ANSWER = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])")
# The address itself is wrong or closed (RFC 3463), as Exchange says it too.
_OF_ADDRESS: Final = frozenset(
    {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1", "5.4.310"}
)
_OF_ADDRESS_ANSWERS: Final = frozenset({"550", "551", "553"})

_WROTE = re.compile(
    r"(?:On\b.*\bwrote:|(?:Le|Am|El)\b.*(?:écrit|schrieb|escribió) ?:|"
    r"בתאריך\b.*(?:כתב\S{0,5}|>|מאת.*):|ב-.*כתב\S{0,5}:|.*<\S+@\S+> ?(?:wrote|כתב\S{0,5}):)"
)
_WROTE_BEGINS = re.compile(r"(?:On|Le|Am|El|בתאריך|ב-)|.*<\S+@")
_ORIGINAL = re.compile(
    r"-{2,} ?(?:Original Message|Original Appointment|Forwarded message|הודעה מקורית|"
    r"ההודעה המקורית|הודעה שהועברה) ?-{2,}|Begin forwarded message:|_{10,}"
)
_FROM = re.compile(r"\*?(?:From|מאת|De|Von)\*?: ?\*?.+")
_BESIDE_FROM = re.compile(
    r"\*?(?:Sent|Date|To|Subject|נשלח|תאריך|אל|נושא|Envoyé|Gesendet)\*?: ?\*?.*"
)
_SIGNATURE = re.compile(
    r"-- ?|Sent from (?:my|Outlook|Mail|Yahoo).{0,60}|Get Outlook for .{0,40}|"
    r"נשלח מ.{0,60}|שלח מ(?:ה)?-?(?:iPhone|אייפון).{0,40}"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it was read.

    `key` is the same each time it comes, `headers` have lower-case names, `answers` are the
    Message-IDs that it answers, nearest first, `encloses` those of mails inside it, `report`
    the blocks of a delivery report.
    """

    key: str
    sender: str
    subject: str
    text: str
    headers: Mapping[str, str]
    answers: tuple[str, ...] = ()
    encloses: tuple[str, ...] = ()
    report: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Bounce:
    """Why a mail did not arrive: to whom (may be ""), and the other side's status code.

    `lasting` when it never will, `of_address` when the address itself is the reason.
    """

    recipient: str
    code: str
    lasting: bool
    of_address: bool


def message_ids(text: str) -> tuple[str, ...]:
    """Give the Message-IDs in a text, each once, in order."""
    return tuple(dict.fromkeys(_ID.findall(text[:MOST_TEXT])))[:_MOST_IDS]


def written_to(letter: Letter) -> tuple[str, ...]:
    """Give the Message-IDs of the mails that this one is about, likeliest first."""
    found = letter.encloses + letter.answers
    if _is_of_postman(letter):
        found += message_ids(letter.text)
    return tuple(dict.fromkeys(found))[:_MOST_IDS]


def is_automatic(letter: Letter) -> bool:
    """Say whether a machine wrote it: out of office, a newsletter, a notice of delivery."""
    said = letter.headers
    submitted = said.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if submitted != "no" or said.get("precedence", "").strip().lower() in _PRECEDENCES:
        return True
    if "list-id" in said:
        return True
    return bool(letter.report) or answers_by_itself(letter)


def answers_by_itself(letter: Letter) -> bool:
    """Say whether a machine answers a mail with it: out of office, a postman's notice."""
    submitted = letter.headers.get("auto-submitted", "").partition(";")[0].strip().lower()
    if submitted == "auto-replied" or _is_of_postman(letter):
        return True
    if any(letter.headers.get(name, "no").lower() != "no" for name in _SAYS_SO):
        return True
    subject = _AGAIN.sub("", plain(letter.subject).strip()).casefold()
    return subject.startswith(_AWAY)


def _is_of_postman(letter: Letter) -> bool:
    return letter.sender.partition("@")[0].lower() in _POSTMEN


def bounce_of(letter: Letter) -> Bounce | None:
    """Give why a mail of ours did not arrive; None when this is no report of that."""
    if letter.report:
        return _reported(letter.report)
    status = _STATUS.search(letter.text) if _is_of_postman(letter) else None
    answer = _ANSWER.search(letter.text) if _is_of_postman(letter) else None
    if status is None and answer is None:
        return None
    code = status[0] if status else ""
    return _judged(code, answer[0] if answer else "")


def _reported(report: Sequence[Mapping[str, str]]) -> Bounce | None:
    """Read the first recipient that a report names as failed or delayed (RFC 3464)."""
    for block in report:
        action = block.get("action", "").strip().lower()
        if action not in {"failed", "delayed"}:
            continue
        told = block.get("original-recipient") or block.get("final-recipient", "")
        recipient = read_email(told.rpartition(";")[2])
        why = block.get("diagnostic-code", "")
        exact, answer = _STATUS.search(why), _ANSWER.search(why)
        named = _STATUS.search(block.get("status", ""))
        vague = named is None or named[0].endswith(".0.0")
        code = exact if vague and exact else named
        judged = _judged(code[0] if code else "", answer[0] if answer else "")
        lasting = action == "failed"
        return Bounce(recipient, judged.code or action, lasting, lasting and judged.of_address)
    return None


def _judged(status: str, answer: str) -> Bounce:
    code = status or answer
    lasting = code.startswith("5")
    vague = not status or status.endswith(".0.0")
    of_address = status in _OF_ADDRESS or (vague and answer in _OF_ADDRESS_ANSWERS)
    return Bounce("", code, lasting, lasting and of_address)


def asks_to_stop(letter: Letter) -> Stop:
    """Say what it asks to stop: by its whole new text, else by its subject (Consent)."""
    subject = asked_to_stop(_AGAIN.sub("", plain(letter.subject).strip()))
    said = asked_to_stop(new_text(letter.text))
    return subject if subject.certain and not said.certain else said


def new_text(text: str) -> str:
    """Give what was written anew in a mail, without what it quotes and without a signature."""
    lines = text[:MOST_TEXT].replace("\r\n", "\n").split("\n")
    bare = [plain(line[:_LONGEST_LINE]).strip() for line in lines]
    kept: list[str] = []
    at = 0
    while at < len(lines):
        header = _quote_header(bare, at)
        if header and not _is_quoted(bare, at + header):
            break
        if not header and not bare[at].startswith(">"):
            kept.append(lines[at])
        at += header or 1
    return "\n".join(_without_signature(kept)).strip()


def _quote_header(bare: Sequence[str], at: int) -> int:
    """Give how many lines from here say whose words follow; 0 when none do."""
    if _ORIGINAL.fullmatch(bare[at]):
        return 1
    if _FROM.fullmatch(bare[at]) and any(
        _BESIDE_FROM.fullmatch(one) for one in bare[at + 1 : at + 4]
    ):
        return 1
    if _WROTE_BEGINS.match(bare[at]):
        for count in range(1, _WRAPPED + 1):
            if _WROTE.fullmatch(" ".join(bare[at : at + count])):
                return count
    return 0


def _is_quoted(bare: Sequence[str], at: int) -> bool:
    """Say whether the next words are marked as a quotation, so that new ones may follow it."""
    following = next((line for line in bare[at:] if line), "")
    return following.startswith(">")


def _without_signature(lines: Sequence[str]) -> Sequence[str]:
    for at, line in enumerate(lines):
        if _SIGNATURE.fullmatch(plain(line[:_LONGEST_LINE]).strip()):
            return lines[:at]
    return lines
