"""At which stage a lead stands, and since when: a line of its card (S1, S3)."""

from bot.leads import Shown
from bot.texts import Safe, Words, mention
from rules.stages import BY_OPTOUT, came_to_stage
from rules.words import Stage


def standing(shown: Shown, words: Words, *, always: bool) -> Safe:
    """Say at which stage a living lead stands and since when; at first only where `always` (S1)."""
    lead = shown.lead
    since = came_to_stage(lead)
    if since is None or not (always or lead.stage is not Stage.LEAD):
        return Safe("")
    return words.say("stages.since", stage=words.say(f"stage.{lead.stage}"), ago=words.ago(since))


def disqualified(shown: Shown, words: Words) -> Safe:
    """Say who disqualified a lead, when, and to who may see it why (S3)."""
    ended = shown.ended
    if ended is None or ended.reason == BY_OPTOUT or not ended.actor:
        return words.say("step.closed", stage=words.say("stage.disqualified"))
    when, who = words.standing(ended.at), mention(ended.actor)
    if not shown.full:
        return words.say("stages.disqualified_masked", who=who, when=when)
    return words.say("stages.disqualified", who=who, when=when, reason=ended.reason)
