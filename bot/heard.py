"""A person was heard from: what was only to bring them to answer does not leave any more (L2.3)."""

from dataclasses import replace
from datetime import datetime

from rules.lead import Lead
from rules.replies import waits_for_an_answer
from storage import leads, outbox
from storage.unit import Unit


def heard(unit: Unit, lead: Lead, *, now: datetime) -> Lead:
    """Note that a lead wrote to us or asked on the page, now (UTC); gives it as it is (L2.3).

    Messages that say "we tried to call you" are cancelled where they wait; one that is already
    being prepared is dropped when it is made.
    """
    outbox.cancel(unit, waits_for_an_answer(lead), why="replied", now=now)
    return leads.save(unit, replace(lead, replied_at=now), before=lead)
