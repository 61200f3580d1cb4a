"""The first run: what is left to do until leads can come, for the administrators."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot import board
from bot.desk import Desk
from bot.team_edits import editor
from rules.guards import names_sender
from rules.reminders import SendGuide
from storage import kept, outbox, reps
from storage.unit import View

GUIDED = "guided"


@dataclass(frozen=True, slots=True)
class Todo:
    """One step of the first run; `value` is what its line names, `n` how many there are."""

    name: str
    done: bool
    value: str = ""
    n: int = 0


def begin(desk: Desk) -> int:
    """Give the settings' administrators the guide while there is no team; gives how many.

    Once ever for each. With it the board is posted: that shows whether the channel is there.
    """
    admins = desk.settings.admin_slack_ids
    if not admins:
        return 0
    with desk.store.view() as view:
        told = kept.get(view, GUIDED) or []
        fresh = [one for one in admins if one not in told]
        if not fresh or reps.everybody(view):
            return 0
    board.try_board(desk)
    now = desk.clock()
    with desk.store.unit() as unit:
        kept.put(unit, GUIDED, [*told, *fresh], at=now)
        outbox.add(unit, map(SendGuide, fresh), now=now)
        unit.commit()
    return len(fresh)


def look_again(desk: Desk, *, by: str) -> tuple[Todo, ...]:
    """Give the steps as they are now; raises Refused for all but managers.

    Where the board does not stand yet it is posted once more.
    """
    editor(desk, by=by)
    board.try_board(desk)
    with desk.store.view() as view:
        return tuple(steps(desk, view))


def steps(desk: Desk, view: View) -> Iterator[Todo]:
    """Give the steps of the first run in the order in which they are done."""
    settings, team = desk.settings, reps.everybody(view)
    here = [one for one in team if one.state != "paused" and not one.manages]
    yield Todo("team", bool(here), n=len(here))
    yield Todo("channels", board.stands_in_channel(desk, view), settings.leads_channel)
    yield Todo("intake", bool(settings.intake_tokens))
    yield Todo("sms", settings.sms_provider != "off", settings.sms_provider)
    yield Todo("mail", bool(settings.smtp_url), settings.mail_from)
    yield Todo("playbook", names_sender(desk.playbook), desk.playbook.sender_name)
