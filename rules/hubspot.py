"""A lead as HubSpot's contact, and what a contact says of a lead (C2)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.lead import Lead
from rules.words import Stage

NAMES = ("first_name", "last_name")
FIELDS = (*NAMES, "phone", "email", "city", "region", "language", "campaign", "product")
"""What of a lead can stand in a contact."""
OBEYED = frozenset({Stage.LEAD, Stage.MQL, Stage.SQL, Stage.SQO, Stage.DISQUALIFIED})
"""Stages to which a contact moves its lead; sales and losses are outcomes, which reps log."""
_FIELDS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "phone": "phone",
    "email": "email",
    "city": "city",
}
_STAGES: dict[str, str] = {
    Stage.LEAD: "lifecyclestage:lead",
    Stage.MQL: "lifecyclestage:marketingqualifiedlead",
    Stage.SQL: "lifecyclestage:salesqualifiedlead",
    Stage.SQO: "lifecyclestage:opportunity",
    Stage.WON: "lifecyclestage:customer",
    Stage.DISQUALIFIED: "hs_lead_status:UNQUALIFIED",
}


@dataclass(frozen=True, slots=True)
class HubSpot:
    """Which of HubSpot's properties has a field, and which 'property:value' stands for a stage.

    A field with "" is left out; a stage without a property is not told.
    """

    fields: Mapping[str, str] = field(default_factory=lambda: dict(_FIELDS))
    stages: Mapping[str, str] = field(default_factory=lambda: dict(_STAGES))

    @property
    def properties(self) -> tuple[str, ...]:
        """The properties that are read of a contact."""
        staged = (one.partition(":")[0] for one in self.stages.values())
        return tuple(dict.fromkeys(filter(None, (*self.fields.values(), *staged))))


def contact_of(lead: Lead, how: HubSpot) -> dict[str, str]:
    """Give the properties that a lead's contact should have; what is not known is left out."""
    first, _, last = lead.name.partition(" ")
    phone = lead.phone_e164 if lead.phone_valid else lead.phone_raw
    known = {"first_name": first, "last_name": last, "phone": phone}
    told = {
        target: known.get(name, str(getattr(lead, name, "")))
        for name, target in how.fields.items()
        if target
    }
    target, _, value = how.stages.get(lead.stage, "").partition(":")
    return {name: one for name, one in {**told, target: value}.items() if name and one}


def mark_of(properties: Mapping[str, str], *, before: str = "") -> str:
    """Give a mark of what a contact says, by which each property is known again.

    It holds digests, nobody's data; what the mark `before` has besides stays in it.
    """
    marks = {name: _digest(value) for name, value in properties.items() if value}
    return json.dumps({**_read(before), **marks}, sort_keys=True)


def news(properties: Mapping[str, str], *, mark: str) -> dict[str, str]:
    """Give what a contact says now and did not when both sides agreed."""
    agreed = _read(mark)
    return {
        name: value
        for name, value in properties.items()
        if value and agreed.get(name) != _digest(value)
    }


def _read(mark: str) -> dict[str, str]:
    return dict(json.loads(mark)) if mark else {}


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def said(
    changed: Mapping[str, str], whole: Mapping[str, str], how: HubSpot
) -> tuple[dict[str, str], Stage | None]:
    """Give the fields of a lead that a contact's changed properties say, and its stage.

    Of a name both parts are taken from the `whole` contact. A stage that a person here must
    decide by an outcome is None.
    """
    mine = {target: name for name, target in how.fields.items() if target}
    told = {mine[target]: value for target, value in changed.items() if target in mine}
    if told.keys() & set(NAMES):
        told |= {
            name: whole[how.fields[name]] for name in NAMES if whole.get(how.fields.get(name, ""))
        }
    return told, _stage(changed, how)


def _stage(changed: Mapping[str, str], how: HubSpot) -> Stage | None:
    """Give the stage that a property stands for; disqualified before any other (S3)."""
    found = [
        Stage(stage)
        for stage, written in how.stages.items()
        if written and changed.get(written.partition(":")[0]) == written.partition(":")[2]
    ]
    meant = sorted(
        (one for one in found if one in OBEYED), key=lambda one: one is Stage.DISQUALIFIED
    )
    return meant[-1] if meant else None
