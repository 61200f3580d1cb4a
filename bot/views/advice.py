"""How a call begins, and what to be careful of in it (K1-K4, L4.1, L4.2)."""

from collections.abc import Sequence

from bot.messages import first_name
from bot.texts import Safe, Words
from rules.guards import has_consent, is_landline
from rules.lead import Lead
from rules.optouts import in_order
from rules.playbook import Playbook
from rules.words import Channel, Kind, Step


def opening(lead: Lead, words: Words) -> Safe:
    """Give the opening words for the lead's kind, names filled in (K1-K4)."""
    kind = lead.kind
    if kind is Kind.REFERRAL and lead.direction == "incoming":
        key = "opening.referral_incoming"
    elif kind is Kind.REFERRAL:
        key = "opening.referral_close" if lead.referrer_close else "opening.referral"
    else:
        key = f"opening.{kind}"
    referrer = lead.referrer or words.say("card.a_friend")
    spoken_to = kind is Kind.REFERRAL and lead.direction != "incoming"
    nameless = words.say("card.there" if spoken_to else "card.customer")
    said = words.say(key, name=first_name(lead) or nameless, referrer=referrer)
    return words.say("card.opening", text=said)


def advice(lead: Lead, words: Words, playbook: Playbook) -> list[Safe]:
    """Give what to be careful of: how far to press, the machine's words, what they refused."""
    refused = _opted_out(lead, words)
    if not lead.living:
        return [refused]
    return [
        _pace(lead, words, playbook),
        _voicemail(lead, words, playbook),
        refused,
        _missing_consent(lead, words, playbook),
    ]


def _pace(lead: Lead, words: Words, playbook: Playbook) -> Safe:
    """Say how far to press in this call: by meetings (L4.1), or until the sale (L4.2)."""
    if playbook.product(lead.product).one_call:
        last = lead.next_what is Step.FOLLOW_UP
        return words.say("card.one_call_last" if last else "card.one_call")
    n, total = lead.meetings + 1, playbook.meetings_of(lead.product)
    return words.say("card.meeting", n=n, total=total) if n < total else Safe("")


def _voicemail(lead: Lead, words: Words, playbook: Playbook) -> Safe:
    """Give the words for the machine of a line that takes no SMS (L2.4)."""
    if not is_landline(lead):
        return Safe("")
    callback = playbook.callback_phone or words.say("card.your_number")
    return words.say("card.voicemail", name=first_name(lead), phone=callback)


def _missing_consent(lead: Lead, words: Words, playbook: Playbook) -> Safe:
    """Say which messages this person has not agreed to, and what to ask (contract: Consent)."""
    asked = [one for one in Channel if one not in lead.opted_out]
    closed = [
        one for one in asked if not has_consent(lead, one, marketing=False, playbook=playbook)
    ]
    return _of_channels("card.consent", closed, words)


def _opted_out(lead: Lead, words: Words) -> Safe:
    """Say by which messages this person asked not to be contacted."""
    return _of_channels("card.opted_out", in_order(lead.opted_out), words)


def _of_channels(key: str, channels: Sequence[str], words: Words) -> Safe:
    named = words.listed(*(words.say(f"channel.{one}") for one in channels))
    return words.say(key, channels=named) if named else Safe("")
