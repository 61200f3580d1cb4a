"""Examples that a test changes one thing of."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.commands import LogOutcome
from rules.lead import FollowUp, Lead
from rules.money import Money
from rules.outcomes import Decision, Setting, decide
from rules.playbook import Playbook
from rules.team import Rep
from rules.words import Importance, Kind, Outcome, PhoneType, Stage

ZONE = ZoneInfo("Asia/Jerusalem")
# A Tuesday, 12:00 in Israel: inside calling hours, outside quiet hours.
NOW = datetime(2026, 7, 7, 9, 0, tzinfo=UTC)
PLAYBOOK = Playbook()
SALE = Money(129_000, "ILS")

_LEAD = Lead(
    id=7,
    name="Noa Levi",
    kind=Kind.WARM,
    phone_raw="052-2345678",
    phone_e164="+972522345678",
    phone_type=PhoneType.MOBILE,
    phone_valid=True,
    email="noa@example.com",
    owner="UDANA",
    received_at=NOW,
    next_at=NOW,
)
_FOLLOWUP = FollowUp(
    id=3,
    lead_id=7,
    rep="UDANA",
    importance=Importance.HIGH,
    due_at=NOW,
    agreed_at=NOW,
    nag_at=NOW,
)
_NEEDED: dict[Outcome, dict[str, Any]] = {
    Outcome.SOLD: {"amount": SALE},
    Outcome.FOLLOWUP: {"when": NOW, "importance": Importance.HIGH},
}


def lead(**changes: Any) -> Lead:
    return replace(_LEAD, **changes)


def won(**changes: Any) -> Lead:
    return lead(stage=Stage.WON, closed_at=NOW, **changes)


def followup(**changes: Any) -> FollowUp:
    return replace(_FOLLOWUP, **changes)


def rep(slack_id: str = "UDANA", **changes: Any) -> Rep:
    return replace(Rep(slack_id, slack_id.title()), **changes)


def act(outcome: str, **changes: Any) -> LogOutcome:
    """Give an act with all that its outcome asks for."""
    needed = _NEEDED.get(Outcome(outcome), {})
    return LogOutcome(7, Outcome(outcome), **{**needed, **changes})


def setting(now: datetime = NOW, actor: str = "UDANA", **numbers: Any) -> Setting:
    return Setting(actor, now, replace(PLAYBOOK, **numbers), ZONE)


def after(start: Lead, outcome: str, *, now: datetime = NOW, **changes: Any) -> Decision:
    """Give what an outcome does to a lead."""
    return decide(start, act(outcome, **changes), setting(now))


def layers(decision: Decision) -> list[str]:
    """Give the messages to the customer among the effects."""
    return [str(one.payload["layer"]) for one in decision.effects if "layer" in one.payload]
