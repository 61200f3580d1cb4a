"""What is kept for a while only, and forgotten by the batch (C5)."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot import adding, drops, hooks, receipts
from bot.desk import Desk
from bot.intake import DUPLICATE, SPLIT, TRIAL
from rules.effect import Effect
from rules.effects import EFFECTS, PostCard, TellManagers
from rules.near import AskSame, AskShared
from rules.reminders import SendGuide
from rules.retention import Retention, came_before
from rules.sending import SendEmail, SendSms
from storage import events, kept, pruning, strays

SEEN_FOR = timedelta(days=2)
"""Clicks and commands that Slack may deliver again."""
SENT_FOR = timedelta(days=14)
"""Rows of the outbox without a key of their own, such as a card's refresh."""
KEYED_FOR = timedelta(days=180)
"""Rows of the outbox whose key nobody makes again: it names a moment, a version, an event."""
REJECTS_FOR = timedelta(days=30)
"""Files that were dropped, and what was rejected of them."""

FOR_EVER = frozenset(
    one.kind for one in (SendSms, SendEmail, PostCard, TellManagers, AskSame, AskShared, SendGuide)
)
"""Rows that are what a lead was sent, or whose key means once for ever."""
SETTLED = (
    *("created", "merged", "answer", "dismissed", DUPLICATE, SPLIT, TRIAL),
    *(receipts.EARLY, adding.ASKED, adding.PASSED),
)
AT_ONCE, MOST_BATCHES, BREATH = 500, 400, 0.01

Act = Callable[..., int]
"""Forgets so many rows at most in a unit, and gives how many there were."""


def brief() -> list[str]:
    """Give the kinds of rows that have no key of their own."""
    return sorted(kind for kind, one in EFFECTS.items() if one.once_key is Effect.once_key)


def keyed() -> list[str]:
    """Give the kinds whose keys nobody makes again."""
    return sorted(EFFECTS.keys() - FOR_EVER - set(brief()))


def forget(desk: Desk) -> None:
    """Forget what is too old for its sort; a few rows in each commit, so that nobody waits."""
    now = desk.clock()
    for act in (*_acts(now), *_acts_of(desk.playbook.retention, now)):
        for _ in range(MOST_BATCHES):
            if _forgotten(desk, act) < AT_ONCE:
                break
            time.sleep(BREATH)  # lets the others write to the database


def _forgotten(desk: Desk, act: Act) -> int:
    with desk.store.unit() as unit:
        count = act(unit, most=AT_ONCE)
        if count:
            unit.commit()
    return count


def _acts(now: datetime) -> list[Act]:
    over = now - REJECTS_FOR
    return [
        partial(pruning.forget_seen, before=now - SEEN_FOR),
        partial(pruning.forget_ended, kinds=brief(), before=now - SENT_FOR),
        partial(pruning.forget_ended, kinds=keyed(), before=now - KEYED_FOR),
        partial(pruning.forget_source, source=drops.REJECTS, before=over),
        partial(kept.forget_old, prefixes=drops.FORGOTTEN, before=over),
        partial(events.forget_old, before=now - hooks.KEPT_FOR),
    ]


def _acts_of(retention: Retention, now: datetime) -> list[Act]:
    """Give what the playbook lets go: raw bytes that were settled, and what was set aside (C5)."""
    raw, aside = (came_before(days, now=now) for days in (retention.raw_days, retention.aside_days))
    acts: list[Act] = []
    if raw:
        acts.append(partial(pruning.empty_bodies, states=SETTLED, before=raw))
    if aside:
        acts.append(partial(strays.forget_aside, before=aside))
    return acts
