"""Follow-ups that come due: agreed at one time, and what stands in a person's messages then."""

from datetime import UTC, datetime

from bot import assign, followups
from bot.followups import Snoozed
from bot.orders import SlackPost
from bot.views.blocks import Message
from rules.lead import FollowUp
from rules.nags import Snooze, mark
from rules.words import Importance
from tests.desk import AVI, MIRI, NOA, Room

DUE = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
"""A Sunday, 12:00 in Jerusalem."""

HOURS = 'hours = "Sun-Thu 09:00-18:00, Fri 09:00-13:00"'
SHIFTS = f"""
[[rep]]
slack_id = "{NOA}"
name = "Noa"
deputy = "{AVI}"
{HOURS}
[[rep]]
slack_id = "{AVI}"
name = "Avi"
{HOURS}
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""
"""Two reps with hours, who stand in for Noa and for nobody, and a manager."""


def buttons(message: Message) -> list[str]:
    rows = [block.get("elements", []) for block in message.blocks if block["type"] == "actions"]
    aside = [block["accessory"] for block in message.blocks if "accessory" in block]
    return [one["action_id"] for row in (*rows, aside) for one in row]


def reminders(room: Room, slack_id: str) -> list[Message]:
    """Give the reminders that a person got, oldest first, as they stand now."""
    outside = room.outside
    return [
        outside.messages[f"D-{slack_id}", f"{number}.0"]
        for number, order in enumerate(outside.orders, start=1)
        if isinstance(order, SlackPost) and order.to == slack_id and _is_reminder(order.message)
    ]


def _is_reminder(message: Message) -> bool:
    return message.text.startswith("⏰")


def lead_of(room: Room, owner: str, number: int = 1) -> int:
    """Bring a lead in that is this person's; gives its id."""
    made = room.lead(
        name=f"Customer {number}",
        phone=f"052-234-{5000 + number}",
        email=f"customer{number}@example.com",
    )
    if made.owner != owner:
        assign.assign_lead(room.desk, made.id, to=owner, by=MIRI)
    return made.id


def agree(
    room: Room,
    lead_id: int = 0,
    *,
    when: datetime = DUE,
    importance: Importance = Importance.HIGH,
    note: str = "",
) -> str:
    """Agree to speak again, with a new lead where none is named; gives the owner."""
    lead = room.load(lead_id) if lead_id else room.lead()
    room.log(lead.id, "followup", when=when, importance=importance, note=note)
    room.deliver()
    return lead.owner


def at(room: Room, when: datetime = DUE) -> None:
    """Let the clock show this moment and do what is due."""
    room.clock.now = when
    room.tick()


def agreed(room: Room, lead_id: int = 1) -> FollowUp:
    """Give the follow-up that is open with a lead."""
    found = room.followup(lead_id)
    assert found is not None
    return found


def put_off(
    room: Room, span: Snooze = Snooze.SHORT, *, by: str, lead_id: int = 1, key: str = ""
) -> Snoozed:
    """Put a lead's follow-up off by a button of its newest reminder."""
    return followups.put_off(room.desk, mark(agreed(room, lead_id)), span, by=by, key=key)
