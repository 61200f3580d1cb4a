"""The app's Home tab: a rep's day; the team's week so far for who manages it."""

from bot.calls import Day
from bot.figures import TeamWeek
from bot.texts import Safe, Words
from bot.views.blocks import Block, Message, context, divider, header, section
from bot.views.card import title
from bot.views.digest import figure_lines
from bot.views.replies import day_lists, next_call, reason
from rules.queue import rank

View = dict[str, object]


def outsider_home(words: Words) -> View:
    """Tell a person who is not of the team where they stand."""
    return _home([section(words.say("refusal.team.outsider"))])


def home(day: Day, week: TeamWeek | None, words: Words, *, said: Message | None = None) -> View:
    """Show a person's day, below the team's `week` for who manages and what was just `said`."""
    above = [*said.blocks, divider()] if said else []
    team = _team(week, words) if week else []
    own = _own(day, words) if day_lists(day, words) or not week else []
    return _home([*above, *team, *own])


def _home(blocks: list[Block]) -> View:
    return {"type": "home", "blocks": blocks}


def _team(week: TeamWeek, words: Words) -> list[Block]:
    found, plain = week.figures, words.plain
    figures = words.lines(*figure_lines(found.total, words))
    waits = words.say("home.unassigned", n=week.unassigned)
    return [
        header(plain.say("home.team", since=plain.day(found.since))),
        section(words.say("home.quiet") if found.empty else figures),
        context(waits if week.unassigned else words.say("home.all_assigned")),
    ]


def _own(day: Day, words: Words) -> list[Block]:
    lists = [section(part) for part in day_lists(day, words)]
    top = header(words.plain.say("home.mine"))
    if not lists:
        return [top, section(words.say("home.empty")), next_call(words)]
    return [top, context(_first(day, words)), *lists, next_call(words)]


def _first(day: Day, words: Words) -> Safe:
    """Say what to do first: the best of what is due, else what comes soonest."""
    if day.overdue:
        lead = min((lead for lead, _ in day.overdue), key=rank)
        why = reason(lead, words, now=day.now)
        return words.say("home.first_due", lead=title(lead, words), why=why)
    soonest = next((lead for lead, _ in day.today), None)
    if soonest and soonest.next_at:
        when = words.when(soonest.next_at, now=day.now)
        return words.say("home.first_later", lead=title(soonest, words), when=when)
    return words.say("home.first_number")
