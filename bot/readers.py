"""Who reads: the words and the clock of each person."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.desk import Desk
from bot.texts import Words
from rules.team import Rep
from storage import reps


@dataclass(frozen=True, slots=True)
class Reader:
    """A person in Slack: their member record where they are of the team, their words."""

    slack_id: str
    rep: Rep | None
    words: Words

    @property
    def insider(self) -> bool:
        """Whether the person is of the team."""
        return self.rep is not None


def reader(desk: Desk, slack_id: str) -> Reader:
    """Give a person's language and time zone: their own in the team, else the team's."""
    settings = desk.settings
    with desk.store.view() as view:
        rep = reps.get(view, slack_id)
    if rep is None or rep.state == "paused":
        return Reader(slack_id, _admin(desk, slack_id), Words(settings.locale, settings.zone))
    return Reader(slack_id, rep, Words(rep.locale, ZoneInfo(rep.timezone)))


def _admin(desk: Desk, slack_id: str) -> Rep | None:
    if slack_id not in desk.settings.admin_slack_ids:
        return None
    return Rep(slack_id, "admin", timezone=desk.settings.timezone, locale=desk.settings.locale)
