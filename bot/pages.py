"""The page that refuses messages, to which a link in each SMS and mail leads (RFC 8058)."""

from dataclasses import dataclass

from bot import links
from bot.desk import Desk
from bot.links import Target
from bot.messages import words_for
from bot.optouts import close
from bot.page_parts import Page, addresses_of, missing, page, read_form, said
from rules.lead import Lead
from rules.optouts import BY_PAGE, is_address
from rules.phones import Phone, masked_email, masked_phone
from rules.words import CHANNELS, Channel
from storage import leads, messages
from storage.unit import View


@dataclass(frozen=True, slots=True)
class Sent:
    """The number or address that a link was sent to, and the lead whose it was."""

    lead: Lead
    address: str

    @property
    def channel(self) -> Channel:
        """The channel on which it was sent."""
        return Channel.EMAIL if is_address(self.address) else Channel.SMS

    @property
    def shown(self) -> str:
        """The number or address as its owner knows it and nobody else (C5)."""
        if self.channel is Channel.EMAIL:
            return masked_email(self.address)
        return masked_phone(Phone(self.address, self.address, self.lead.phone_type, valid=True))


def offer_to_stop(desk: Desk, token: str) -> Page:
    """Show what may be refused here; changes nothing, since scanners of mail look too."""
    sent = _find(desk, token)
    if sent is None:
        return missing(desk)
    words = words_for(desk, sent.lead)
    stop = words.say(f"page.stop_{sent.channel}", address=sent.shown)
    return page(desk, words, "page_stop.html.j2", title=words.say("page.stop_title"), stop=stop)


def stop(desk: Desk, token: str, body: bytes, *, content_type: str) -> Page:
    """Close what was sent to at once, or everything where that was pressed (RFC 8058).

    Raises Refused when the database is busy.
    """
    sent = _find(desk, token)
    if sent is None:
        return missing(desk)
    everything = read_form(body, content_type).get("what") == "all"
    channels = CHANNELS if everything else (sent.channel,)
    now, words = desk.clock(), words_for(desk, sent.lead)
    with desk.store.unit() as unit:
        lead = leads.standing(unit, sent.lead.id, lock=True)
        close(desk, unit, lead, channels, address=sent.address, actor="", how=BY_PAGE, now=now)
        unit.commit()
    what = "all" if everything else sent.channel
    done = words.say(f"page.stopped_{what}", address=sent.shown)
    return said(desk, words, "stopped", text=done)


def _find(desk: Desk, token: str) -> Sent | None:
    """Find what a link to refuse was sent to, though the lead may have another by now."""
    with desk.store.view() as view:
        target = links.unsubscribe_target(view, token)
        lead = leads.load(view, target.lead_id) if target else None
        if target is None or lead is None:
            return None
        address = _address(view, lead, target)
    return Sent(lead, address) if address else None


def _address(view: View, lead: Lead, target: Target) -> str:
    own = addresses_of(lead)
    known = [*own, *messages.addresses(view, lead.id)]
    meant = (one for one in known if links.went_to(view, target, one))
    return next(meant, "") or next(iter(own), "")
