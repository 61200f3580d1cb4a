"""The app's Home tab: a rep's day with its buttons; the team's board for who manages it."""

from bot.myday import Mine
from bot.paging import Page
from bot.teamboard import Board
from bot.texts import Safe, Words
from bot.views.away import state_line
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    header,
    section,
)
from bot.views.paging import pager, short_title
from bot.views.preferences import preferences_button
from bot.views.replies import held
from bot.views.teamboard import board_blocks, response
from rules.lead import Lead
from rules.phones import shown_phone
from rules.words import Queue
from storage.worked import Worked

View = dict[str, object]
MOST_BLOCKS = 100


def outsider_home(words: Words) -> View:
    """Tell a person who is not of the team where they stand."""
    return _home([section(words.say("refusal.team.outsider"))])


def home(mine: Mine, board: Board | None, words: Words, *, said: Message | None = None) -> View:
    """Show a person's day, below the team's board for who manages, and what was just `said`."""
    team = board_blocks(board, words) if board else []
    own = [divider(), *_doors(mine, words)] if board and mine.empty else _own(mine, words)
    below = [*team, *own]
    if not said or not said.blocks:
        return _home(below)
    above = said.blocks[: MOST_BLOCKS - len(below) - 1]
    return _home([*above, divider(), *below])


def _home(blocks: list[Block]) -> View:
    return {"type": "home", "blocks": blocks}


def _own(mine: Mine, words: Words) -> list[Block]:
    top = [header(words.plain.say("home.mine")), section(_sum(mine, words))]
    lists = [
        *_list(mine.late, mine, words, due=True),
        *_list(mine.due, mine, words, due=True),
        *_list(mine.coming, mine, words, due=False),
        *_list(mine.untimed, mine, words, due=False),
        *([context(held(mine.held, words))] if mine.held else []),
    ]
    since = words.plain.say("home.numbers", since=words.plain.day(mine.since))
    numbers = [header(since), section(words.lines(*_numbers(mine.worked, words)))]
    return [*top, *_doors(mine, words), *lists, *numbers]


def _sum(mine: Mine, words: Words) -> Safe:
    """Say in one line how much there is; of an empty day, what to do."""
    lists = (mine.late, mine.due, mine.coming, mine.untimed)
    parts = [words.say(f"home.sum_{one.name}", n=one.total) for one in lists if one.total]
    parts += [words.say("home.sum_held", n=mine.held)] if mine.held else []
    if not parts:
        return words.say("home.empty")
    return (
        words.join(*parts)
        if mine.late.total + mine.due.total
        else words.lines(words.join(*parts), words.say("home.nothing_due"))
    )


def _list(listed: Page[Lead], mine: Mine, words: Words, *, due: bool) -> list[Block]:
    if not listed.total:
        return []
    blocks = [section(words.say(f"home.{listed.name}", n=listed.total))]
    for lead in listed.items:
        phone = shown_phone(lead.phone, region=mine.region) if lead.phone_raw else lead.email
        line = words.join(Safe(f"*{short_title(lead, words)}*"), phone, why(lead, words))
        blocks += [section(line), actions(*_lead_buttons(lead, words.plain, due=due))]
    return [*blocks, *pager(listed, words)]


def _lead_buttons(lead: Lead, say: Words, *, due: bool) -> list[Block]:
    show = button(say.say("button.show"), ActionId.SHOW, lead.id)
    if not due:
        return [button(say.say("button.log"), ActionId.MORE, lead.id), show]
    return [
        button(say.say("button.noanswer"), ActionId.NOANSWER, lead.id),
        button(say.say("button.talked"), ActionId.TALKED, lead.id),
        show,
    ]


def why(lead: Lead, words: Words) -> Safe:
    """Say why a lead is called when its time comes, in words that stay true as time passes."""
    if lead.next_at is None:
        return words.say(f"step.{lead.next_what}")
    key = f"{lead.queue}"
    if lead.queue is Queue.FRESH and lead.attempts:
        key = "returned"
    return words.say(
        f"home.why_{key}",
        tier=lead.tier,
        n=lead.attempts + 1,
        ago=words.ago(lead.fresh_at or lead.next_at),
        when=words.standing(lead.next_at),
    )


def _numbers(found: Worked, words: Words) -> list[Safe]:
    """Give the rep's own week, each figure with its sample (L6.1, L6.4, L6.6)."""
    if not found.calls:
        return [words.say("home.no_calls")]
    sold = Safe(" + ".join(words.money(one) for one in found.revenue))
    talked = words.say("home.talked", span=words.duration(found.talk_seconds))
    waited = response(found.waits, words)
    return [
        words.join(
            words.say("home.calls", n=found.calls),
            words.say("home.answered", rate=words.percent(found.answered / found.calls)),
            words.say("home.meetings", n=found.meetings),
        ),
        words.say("home.kept", kept=found.kept, n=found.agreed) if found.agreed else Safe(""),
        words.join(words.say("digest.sales", n=found.sales), sold),
        words.say("home.response", response=waited) if waited else Safe(""),
        talked if found.talk_seconds else Safe(""),
    ]


def _doors(mine: Mine, words: Words) -> list[Block]:
    """Give the next call, a lead to type (K3), the rotation's door, the choice of notifications."""
    say = words.plain
    first = button(say.say("button.next"), ActionId.NEXT, "next", style="primary")
    add = button(say.say("add.button_new"), ActionId.ADD_LEAD, "home")
    choose = preferences_button(words)
    if not mine.listed:
        return [actions(first, add, choose)]
    away, line = state_line(mine.rep, words, now=mine.now)
    door = (
        button(say.say("button.back"), ActionId.COME_BACK, "back")
        if away
        else button(say.say("button.away"), ActionId.GO_AWAY, "away")
    )
    row = actions(first, add, door, choose)
    return [row, context(line)] if away or not mine.rep.manages else [row]
