"""What a customer writes who wants no more messages, or no calls either (L2.3, L3.3)."""

import re
from enum import StrEnum
from typing import Final

from rules.words import CHANNELS, Channel

MOST_WORDS = 8
"""A request is short: among more words the same ones may say something else."""


class Stop(StrEnum):
    """What a message asks to stop: MESSAGES are SMS and mail, ALL is calls too."""

    NO = "no"
    UNSURE = "unsure"
    MESSAGES = "messages"
    ALL = "all"

    @property
    def certain(self) -> bool:
        """Whether it is a request, and nothing else."""
        return self in {Stop.MESSAGES, Stop.ALL}

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that it closes."""
        return {Stop.MESSAGES: tuple(map(str, Channel)), Stop.ALL: CHANNELS}.get(self, ())


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_POLITE: Final = re.compile(
    r"\b(?:please|pls|plz|kindly|thank you|thanks|thank u|thanx|thx|ty|hi|hello|hey|ok|okay|sorry"
    r"|now|just|immediately|already|guys|sir|regards"
    r"|בבקשה|נא|אנא|תודה|רבה|מראש|שלום|היי|הי|מייד|מיד|עכשיו|כבר|פשוט|סליחה|דחוף)\b"
)
_WISH: Final = (
    r"(?:(?:i (?:want|wish|need|ask|would like)|id like)(?: you)? to (?:be )?"
    r"|(?:can|could|would|will) you |(?:אני )?(?:רוצה|מבקש|מבקשת|אבקש) (?:מכם )?|אפשר )?"
)

_LATER: Final = r"(?: (?:again|anymore|any more|ever|ever again|at all|here|after this))?"
_ME: Final = r"(?: (?:to )?(?:me|us))?"
_SOME: Final = r"(?:(?:all|the|these|those|this|your|any|more|my|of) )*"
_SENT: Final = _any(
    "messages? texts? sms smses emails? mails? spam ads calls? newsletters? notifications? "
    "everything all it this that anything subscription"
)
_THINGS: Final = rf"{_SOME}(?:(?:text|sms|spam|marketing|phone) )?{_SENT}"
_DOING: Final = _any(
    "texting messaging sending writing emailing mailing spamming smsing contacting calling "
    "phoning ringing bothering harassing disturbing"
)
_CONTACT: Final = _any(
    "contact call phone ring text message write email mail sms spam bother disturb"
)
_DONT: Final = r"(?:dont|do not|never|not)(?: ever)?"
_LIST: Final = (
    rf"(?:from|off|of|to) {_SOME}(?:(?:mailing|sms|email|contact|contacts|call|calling|marketing"
    r"|phone|distribution) )*(?:lists?|database|db|system|records|messages|texts|sms|emails|mails"
    r"|mail|newsletters?|it|this|here|everything|all)"
)
_MINE: Final = (
    r"(?:me|us|(?:my|this) (?:phone |mobile |cell |email )?(?:number|email|address|name|details))"
)
_ENGLISH: Final = (
    rf"stop(?: {_DOING}(?: (?:and|or) {_DOING})*{_ME}(?: {_THINGS})?{_ME}| {_THINGS})?{_LATER}",
    rf"(?:unsubscribe|remove|removed|unsubscribed)(?: {_MINE})?(?: {_LIST})?",
    rf"(?:delete|take) {_MINE}(?: {_LIST})?",
    rf"opt ?(?:me )?out(?: {_LIST})?",
    rf"{_DONT} {_CONTACT}(?: (?:or|and|nor) {_CONTACT})*{_ME}{_LATER}",
    rf"{_DONT} send{_ME} {_THINGS}{_ME}{_LATER}",
    rf"no more {_THINGS}",
    r"leave me alone",
)

_TO_ME: Final = r"(?: (?:לי|לנו|אלי|אליי|אלינו|אותי|אותנו))?"
_TAKE: Final = _any("הסר הסירו הסירי תסיר תסירו תסירי להסיר הסרה להסרה")
_DROP: Final = _any("מחק מחקו תמחק תמחקו תמחקי למחוק הורד הורידו תוריד תורידו תורידי להוריד")
_CEASE: Final = _any(
    "הפסק הפסיקו הפסיקי תפסיק תפסיקו תפסיקי להפסיק עצור עצרו עצרי תעצור תעצרו תעצרי לעצור "
    "חדלו תחדלו חדל"
)
_MY: Final = (
    r"(?:אותי|אותנו|(?:את )?(?:ה?מספר|ה?טלפון|ה?נייד|ה?מייל|ה?שם|מספרי|שמי)"
    r"(?: ה?(?:טלפון|נייד))?(?: (?:שלי|הזה|זה))?)"
)
_ROLL: Final = (
    r"מה?(?:רשימה|רשימת|רשימות|תפוצה|דיוור|מאגר|מערכת|הודעות|סמס|מיילים)"
    r"(?: ה?(?:תפוצה|דיוור|הודעות|סמס|שיחות|לקוחות|נתונים|שלכם|שלך|זו|זאת|זה|אלה))*"
)
_MESSAGES: Final = (
    r"(?:את |עם )?ה?(?:הודעות|הודעה|סמס|סמסים|מסרונים|מיילים|מייל|אימיילים|פרסומות|פרסום|ספאם"
    r"|שיחות|טלפונים|כל|זה|דיוור)(?: ה?(?:האלה|האלו|אלה|אלו|שלכם|הודעות|פרסומות|סמס))*"
)
_TO_WRITE: Final = (
    r"(?:מ?ל(?:שלוח|כתוב|סמס|התקשר|צלצל|חייג|טלפן|הטריד|הציק|פנות))"
    rf"{_TO_ME}(?: {_MESSAGES})?{_TO_ME}"
)
_NOT_TO: Final = (
    r"(?:אל ת(?:תקשרו|תקשר|תקשרי|שלחו|שלח|שלחי|כתבו|כתוב|כתבי|סמסו|סמס|פנו|פנה|פני|טרידו|טריד"
    r"|צלצלו|צלצל|חייגו|חייג|ציקו|ציק)|לא ל(?:התקשר|שלוח|כתוב|סמס|פנות|הטריד|צלצל|חייג))"
)
_AGAIN: Final = r"(?: (?:יותר|שוב|לעולם|בכלל))?"
_HEBREW: Final = (
    rf"[וש]?{_TAKE}(?: {_MY})?(?: {_ROLL})?",
    rf"[וש]?{_DROP} {_MY}(?: {_ROLL})?",
    rf"[וש]?{_CEASE}(?: {_TO_WRITE}| {_MESSAGES})?{_AGAIN}",
    rf"{_NOT_TO}{_TO_ME}{_AGAIN}(?: {_MESSAGES})?{_TO_ME}{_AGAIN}",
    r"(?:די|בלי|לא עוד|מספיק עם|די עם) (?:הודעות|ההודעות|סמסים|מיילים|שיחות|השיחות)",
    r"(?:עזבו|תעזבו|עזוב|תעזוב|עזבי|תעזבי) אותי(?: בשקט)?",
)
_MESSAGE: Final = _any("messages? texts? sms emails? mails? subscription")
# Words of other uses too: these ask to stop alone, or with what is to stop.
_EVERYDAY: Final = (
    rf"(?:end|quit|cancel|revoke|stopall)(?: {_SOME}{_MESSAGE})?",
    r"(?:בטל|בטלו|לבטל|תבטל|תבטלו|ביטול) (?:את )?ה?(?:מנוי|הודעות|סמס|דיוור|הרשמה)(?: שלי)?",
)
_ONE: Final = rf"(?:{_WISH}(?:{'|'.join((*_ENGLISH, *_HEBREW))})|{'|'.join(_EVERYDAY)})"
_REQUEST: Final = re.compile(rf"{_ONE}(?: (?:(?:and|or|also) )?{_ONE})*")
_OF_CALLS: Final = re.compile(
    rf"\b(?:calls?|calling|phoning|{_DONT} (?:\w+ or )?phone|ring|ringing|contact|contacting"
    r"|bother|bothering|disturb|disturbing|harassing|alone)\b"
    r"|תקשר|צלצל|חייג|טלפן|שיחות|טלפונים|טריד|הציק|ציק|פנו|פנה|עזב|עזוב|תעזב"
)
_UNWILLING: Final = r"לא (?:מעוניין|מעוניינת|מעוניינים|מעונין|מעונינת)"
_HINTS: Final = re.compile(
    rf"\b(?:stop\w*|unsubscribe\w*|remove\w*|cancel|quit|revoke|opt ?out|opt me out|spam"
    rf"|{_DONT} {_CONTACT}|no more|not interested|leave me)\b|^end\b"
    rf"|\b(?:[ושל]?{_TAKE}|[וש]?{_CEASE}|{_NOT_TO}|{_UNWILLING}|תורידו אותי|תמחקו אותי|ספאם)\b"
)


def stops(said: str) -> Stop:
    """Say what a message asks to stop; `said` are its bare words in small letters (Consent).

    Courtesy and repeats do not matter, any other word does: then it is UNSURE, for a rep to read.
    """
    words = _POLITE.sub(" ", said).split()
    bare = " ".join(words)
    if len(words) <= MOST_WORDS and _REQUEST.fullmatch(bare):
        return Stop.ALL if _OF_CALLS.search(bare) else Stop.MESSAGES
    return Stop.UNSURE if _HINTS.search(said) else Stop.NO
