"""What is ahead of a lead if nobody answers: the real rules, gone through call by call (L1.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rules import guards
from rules.acts import LogOutcome
from rules.answering import HourRate, band_of, day_part_rate
from rules.lead import FollowUp, Lead
from rules.messages import held_until, leaves_at
from rules.outcomes import Setting, decide
from rules.plan import Phoning
from rules.sending import SendEmail, SendSms
from rules.words import Channel, Layer, Outcome, Step

MOST_CALLS = 100
_CALLED = frozenset({Step.CALL, Step.FOLLOW_UP, Step.RETRY_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Call:
    """An attempt, counted from the lead's first; `agreed` at a time the customer knows of."""

    at: datetime
    number: int
    agreed: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """An SMS or mail, at the moment it leaves."""

    at: datetime
    effect: SendSms | SendEmail


@dataclass(frozen=True, slots=True)
class Outlook:
    """Calls and messages by time, moments in UTC, and what the lead comes to after them.

    `mailing_at` is when the mailing list writes next, None where it does not; `no_mail` says
    why it can't: no_address, bounced, opted_out or no_consent.
    """

    steps: tuple[Call | Letter, ...]
    after: Lead
    mailing_at: datetime | None = None
    no_mail: str = ""


Sent = Mapping[str, Sequence[datetime]]


def outlook(lead: Lead, setting: Setting, *, sent: Sent) -> Outlook:
    """Tell what happens to a lead if every call from now on is in vain (L1.5, L2, L3).

    `setting` holds the lead's open follow-up; `sent` are the moments (UTC) at which messages
    left for this person over the last week, by channel: so many hold back another.
    """
    steps: list[Call | Letter] = []
    gone = {channel: list(sent.get(channel, ())) for channel in Channel}
    for _ in range(MOST_CALLS):
        at = rings_at(lead, now=setting.now, phoning=setting.phoning)
        if at is None:
            break
        then = replace(setting, now=at)
        steps.append(Call(at, lead.attempts + 1, agreed=_is_agreed(lead)))
        lead, letters, agreed = _missed(lead, then)
        steps += [_leaving(one, then, gone[Channel(one.kind)]) for one in letters]
        setting = replace(then, followup=agreed)
    in_order = tuple(sorted(steps, key=lambda step: step.at))
    return _with_mailing(Outlook(in_order, lead), setting)


def rings_at(lead: Lead, *, now: datetime, phoning: Phoning) -> datetime | None:
    """Give the moment (UTC) of the next call, None where none is to come.

    What is due waits for calling hours, but for a time that the customer asked for (L1.5).
    """
    if lead.next_what not in _CALLED or not guards.may_be_called(lead):
        return None
    at = max(lead.next_at or now, now)
    return at if _is_agreed(lead) else phoning.soonest(at)


def _is_agreed(lead: Lead) -> bool:
    return lead.next_what is Step.FOLLOW_UP or (
        lead.next_what is Step.CALL and lead.last_outcome == Outcome.NOTNOW
    )


def _missed(
    lead: Lead, setting: Setting
) -> tuple[Lead, list[SendSms | SendEmail], FollowUp | None]:
    agreed = setting.followup if lead.next_what is Step.FOLLOW_UP else None
    act = LogOutcome(lead.id, Outcome.NOANSWER)
    decision = decide(lead, act, replace(setting, followup=agreed))
    letters = [one for one in decision.effects if isinstance(one, SendSms | SendEmail)]
    return decision.lead, letters, None if decision.ends_followup else agreed


def _leaving(effect: SendSms | SendEmail, setting: Setting, gone: list[datetime]) -> Letter:
    """Give a message with the moment it leaves, and count it among those that are gone."""
    book, rest, zone = setting.playbook, setting.rest, setting.zone
    at = leaves_at(now=setting.now, playbook=book, rest=rest, zone=zone)
    at = held_until(gone, now=at, playbook=book, rest=rest, zone=zone) or at
    gone.append(at)
    return Letter(at, effect)


def _with_mailing(found: Outlook, setting: Setting) -> Outlook:
    lead = found.after
    if lead.next_what is not Step.MAILING_LIST:
        return found
    why = no_mail(lead, setting)
    if why:
        return replace(found, no_mail=why)
    book, rest, zone = setting.playbook, setting.rest, setting.zone
    due = max(lead.next_at or setting.now, setting.now)
    return replace(found, mailing_at=leaves_at(now=due, playbook=book, rest=rest, zone=zone))


def no_mail(lead: Lead, setting: Setting) -> str:
    """Say why the mailing list can't write to a lead, "" where it can (L3.3)."""
    if guards.may_write(lead, Layer.MAILING_LIST, setting.playbook):
        return ""
    if Channel.EMAIL in lead.opted_out:
        return "opted_out"
    if not lead.email:
        return "no_address"
    return "no_consent" if lead.email_ok else "bounced"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The part of the day that an attempt was put in, and how often such leads answer then."""

    part: str
    rate: HourRate


def evidence(lead: Lead, phoning: Phoning) -> Evidence | None:
    """Give what speaks for the hour of a lead's next attempt (L1.5, L6.1).

    None where the plan names the time itself or its part of the day, where too few calls tell,
    or where such leads answer less than at other hours: then the hour was taken for a change.
    """
    plan, at = phoning.playbook.plan(lead.tier), lead.next_at
    if lead.next_what is not Step.CALL or at is None or lead.plan_step >= len(plan):
        return None
    slot = plan[lead.plan_step]
    if slot.after is not None or slot.part or _is_agreed(lead):
        return None
    hour = at.astimezone(phoning.zone).hour
    found = day_part_rate(phoning.hours, hour)
    if not found.telling or (found.rate or 0) < _overall(phoning.hours.values()):
        return None
    return Evidence(band_of(hour), found)


def _overall(rates: Iterable[HourRate]) -> float:
    known = list(rates)
    calls = sum(one.calls for one in known)
    return sum(one.answered for one in known) / calls if calls else 0.0
