"""The team, as everybody asks for it."""

from datetime import datetime

from bot.desk import Desk
from rules.permissions import Act, may
from rules.refusals import Refused
from rules.shifts import is_away
from rules.team import PROGRAM, Rep, program
from rules.words import Role
from storage import reps
from storage.unit import View


def member(view: View, slack_id: str, *, admins: tuple[str, ...] = ()) -> Rep:
    """Give the team's member with this Slack id.

    Raises Refused for everybody else; administrators of the settings need not be in the file,
    nor a program whose token the HTTP API has checked.
    """
    if slack_id.startswith(PROGRAM):
        return program(slack_id.removeprefix(PROGRAM))
    found = reps.get(view, slack_id)
    if slack_id in admins:
        listed = found and found.manages and found.state != "paused"
        return found if found and listed else Rep(slack_id, "admin", role=Role.ADMIN)
    if found is None or found.state == "paused":
        raise Refused("team.outsider")
    return found


def allowed(
    desk: Desk, view: View, by: str, act: Act, *, refusal: str = "team.managers_only"
) -> Rep:
    """Give who acts, where they may do this with the desk as a whole (C5).

    Raises Refused with the text `refusal` for everybody else of the team.
    """
    actor = member(view, by, admins=desk.settings.admin_slack_ids)
    if not may(actor, act):
        raise Refused(refusal)
    return actor


def is_in_team(desk: Desk, view: View, slack_id: str) -> bool:
    """Say whether this person may see customers' details still: of the team and not paused (C5)."""
    rep = reps.get(view, slack_id)
    return rep.state != "paused" if rep else slack_id in desk.settings.admin_slack_ids


def whole_team(desk: Desk) -> list[Rep]:
    """Give every member by name."""
    with desk.store.view() as view:
        return list(reps.everybody(view))


def hears_notices(desk: Desk, view: View, slack_id: str) -> bool:
    """Say whether this person manages still; notices name customers (C5)."""
    rep = reps.get(view, slack_id)
    manages = rep is not None and rep.manages and rep.state != "paused"
    return manages or slack_id in desk.settings.admin_slack_ids


def managers(view: View, *, admins: tuple[str, ...], now: datetime) -> list[str]:
    """Give the Slack ids of those who manage: roles of the team, else the settings' admins.

    Who is away at `now` (UTC) is spared while another is there: a notice always has a reader.
    """
    found = [one for one in reps.everybody(view) if one.manages and one.state != "paused"]
    here = [one for one in found if not is_away(one, now=now)]
    return [one.slack_id for one in here or found] or list(admins)
