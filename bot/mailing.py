"""The mailing list: whoever was not reached gets mail at the playbook's rhythm (L3.3)."""

from dataclasses import replace
from datetime import datetime

from bot.desk import Desk
from rules.guards import may_write
from rules.lead import Lead
from rules.outcomes import on_mailing_list
from rules.sending import SendEmail
from rules.words import Layer
from storage import leads, mailing
from storage.unit import Unit

AT_ONCE = 100


def mail_due(desk: Desk) -> int:
    """Send the next mail to those whose time has come; gives how many were looked at (L3.3).

    Many at once are spread over the ticks of the clock. After a standstill each gets one mail,
    not one for each time that was missed.
    """
    now = desk.clock()
    with desk.store.view() as view:
        if not mailing.any_due(view, now=now):
            return 0
    with desk.store.unit() as unit:
        found = mailing.due(unit, now=now, most=AT_ONCE)
        for lead in found:
            _mail(desk, unit, lead, now=now)
        unit.commit()
    return len(found)


def _mail(desk: Desk, unit: Unit, lead: Lead, *, now: datetime) -> None:
    """Send one lead its mail where it may be written to; in any case ask again in its time."""
    later = on_mailing_list(lead, now=now, playbook=desk.playbook)
    mail = SendEmail(lead.id, Layer.MAILING_LIST, about=str(lead.mailings + 1))
    if may_write(lead, Layer.MAILING_LIST, desk.playbook) and desk.carries(mail):
        later = replace(later, mailings=lead.mailings + 1)
        desk.send(unit, later, (mail,), now=now)
    leads.save(unit, later, before=lead)
