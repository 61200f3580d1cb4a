"""The team, as everybody asks for it."""

from bot.desk import Desk
from rules.refusals import Refused
from rules.team import Rep
from rules.words import Role
from storage import reps
from storage.unit import View


def member(view: View, slack_id: str, *, admins: tuple[str, ...] = ()) -> Rep:
    """Give the team's member with this Slack id.

    Raises Refused for everybody else; administrators of the settings need not be in the file.
    """
    found = reps.get(view, slack_id)
    if slack_id in admins:
        return found if found and found.manages else Rep(slack_id, "admin", role=Role.ADMIN)
    if found is None or found.state == "paused":
        raise Refused("team.outsider")
    return found


def is_in_team(desk: Desk, view: View, slack_id: str) -> bool:
    """Say whether this person may see customers' details still: of the team and not paused (C5)."""
    rep = reps.get(view, slack_id)
    return rep.state != "paused" if rep else slack_id in desk.settings.admin_slack_ids


def whole_team(desk: Desk) -> list[Rep]:
    """Give every member by name."""
    with desk.store.view() as view:
        return list(reps.everybody(view))


def managers(view: View, *, admins: tuple[str, ...]) -> list[str]:
    """Give the Slack ids of those who manage: roles of the team, else the settings' admins."""
    found = [one.slack_id for one in reps.everybody(view) if one.manages and one.state == "active"]
    return found or list(admins)
