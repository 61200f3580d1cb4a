"""How far calls are summed by the hour, and leads counted by the day, in words (L6)."""

from bot.rollups import Compared
from bot.texts import Words
from storage import lead_rollups
from storage.rollup_checks import Standing
from storage.rollups import BEGINNING, END


def stands(found: Standing, words: Words) -> str:
    """Say how far the past is summed, of calls and leads, and what is to be summed anew."""
    if found.since == BEGINNING:
        past = words.say("rollup.whole")
    elif found.since == END:
        past = words.say("rollup.nothing")
    else:
        past = words.say("rollup.since", since=words.in_full(found.since), n=found.left)
    return words.lines(past, _leads(found, words), _marked(found, words))


def _leads(found: Standing, words: Words) -> str:
    if found.leads_since == lead_rollups.BEGINNING:
        return words.say("rollup.leads_whole")
    nothing = found.leads_since == lead_rollups.END
    return words.say("rollup.leads_nothing" if nothing else "rollup.leads_part")


def _marked(found: Standing, words: Words) -> str:
    if not found.marked:
        return words.say("rollup.fresh")
    first = words.in_full(found.marked[0])
    return words.say("rollup.marked", n=len(found.marked), since=first)


def compared(found: Compared, words: Words) -> str:
    """Say whether the sums are what calls and leads come to, or where they are not."""
    if found.unequal:
        return words.say("rollup.unequal", what=", ".join(found.unequal))
    calls = words.say("rollup.equal", n=found.counts.calls, hours=found.hours)
    return words.lines(calls, words.say("rollup.equal_leads", n=found.leads, days=found.days))
