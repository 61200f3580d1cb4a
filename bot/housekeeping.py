"""What is kept for a while only."""

from datetime import timedelta

from bot.desk import Desk
from storage import inbox

REMEMBERED = timedelta(days=2)


def forget(desk: Desk) -> None:
    """Forget clicks and commands that Slack can't send again any more."""
    with desk.store.unit() as unit:
        inbox.forget_seen(unit, before=desk.clock() - REMEMBERED)
        unit.commit()
