"""The managers' board, in Home and as a private message: the same figures, the same buttons."""

from collections.abc import Callable, Sequence
from statistics import median

from bot.approvals import Waits
from bot.paging import Page
from bot.teamboard import COUNTED, Board, Dead, Member
from bot.texts import Safe, Words, mention
from bot.views import quarantine
from bot.views.approvals import answers
from bot.views.blocks import (
    ActionId,
    Block,
    Message,
    actions,
    button,
    clip,
    context,
    header,
    only,
    plain,
    section,
    spoken,
)
from bot.views.breakers import side_lines
from bot.views.figures import figure_lines
from bot.views.paging import pager, short_title
from bot.views.speed import ahead
from bot.views.team_edits import team_doors
from rules.lead import Lead
from storage.ladder import Waiting

CODE_LIMIT, NOTE_LIMIT = 60, 200
DEAD_KINDS = frozenset({"sms", "email", "fetch_lead"})
Why = Callable[[Lead, Words], Safe]


def team_message(board: Board, words: Words) -> Message:
    """Give the board as a message that only its reader sees."""
    blocks = board_blocks(board, words)
    texts = (block.get("text") or block["elements"][0] for block in blocks)
    lines = (one["text"] for one in texts if one["type"] == "mrkdwn")
    top = words.say("board_team.title", since=words.day(board.figures.since))
    return Message(spoken(words.lines(top, *lines)), tuple(blocks))


def board_blocks(board: Board, words: Words) -> list[Block]:
    """Give the board's blocks: speed and the week, the team, then each list of what is loose."""
    since = words.plain.day(board.figures.since)
    return [
        header(words.plain.say("board_team.title", since=since)),
        *side_lines(board.sides, words),
        section(words.lines(*_speed(board, words), *_week(board, words))),
        *_team(board.members, words),
        *_leads(board.followups, words, why=_agreed),
        *_leads(board.unassigned, words, why=_came),
        *_asked(board.asked, words),
        *_held(board, words),
        *_dead_letters(board.dead, words),
        *_aside(board, words),
        *_loose(board, words),
    ]


def _speed(board: Board, words: Words) -> list[Safe]:
    today, week = (response(one, words) for one in (board.today, board.week))
    return [
        words.say("board_team.today", response=today or words.say("board_team.none")),
        words.say("board_team.week", response=week or words.say("board_team.none")),
        _over(board, words),
        *_now(board.waits, words),
    ]


def _over(board: Board, words: Words) -> Safe:
    """Say of how many the first call took too long, with those who wait still (C1)."""
    still = board.too_long
    late, of = sum(one > board.limit for one in board.week) + still, len(board.week) + still
    if not of:
        return Safe("")
    key = "board_team.over_now" if still else "board_team.over"
    return words.say(key, n=late, of=of, limit=board.limit, still=still)


def _now(waits: Waiting, words: Words) -> list[Safe]:
    since = words.ago(waits.since) if waits.since else ""
    return [
        words.say("board_team.waiting", n=waits.count, ago=since) if since else Safe(""),
        ahead(waits.ahead, waits.opens, words),
    ]


def response(waits: Sequence[float], words: Words) -> Safe:
    """Say how long first calls took: the median in working minutes, and of how many (C1, L6.4)."""
    if not waits:
        return Safe("")
    span = words.duration(median(waits) * 60)
    return words.say("board_team.response", span=span, n=len(waits))


def _week(board: Board, words: Words) -> list[Safe]:
    if board.figures.empty:
        return [words.say("board_team.quiet")]
    return figure_lines(board.figures.total, words, board.figures.currency)


def _team(members: Page[Member], words: Words) -> list[Block]:
    if not members.total:
        return [section(words.say("board_team.nobody")), team_doors(words)]
    lines = [_member(one, words) for one in members.items]
    top = words.say("board_team.members", n=members.total)
    return [section(words.lines(top, *lines)), *pager(members, words), team_doors(words)]


def _member(one: Member, words: Words) -> Safe:
    found = one.counts
    since = words.standing(one.waits_since) if one.waits_since else ""
    return words.join(
        Safe(f"• {mention(one.rep.slack_id)}"),
        _state(one, words),
        words.say("board_team.load", n=found.open - found.held, of=one.rep.capacity),
        words.say("board_team.due", n=found.due - found.late) if found.due > found.late else "",
        words.say("board_team.late", n=found.late) if found.late else "",
        words.say("home.sum_held", n=found.held) if found.held else "",
        words.say("board_team.waits", when=since) if since else "",
    )


def _state(one: Member, words: Words) -> Safe:
    if one.away and one.rep.away_until:
        return words.say("board_team.away_until", when=words.standing(one.rep.away_until))
    if one.away:
        return words.say("board_team.away")
    return words.say("board_team.on_shift" if one.on_shift else "board_team.off_shift")


def _agreed(lead: Lead, words: Words) -> Safe:
    when = words.standing(lead.next_at) if lead.next_at else ""
    hot = f"board_team.agreed_{lead.importance or 'low'}"
    return words.join(words.say(hot, when=when), mention(lead.owner))


def _came(lead: Lead, words: Words) -> Safe:
    since = words.ago(lead.fresh_at) if lead.fresh_at else ""
    return words.join(words.say(f"kind.{lead.kind}"), words.say("board_team.came", ago=since))


def _leads(listed: Page[Lead], words: Words, *, why: Why) -> list[Block]:
    """List leads, each with a button that gives it to somebody."""
    if not listed.total:
        return [context(words.say(f"board_team.no_{listed.name}"))]
    say = words.plain.say("button.assign")
    rows = [
        section(words.join(Safe(f"*{short_title(lead, words)}*"), why(lead, words)))
        | {"accessory": button(say, ActionId.ASSIGN, lead.id)}
        for lead in listed.items
    ]
    top = section(words.say(f"board_team.{listed.name}", n=listed.total))
    return [top, *rows, *pager(listed, words)]


def _asked(listed: Page[Waits], words: Words) -> list[Block]:
    """List what reps asked and nobody decided, each with both answers (S2)."""
    if not listed.total:
        return [context(words.say("board_team.no_asked"))]
    blocks = [section(words.say("board_team.asked", n=listed.total))]
    for one in listed.items:
        blocks += [section(_question(one, words)), actions(*answers(one.asked, one.lead, words))]
    return [*blocks, *pager(listed, words)]


def _question(one: Waits, words: Words) -> Safe:
    note = clip(str(one.asked.data.get("note", "")), NOTE_LIMIT)
    return words.join(
        Safe(f"*{short_title(one.lead, words)}*"),
        words.say(f"stage.{one.lead.stage}"),
        words.say("board_team.asks", who=mention(one.asked.actor), ago=words.ago(one.asked.at)),
        words.say("history.quoted", text=note) if note else "",
    )


def _held(board: Board, words: Words) -> list[Block]:
    if not board.tiers:
        return []
    tiers = words.listed(*(Safe(tier) for tier in board.tiers))
    more = f"{COUNTED:,}+" if board.on_hold >= COUNTED else board.on_hold
    return [section(words.say("board_team.held", tiers=tiers, n=more))]


def _dead_letters(dead: Page[Dead], words: Words) -> list[Block]:
    if not dead.total:
        return []
    blocks = [section(words.say("board_team.dead", n=dead.total))]
    for one in dead.items:
        blocks += [section(_dead_line(one, words)), actions(*_dead_buttons(one, words.plain))]
    return [*blocks, *pager(dead, words)]


def _dead_line(one: Dead, words: Words) -> Safe:
    kind = one.kind if one.kind in DEAD_KINDS else "slack"
    what = words.say(f"board_team.dead_{kind}")
    lead = Safe(f"*{short_title(one.lead, words)}*") if one.lead else ""
    code = words.say("board_team.unsure") if one.unsure else clip(one.code, CODE_LIMIT)
    return words.join(what, lead, code, words.standing(one.at))


def _dead_buttons(one: Dead, say: Words) -> list[Block]:
    """Give both ways out; what a customer may have got already is sent again only when sure."""
    again = button(say.say("button.retry"), ActionId.RETRY_DEAD, one.row_id)
    sure = {
        "title": plain(say.say("board_team.sure")),
        "text": plain(say.say("board_team.sure_text")),
        "confirm": plain(say.say("board_team.sure_yes")),
        "deny": plain(say.say("modal.cancel")),
    }
    dismiss = button(say.say("button.dismiss"), ActionId.DISMISS_DEAD, one.row_id)
    return [again | ({"confirm": sure} if one.unsure else {}), dismiss]


def _aside(board: Board, words: Words) -> list[Block]:
    if not board.set_aside:
        return []
    newest = [
        words.join(
            Safe(f"• {words.join(source)}"),
            quarantine.why(reason, words),
            words.standing(at),
        )
        for source, reason, at in board.aside
    ]
    said = words.lines(words.say("board_team.aside", n=board.set_aside), *newest)
    return [section(said) | {"accessory": quarantine.door(words.plain)}]


def _loose(board: Board, words: Words) -> list[Block]:
    """Say what the last look at all leads found; of none, only while the board lists none."""
    if board.looked is None:
        return []
    count, listed = sum(board.loose.values()), board.unassigned.total + board.followups.total
    key = "no_loose" if not listed + board.overdue else "looked"
    said = words.say(
        f"board_team.{'loose' if count else key}", n=count, when=words.standing(board.looked)
    )
    look = button(words.plain.say("button.loose"), ActionId.LOOSE_ENDS, "look")
    return [section(said) | {"accessory": look}]


def tried_again(words: Words) -> Message:
    """Confirm that a message is tried again."""
    text = words.say("board_team.tried_again")
    return only(text)


def dismissed(words: Words) -> Message:
    """Confirm that a message is off the board."""
    text = words.say("board_team.dismissed")
    return only(text)
