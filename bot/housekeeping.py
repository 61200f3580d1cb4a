"""What is kept for a while only."""

from datetime import timedelta

from bot import hooks
from bot.desk import Desk
from storage import inbox

REMEMBERED = timedelta(days=2)


def forget(desk: Desk) -> None:
    """Forget what can't be sent again any more: clicks and commands, and what others were told."""
    with desk.store.unit() as unit:
        inbox.forget_seen(unit, before=desk.clock() - REMEMBERED)
        unit.commit()
    hooks.forget_old(desk)
