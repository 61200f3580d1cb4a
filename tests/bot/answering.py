"""What tests of customers' answers by SMS share."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from bot import assign, replies
from bot.views.blocks import Message
from rules.lead import Lead
from tests.desk import MIRI, NOA, Room

DANAS = "+972522345678"
STRANGER = "+972549999999"
DAY = timedelta(days=1)


def form(text: str = "call me", *, sid: str = "SM1", sender: str = DANAS, **more: str) -> bytes:
    fields = {"MessageSid": sid, "From": sender, "To": "+972533333333", "Body": text}
    return urlencode(fields | more).encode()


def answer(room: Room, text: str = "call me", **values: str) -> None:
    """Let a customer's SMS come in, and what follows leave."""
    replies.receive(room.desk, form(text, **values))
    room.deliver()


def wrote(lead: Lead, room: Room) -> Lead:
    """Give a lead as it is once its person wrote, and nothing else happened."""
    at = room.load(lead.id).replied_at
    assert at
    return replace(lead, replied_at=at, version=lead.version + 1)


def last_dm(room: Room, slack_id: str) -> Message:
    return room.outside.dms(slack_id)[-1]


def buttons(message: Message) -> list[str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row]


def kept(room: Room) -> list[Any]:
    with room.desk.store.view() as view:
        rows = view.connection.exec_driver_sql(
            "SELECT source, once_key, body, state, lead_id FROM intake WHERE source = 'sms:inbound'"
        )
        return list(rows)


def said_to_managers(room: Room) -> list[str]:
    return [one.text for one in room.outside.dms(MIRI)]


def assign_to_noa(room: Room) -> None:
    if room.load(1).owner != NOA:
        assign.assign_lead(room.desk, 1, to=NOA, by=MIRI)
    room.deliver()


def two_leads_of_one_number(room: Room) -> None:
    """Make a second lead of Dana's number, as a corrected number does."""
    room.lead()
    room.lead(name="Dan Levi", phone="054-234-5678", email="dan@example.com")
    with room.desk.store.engine.begin() as raw:
        raw.exec_driver_sql(f"UPDATE leads SET phone_e164 = '{DANAS}'")
    room.deliver()
