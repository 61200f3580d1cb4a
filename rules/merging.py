"""Two leads become one, and two again: which value stands of each, by a stated rule (C2)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from rules.lead import FollowUp, Lead
from rules.words import LIVING, Importance, Kind, Stage, Step, Tier

FURTHEST: Final = (
    *(Stage.LOST, Stage.DISQUALIFIED, Stage.ANONYMOUS, Stage.ACQUAINTED, Stage.LEAD),
    *(Stage.MQL, Stage.SQL, Stage.SQO, Stage.WON),
)
"""Stages, the furthest last; who may still buy is further than who may not any more."""
LIKELIEST: Final = (
    *(Step.FOLLOW_UP, Step.CALL, Step.RETRY_UNAVAILABLE, Step.APPROVE, Step.ASSIGN),
    *(Step.EMAIL, Step.WAIT_FOR_PHONE, Step.MAILING_LIST, Step.NONE),
)
"""Next steps, that which stands before the others first."""
PLAN: Final = (
    *("plan_step", "plan_at", "unavailables", "missed_followup", "followup_misses"),
    *("importance", "next_what", "next_at", "fresh_at", "climbs", "clocked_at", "ladder_at"),
    *("ladder_step", "pool", "passes"),
)
"""What goes together: where a lead stands in its plan."""
FILLED: Final = (
    *("name", "vendor", "banner", "product", "language", "region", "city", "age", "interests"),
    *("campaign",),
)
STOOD: Final = ("stage", "staged_at", "closed_at")
"""A stage with its moments."""
COUNTS: Final = ("attempts", "misses", "meetings", "mailings")
AGREED: Final = ("consent", "consent_text", "consent_at", "agreed")
PHONE: Final = ("phone_raw", "phone_e164", "phone_type", "phone_valid")
CLOSED: Final = "opted_out"
LONGEST_NOTE: Final = 3000
_WORKED = (
    *PLAN,
    *STOOD,
    *("owner", "owned_at", "held_by", "held_until"),
    *("working", "queue", "first_call_at", "waited", "last_outcome", "last_by", "last_at"),
    "tried",
)
TOGETHER: Final = (_WORKED, (*PHONE, "zone"), ("email", "email_key", "email_ok"), AGREED)
"""Columns that are put back all or none: half of them would say what never was."""


def in_order(one: Lead, other: Lead) -> tuple[Lead, Lead]:
    """Give the lead that stays, the older one, and the one that becomes it (C2)."""
    return (one, other) if one.id < other.id else (other, one)


def kept_followup(one: FollowUp | None, other: FollowUp | None) -> FollowUp | None:
    """Give which of two agreed times stands: the hotter, then the earlier (L4)."""
    known = [agreed for agreed in (one, other) if agreed is not None]
    return min(known, key=_heat, default=None)


def _heat(agreed: FollowUp) -> tuple[bool, Any, int]:
    return agreed.importance is not Importance.HIGH, agreed.due_at, agreed.id


def owner_of(stays: Lead, gone: Lead) -> tuple[str, str]:
    """Give whose the lead is, and why: who reached them last, else the older lead's owner (C2).

    Why is reached, older, only (the other has none) or, where nobody has either, nobody.
    """
    if not stays.owner or not gone.owner:
        owner = stays.owner or gone.owner
        return owner, "only" if owner else "nobody"
    if stays.owner == gone.owner:
        return stays.owner, "same"
    reached = [one for one in (stays, gone) if one.reached_at is not None]
    if not reached:
        return stays.owner, "older"
    return max(reached, key=lambda one: (one.reached_at, -one.id)).owner, "reached"


def planned_by(stays: Lead, gone: Lead, agreed: FollowUp | None) -> Lead:
    """Give the lead whose plan goes on: that of the time `agreed`, else of the nearest step."""
    further = _further(stays, gone)
    living = [one for one in (stays, gone) if one.stage in LIVING]
    if further.stage not in LIVING or len(living) == 1:
        return further
    if agreed is not None:
        return stays if agreed.lead_id == stays.id else gone
    return min(living, key=_nearness)


def _nearness(lead: Lead) -> tuple[int, bool, float, int]:
    at = lead.next_at
    return LIKELIEST.index(lead.next_what), at is None, at.timestamp() if at else 0.0, lead.id


def _further(stays: Lead, gone: Lead) -> Lead:
    ahead = FURTHEST.index(gone.stage) > FURTHEST.index(stays.stage)
    return gone if ahead else stays


def merged(stays: Lead, gone: Lead, agreed: FollowUp | None) -> Lead:
    """Give the lead that stays with all that both were; `agreed` is the time that stands (C2).

    The hottest kind, the furthest stage, every try counted, so that no first message leaves twice.
    What each had closed is not joined here: `rules.optouts` says what follows from it.
    """
    plan, further = planned_by(stays, gone, agreed), _further(stays, gone)
    hotter = _hotter(stays, gone)
    return replace(
        stays,
        **{name: getattr(stays, name) or getattr(gone, name) for name in FILLED},
        **{name: getattr(plan, name) for name in PLAN},
        **{name: getattr(stays, name) + getattr(gone, name) for name in COUNTS},
        **_reach(stays, gone),
        **_consent(stays, gone),
        **_moments(stays, gone),
        **_talk(stays, gone),
        kind=hotter.kind,
        direction=hotter.direction,
        referrer=stays.referrer or gone.referrer,
        referrer_close=stays.referrer_close if stays.referrer else gone.referrer_close,
        note="\n".join(dict.fromkeys(filter(None, (stays.note, gone.note))))[:LONGEST_NOTE],
        tried=stays.tried | gone.tried,
        owner=owner_of(stays, gone)[0],
        **{name: getattr(further, name) for name in STOOD},
    )


def _hotter(stays: Lead, gone: Lead) -> Lead:
    heat = tuple(Kind)
    return gone if heat.index(gone.kind) > heat.index(stays.kind) else stays


def _reach(stays: Lead, gone: Lead) -> dict[str, Any]:
    phone = gone if gone.phone_valid and not stays.phone_valid else stays
    phone = phone if phone.phone_raw else gone
    mail = gone if not stays.email or (gone.email and gone.email_ok > stays.email_ok) else stays
    known = {name: getattr(phone, name) for name in PHONE}
    return known | {"email": mail.email, "email_ok": mail.email_ok}


def _consent(stays: Lead, gone: Lead) -> dict[str, Any]:
    """Let the newest list of channels stand, with what was agreed since; both where none says."""
    dated = [one for one in (stays, gone) if one.consent is not None and one.consent_at]
    if dated:
        newest = max(dated, key=lambda one: (one.consent_at, -one.id))
        return {name: getattr(newest, name) for name in AGREED}
    both = dict.fromkeys((*stays.agreed, *gone.agreed))
    return {"agreed": tuple(both)}


def _moments(stays: Lead, gone: Lead) -> dict[str, Any]:
    called = [one for one in (stays, gone) if one.first_call_at]
    first = min(called, key=lambda one: (one.first_call_at, one.id), default=stays)
    last = max((stays, gone), key=lambda one: one.last_at.timestamp() if one.last_at else 0.0)
    found = {name: getattr(first, name) for name in ("first_call_at", "waited")}
    found |= {name: getattr(last, name) for name in ("last_outcome", "last_by", "last_at")}
    for name in ("reached_at", "replied_at"):
        known = [at for one in (stays, gone) if (at := getattr(one, name))]
        found[name] = max(known, default=None)
    return found


def _talk(stays: Lead, gone: Lead) -> dict[str, Any]:
    """Let who is on the phone with either go on; nobody keeps the lead for a call to come."""
    on = stays if stays.talking_by else gone
    return {
        "talking_by": on.talking_by,
        "talking_at": on.talking_at,
        "held_by": "",
        "held_until": None,
        "owned_at": (stays if owner_of(stays, gone)[0] == stays.owner else gone).owned_at,
    }


def hottest(stays: Lead, gone: Lead) -> dict[str, Any]:
    """Give the better tier of two leads with its score, and the better one that was chosen."""
    pins = sorted(one.tier_pin for one in (stays, gone) if one.tier_pin)
    tier = Tier(pins[0]) if pins else min(stays.tier, gone.tier)
    score = max(stays.score, gone.score)
    return {"tier": tier, "score": score, "tier_pin": pins[0] if pins else ""}


def gone_away(gone: Lead, into: Lead) -> Lead:
    """Give the lead that became another: nobody's, in no queue, never called or written to."""
    return replace(
        gone,
        merged_into=into.id,
        owner="",
        held_by="",
        held_until=None,
        talking_by="",
        talking_at=None,
        importance="",
        next_what=Step.NONE,
        next_at=None,
        climbs=False,
        ladder_at=None,
        waited=None,
        pool="",
    )


def put_back(
    before: Mapping[str, Any], after: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """Give a lead's columns as they were `before` a merge, but for what happened since (C2).

    `after` is how the merge left them. What was counted since is added, what was closed or opened
    since holds; what goes together goes back together, or stays.
    """
    changed = [some for some in TOGETHER if any(now[one] != after[one] for one in some)]
    kept = {name for some in changed for name in some}
    found = {
        name: now[name] if name in kept or now[name] != after[name] else before[name]
        for name in before
    }
    counted = {name: before[name] + now[name] - after[name] for name in COUNTS}
    opened = {one for one in after[CLOSED] if one not in now[CLOSED]}
    since = [one for one in now[CLOSED] if one not in after[CLOSED]]
    closed = dict.fromkeys(one for one in (*before[CLOSED], *since) if one not in opened)
    return found | {name: max(0, n) for name, n in counted.items()} | {CLOSED: [*closed]}
