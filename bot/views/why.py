"""`/lead why`: the tier, the rep, and what is ahead if nobody answers (L1.2, L1.3)."""

from typing import Any

from bot.pins import Pinned
from bot.texts import Safe, Words, mention
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    ViewId,
    actions,
    button,
    only,
    option,
    section,
)
from bot.views.card import title
from bot.views.forms import asked, modal
from bot.views.history import CHOSEN
from bot.views.routing import considered, weighed
from bot.views.tiers import tier_sentence
from bot.why import BY_RULE, Explained
from rules.lead import Lead
from rules.outlook import Call, Letter, Outlook
from rules.tiers import Grades
from rules.words import Step, Tier
from storage.leads import Line

LISTED = 25
MEASURED = "measured"
THIS_LEAD, CAMPAIGN = "lead", "campaign"


def why(found: Explained, words: Words) -> Message:
    """Explain a lead: why this tier, why this rep, what happens if nobody answers."""
    lead = found.shown.lead
    top = words.lines(
        Safe(f"*{title(lead, words)}*"),
        tier_sentence(found.shown.standing, words) if lead.living else "",
        _owner(found, words),
        words.say("step.on_hold", tier=lead.tier) if found.waits else "",
    )
    routed = _routed(found, words)
    ahead = _ahead(found, found.ahead, words) if found.ahead else Safe("")
    blocks: list[Block] = [section(part) for part in (top, ahead, routed) if part]
    if found.manages and lead.living:
        blocks.append(actions(*_buttons(lead, words.plain)))
    return Message(words.lines(top, ahead, routed), tuple(blocks))


def _routed(found: Explained, words: Words) -> Safe:
    """Say who was considered for the lead, or is considered now (C3)."""
    if found.chosen:
        return considered(found.chosen, words)
    return weighed(found.verdict, words) if found.verdict else Safe("")


def _buttons(lead: Lead, say: Words) -> list[Block]:
    return [
        button(say.say("button.pin_tier"), ActionId.PIN_TIER, lead.id),
        button(say.say("button.measure"), ActionId.MEASURE, lead.id),
    ]


def _owner(found: Explained, words: Words) -> Safe:
    lead, given = found.shown.lead, found.given
    if not lead.owner:
        return words.say("why.unowned")
    who = mention(lead.owner)
    if given is None:
        return words.say("why.owner", who=who)
    when = words.when(given.at, now=found.shown.now)
    if given.what == "assigned":
        return _chosen(given, who, words, when=when)
    if given.what in BY_RULE:
        return words.say(f"why.{given.what}", who=who, was=mention(given.data["was"]), when=when)
    if given.actor == lead.owner:
        return words.say("why.taken", who=who, when=when)
    return words.say("why.handed_over", who=who, by=mention(given.actor), when=when)


def _chosen(given: Line, who: Safe, words: Words, *, when: Safe) -> Safe:
    how = given.data.get("how")
    key = f"why.{how}" if how in CHOSEN else "why.assigned"
    return words.say(key, who=who, n=given.data["of"], when=when)


def _ahead(found: Explained, ahead: Outlook, words: Words) -> Safe:
    now = found.shown.now
    lines = [
        words.join(Safe(f"• {words.when(step.at, now=now)}"), _step(step, words))
        for step in ahead.steps[:LISTED]
    ]
    left = len(ahead.steps) - LISTED
    return words.lines(
        words.say("ahead.title") if lines else "",
        *lines,
        words.say("day.more", n=left) if left > 0 else "",
        _end(found, ahead, words),
    )


def _step(step: Call | Letter, words: Words) -> Safe:
    if isinstance(step, Letter):
        return words.say(f"ahead.{step.effect.layer}")
    key = "ahead.agreed" if step.agreed else "ahead.call"
    return words.say(key, n=step.number)


def _end(found: Explained, ahead: Outlook, words: Words) -> Safe:
    """Say what the lead comes to after the last call."""
    lead = ahead.after
    if lead.next_what is not Step.MAILING_LIST:
        stage = words.say(f"stage.{lead.stage}") if not lead.living else ""
        said = words.say("step.closed", stage=stage) if stage else ""
        return Safe(said or words.say(f"step.{lead.next_what}"))
    if ahead.mailing_at is None:
        return words.say("ahead.no_mail", why=words.say(f"no_mail.{ahead.no_mail}"))
    when = words.when(ahead.mailing_at, now=found.shown.now)
    return words.say("ahead.mailing", when=when, days=found.mailing_days)


def pin_modal(lead: Lead, words: Words) -> dict[str, Any]:
    """Ask which tier a lead, or all of its campaign, is worth (L1.3)."""
    say = words.plain
    tiers = [option(say.say("modal.tier", tier=tier), tier) for tier in Tier]
    tiers.append(option(say.say("modal.tier_measured"), MEASURED))
    marked = next((one for one in tiers if one["value"] == lead.tier_pin), tiers[-1])
    blocks = [section(f"*{title(lead, words)}*"), _choice("tier", tiers, marked, say)]
    if lead.campaign:
        scopes = [
            option(say.say("modal.only_lead"), THIS_LEAD),
            option(say.say("modal.all_of", campaign=lead.campaign), CAMPAIGN),
        ]
        blocks.append(_choice("scope", scopes, scopes[0], say))
    return modal(ViewId.PIN_TIER, say.say("modal.pin_tier"), blocks, {"lead": lead.id}, say)


def _choice(block: str, options: list[Block], marked: Block, say: Words) -> Block:
    radio = {
        "type": "radio_buttons",
        "action_id": block,
        "options": options,
        "initial_option": marked,
    }
    return asked(block, say.say(f"modal.{block}_label"), radio)


def pinned(done: Pinned, words: Words) -> Message:
    """Confirm a tier that was chosen, or that is measured again."""
    own = done.of_campaign and done.lead.tier_pin
    text = words.lines(
        Safe(f"*{title(done.lead, words)}*"),
        tier_sentence(done.standing, words),
        words.say("tier.own_stays") if own else "",
    )
    change = button(words.plain.say("button.pin_tier"), ActionId.PIN_TIER, done.lead.id)
    plan = button(words.plain.say("button.why"), ActionId.WHY, done.lead.id)
    return Message(text, (section(text), actions(change, plan)))


def measured(grades: Grades, words: Words) -> Message:
    """Say what was measured of the team just now."""
    if grades.mean is None:
        text = words.say("tier.nothing")
    else:
        rate = words.percent(grades.mean)
        groups = len(grades.groups)
        leads = f"{grades.leads:,}"
        text = words.say("tier.learned", rate=rate, leads=leads, n=groups)
    return only(text)
