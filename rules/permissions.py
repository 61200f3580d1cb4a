"""Who may do what: one table, asked everywhere (C5)."""

from collections.abc import Mapping
from enum import StrEnum

from rules.lead import Lead
from rules.team import Rep
from rules.words import Role


class Act(StrEnum):
    """What a person may do: with one lead, or with the desk as a whole."""

    LOG = "log"
    SEE = "see"
    ASSIGN = "assign"
    CLAIM = "claim"
    PASS = "pass"  # noqa: S105 - to pass a lead on, not a word to get in by
    STAGE = "stage"
    APPROVE = "approve"
    NOTE = "note"
    OPTOUT = "optout"
    MERGE = "merge"
    EXPORT = "export"
    TEAM = "team"
    PLAYBOOK = "playbook"
    MANAGE = "manage"


class Whose(StrEnum):
    """Whose lead an act is on, seen by who acts; NONE for an act on no lead."""

    OWN = "own"
    OTHERS = "others"
    NOBODYS = "nobodys"
    NONE = "none"


_NEVER: frozenset[Whose] = frozenset()
_OWN = frozenset({Whose.OWN})
_FREE = frozenset({Whose.NOBODYS})
_OWNED = frozenset({Whose.OWN, Whose.OTHERS})
_ANY = frozenset({Whose.OWN, Whose.OTHERS, Whose.NOBODYS})
_DESK = frozenset({Whose.NONE})

_REP = {
    Act.LOG: _OWN,
    Act.SEE: _OWN,
    Act.ASSIGN: _OWN,
    Act.CLAIM: _FREE,
    Act.PASS: _OWN,
    Act.STAGE: _OWN,
    Act.APPROVE: _NEVER,
    Act.NOTE: _OWN,
    Act.OPTOUT: _OWN,
    Act.MERGE: _OWN,
    Act.EXPORT: _NEVER,
    Act.TEAM: _NEVER,
    Act.PLAYBOOK: _NEVER,
    Act.MANAGE: _NEVER,
}
_MANAGER = {
    Act.LOG: _ANY,
    Act.SEE: _ANY,
    Act.ASSIGN: _ANY,
    Act.CLAIM: _FREE,
    Act.PASS: _OWNED,
    Act.STAGE: _ANY,
    Act.APPROVE: _ANY,
    Act.NOTE: _ANY,
    Act.OPTOUT: _ANY,
    Act.MERGE: _ANY,
    Act.EXPORT: _ANY,
    Act.TEAM: _DESK,
    Act.PLAYBOOK: _DESK,
    Act.MANAGE: _DESK,
}
TABLE: Mapping[Role, Mapping[Act, frozenset[Whose]]] = {
    Role.REP: _REP,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _MANAGER,
}
"""Role by act, and on whose leads that act is allowed."""


def whose(actor: Rep, lead: Lead | None) -> Whose:
    """Say whose a lead is, seen by who acts; NONE where there is no lead (C5)."""
    if lead is None:
        return Whose.NONE
    if not lead.owner:
        return Whose.NOBODYS
    return Whose.OWN if lead.owner == actor.slack_id else Whose.OTHERS


def may(actor: Rep, act: Act, lead: Lead | None = None) -> bool:
    """Say whether a person may do this, with this lead where it is about one (C5).

    Who was paused has left the team and may nothing any more.
    """
    return actor.state != "paused" and whose(actor, lead) in TABLE[actor.role][act]
