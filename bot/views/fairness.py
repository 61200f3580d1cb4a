"""The fairness report: who was given how much, in words with bars and as a chart (C3)."""

from datetime import timedelta

from bot.fairness import Report
from bot.pictures.bars import Bar, Chart
from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Block, Message, actions, button, clip, only, section
from rules.fairness import Share

MOST, NAME_LIMIT = 30, 32
WIDTH = 12


def fairness(found: Report, words: Words, *, may_post: bool = False) -> Message:
    """Tell each rep's share beside their weight's, by tier and week; thirty reps at most (C3)."""
    if not found.leads:
        text = words.say("fairness.empty", since=words.day(found.since))
        return only(text)
    lines = [_line(one, found, words) for one in found.shares[:MOST]]
    left = len(found.shares) - len(lines)
    more = [words.say("fairness.more", n=left)] if left else []
    top = words.say("fairness.title", n=found.leads, period=_period(found, words))
    how = words.say("fairness.how")
    blocks: list[Block] = [section(words.lines(one)) for one in (top, *lines, *more, how)]
    if may_post:
        say = words.plain.say("fairness.button_post")
        blocks.append(actions(button(say, ActionId.FAIRNESS_POST, "post")))
    return Message(words.lines(top, *lines, *more, how), tuple(blocks))


def _line(one: Share, found: Report, words: Words) -> Safe:
    bar = "▇" * max(1, round(one.part * WIDTH)) if one.leads else "▁"
    head = words.say(
        "fairness.rep",
        name=_name(one, found, words),
        bar=Safe(bar),
        n=one.leads,
        part=words.percent(one.part),
        due=words.percent(one.due),
    )
    tiers = [words.say("fairness.tier", tier=tier, n=n) for tier, n in one.tiers.items() if n]
    others = words.say("fairness.others", n=one.others) if one.others else ""
    # Digits alone have no direction: left to the text, the newest week stands last to read.
    spread = Safe(", ".join(map(str, one.weeks)))
    weeks = words.say("fairness.weeks", weeks=spread)
    return words.lines(head, words.join(words.listed(*tiers), others, weeks))


def _name(one: Share, found: Report, words: Words) -> str:
    return clip(found.names.get(one.rep, "") or words.say("fairness.gone"), NAME_LIMIT)


def _period(found: Report, words: Words) -> Safe:
    last = found.until - timedelta(seconds=1)
    return words.say("picture.period", since=words.day(found.since), until=words.day(last))


def chart(found: Report, words: Words) -> Chart | None:
    """Lay the report out as a chart in plain `words`; None where nothing was given (C3)."""
    if not found.leads:
        return None
    bars = tuple(_bar(one, found, words) for one in found.shares[:MOST])
    title, period = words.say("fairness.chart"), _period(found, words)
    told = (f"{one.name} {one.value} ({one.sample})" for one in bars)
    alt = words.say("fairness.alt", period=period, reps=words.listed(*told))
    return Chart(title, period, alt, bars, rtl=words.locale == "he")


def posted(words: Words) -> Message:
    """Say that the report is on its way to the managers' channel."""
    text = words.say("fairness.posted")
    return only(text)


def _bar(one: Share, found: Report, words: Words) -> Bar:
    value = words.say("fairness.value", n=one.leads, part=words.percent(one.part))
    sample = words.say("fairness.due", due=words.percent(one.due))
    return Bar(words.join(_name(one, found, words)), sample, value, one.leads)
