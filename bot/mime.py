"""Mail as it came, read: whatever the bytes are, a Letter comes of them (C2)."""

import hashlib
import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from html import unescape
from itertools import islice
from typing import Any

from rules.letters import MOST_TEXT, Letter, message_ids
from rules.phones import read_email

MOST_BYTES = 1_048_576
_MOST_PARTS = 100
_LONGEST_HEADER = 8000
_MOST_HTML = 200_000
# The standard library reads their parameters in quadratic time.
_LONGEST_MIME = 2000
_MIME_HEADER = re.compile(rb"(?im)^content-(?:type|disposition):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
# What mail in this part of the world is written in when it does not say, or says it wrongly.
_GUESSES = ("utf-8", "windows-1255")
_COMMENT = re.compile(r"\([^()]*\)")
_ORIGINAL_ID = re.compile(r"(?im)^message-id:\s*(<\S+>)")
_UNSHOWN = re.compile(
    r"(?is)<!--.*?(?:-->|$)|<[!?][^<>]*>|<(style|script|head|title)\b.*?(?:</\1\s*>|$)"
)
_TAG = re.compile(r"<(/?)([A-Za-z][\w:]*+)[^<>]*+>")
_SPACES = re.compile(r"\s+")
_CELL = frozenset({"td", "th"})
_OWN_LINE = frozenset(
    {
        *("p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "hr", "ul", "ol"),
        *("dl", "dt", "dd"),
    }
)


def read_letter(raw: bytes) -> Letter:
    """Read a mail's bytes, which may be cut off or anything else. Never raises."""
    safe = _MIME_HEADER.sub(lambda found: found[0][:_LONGEST_MIME], raw)
    try:
        return _letter(raw, BytesParser(policy=policy.compat32).parsebytes(safe))
    except Exception:  # noqa: BLE001 - parts that nobody foresaw; headers and words are left
        head = BytesParser(policy=policy.compat32).parsebytes(safe, headersonly=True)
        return _bare(raw, head)


def read_head(raw: bytes) -> Letter:
    """Read a mail's headers alone, by which it is known again, without its words. Never raises."""
    head = _BLANK_LINE.split(raw, 1)[0]
    safe = _MIME_HEADER.sub(lambda found: found[0][:_LONGEST_MIME], head)
    headers = _headers(BytesParser(policy=policy.compat32).parsebytes(safe, headersonly=True))
    subject = headers.get("subject", "")
    return Letter(_key(raw, headers), _address(headers.get("from", "")), subject, "", headers)


def _letter(raw: bytes, message: Message) -> Letter:
    headers = _headers(message)
    parts = list(_parts(message))
    return Letter(
        key=_key(raw, headers),
        sender=_address(headers.get("from", "")),
        subject=headers.get("subject", ""),
        text=_text_of(parts),
        headers=headers,
        answers=_answers(headers),
        encloses=tuple(one for part in parts for one in _enclosed(part)),
        report=tuple(_report(parts)),
    )


def _bare(raw: bytes, head: Message) -> Letter:
    headers = _headers(head)
    text = raw.partition(b"\n\n")[2] or raw.partition(b"\r\n\r\n")[2]
    return Letter(
        key=_key(raw, headers),
        sender=_address(headers.get("from", "")),
        subject=headers.get("subject", ""),
        text=_decoded(text[:MOST_TEXT], ""),
        headers=headers,
        answers=_answers(headers),
    )


def _headers(message: Message) -> dict[str, str]:
    """Give the first header of each name, decoded; names are lower-case."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        found.setdefault(str(name).lower(), _header(str(value)[:_LONGEST_HEADER]))
    return found


def _header(value: str) -> str:
    text = _decoded(value.encode("utf-8", "surrogateescape"), "")
    try:
        pieces = decode_header(text)
    except (MessageError, ValueError):
        return text
    return "".join(
        _decoded(piece, charset or "") if isinstance(piece, bytes) else piece
        for piece, charset in pieces
    )


def _decoded(data: bytes, charset: str) -> str:
    """Decode what says it is in `charset`, and often is in another."""
    for one in filter(None, (charset, *_GUESSES)):
        try:
            return data.decode(one)
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _key(raw: bytes, headers: dict[str, str]) -> str:
    named = message_ids(headers.get("message-id", ""))
    return named[0] if named else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _address(value: str) -> str:
    return read_email(value) or read_email(_COMMENT.sub("", value))


def _answers(headers: dict[str, str]) -> tuple[str, ...]:
    """Give what a mail answers: what it names first, then its thread from the newest back."""
    nearest = message_ids(headers.get("in-reply-to", ""))
    thread = message_ids(headers.get("references", ""))
    return tuple(dict.fromkeys((*nearest, *reversed(thread))))


def _parts(message: Message) -> Iterator[Message]:
    """Give the parts, outermost first; a mail inside a mail is one part."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            waiting = [one for one in inside if isinstance(one, Message)] + waiting
        yield part


def texts_of(raw: bytes) -> list[str]:
    """Give the words of every text in a mail, of mails inside it too, with all that is quoted."""
    safe = _MIME_HEADER.sub(lambda found: found[0][:_LONGEST_MIME], raw)
    try:
        whole = BytesParser(policy=policy.compat32).parsebytes(safe)
        return list(filter(None, map(_words_of, islice(whole.walk(), _MOST_PARTS))))
    except Exception:  # noqa: BLE001 - parts that nobody foresaw
        return [read_letter(raw).text]


def _words_of(part: Message) -> str:
    kind = part.get_content_type()
    if kind not in {"text/plain", "text/html"} or "attachment" in _disposition(part):
        return ""
    words = _content(part)
    return (_unquoted(words) if kind == "text/html" else words).strip()[:MOST_TEXT]


def _unquoted(html: str) -> str:
    return plain_of(re.sub(r"(?i)</?blockquote", "<div", html[:_MOST_HTML]))


def _text_of(parts: list[Message]) -> str:
    """Give the first words in plain text, else those of the first HTML."""
    for kind, read in (("text/plain", str), ("text/html", plain_of)):
        for part in parts:
            if part.get_content_type() == kind and "attachment" not in _disposition(part):
                text = read(_content(part)).strip()
                if text:
                    return text[:MOST_TEXT]
    return ""


def _disposition(part: Message) -> str:
    return str(part.get("content-disposition", "")).lower()


def _content(part: Message) -> str:
    data = part.get_payload(decode=True)
    charset = str(part.get_param("charset") or "")
    return _decoded(data, charset) if isinstance(data, bytes) else ""


def _enclosed(part: Message) -> tuple[str, ...]:
    """Give the Message-ID of a mail that is inside, whole or its headers alone."""
    if part.get_content_type() == "message/rfc822":
        inside: Any = part.get_payload()
        first = inside[0] if isinstance(inside, list) and inside else None
        return message_ids(_headers(first).get("message-id", "")) if first is not None else ()
    if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
        return message_ids(" ".join(_ORIGINAL_ID.findall(_content(part))))
    return ()


def _report(parts: list[Message]) -> Iterator[dict[str, str]]:
    """Give the blocks of a delivery report (RFC 3464)."""
    for part in parts:
        blocks = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(blocks, list):
            yield from (_headers(one) for one in blocks[:_MOST_PARTS] if isinstance(one, Message))


def plain_of(html: str) -> str:
    """Give the words of HTML, a line a block, each quotation as a lone '>'.

    By hand, since the standard library's parser takes minutes over markup that is made for it.
    """
    shown, words, depth, at = _UNSHOWN.sub(" ", html[:_MOST_HTML]), [], 0, 0
    for tag in _TAG.finditer(shown):
        words.append("" if depth else _SPACES.sub(" ", shown[at : tag.start()]))
        closes, name = bool(tag[1]), tag[2].lower()
        at = tag.end()
        if name == "blockquote":
            depth = max(0, depth + (-1 if closes else 1))
            words.append("\n" if closes else "\n>\n")
        elif name in _OWN_LINE:
            words.append("\n")
        elif name in _CELL and closes:
            words.append("\t")
    words.append("" if depth else _SPACES.sub(" ", shown[at:]))
    lines = "\n".join(line.strip() for line in unescape("".join(words)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()
