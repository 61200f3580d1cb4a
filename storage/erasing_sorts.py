"""What is held on a person, table by table: what goes when they are erased, what stays, and why.

Every column that may hold a word stands here once; a test fails for one that does not (C5).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select

from storage.tables import (
    attempts,
    claims,
    crm_links,
    events,
    followups,
    given,
    history,
    intake,
    lead_sources,
    leads,
    likenesses,
    merges,
    messages,
    optouts,
    outbox,
    posts,
    repairs,
    stages,
)

WORD = "a word of this program's own"
TEAM = "names a member of the team"
BOUGHT = "says where a lead was bought or what it was offered, which figures need; not who it is"
MONEY = "a currency"
MARKED = (
    "becomes a keyed mark where it was closed, so that it stays closed (storage/suppression.py)"
)

NONE: list[str] = []

Ids = Collection[int]


@dataclass(frozen=True, slots=True)
class Sort:
    """Which rows of a table are a person's, what is put in their columns, and why others stay.

    `marked` columns hold a number or an address. `deleted` rows go whole.
    """

    theirs: Callable[[Ids], ColumnElement[bool]]
    clears: Mapping[str, Any] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    marked: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False


def _of_lead(table: Table) -> Callable[[Ids], ColumnElement[bool]]:
    return table.c.lead_id.in_


def _of_pair(table: Table, other: str) -> Callable[[Ids], ColumnElement[bool]]:
    return lambda ids: or_(table.c.lead_id.in_(ids), table.c[other].in_(ids))


def _of_outbox(ids: Ids) -> ColumnElement[bool]:
    calls = select(attempts.c.id).where(attempts.c.lead_id.in_(ids))
    left = select(messages.c.outbox_id).where(messages.c.lead_id.in_(ids))
    return or_(
        outbox.c.payload["lead_id"].as_integer().in_(ids),
        outbox.c.attempt_id.in_(calls),
        outbox.c.id.in_(left),
    )


SORTS: dict[Table, Sort] = {
    leads: Sort(
        leads.c.id.in_,
        {
            **dict.fromkeys(("name", "language", "region", "city", "ip", "referrer", "note"), ""),
            **dict.fromkeys(("phone_raw", "phone_e164", "email", "email_key", "consent_text"), ""),
            **dict.fromkeys(("age", "consent", "consent_at", "held_until")),
            **dict.fromkeys(("phone_valid", "referrer_close"), False),
            **dict.fromkeys(("interests", "agreed", "opted_out"), NONE),
            "held_by": "",
            "extra": {},
        },
        {
            **dict.fromkeys(("kind", "stage", "direction", "phone_type", "tier", "tier_pin"), WORD),
            **dict.fromkeys(("importance", "queue", "next_what", "last_outcome", "pool"), WORD),
            **dict.fromkeys(("campaign", "vendor", "banner", "product"), BOUGHT),
            **dict.fromkeys(("owner", "last_by", "talking_by"), TEAM),
            "currency": MONEY,
            "zone": "a time zone, by which calls are counted by the hour",
        },
    ),
    intake: Sort(
        _of_lead(intake),
        {"body": b"", "once_key": "", "content_type": "", "reason": ""},
        {"source": "names a door", "state": WORD},
    ),
    lead_sources: Sort(
        _of_lead(lead_sources),
        {"external_id": "", "fingerprint": "", "extra": {}},
        {
            **dict.fromkeys(("source", "campaign", "vendor", "banner"), BOUGHT),
            "currency": MONEY,
        },
    ),
    attempts: Sort(
        _of_lead(attempts),
        {"note": "", "before": {}, "after": {}},
        {"outcome": WORD, "by": TEAM, "currency": MONEY},
    ),
    followups: Sort(
        _of_lead(followups), {"note": ""}, {"rep": TEAM, "importance": WORD, "state": WORD}
    ),
    history: Sort(_of_lead(history), {"data": {"undo": None}}, {"actor": TEAM, "what": WORD}),
    outbox: Sort(_of_outbox, deleted=True),
    posts: Sort(
        _of_lead(posts),
        {"about": "", "purpose": "erased"},
        {
            "recipient": TEAM,
            "channel": "where a message stands in Slack, until it is cleared there",
            "ts": "as its channel",
        },
    ),
    messages: Sort(
        _of_lead(messages),
        {"address": ""},
        {
            **dict.fromkeys(("channel", "layer", "state", "code"), WORD),
            "ref": "the provider's own number, by which a late report finds what it is about",
        },
        {"address": MARKED},
    ),
    given: Sort(
        _of_lead(given),
        {},
        {
            **dict.fromkeys(("rep", "considered"), TEAM),
            **dict.fromkeys(("tier", "pool", "route", "how"), WORD),
        },
    ),
    stages: Sort(_of_lead(stages), {"reason": ""}, {"was": WORD, "stage": WORD, "actor": TEAM}),
    merges: Sort(_of_pair(merges, "gone_id"), {"data": {}}, {"actor": TEAM}),
    likenesses: Sort(_of_pair(likenesses, "other_id"), deleted=True),
    repairs: Sort(
        _of_lead(repairs),
        {"raw": "", "phone_e164": ""},
        {"rule": WORD, "state": WORD, "actor": TEAM},
    ),
    claims: Sort(
        _of_lead(claims),
        {},
        {
            **dict.fromkeys(("vendor", "campaign"), BOUGHT),
            **dict.fromkeys(("state", "reason"), WORD),
            "currency": MONEY,
            "actor": TEAM,
        },
    ),
    events: Sort(_of_lead(events), {"event": "", "data": {}}, {"origin": "names a door"}),
    crm_links: Sort(_of_lead(crm_links), deleted=True),
    optouts: Sort(
        _of_lead(optouts),
        {},
        {"channel": WORD, "actor": TEAM, "how": WORD},
        {"address": MARKED},
    ),
}
"""The tables in which a row is of one lead."""

STAY: dict[str, str] = {
    "reps": "the team's own data",
    "seen": "numbers of clicks and commands, for two days",
    "playbook_versions": "the playbook's numbers",
    "tier_cells": "counts by campaign, kind and product",
    "answer_hours": "counts by kind and hour",
    "kept": "the program's own notes; what a dropped file shows of its rows is taken out",
    "turns": "whose turn it is in the team",
    "audit": "who did what with which lead's number, sealed; a person's data never stands in it",
    "shared_phones": "a number goes with the last person who has it",
    "rollups": "counts by the hour; those of an erased lead are summed anew, without its place",
    "rollup_marks": "hours to be summed anew",
    "lead_sums": "counts by the day; those of an erased lead are counted anew, without its place",
    "lead_marks": "hours to be counted anew",
    "paces": "how fast each lane and provider may be sent to",
    "recommendations": "what was proposed for campaigns, with their figures",
}
"""The tables in which no row is of one lead, and what of them is looked at all the same."""
