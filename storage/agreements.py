"""Agreed times: how many a lead had, and the lines that take a change of them back."""

from sqlalchemy import func, select

from storage.tables import followups
from storage.unit import View

LINES = ("time_changed", "agreed_again")
"""What a change of an agreed time is called in a lead's history."""


def followups_of(view: View, lead_id: int) -> int:
    """Give how many follow-ups were agreed with a lead, those taken back left out."""
    mine = (followups.c.lead_id == lead_id, followups.c.state != "undone")
    return int(view.execute(select(func.count()).where(*mine)).scalar_one())
