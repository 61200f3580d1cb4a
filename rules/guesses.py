"""Which numbers may be taken for a phone where nothing says that they are one (C2)."""

import re

from rules.phones import Phone, plain
from rules.words import PhoneType

_DATE = re.compile(
    r"(?<![\d./-])(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2})"
    r"(?![./-]?\d)"
)
_SHORT = re.compile(r"[\"'`״׳’.]")
_WORDS = re.compile(r"[^\W_]+|#")
_OF_IDS = """id ids identity identification passport uuid guid
תז התז זהות הזהות דרכון הדרכון חפ"""
_OF_OTHERS = """order invoice ref reference ticket case policy account contract receipt booking
transaction zip postal postcode vat tax licence license plate code quote
הזמנה ההזמנה חשבונית אסמכתא פנייה פניה ליד לקוח פוליסה חוזה עסקה קבלה חשבון
רישיון רישוי מיקוד עוסק קוד מזהה כרטיס זיהוי"""
"""What a number may be of, when its label says no more or 'number' stands beside."""
_OF_PHONES = """phone telephone mobile cell cellphone tel caller call whatsapp fax
טלפון הטלפון טל נייד הנייד סלולרי פלאפון וואטסאפ לחזרה להתקשר מתקשר המתקשר פקס"""
_OF_NUMBERS, _BESIDE = "number no nr num מספר מס #", "is my שלי שלו שלה הוא היא"
_IDS, _OTHERS = frozenset(_OF_IDS.split()), frozenset(_OF_OTHERS.split())
_PHONES, _COUNTED = frozenset(_OF_PHONES.split()), frozenset(_OF_NUMBERS.split())
_BETWEEN = _COUNTED | frozenset(_BESIDE.split())
_MOST_BEFORE, _LONGEST_BEFORE = 4, 60
_FIRST = re.compile(r"[+\d]")
_CALLED = frozenset({PhoneType.MOBILE, PhoneType.OTHER})


def has_date(text: str) -> bool:
    """Say whether a text has a day in it: '25/12/2026', '31.12.26', '2026-12-25'."""
    return _DATE.search(plain(text)) is not None


def may_be_phone(text: str, read: Phone) -> bool:
    """Say whether a text that no label calls a phone may be one; `read` is how it was read.

    It begins with 0 or +, or is a valid number of a mobile; all else is an amount or a number of
    something. Never one with a day in it, nor what is said to be an id (C2).
    """
    first = _FIRST.search(plain(text))
    if has_date(text) or (first and follows_id(plain(text), first.start())):
        return False
    return bool(first and first[0] in "+0") or (read.valid and read.type in _CALLED)


def names_id(label: str) -> bool:
    """Say whether a label is of an id, an order or the like, whose number is never a phone (C2).

    'Lead ID', 'Order', 'ת"ז'; not 'Caller ID'.
    """
    words = _words(label)
    return bool(words & (_IDS | _OTHERS)) and not words & _PHONES


def follows_id(text: str, at: int) -> bool:
    """Say whether the words before the place `at` say that a number is an id's or an order's.

    'my ID is', 'ת.ז', 'order no.'; not 'I want to order'.
    """
    line = plain(text[max(0, at - _LONGEST_BEFORE) : at]).rpartition("\n")[2]
    words = _parted(line)[-_MOST_BEFORE:]
    counted = bool(_COUNTED & set(words))
    while words and words[-1] in _BETWEEN:
        words.pop()
    return bool(words) and (words[-1] in _IDS or (counted and words[-1] in _OTHERS))


def _words(text: str) -> frozenset[str]:
    return frozenset(_parted(plain(text)))


def _parted(text: str) -> list[str]:
    return _WORDS.findall(_SHORT.sub("", text).casefold())
