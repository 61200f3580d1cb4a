"""The vocabulary of the product: every closed list of names, one word per thing."""

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of lead, coldest first (K1-K4)."""

    COLD = "cold"
    WARM = "warm"
    INCOMING = "incoming"
    REFERRAL = "referral"


class Outcome(StrEnum):
    """What came of an attempt, as it is named everywhere."""

    NOANSWER = "noanswer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    FOLLOWUP = "followup"
    NOTNOW = "notnow"
    SOLD = "sold"
    LOST = "lost"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"


class Importance(StrEnum):
    """How a follow-up is worked: high is nagged (L4.3), low is in the day's agenda (L4.4)."""

    HIGH = "high"
    LOW = "low"


class Stage(StrEnum):
    """Where a lead stands in its life (S)."""

    ANONYMOUS = "anonymous"
    ACQUAINTED = "acquainted"
    LEAD = "lead"
    MQL = "mql"
    SQL = "sql"
    SQO = "sqo"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"


class Step(StrEnum):
    """What happens next to a lead."""

    CALL = "call"
    FOLLOW_UP = "follow_up"
    WAIT_FOR_PHONE = "wait_for_phone"
    RETRY_UNAVAILABLE = "retry_unavailable"
    EMAIL = "email"
    MAILING_LIST = "mailing_list"
    APPROVE = "approve"
    ASSIGN = "assign"
    NONE = "none"


class Tier(StrEnum):
    """How many calls a lead is worth, and how soon: A most (L1.1)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Role(StrEnum):
    """What a member of the team may do."""

    REP = "rep"
    MANAGER = "manager"
    ADMIN = "admin"


class PhoneType(StrEnum):
    """What kind of line a number is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    VOIP = "voip"
    TOLL_FREE = "toll_free"
    OTHER = "other"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """The ways a message reaches a customer."""

    SMS = "sms"
    EMAIL = "email"


class Queue(StrEnum):
    """Why a lead is called, best first (L1.4, L4.3, L4.4)."""

    HIGH_FOLLOWUP = "high_followup"
    FRESH = "fresh"
    LOW_FOLLOWUP = "low_followup"
    PLANNED = "planned"


class Layer(StrEnum):
    """Which message of the method this is: what it answers to."""

    SMS_FIRST = "sms_first"
    SMS_FOLLOWUP = "sms_followup"
    MAIL_FIRST = "mail_first"
    MAIL_OFFER = "mail_offer"
    MAILING_LIST = "mailing_list"
    ASK_PHONE = "ask_phone"
    OTHER = "other"


class Switch(StrEnum):
    """Kinds of notification that each person switches on and off for themselves."""

    LEADS = "leads"
    SPEED = "speed"
    NAGS = "nags"
    AGENDA = "agenda"
    WEEK = "week"
    REPLIES = "replies"
    NEWS = "news"
    TEAM = "team"


LIVING = frozenset({Stage.ANONYMOUS, Stage.ACQUAINTED, Stage.LEAD, Stage.MQL, Stage.SQL, Stage.SQO})
MISSED = frozenset({Outcome.NOANSWER, Outcome.BUSY, Outcome.VOICEMAIL})
ANSWERED = frozenset({Outcome.NOTNOW, Outcome.FOLLOWUP, Outcome.SOLD, Outcome.LOST})
CALLS = "calls"
CHANNELS = (*Channel, CALLS)
HIGH_TIERS = frozenset({Tier.A, Tier.B})
