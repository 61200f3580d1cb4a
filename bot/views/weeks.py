"""A rep's week in their own words, and the reps' weeks for managers (L6)."""

from dataclasses import dataclass

from bot.texts import Safe, Words
from bot.views.blocks import ActionId, Message, button, context, only, section, spoken
from bot.views.card import title
from bot.views.digest import period_of
from bot.views.figures import amount_said, ends, hour_said
from rules.lead import Lead
from rules.report import Report
from rules.report_calls import RepFigures

MOST, TOGETHER = 60, 15


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first of the leads that are due with a rep, and how many there are."""

    leads: tuple[Lead, ...]
    count: int


def note(
    report: Report, mine: RepFigures, waiting: Waiting, words: Words, *, asked: bool = False
) -> Message:
    """Tell a rep how a week went for them, and which leads wait, with a button to open each."""
    key = "digest.note_mine" if asked else "digest.note_title"
    head = words.say(key, since=words.day(report.since), until=ends(report, words))
    told = _told(mine, words, report.currency) or [words.say("digest.note_nothing")]
    best = _best_hour(mine, words)
    top = words.lines(head, *told, best)
    waits = words.say("digest.note_waiting", n=waiting.count) if waiting.count else Safe("")
    rows = [(title(one, words), one) for one in waiting.leads]
    small = Safe("") if asked else words.say("digest.note_off")
    open_one = words.plain.say("button.show")
    beside = [
        section(said) | {"accessory": button(open_one, ActionId.SHOW, one.id)} for said, one in rows
    ]
    blocks = [section(top), *([section(waits)] if waits else []), *beside]
    text = words.lines(top, waits, *(said for said, _ in rows), small)
    return Message(spoken(text), (*blocks, *([context(small)] if small else [])))


def _told(
    mine: RepFigures, words: Words, currency: str, *, key: str = "digest.note_given"
) -> list[Safe]:
    """Give what a rep was given, how they called, what they sold; nothing of what was not."""
    given = words.say(key, n=mine.given) if mine.given else ""
    sold = words.say(
        "digest.note_sold",
        sales=words.say("digest.sales", n=mine.sales),
        amount=amount_said(mine.revenue, words, currency),
    )
    lines = words.join(given, *_calls(mine, words)), sold if mine.sales or mine.revenue else ""
    return [Safe(one) for one in lines if one]


def _calls(mine: RepFigures, words: Words) -> list[Safe]:
    found = []
    if mine.calls.rate is not None:
        rate = words.percent(mine.calls.rate)
        found.append(words.say("digest.answered", rate=rate, n=mine.calls.of))
    took = mine.response
    if took.median is not None:
        found.append(words.say("digest.response", span=words.duration(took.median), n=took.of))
    return found


def _best_hour(mine: RepFigures, words: Words, *, key: str = "digest.note_hour") -> Safe:
    best = mine.best_hour
    return Safe("") if best is None else hour_said(key, best, words)


def of_another(report: Report, mine: RepFigures, name: str, words: Words) -> Message:
    """Give a manager one rep's figures of a period."""
    days = {"since": words.day(report.since), "until": ends(report, words)}
    head = words.say("digest.rep_title", name=name, **days)
    told = _told(mine, words, report.currency, key="digest.rep_given")
    told = told or [words.say("digest.rep_nothing")]
    best = _best_hour(mine, words, key="digest.rep_hour")
    return only(words.lines(head, *told, best))


def of_reps(report: Report, words: Words) -> Message:
    """Tell managers what each rep was given, how they called, what they closed; by name.

    Of more than can be shown it says how many are left out, and where they stand.
    """
    head = words.say("digest.reps_title", period=period_of(report, words))
    told = sorted(report.reps, key=lambda one: (one.name == "", one.name))
    rows = [_rep(one, words, report.currency) for one in told[:MOST]]
    small = words.say("digest.reps_note")
    if not rows:
        return only(words.lines(head, words.say("digest.reps_none")))
    rest = len(told) - MOST
    small = words.lines(words.say("digest.reps_more", n=rest) if rest > 0 else "", small)
    parts = [rows[place : place + TOGETHER] for place in range(0, len(rows), TOGETHER)]
    blocks = [section(words.lines(*part)) for part in ([head, *parts[0]], *parts[1:])]
    return Message(spoken(words.lines(head, *rows, small)), (*blocks, context(small)))


def _rep(one: RepFigures, words: Words, currency: str) -> Safe:
    given = words.say("digest.reps_given", n=one.given)
    sales = words.say("digest.sales", n=one.sales)
    money = amount_said(one.revenue, words, currency) if one.revenue else ""
    told = words.join(given, *_calls(one, words), sales, money)
    return words.say("digest.reps_row", name=one.name or words.say("digest.reps_gone"), told=told)
