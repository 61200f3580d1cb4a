"""What an opt-out means: which address it belongs to, and what becomes of a lead (L3.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from rules.guards import may_write
from rules.lead import Lead
from rules.outcomes import on_mailing_list
from rules.phones import email_key
from rules.playbook import Playbook
from rules.stages import disqualified
from rules.words import CALLS, CHANNELS, Channel, Layer, Step

OF_NUMBER = (Channel.SMS, CALLS)
OF_ADDRESS = (Channel.EMAIL,)
BY_SMS, BY_PAGE, BY_COMMAND, BY_PROVIDER = "sms", "page", "command", "provider"
BY_MAIL = "mail"
"""By which door it was asked; a provider tells of a STOP that never came to us."""
EARLIER = "earlier"
"""It was asked before the lead had this number or address."""


def in_order(channels: Iterable[str]) -> tuple[str, ...]:
    """Give channels once each, in the order in which they are always named."""
    known = set(channels)
    return tuple(one for one in CHANNELS if one in known)


def is_address(key: str) -> bool:
    """Say whether this is a mail address and not a number."""
    return "@" in key


def means_person(channels: Iterable[str], *, address: str = "") -> bool:
    """Say whether the person is meant and not just the one `address` that was asked from."""
    asked = in_order(channels)
    return not address or (Channel.EMAIL in asked and len(asked) > 1)


def targets(
    lead: Lead | None, channels: Iterable[str], *, address: str = ""
) -> Mapping[str, tuple[str, ...]]:
    """Give what is closed for which number and address (contract: Consent).

    SMS and calls belong to the number, mail to the address. Who closes both kinds at once means
    the person: then each of theirs is closed for all of it. `address`, where it is given, is the
    one that was asked from.
    """
    asked, given = in_order(channels), email_key(address)
    own = (lead.phone_e164, email_key(lead.email)) if lead else ()
    spans = Channel.EMAIL in asked and len(asked) > 1
    meant = [given, *own] if means_person(asked, address=given) else [given]
    closed = {one: asked if spans else _of(one, asked) for one in meant if one}
    return {one: those for one, those in closed.items() if those}


def _of(key: str, channels: tuple[str, ...]) -> tuple[str, ...]:
    kind = OF_ADDRESS if is_address(key) else OF_NUMBER
    return tuple(one for one in channels if one in kind)


def closed_to(
    lead: Lead,
    channels: Iterable[str],
    *,
    now: datetime,
    playbook: Playbook,
    shared: bool = False,
) -> Lead:
    """Give the lead as one that is not contacted by these channels any more; `now` is UTC.

    One that may not be called leaves the queue: to the mailing list where mail may still be
    written, else it is disqualified, since nothing more can happen to it. Where another asked it
    of a `shared` number, one whose mail is open is listed in any case.
    """
    asked = in_order((*lead.opted_out, *channels))
    if set(asked) == set(lead.opted_out):
        return lead
    closed = replace(lead, opted_out=asked)
    if not closed.living or CALLS not in asked:
        return closed
    free = replace(closed, held_by="", held_until=None, importance="")
    anothers = shared and Channel.EMAIL not in asked
    if not anothers and not may_write(free, Layer.MAILING_LIST, playbook):
        return disqualified(free, now=now)
    listed = free.next_what is Step.MAILING_LIST
    return free if listed else on_mailing_list(free, now=now, playbook=playbook)


def opened_to(lead: Lead, channels: Iterable[str]) -> Lead:
    """Give the lead as one that may be contacted by these channels again."""
    asked = set(channels)
    return replace(lead, opted_out=tuple(one for one in lead.opted_out if one not in asked))


def still_open(lead: Lead) -> tuple[str, ...]:
    """Give the channels that a person has not closed."""
    return tuple(one for one in CHANNELS if one not in lead.opted_out)
