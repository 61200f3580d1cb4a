"""Examples that a test changes one thing of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rules.acts import LogOutcome
from rules.lead import FollowUp, Lead
from rules.messages import Writing
from rules.money import Money
from rules.outcomes import Decision, Setting, decide
from rules.plan import Phoning
from rules.playbook import Playbook
from rules.rest import Rest
from rules.team import Rep
from rules.words import Importance, Kind, Outcome, PhoneType, Stage, Tier

ZONE = ZoneInfo("Asia/Jerusalem")
# A Tuesday, 12:00 in Israel: inside calling hours, outside quiet hours.
NOW = datetime(2026, 7, 7, 9, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
PLAYBOOK = Playbook()
WRITING = Writing(PLAYBOOK)
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
    tier=Tier.B,
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
    Outcome.FOLLOWUP: {"when": NOW + timedelta(days=7), "importance": Importance.HIGH},
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


def after(
    start: Lead,
    outcome: str,
    *,
    now: datetime = NOW,
    agreed: FollowUp | None = None,
    agreed_to: tuple[str, ...] = (),
    low_answer: bool = False,
    **changes: Any,
) -> Decision:
    """Give what an outcome does to a lead whose open follow-up is `agreed`.

    `agreed_to` are the channels on which the customer has just allowed marketing.
    """
    given = replace(setting(now), followup=agreed, low_answer=low_answer)
    return decide(start, act(outcome, agreed=agreed_to, **changes), given)


def phoning(zone: ZoneInfo = ZONE, **changes: Any) -> Phoning:
    return replace(Phoning(PLAYBOOK, Rest(), zone, {}), **changes)


def layers(decision: Decision) -> list[str]:
    """Give the messages to the customer among the effects."""
    return [str(one.payload["layer"]) for one in decision.effects if "layer" in one.payload]
