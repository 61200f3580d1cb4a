"""A lead's card: in the channel masked, for its owner in full with the opening words (K1-K4)."""

from collections.abc import Sequence
from datetime import timedelta

from bot.leads import Shown
from bot.messages import first_name
from bot.texts import Safe, Words, mention
from bot.views.blocks import ActionId, Block, Message, actions, button, context, section, spoken
from bot.views.history import history_line
from bot.views.tiers import tier_sentence
from rules.guards import has_consent, is_landline
from rules.lead import Lead
from rules.optouts import in_order
from rules.phones import masked_email, masked_phone, shown_phone
from rules.playbook import Playbook
from rules.words import CALLS, Channel, Kind, Stage, Step

SIGNS = {Kind.COLD: "❄️", Kind.WARM: "🔥", Kind.INCOMING: "📞", Kind.REFERRAL: "🤝"}
HISTORY = 3


def title(lead: Lead, words: Words) -> Safe:
    """Name a lead the one way it is always named: '#123 Dana Cohen'."""
    name = lead.name or words.say("card.nameless")
    return Safe(words.opens(name) + words.say("card.title", id=lead.id, name=name))


def card(shown: Shown, words: Words, playbook: Playbook, *, private: bool) -> Message:
    """Make a lead's card; `private` adds what only its owner needs.

    Phone and email are in full only when the reader may see them (contract: Slack).
    """
    top = words.lines(
        _headline(shown, words),
        _reach(shown, words, full=shown.full and private),
        _status(shown, words, playbook),
    )
    extra = preparation(shown, words, playbook) if private and shown.full else []
    blocks = [section(top), *(section(part) for part in extra)]
    small = _small_print(shown, words) if private and shown.full else []
    if small:
        blocks.append(context(words.lines(*small)))
    if shown.full or not private:
        blocks.append(actions(*card_buttons(shown.lead, words, explains=private)))
    return Message(spoken(words.lines(top, *extra)), tuple(blocks))


def _small_print(shown: Shown, words: Words) -> list[Safe]:
    """Give why the lead has its tier, and the newest lines of its history."""
    tier = [tier_sentence(shown.standing, words)] if shown.lead.living else []
    return [*tier, *(history_line(line, words) for line in shown.lines[:HISTORY])]


def _headline(shown: Shown, words: Words) -> Safe:
    lead = shown.lead
    abroad = lead.region if lead.region != shown.home else ""
    kind = words.say(f"kind.{lead.kind}")
    name = Safe(f"{SIGNS[lead.kind]} *{title(lead, words)}*")
    tier = words.say("card.tier", tier=lead.tier) if lead.living else ""
    return words.join(name, kind, tier, lead.campaign, lead.product, lead.city or abroad)


def _reach(shown: Shown, words: Words, *, full: bool) -> Safe:
    lead = shown.lead
    number = shown_phone(lead.phone, region=shown.home) if full else masked_phone(lead.phone)
    email = lead.email if full else masked_email(lead.email)
    phone = words.say("card.phone" if lead.phone_valid else "card.phone_broken", phone=number)
    whose = words.say("card.owner", who=mention(lead.owner)) if lead.owner else ""
    return words.join(
        phone if lead.phone_raw else words.say("card.no_phone"),
        _email(lead, email, words),
        whose or words.say("card.unowned"),
    )


def _email(lead: Lead, shown: str, words: Words) -> str:
    if not lead.email or lead.email_ok:
        return shown
    return words.say("card.email_bounced", email=shown)


def _status(shown: Shown, words: Words, playbook: Playbook) -> Safe:
    lead = shown.lead
    if lead.stage is Stage.WON:
        return _won(shown, words)
    if not lead.living:
        return words.say("step.closed", stage=words.say(f"stage.{lead.stage}"))
    refused = CALLS in lead.opted_out and lead.next_what not in {Step.FOLLOW_UP, Step.EMAIL}
    if refused:
        return words.say("step.mailing_list_uncalled")
    if lead.next_what is Step.CALL and not lead.first_call_at:
        return _fresh(shown, words, playbook)
    return _returned(shown, words) if lead.returned else _step(shown, words)


def _step(shown: Shown, words: Words) -> Safe:
    lead = shown.lead
    when = words.standing(lead.next_at) if lead.next_at else Safe("")
    if lead.next_what is Step.FOLLOW_UP:
        importance = f"_{shown.followup.importance}" if shown.followup else ""
        return words.say(f"step.follow_up{importance}", when=when)
    if lead.next_at and lead.next_what in {Step.CALL, Step.RETRY_UNAVAILABLE}:
        late = ".due" if lead.next_at <= shown.now else ""
        return words.say(f"step.{lead.next_what}{late}", n=lead.attempts + 1, when=when)
    return words.say(f"step.{lead.next_what}")


def _fresh(shown: Shown, words: Words, playbook: Playbook) -> Safe:
    lead = shown.lead
    since = words.ago(lead.received_at) if lead.received_at else Safe("")
    if lead.next_at and lead.next_at > shown.now + timedelta(minutes=1):
        when = words.standing(lead.next_at)
        return words.say("step.first_later", when=when, ago=since)
    return words.say("step.first_now", minutes=playbook.first_call_minutes, ago=since)


def _returned(shown: Shown, words: Words) -> Safe:
    """Say that somebody who was called before came back, and is called as fresh (L3.3)."""
    lead = shown.lead
    since = words.ago(lead.fresh_at) if lead.fresh_at else Safe("")
    if lead.next_at and lead.next_at > shown.now + timedelta(minutes=1):
        return words.say("step.returned_later", when=words.standing(lead.next_at), ago=since)
    return words.say("step.returned", ago=since)


def _won(shown: Shown, words: Words) -> Safe:
    amounts = [words.money(amount) for amount in shown.sold]
    return words.say("step.won", amount=Safe(" + ".join(amounts)))


def preparation(shown: Shown, words: Words, playbook: Playbook) -> list[Safe]:
    """Give what the rep needs before the call: opening words, what is known, warnings."""
    lead = shown.lead
    asked = opted_out(lead, words)
    refused = [asked] if asked else []
    if not lead.living:
        return refused
    parts = [] if lead.meetings else [words.say("card.opening", text=opening(lead, words))]
    known = [words.say("card.note", text=lead.note)] if lead.note else []
    known += [words.say("card.referrer", name=lead.referrer)] if lead.referrer else []
    parts += [words.lines(*known)] if known else []
    if is_landline(lead):
        callback = playbook.callback_phone or words.say("card.your_number")
        parts.append(words.say("card.voicemail", name=first_name(lead), phone=callback))
    warned = missing_consent(lead, words, playbook)
    return [*parts, *refused, *([warned] if warned else [])]


def missing_consent(lead: Lead, words: Words, playbook: Playbook) -> Safe:
    """Say which messages this person has not agreed to, and what to ask (contract: Consent)."""
    asked = [one for one in Channel if one not in lead.opted_out]
    closed = [
        one for one in asked if not has_consent(lead, one, marketing=False, playbook=playbook)
    ]
    return _of_channels("card.consent", closed, words)


def opted_out(lead: Lead, words: Words) -> Safe:
    """Say by which messages this person asked not to be contacted."""
    return _of_channels("card.opted_out", in_order(lead.opted_out), words)


def _of_channels(key: str, channels: Sequence[str], words: Words) -> Safe:
    named = words.listed(*(words.say(f"channel.{one}") for one in channels))
    return words.say(key, channels=named) if named else Safe("")


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
    return words.say(key, name=first_name(lead) or nameless, referrer=referrer)


def card_buttons(lead: Lead, words: Words, *, explains: bool = False) -> list[Block]:
    """Give the buttons of a card: the common outcomes while it lives, and always Assign.

    One that `explains` says what happens to a living lead if nobody answers.
    """
    plain = words.plain
    why = [button(plain.say("button.why"), ActionId.WHY, lead.id)] if explains else []
    living = [
        button(plain.say("button.noanswer"), ActionId.NOANSWER, lead.id),
        button(plain.say("button.talked"), ActionId.TALKED, lead.id),
        button(plain.say("button.sold"), ActionId.SOLD, lead.id, style="primary"),
    ]
    ends = [
        button(plain.say("button.assign"), ActionId.ASSIGN, lead.id),
        button(plain.say("button.more"), ActionId.MORE, lead.id),
    ]
    return [*living, *ends, *why] if lead.living else ends
