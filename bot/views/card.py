"""A lead's card: in the channel masked, for its owner in full with the opening words (K1-K4)."""

from datetime import timedelta

from bot.leads import Shown
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    actions,
    button,
    context,
    only,
    section,
    spoken,
)
from bot.views.mending import mend_blocks, mend_lines
from bot.views.ownership import claim_buttons, pass_buttons, to_claim
from bot.views.preparation import preparation
from bot.views.standing import disqualified, standing
from rules.guards import may_be_called
from rules.lead import Lead
from rules.phones import masked_email, masked_phone, shown_phone
from rules.playbook import Playbook
from rules.talking import running_for
from rules.wave import on_hold
from rules.words import CALLS, Kind, Stage, Step

SIGNS = {Kind.COLD: "❄️", Kind.WARM: "🔥", Kind.INCOMING: "📞", Kind.REFERRAL: "🤝"}


def title(lead: Lead, words: Words) -> Safe:
    """Name a lead the one way it is always named: '#123 Dana Cohen'."""
    name = lead.name or words.say("card.nameless")
    return Safe(words.opens(name) + words.say("card.title", id=lead.id, name=name))


def card(
    shown: Shown, words: Words, playbook: Playbook, *, private: bool, whole: bool = False
) -> Message:
    """Make a lead's card; `private` adds what only its owner needs, the `whole` history if asked.

    Phone and email are in full only when the reader may see them (contract: Slack). A lead that
    became another says so and nothing else (C2).
    """
    if shown.lead.merged_into is not None:
        return _merged(shown.lead, words)
    inside = private and shown.full
    top = words.lines(
        _headline(shown, words),
        _reach(shown, words, full=inside),
        _status(shown, words, playbook),
        standing(shown, words, always=whole) if shown.lead.living else "",
    )
    blocks, text = [section(top)], top
    if inside:
        known = preparation(shown, words, playbook, whole=whole)
        mend = mend_lines(shown.mend, words)
        blocks += mend_blocks(shown.lead, shown.mend, words)
        text = words.lines(top, mend, *known.parts, *known.small)
        blocks += [section(part) for part in known.parts]
        blocks += [context(words.lines(*known.small))] if known.small else []
    row = _row(shown, words, playbook, private=private, whole=whole)
    return Message(spoken(text), (*blocks, *([actions(*row)] if row else [])))


def _row(
    shown: Shown, words: Words, playbook: Playbook, *, private: bool, whole: bool
) -> list[Block]:
    """Give the buttons of a card, none to who sees another's in private."""
    if private and not shown.full:
        return []
    reopens = whole or not private or (shown.owner is not None and shown.owner.manages)
    buttons = card_buttons(shown.lead, words, explains=private, reopens=reopens)
    hidden = [] if private else [_reveal(shown.lead, words)]
    claim = claim_buttons(shown.lead, words, playbook)
    onward = pass_buttons(shown.lead, words) if private else []
    return [*_start(shown, words, inside=private), *claim, *buttons, *onward, *hidden]


def _merged(lead: Lead, words: Words) -> Message:
    return only(words.say("card.merged", lead=title(lead, words), into=lead.merged_into))


def _start(shown: Shown, words: Words, *, inside: bool) -> list[Block]:
    """Give the button that begins a call, where one may begin and none is running (L6.6)."""
    lead = shown.lead
    running = running_for(lead, now=shown.now)
    if not inside or running is not None or not (lead.phone_raw and may_be_called(lead)):
        return []
    return [button(words.plain.say("button.start_call"), ActionId.START_CALL, lead.id)]


def _reveal(lead: Lead, words: Words) -> Block:
    """Give the button that shows privately what a masked card hides, to who may see it (C5)."""
    return button(words.plain.say("button.show"), ActionId.REVEAL, lead.id)


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
        words.say("card.shared") if shown.shared_phone else "",
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
        return _closed(shown, words)
    refused = CALLS in lead.opted_out and lead.next_what not in {Step.FOLLOW_UP, Step.EMAIL}
    if refused:
        return words.say("step.mailing_list_uncalled")
    if on_hold(lead, playbook):
        return words.say("step.on_hold", tier=lead.tier)
    if lead.next_what is Step.CALL and not lead.first_call_at:
        return _fresh(shown, words, playbook)
    return _returned(shown, words) if lead.returned else _step(shown, words, playbook)


def _closed(shown: Shown, words: Words) -> Safe:
    if shown.lead.stage is Stage.DISQUALIFIED:
        return disqualified(shown, words)
    return words.say("step.closed", stage=words.say(f"stage.{shown.lead.stage}"))


def _step(shown: Shown, words: Words, playbook: Playbook) -> Safe:
    lead = shown.lead
    when = words.standing(lead.next_at) if lead.next_at else Safe("")
    if lead.next_what is Step.FOLLOW_UP:
        importance = f"_{shown.followup.importance}" if shown.followup else ""
        return words.say(f"step.follow_up{importance}", when=when)
    if lead.next_at and lead.next_what in {Step.CALL, Step.RETRY_UNAVAILABLE}:
        late = ".due" if lead.next_at <= shown.now else ""
        return words.say(f"step.{lead.next_what}{late}", n=lead.attempts + 1, when=when)
    return to_claim(lead, words, playbook) or words.say(f"step.{lead.next_what}")


def _fresh(shown: Shown, words: Words, playbook: Playbook) -> Safe:
    lead = shown.lead
    since = words.ago(lead.received_at) if lead.received_at else Safe("")
    clock = lead.clocked_at if lead.ladder_at else None
    begins = max((one for one in (lead.next_at, clock) if one), default=shown.now)
    if begins > shown.now + timedelta(minutes=1):
        return words.say("step.first_later", when=words.standing(begins), ago=since)
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


def card_buttons(
    lead: Lead, words: Words, *, explains: bool = False, reopens: bool = True
) -> list[Block]:
    """Give the buttons of a card: the common outcomes while it lives, and always Assign.

    One that `explains` says what happens to a living lead if nobody answers. One that is
    disqualified can only be opened again, and that only by who `reopens` (S3).
    """
    plain = words.plain
    if lead.stage is Stage.DISQUALIFIED:
        again = button(plain.say("button.reopen"), ActionId.REOPEN, lead.id)
        return [again] if reopens else []
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
