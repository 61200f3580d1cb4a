"""Whose a lead may become: the card's buttons to claim it and to pass it on (C3)."""

from bot.texts import Safe, Words, mention
from bot.views.blocks import ActionId, Block, button
from rules.claiming import shut
from rules.lead import Lead
from rules.playbook import Playbook
from rules.pools import Way
from rules.routes import pool_named

CALLED = 10
"""Of so many members of a pool each is named, so that Slack calls them to the lead."""


def claim_buttons(lead: Lead, words: Words, playbook: Playbook) -> list[Block]:
    """Give the button that takes a lead without an owner, where the first who claims it has it."""
    if lead.owner or shut(lead, playbook):
        return []
    return [button(words.plain.say("button.claim"), ActionId.CLAIM, lead.id, style="primary")]


def pass_buttons(lead: Lead, words: Words) -> list[Block]:
    """Give the button that passes a living lead on to another rep."""
    if not (lead.owner and lead.living):
        return []
    return [button(words.plain.say("button.pass"), ActionId.PASSING, lead.id)]


def to_claim(lead: Lead, words: Words, playbook: Playbook) -> Safe:
    """Say that a lead waits for the first who claims it, and of which pool; "" where it is not."""
    pool = pool_named(playbook, lead.pool)
    if lead.owner or pool.way is not Way.CLAIM or shut(lead, playbook):
        return Safe("")
    if not 0 < len(pool.reps) <= CALLED:
        return words.say("claim.waits")
    return words.say("claim.waits_of", who=Safe(" ".join(map(mention, pool.reps))))
