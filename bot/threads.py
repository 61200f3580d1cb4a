"""Threads of leads: what people write there is kept, what happens to a lead is told there (C4)."""

from bot.assign import AMONG_MANY
from bot.audience import lead_of, team_words
from bot.desk import Desk
from bot.leads import workable, write_note
from bot.orders import Drop, Prepared, SlackPost
from bot.team import member
from bot.texts import mention
from bot.told import CARD
from bot.views.history import settled
from bot.views.thread import happened
from rules.lead import Lead
from rules.permissions import Act
from rules.refusals import Refused
from rules.reminders import PostLines
from rules.typed import as_typed
from storage import inbox, leads, posts, reps
from storage.leads import Line
from storage.outbox import Row
from storage.posts import Post
from storage.unit import Unit, View

LINES = "lines"
MOST = 30
TOLD = frozenset(
    {
        *("outcome", "undone", "parked", "disqualified_optout", "returned"),
        *("opted_out", "opted_in", "staged", "stage_undone"),
        *("handed_over", "moved", "covered", "inherited", "left_nobody", "agreed_again"),
        *("claimed", "passed", "passed_nobody", "passed_back"),
    }
)
"""Lines of history that stand in the thread; notes, reminders and grades are not for a channel."""


def lead_in(desk: Desk, *, channel: str, ts: str) -> int | None:
    """Give the number of the lead whose message this is, by its place in Slack, or None."""
    with desk.store.view() as view:
        return posts.lead_at(view, channel=channel, ts=ts)


def note_from(desk: Desk, lead_id: int, text: str, *, by: str, key: str) -> Lead | None:
    """Keep what a person wrote in a lead's thread as a note (C4); None when it was kept before.

    `text` is in Slack's marks, `key` knows the message again. Raises Refused for another's lead
    and where there are no words to keep.
    """
    now = desk.clock()
    with desk.store.unit() as unit:
        actor = member(unit, by, admins=desk.settings.admin_slack_ids)
        lead = workable(unit, lead_id, by=actor, act=Act.NOTE)
        said = as_typed(text, names=_names(unit))
        if not said:
            raise Refused("note.needs_words", lead_id=lead.id, name=lead.name)
        if not inbox.first_time(unit, key, at=now):
            return None
        write_note(desk, unit, lead, said, by=by, now=now)
        unit.commit()
    return lead


def _names(view: View) -> dict[str, str]:
    return {one.slack_id: one.name for one in reps.everybody(view) if one.name}


def _untold(view: View, lead_id: int) -> tuple[Post | None, list[Line]]:
    """Give a lead's post in the channel, and the lines of which its thread was not told yet.

    A hand-over among many stands on the card alone: thousands of threads would speak at once.
    """
    standing = posts.of_channels(view, lead_id, purposes=(CARD, LINES))
    parent = next((one for one in standing if one.purpose == CARD), None)
    if parent is None:
        return None, []
    until = max((int(one.about) for one in standing if one.purpose == LINES), default=0)
    newer = leads.lines_after(view, lead_id, until, kinds=TOLD, most=MOST)
    return parent, [one for one in newer if not one.data.get(AMONG_MANY)]


def tell_lines(unit: Unit, lead_id: int) -> tuple[PostLines, ...]:
    """Give what tells the thread of a lead's post of lines that it has not, if there are any."""
    _, newer = _untold(unit, lead_id)
    return (PostLines(lead_id),) if newer else ()


def prepare_lines(desk: Desk, view: View, row: Row) -> Prepared:
    """Tell the thread of a lead's post in one message what happened since the last one (C4)."""
    lead_id = row.effect.payload["lead_id"]
    lead = lead_of(view, lead_id)
    parent, newer = _untold(view, lead_id)
    if lead is None or parent is None:
        return Drop("no_post")
    lines = settled(newer)
    if not lines:
        return Drop("nothing_happened")
    names = _names(view)
    message = happened(
        lead, lines, team_words(desk), called=lambda one: names.get(one) or mention(one)
    )
    return [SlackPost(parent.channel, message, thread=parent.ts, newest_line=newer[-1].id)]
