"""The Home tab and the team's board: opened, turned, and what a manager does there."""

from typing import Any

from bot import home, teamboard
from bot.desk import Desk
from bot.views import teamboard as views
from bot.views.blocks import Message
from handlers.act import Act
from handlers.answers import Answer, Click, Say
from rules.acts import ShowTeam

NOTHING = Message("")


def home_of(desk: Desk, slack_id: str, *, said: Message | None = None) -> dict[str, Any]:
    """Give a person's Home in their own words, with what was just `said` to them on top."""
    return home.show(desk, slack_id, said=said)


def is_home(body: dict[str, Any]) -> bool:
    """Say whether a click was made in a Home tab."""
    return bool((body.get("view") or {}).get("type") == "home")


def team(act: Act, _: ShowTeam) -> Message:
    """Show a manager the team's board (C1)."""
    return views.team_message(teamboard.team_board(act.desk, by=act.who.slack_id), act.who.words)


def turn_page(click: Click) -> Answer:
    """Turn a page: Home is shown anew, the board in its message's place."""
    act = click.act
    pages = home.turn(act.desk, act.who.slack_id, click.value)
    if is_home(click.body):
        return Say(NOTHING)
    board = teamboard.team_board(act.desk, by=act.who.slack_id, pages=pages)
    return Say(views.team_message(board, act.who.words), instead=True)


def retry_dead(click: Click) -> Answer:
    """Let a message that could not be delivered be tried again."""
    act = click.act
    teamboard.retry_dead(act.desk, click.number, by=act.who.slack_id)
    return Say(views.tried_again(act.who.words))


def dismiss_dead(click: Click) -> Answer:
    """Take a message that could not be delivered off the board."""
    act = click.act
    teamboard.dismiss_dead(act.desk, click.number, by=act.who.slack_id)
    return Say(views.dismissed(act.who.words))
