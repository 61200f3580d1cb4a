"""The pinned message of the leads channel: how fast first calls are made today (C1)."""

from datetime import datetime, time, timedelta

from bot.audience import team_words
from bot.desk import Desk
from bot.orders import Prepared, Sent, SlackPost, SlackUpdate
from bot.speed import pace_of
from bot.views.blocks import Message
from bot.views.speed import Response, board
from rules.ladder import Pace, waited
from rules.reminders import PostBoard
from storage import figures, kept, ladder, outbox, reps
from storage.ladder import Waiting
from storage.outbox import Row
from storage.unit import Unit, View

BOARD = "board"
LOOKED_AT = 1000


def show_board(desk: Desk) -> bool:
    """Bring the pinned message up to date where its figures changed; says whether they did.

    The first lead makes it.
    """
    now = desk.clock()
    with desk.store.view() as view:
        shown = kept.get(view, BOARD)
        if shown is None and figures.first_lead_at(view) is None:
            return False
        said = _message(desk, view, now=now).text
    place = _place(desk, shown)
    if shown == place | {"text": said}:
        return False
    with desk.store.unit() as unit:
        kept.put(unit, BOARD, place | {"text": said}, at=now)
        outbox.add(unit, (PostBoard(),), now=now)
        unit.commit()
    return True


def try_board(desk: Desk) -> None:
    """Post the pinned message where it does not stand yet, whether or not a lead has come."""
    now = desk.clock()
    with desk.store.unit() as unit:
        if stands_in_channel(desk, unit):
            return
        said = _message(desk, unit, now=now).text
        kept.put(unit, BOARD, _place(desk, None) | {"text": said}, at=now)
        outbox.add(unit, (PostBoard(),), now=now)
        unit.commit()


def stands_in_channel(desk: Desk, view: View) -> bool:
    """Say whether the pinned message stands in the leads channel: it was found and written to."""
    return bool(_place(desk, kept.get(view, BOARD))["ts"])


def prepare_board(desk: Desk, view: View, _row: Row) -> Prepared:
    """Make the pinned message anew, in place where it stands already."""
    message = _message(desk, view, now=desk.clock())
    place = _place(desk, kept.get(view, BOARD))
    if place["ts"]:
        return [SlackUpdate(place["channel"], place["ts"], message)]
    return [SlackPost(desk.settings.leads_channel, message, pinned=True)]


def _place(desk: Desk, shown: dict[str, str] | None) -> dict[str, str]:
    """Give where the board stands; nowhere yet, where the leads have another channel now."""
    of = desk.settings.leads_channel
    known = shown if shown and shown["of"] == of else {"channel": "", "ts": ""}
    return {"of": of, "channel": known["channel"], "ts": known["ts"]}


def stands(unit: Unit, _board: PostBoard, done: Sent, *, now: datetime) -> None:
    """Keep where the board stands; one that was deleted is made again."""
    known = kept.get(unit, BOARD) or {"of": "", "text": ""}
    place = {"channel": done.channel, "ts": done.ref}
    kept.put(unit, BOARD, known | place | ({} if done.ref else {"text": ""}), at=now)


def _message(desk: Desk, view: View, *, now: datetime) -> Message:
    return board(response_today(desk, view, now=now), team_words(desk))


def response_today(desk: Desk, view: View, *, now: datetime) -> Response:
    """Give the first calls of the team's day that `now` (UTC) lies in, and who waits now."""
    zone = desk.settings.zone
    today = now.astimezone(zone).date()
    midnights = [datetime.combine(day, time(), zone) for day in (today, today + timedelta(days=1))]
    made = ladder.responses(view, since=midnights[0], until=midnights[1])
    waits = who_waits(desk, view, now=now)
    return Response(made.minutes, made.seconds, waits.count, waits.since, waits.ahead, waits.opens)


def who_waits(desk: Desk, view: View, *, now: datetime) -> Waiting:
    """Count who waits for a first call at `now` (UTC), and for whom the limit's minutes passed."""
    long = now - timedelta(minutes=desk.playbook.first_call_minutes)
    return ladder.waiting(view, now=now, long=long, wave=desk.playbook.wave)


def too_long(desk: Desk, view: View, waits: Waiting, *, now: datetime) -> int:
    """Count who waits longer at `now` (UTC) than the limit, in working minutes of the owner.

    Of very many, those are taken to be too long that nobody looked at.
    """
    limit = desk.playbook.first_call_minutes
    long, wave = now - timedelta(minutes=limit), desk.playbook.wave
    found = ladder.waiting_long(view, now=now, long=long, most=LOOKED_AT, wave=wave)
    team = {one.slack_id: one for one in reps.everybody(view)}
    paces: dict[tuple[str, str], Pace] = {}
    soon = 0
    for lead in found:
        key = lead.owner, desk.zone_of(lead).key
        if key not in paces:
            paces[key] = pace_of(desk, lead, team.get(lead.owner), now=now)
        soon += waited(lead, paces[key].working, now=now) <= limit
    return waits.long - soon
