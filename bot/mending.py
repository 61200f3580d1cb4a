"""What may mend a lead's wrong number, by all that is known of where the lead is (L5.2)."""

from dataclasses import dataclass

from bot.desk import Desk
from bot.places import place_of
from rules.areas import city_area
from rules.lead import Lead
from rules.phones import Phone, read_phone
from rules.repair import Repair, candidates, may_be_theirs, question
from rules.repair_rules import Hints
from storage import repairs
from storage.unit import View

COUNTRY = 2


@dataclass(frozen=True, slots=True)
class Mend:
    """Numbers that may be the right one, the likeliest first, and what must be asked, if it must.

    `question` is one of `rules.repair`, "" for none; `home` is the country whose national numbers
    the team reads.
    """

    repairs: tuple[Repair, ...] = ()
    question: str = ""
    home: str = ""


NOTHING = Mend()


def mend_of(desk: Desk, view: View, lead: Lead) -> Mend:
    """Give what may mend a living lead's number; nothing where it is right, or is none (L5.2)."""
    if lead.phone_valid or not lead.phone_raw or not lead.living:
        return NOTHING
    return mend_text(desk, view, lead, lead.phone_raw)


def mend_text(desk: Desk, view: View, lead: Lead, typed: str) -> Mend:
    """Give what may mend a number that was typed for a lead, without what was tried (L5.2)."""
    hints = _hints(desk, view, lead)
    without, taught = repairs.tried(view, lead.id), repairs.taught(view)
    without |= {lead.phone_e164, _callback(desk)}
    found = candidates(typed, hints, taught=taught, without=without)
    return Mend(found, question(typed, hints), hints.home)


def country_of(desk: Desk, lead: Lead) -> str:
    """Give the country (ISO 3166) as whose national number a lead's is read."""
    return lead.region if len(lead.region) == COUNTRY else desk.settings.default_region


def is_theirs(desk: Desk, phone: Phone) -> bool:
    """Say whether a number is valid and can be a customer's own line, not the desk's (L5.2)."""
    return may_be_theirs(phone, ours=_callback(desk))


def _callback(desk: Desk) -> str:
    """Give the number (E.164) at which customers call the desk back; "" where there is none."""
    return read_phone(desk.playbook.callback_phone, region=desk.settings.default_region).e164


def _hints(desk: Desk, view: View, lead: Lead) -> Hints:
    country = country_of(desk, lead)
    place = place_of(desk.settings.geoip_file, repairs.ip_of(view, lead.id))
    return Hints(
        home=desk.settings.default_region,
        country=country,
        ip_country=place.country,
        city_area=city_area(lead.city, region=country),
        ip_area=city_area(place.city, region=place.country),
    )
