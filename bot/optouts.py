"""Opt-outs: by number and address, on every lead that has them, at once (contract: Consent)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import audit
from bot.agreed import end
from bot.desk import Desk
from rules.effect import Effect
from rules.effects import RefreshCard, TellOwner
from rules.lead import Lead
from rules.optouts import (
    BY_SMS,
    EARLIER,
    OF_NUMBER,
    closed_to,
    in_order,
    is_address,
    means_person,
    opened_to,
    targets,
)
from rules.phones import email_key
from rules.stages import BY_OPTOUT
from rules.words import CALLS, CHANNELS, Step
from storage import calls, leads, optouts, pastlines, people
from storage.stages import Cause
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for what: by which door, in which words, when (UTC); `actor` wrote it down."""

    channels: tuple[str, ...]
    actor: str
    how: str
    now: datetime
    said: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A lead that an opt-out changed, the follow-up it ended (0: none), its line of history."""

    before: Lead
    after: Lead
    followup: int
    line: int

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that were open before."""
        return tuple(one for one in self.after.opted_out if one not in self.before.opted_out)


@dataclass(frozen=True, slots=True)
class Closing:
    """What an opt-out did: the rows it made, number or address with channel, and the leads."""

    rows: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]


def close(
    desk: Desk,
    unit: Unit,
    lead: Lead | None,
    channels: Iterable[str],
    *,
    address: str = "",
    actor: str,
    how: str,
    now: datetime,
) -> list[Lead]:
    """Close channels for a lead's number and address, or for the one `address` given, for good.

    Gives the leads that it changed, as they are now. SMS and calls belong to the number, mail to
    the address; all three, or SMS and mail, mean the person. `how` is one of BY_*, `now` UTC.
    A number or address of no lead is remembered too, and holds for the lead that brings it.
    """
    asked = Asked(in_order(channels), actor, how, now)
    return [one.after for one in carry_out(desk, unit, lead, asked, address=address).changes]


def carry_out(
    desk: Desk, unit: Unit, lead: Lead | None, asked: Asked, *, address: str = ""
) -> Closing:
    """Close what was asked, as `close` does, and give all that it takes to take it back."""
    return close_all(desk, unit, (lead,) if lead else (), asked, address=address)


def close_all(
    desk: Desk, unit: Unit, found: Sequence[Lead], asked: Asked, *, address: str = ""
) -> Closing:
    """Close what was asked for all leads of one person, each number and address but once."""
    meant = _meant(unit, found, asked, address)
    for key in sorted(meant):
        leads.lock_person(unit, phone=key, email="")
    rows = tuple(
        (key, channel)
        for key, (channels, lead_id) in meant.items()
        for channel in _add(unit, key, channels, asked, lead_id=lead_id)
    )
    holders = _holders(unit, {key: channels for key, (channels, _) in meant.items()})
    if means_person(asked.channels, address=address):
        for lead in found:
            holder = holders.get(lead.id) or (leads.load(unit, lead.id, lock=True) or lead, set())
            holders[lead.id] = (holder[0], {*holder[1], *asked.channels})
    own = {lead.id for lead in found}
    changes = (_close(desk, unit, *holders[one], asked, own=one in own) for one in sorted(holders))
    return Closing(rows, tuple(one for one in changes if one))


def _meant(
    unit: Unit, found: Sequence[Lead], asked: Asked, address: str
) -> dict[str, tuple[set[str], int | None]]:
    """Give what is closed for which number and address, and the lead that it was asked for.

    A number that several share carries nobody else's mail.
    """
    meant: dict[str, tuple[set[str], int | None]] = {}
    for lead in found or (None,):
        for key, channels in targets(lead, asked.channels, address=address).items():
            own = set(channels) & set(OF_NUMBER) if people.is_shared(unit, key) else channels
            meant.setdefault(key, (set(), lead.id if lead else None))[0].update(own)
    return meant


def _add(
    unit: Unit, key: str, channels: Iterable[str], asked: Asked, *, lead_id: int | None
) -> tuple[str, ...]:
    return optouts.add(
        unit,
        key,
        in_order(channels),
        at=asked.now,
        actor=asked.actor,
        how=asked.how,
        lead_id=lead_id,
    )


def _holders(unit: Unit, meant: dict[str, set[str]]) -> dict[int, tuple[Lead, set[str]]]:
    """Give every lead with one of these numbers and addresses, and what is closed for it."""
    found: dict[int, tuple[Lead, set[str]]] = {}
    for key, channels in meant.items():
        find = leads.of_email if is_address(key) else leads.of_phone
        having = find(unit, key, merged=True)
        for lead in having:
            found.setdefault(lead.id, (lead, set()))[1].update(channels)
    return found


def _close(
    desk: Desk, unit: Unit, before: Lead, channels: set[str], asked: Asked, *, own: bool
) -> Change | None:
    shared = not own and people.is_shared(unit, before.phone_e164)
    after = closed_to(before, channels, now=asked.now, playbook=desk.playbook, shared=shared)
    if after == before:
        return None
    saved = leads.save(unit, after, before=before, cause=Cause(asked.actor, BY_OPTOUT))
    ended, effects = _end_followup(unit, saved, now=asked.now)
    closed = tuple(one for one in saved.opted_out if one not in before.opted_out)
    data = {"channels": list(closed), "how": asked.how} | (
        {"text": asked.said} if asked.said else {}
    )
    line = write_line(unit, saved, asked, data)
    audit.write_lead(desk, unit, asked.actor, "optout", before=before, after=saved, how=asked.how)
    _write_end(unit, before, saved, now=asked.now)
    told = _told(before, saved, closed, asked)
    desk.send(unit, saved, (*told, *effects, RefreshCard(saved.id)), now=asked.now)
    return Change(before, saved, ended, line)


def write_line(unit: Unit, lead: Lead, asked: Asked, data: dict[str, Any]) -> int:
    """Write an asking in a lead's history; gives the line's number."""
    what, actor = optouts.LINE, asked.actor
    return pastlines.write(unit, lead.id, at=asked.now, actor=actor, what=what, data=data)


def _end_followup(unit: Unit, lead: Lead, *, now: datetime) -> tuple[int, tuple[Effect, ...]]:
    """End the open follow-up of a lead that may be called no more; gives it, and its end."""
    agreed = calls.open_followup(unit, lead.id) if CALLS in lead.opted_out else None
    if agreed is None:
        return 0, ()
    return agreed.id, end(unit, agreed, now=now)


def _write_end(unit: Unit, before: Lead, lead: Lead, *, now: datetime) -> None:
    """Write why a lead left the queue (S1)."""
    if before.living and not lead.living:
        leads.add_line(unit, lead.id, at=now, actor="", what="disqualified_optout")
    elif lead.next_what is Step.MAILING_LIST is not before.next_what:
        leads.add_line(unit, lead.id, at=now, actor="", what="parked")


def _told(before: Lead, lead: Lead, closed: tuple[str, ...], asked: Asked) -> tuple[Effect, ...]:
    """Tell the owner, unless it was the owner, or the person's SMS that is told by itself."""
    if not before.living or lead.owner in {"", asked.actor} or asked.how == BY_SMS:
        return ()
    notice, about = f"closed_{asked.how}", ",".join(closed)
    return (TellOwner(lead.id, lead.owner, notice, about, lead.version),)


def reopen(
    desk: Desk,
    unit: Unit,
    lead: Lead,
    channels: Iterable[str],
    *,
    how: str,
    now: datetime,
    said: str = "",
) -> Lead:
    """Open channels again for a lead, its number and its address: the person asked for it.

    Gives the lead as it is now. What it does next is not changed. `how` is one of BY_*, `now` UTC.
    """
    asked = in_order(channels)
    for key in (lead.phone_e164, email_key(lead.email)):
        optouts.reopen(unit, key, asked)
    opened = opened_to(lead, asked)
    if opened == lead:
        return lead
    saved = leads.save(unit, opened, before=lead)
    data = {"channels": [one for one in asked if one in lead.opted_out], "how": how}
    said_too = {"text": said} if said else {}
    leads.add_line(unit, lead.id, at=now, actor="", what="opted_in", **data, **said_too)
    audit.write_lead(desk, unit, "", "optin", before=lead, after=saved, how=how)
    desk.send(unit, saved, (RefreshCard(lead.id),), now=now)
    return saved


def applied(desk: Desk, unit: Unit, lead: Lead, *, now: datetime) -> Lead:
    """Give a lead with what its number and address were closed for before it had them.

    For whoever gives a lead a number or an address, and then saves it. `now` is UTC.
    """
    of_number, address = optouts.of(unit, lead.phone_e164), email_key(lead.email)
    shared = people.is_shared(unit, lead.phone_e164)
    of_number &= set(OF_NUMBER if shared else CHANNELS)
    known = of_number | optouts.of(unit, address)
    after = closed_to(lead, known, now=now, playbook=desk.playbook, shared=shared)
    if after == lead:
        return lead
    _, effects = _end_followup(unit, after, now=now)
    closed = [one for one in after.opted_out if one not in lead.opted_out]
    data = {"channels": closed, "how": EARLIER}
    leads.add_line(unit, lead.id, at=now, actor="", what=optouts.LINE, **data)
    _write_end(unit, lead, after, now=now)
    desk.send(unit, after, effects, now=now)
    return after
