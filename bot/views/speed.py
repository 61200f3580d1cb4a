"""First calls that wait: what the rep, the managers and the whole channel read (C1)."""

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from bot.texts import Safe, Words, mention
from bot.views.blocks import ActionId, Block, Message, actions, button, only, section, spoken
from bot.views.card import title
from rules.effects import TellManagers
from rules.ladder import Act
from rules.lead import Lead
from rules.phones import shown_phone

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Response:
    """Today's first calls: working minutes and seconds by the clock of each; who waits now.

    The first of those who wait came at `since` (UTC). The clocks of those `ahead` begin later, the
    first at `opens`.
    """

    minutes: tuple[float, ...]
    seconds: tuple[float, ...]
    waiting: int
    since: datetime | None
    ahead: int = 0
    opens: datetime | None = None


def nudge(lead: Lead, words: Words, *, then: tuple[Act, datetime] | None, home: str) -> Message:
    """Remind a rep of a first call; `then` is who else hears of it, and when (UTC).

    `home` is the country of the team.
    """
    reach = shown_phone(lead.phone, region=home) if lead.phone_raw else lead.email
    text = words.lines(
        words.join(
            words.say("speed.nudge", lead=title(lead, words), ago=_came(lead, words)), reach
        ),
        words.say(f"speed.then_{then[0]}", when=words.standing(then[1])) if then else "",
    )
    return Message(spoken(text), (section(text), actions(*call_buttons(lead, words.plain))))


def _came(lead: Lead, words: Words) -> Safe:
    return words.ago(lead.received_at) if lead.received_at else Safe("")


def call_buttons(lead: Lead, say: Words) -> list[Block]:
    """Give what may come of a first call, and who else may make it."""
    return [
        button(say.say("button.noanswer"), ActionId.NOANSWER, lead.id),
        button(say.say("button.talked"), ActionId.TALKED, lead.id),
        button(say.say("button.sold"), ActionId.SOLD, lead.id, style="primary"),
        button(say.say("button.assign"), ActionId.ASSIGN, lead.id),
    ]


def retired(lead: Lead, words: Words, *, end: str) -> Message:
    """Say that a reminder is over: `called`, `handed_over`, `over`, or a `newer` one stands."""
    text = words.say(f"speed.{end}", lead=title(lead, words))
    return only(text)


def silent(told: TellManagers, words: Words) -> Message:
    """Tell managers that a rep was set away: 'rep moves moment'."""
    rep, moves, _ = told.about.split(" ")
    text = words.say("speed.silent", who=mention(rep), n=int(moves))
    return only(text)


def set_away(moves: int, words: Words) -> Message:
    """Tell a rep that they were set away, and how to come back."""
    text = words.say("speed.set_away", n=moves)
    back = button(words.plain.say("button.back"), ActionId.COME_BACK, "back", style="primary")
    return Message(text, (section(text), actions(back)))


def board(response: Response, words: Words) -> Message:
    """Make the pinned message: today's median response, and who waits now."""
    later = ahead(response.ahead, response.opens, words)
    text = words.lines(_today(response, words), _now(response, words), later)
    return only(text)


def _today(response: Response, words: Words) -> Safe:
    if not response.minutes:
        return words.say("board.none")
    return words.say(
        "board.today",
        working=words.duration(median(response.minutes) * MINUTE),
        raw=words.duration(median(response.seconds)),
        n=len(response.minutes),
    )


def _now(response: Response, words: Words) -> Safe:
    if response.waiting and response.since:
        return words.say("board.waiting", n=response.waiting, ago=words.ago(response.since))
    return Safe("") if response.ahead else words.say("board.idle")


def ahead(count: int, opens: datetime | None, words: Words) -> Safe:
    """Say how many came outside hours, and when the first of them is to be called (C1)."""
    if not count or opens is None:
        return Safe("")
    return words.say("board.off_hours", n=count, when=words.standing(opens))
