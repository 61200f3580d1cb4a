"""A person's Home: what stands in it, and keeping it up to date while somebody watches (L4)."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from bot import teamboard
from bot.desk import Desk
from bot.figures import last_week
from bot.myday import SIZE, my_day
from bot.orders import Drop, Prepared, SlackHome
from bot.paging import LISTS, Pages
from bot.readers import Reader, reader
from bot.team import member
from bot.teamboard import OVERDUE, Board
from bot.views import home as views
from bot.views.blocks import Message
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.reminders import ShowHome
from rules.shifts import is_away
from rules.team import Rep
from storage import home, kept, outbox
from storage.outbox import Row
from storage.unit import View

SMALL = 3
_PAGE = re.compile(r"\d{1,6}", re.ASCII)
WATCHED = timedelta(hours=12)
SAID = timedelta(seconds=30)
"""An answer that stands on top of Home is left there so long."""


def show(desk: Desk, slack_id: str, *, said: Message | None = None) -> dict[str, Any]:
    """Give a person's Home, in their own words, and watch it from now on.

    With what was `said` to their click on top; without, they have just opened it.
    """
    who = reader(desk, slack_id)
    if not who.insider:
        return views.outsider_home(who.words)
    now = desk.clock()
    with desk.store.view() as view:
        mark = _marks(desk, view, [slack_id], now=now)[slack_id]
    with desk.store.unit() as unit:
        watch = kept.get(unit, _key(slack_id)) or {}
        pages = {} if said is None else watch.get("pages", {})
        said_at = now.isoformat() if said and said.blocks else ""
        watch = {"opened": now.isoformat(), "pages": pages, "said": said_at}
        kept.put(unit, _key(slack_id), watch, at=now)
        kept.put(unit, _mark_key(slack_id), mark, at=now)
        unit.commit()
    with desk.store.view() as view:
        return _compose(desk, view, who, pages, said=said)


def _compose(
    desk: Desk, view: View, who: Reader, pages: Pages, *, said: Message | None = None
) -> dict[str, Any]:
    actor = member(view, who.slack_id, admins=desk.settings.admin_slack_ids)
    board: Board | None = None
    if may(actor, Act.MANAGE):
        board = teamboard.gather(desk, view, pages=pages)
    mine = my_day(desk, view, actor, pages=pages, size=SMALL if board else SIZE)
    return views.home(mine, board, who.words, said=said)


def turn(desk: Desk, slack_id: str, place: str) -> Pages:
    """Turn to a page, written as 'late:1', and give all pages; Refused for what is no such list."""
    name, _, number = place.partition(":")
    if name not in LISTS or not _PAGE.fullmatch(number):
        raise Refused("button.stale")
    with desk.store.unit() as unit:
        watch = kept.get(unit, _key(slack_id)) or {"opened": "", "pages": {}, "said": ""}
        pages = {**watch["pages"], name: int(number)}
        kept.put(unit, _key(slack_id), watch | {"pages": pages}, at=desk.clock())
        unit.commit()
    return pages


def prepare_show_home(desk: Desk, view: View, row: Row) -> Prepared:
    """Make a person's Home of the present; who has left the team is told so."""
    effect: Any = row.effect
    who = reader(desk, effect.rep)
    if not who.insider:
        return [SlackHome(effect.rep, views.outsider_home(who.words))]
    watch = kept.get(view, _key(effect.rep))
    if not watch:
        return Drop("not_watched")
    return [SlackHome(effect.rep, _compose(desk, view, who, watch["pages"]))]


def refresh_watched(desk: Desk) -> int:
    """Show Home anew to everyone who watches it and for whom something changed; gives how many."""
    now = desk.clock()
    with desk.store.view() as view:
        watching = [who for who, one in home.watchers(view).items() if _watches(one, now=now)]
        if not watching:
            return 0
        before, after = home.marks(view), _marks(desk, view, watching, now=now)
    changed = [who for who in watching if after[who] != before.get(who)]
    if not changed:
        return 0
    with desk.store.unit() as unit:
        for who in changed:
            kept.put(unit, _mark_key(who), after[who], at=now)
        outbox.add(unit, [ShowHome(who) for who in changed], now=now)
        unit.commit()
    return len(changed)


def _watches(watch: dict[str, Any], *, now: datetime) -> bool:
    """Say whether a Home was opened lately, and no answer stands on it that is being read."""
    opened, said = (datetime.fromisoformat(watch[one] or _NEVER) for one in ("opened", "said"))
    return now - opened < WATCHED and now - said >= SAID


_NEVER = "2000-01-01T00:00:00+00:00"


def _marks(desk: Desk, view: View, people: Sequence[str], *, now: datetime) -> dict[str, str]:
    """Give for each person a mark that changes when something in their Home does."""
    since = last_week(desk)[1]
    board: object = None
    found = {}
    for slack_id in people:
        actor = _actor(desk, view, slack_id)
        if actor is None:
            found[slack_id] = ""
            continue
        manages = may(actor, Act.MANAGE)
        if manages:
            board = board or teamboard.mark(desk, view)
        told = actor.role, actor.locale, actor.timezone, is_away(actor, now=now), actor.away_until
        own = home.own_mark(view, slack_id, now=now, late=now - OVERDUE)
        bar = desk.playbook.wave
        seen = own, told, since, bar, board if manages else None
        found[slack_id] = f"{crc32(repr(seen).encode()):08x}"
    return found


def _actor(desk: Desk, view: View, slack_id: str) -> Rep | None:
    try:
        return member(view, slack_id, admins=desk.settings.admin_slack_ids)
    except Refused:
        return None


def _key(slack_id: str) -> str:
    return f"home:{slack_id}"


def _mark_key(slack_id: str) -> str:
    return f"home-mark:{slack_id}"
