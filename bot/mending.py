"""What may mend a lead's wrong number, by all that is known of where the lead is (L5.2)."""

from dataclasses import dataclass

from bot.desk import Desk
from bot.places import place_of
from rules.areas import city_area
from rules.lead import Lead
from rules.repair import Repair, candidates, question
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
    found = candidates(typed, hints, taught=taught, without=without | {lead.phone_e164})
    return Mend(found, question(typed, hints), hints.home)


def country_of(desk: Desk, lead: Lead) -> str:
    """Give the country (ISO 3166) as whose national number a lead's is read."""
    return lead.region if len(lead.region) == COUNTRY else desk.settings.default_region


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
