"""A lead gets another number: what follows from it, whoever brought it (L5.1, L5.2)."""

from dataclasses import replace
from datetime import datetime

from bot.desk import Desk
from bot.mending import country_of, is_theirs, mend_text
from bot.near import around, ask
from bot.optouts import applied
from bot.returns import bring_back, call_again, tell_owner
from rules.effects import TellOwner
from rules.lead import Lead
from rules.phones import Phone, read_phone
from rules.repair import found_phones, number_like
from rules.words import CALLS, PhoneType, Step
from storage import leads, optouts
from storage.unit import Unit


def with_number(desk: Desk, unit: Unit, lead: Lead, phone: Phone, *, now: datetime) -> Lead:
    """Call this valid number from now (UTC) on; what its owner refused holds for it (L5.2).

    Where another lead has it too, managers are asked whether they are one person (C2).
    """
    given = replace(
        lead,
        phone_raw=phone.raw,
        phone_e164=phone.e164,
        phone_type=phone.type,
        phone_valid=True,
        unavailables=0,
    )
    known = applied(desk, unit, desk.placed(given), now=now)
    saved = leads.save(unit, known, before=lead)
    ask(desk, unit, around(unit, saved), now=now)
    return saved


def call_now(desk: Desk, unit: Unit, lead: Lead, *, now: datetime) -> Lead:
    """Call a lead at its new number as if it had just come; a time that was agreed stands.

    `now` is UTC.
    """
    if lead.next_what is Step.FOLLOW_UP:
        return lead
    back = call_again if lead.working else bring_back
    return back(desk, unit, lead, now=now)


def number_mailed(desk: Desk, unit: Unit, lead: Lead, text: str, *, now: datetime) -> Lead:
    """Take the number out of an answer by mail, where one was asked for (L5.1, L5.4).

    The one valid number, or the one mobile among them, is set and called now (UTC); one that can
    be mended waits for its rep, who is told of either, and of several. The number that failed,
    our own and one at which nobody may be called are left alone.
    """
    wanted = lead.living and (not lead.phone_valid or lead.next_what is Step.WAIT_FOR_PHONE)
    if not wanted:
        return lead
    found = found_phones(text, region=country_of(desk, lead))
    if not found:
        return _unclear(desk, unit, lead, number_like(text), now=now)
    theirs = [one for one in found if _is_another(desk, unit, lead, one)]
    mobiles = [one for one in theirs if one.type is PhoneType.MOBILE]
    phone, *more = mobiles or theirs or (None,)
    if phone is None:
        return lead
    if more:
        _tell(desk, unit, lead, "phone_several", now=now)
        return lead
    return _set(desk, unit, lead, phone, now=now)


def _is_another(desk: Desk, unit: Unit, lead: Lead, phone: Phone) -> bool:
    """Say whether a number can be the lead's and is not the one it has, nor refused."""
    if phone.e164 == lead.phone_e164 or not is_theirs(desk, phone):
        return False
    return not optouts.has(unit, phone.e164, channel=CALLS)


def _set(desk: Desk, unit: Unit, lead: Lead, phone: Phone, *, now: datetime) -> Lead:
    was = lead.phone_raw or "-"
    leads.add_line(unit, lead.id, at=now, actor="", what="phone_mailed", was=was)
    after = call_now(desk, unit, with_number(desk, unit, lead, phone, now=now), now=now)
    _tell(desk, unit, after, "phone_mailed", now=now)
    return after


def _unclear(desk: Desk, unit: Unit, lead: Lead, typed: str, *, now: datetime) -> Lead:
    """Keep a number that can't be right but can be mended, for a person to look at."""
    if not typed or lead.phone_valid or not mend_text(desk, unit, lead, typed).repairs:
        return lead
    was = lead.phone_raw or "-"
    read = read_phone(typed, region=country_of(desk, lead))
    given = replace(lead, phone_raw=typed, phone_e164=read.e164, phone_type=read.type)
    leads.add_line(unit, lead.id, at=now, actor="", what="phone_mailed", was=was)
    saved = leads.save(unit, given, before=lead)
    _tell(desk, unit, saved, "phone_unclear", now=now)
    return saved


def _tell(desk: Desk, unit: Unit, lead: Lead, notice: str, *, now: datetime) -> None:
    about = lead.next_at.isoformat() if lead.next_at else ""
    told = TellOwner(lead.id, lead.owner, notice, about, int(now.timestamp()))
    tell_owner(desk, unit, told, lead, alone="phone_alone")
