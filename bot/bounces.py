"""Mail that comes back: an address that was refused for ever gets no more (L3)."""

from dataclasses import replace
from datetime import datetime

from bot.desk import Desk
from bot.orders import ADDRESS_REFUSED
from rules.effects import RefreshCard
from storage import leads
from storage.unit import Unit


def mail_bounced(desk: Desk, unit: Unit, address: str, *, code: str, now: datetime) -> None:
    """Write to no lead with this address any more, where the address itself was refused.

    `code` is the delivery's; `now` is UTC. The caller holds the person.
    """
    if code != ADDRESS_REFUSED:
        return
    for one in leads.of_email(unit, address):
        if one.email_ok:
            leads.save(unit, replace(one, email_ok=False), before=one)
            leads.add_line(unit, one.id, at=now, actor="", what="mail_bounced")
            desk.send(unit, one, (RefreshCard(one.id),), now=now)
