"""What becomes of the reminder of a follow-up that was just agreed (L4.3)."""

from dataclasses import replace

from bot.desk import Desk
from rules.expected import Expected, expected
from rules.lead import FollowUp
from storage import reps
from storage.unit import View


def expect(desk: Desk, view: View, agreed: FollowUp | None, *, by: str) -> Expected | None:
    """Tell a person, by Slack id, whom the reminder goes to, and when it comes.

    None where nothing was agreed.
    """
    if agreed is None:
        return None
    rest = desk.rest(agreed.nag_at or agreed.due_at)
    found = expected(agreed, reps.everybody(view), playbook=desk.playbook, rest=rest)
    return replace(found, rep="") if found.rep == by else found
