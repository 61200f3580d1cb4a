"""What Slack tells of its members: who was deactivated has left the team (C3)."""

from typing import Any

from bot import audit, leavers
from bot.desk import Desk


@audit.comes_from(audit.SLACK)
def changed(desk: Desk, event: dict[str, Any]) -> None:
    """Let a deactivated or deleted member leave; the clock passes their leads on.

    Another change of a profile is nothing to us. Who comes back works again once the team file
    names them.
    """
    user = event.get("user") or {}
    if user.get("deleted"):
        leavers.leave(desk, (str(user.get("id", "")),))
