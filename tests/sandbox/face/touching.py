"""One touch of the page, and what an app was told of it."""

from typing import Any
from zoneinfo import ZoneInfo

from sandbox.face.acts import carry_out
from sandbox.face.frames import sayer
from sandbox.face.seat import Hit, Seat
from sandbox.face.stage import Stage

JERUSALEM = ZoneInfo("Asia/Jerusalem")
GONE, FAILED, TIMEOUT = (sayer("en")(f"notice.{name}") for name in ("gone", "failed", "timeout"))
BUTTON = {
    "type": "button",
    "action_id": "lead_noanswer",
    "value": "7",
    "text": {"type": "plain_text", "text": "No answer"},
}
WHEN = {"type": "datetimepicker", "action_id": "when"}
OPTIONS = [{"text": {"type": "plain_text", "text": one}, "value": one} for one in ("a", "b")]
ACTIONS = {
    "type": "actions",
    "block_id": "acts",
    "elements": [
        BUTTON,
        WHEN,
        {"type": "overflow", "action_id": "more", "options": OPTIONS},
        {"type": "checkboxes", "action_id": "boxes", "options": OPTIONS},
        {"type": "static_select", "action_id": "one", "options": OPTIONS},
        {"type": "multi_users_select", "action_id": "people"},
    ],
}
LETTER = b"From: Sales <sales@example.com>\r\nSubject: Hello\r\nMessage-ID: <a@b>\r\n\r\nhi\r\n"


def touched(stage: Stage, seat: Seat, do: str, value: str = "", **given: Any) -> str:
    """Carry out one touch and give the notice that came of it."""
    seat.notice = ""
    carry_out(stage, seat, Hit(do=do, value=value, **given))
    return seat.notice


class Heard(list[dict[str, Any]]):
    """What an app was told."""

    @property
    def last(self) -> dict[str, Any]:
        return self[-1]
