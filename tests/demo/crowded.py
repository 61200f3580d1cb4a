"""A page without a bot: a channel of 500 messages, to see how it holds. Ends with its input."""

import sys
from contextlib import ExitStack
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.calendar import Calendar
from sandbox.face.server import FaceServer
from sandbox.face.stage import Guide, Show, Stage
from sandbox.records import Message
from sandbox.town import Town
from sandbox.world import BOT, ChannelSpec, User, Workspace

MANY = 500
NOA = "U01NOA"


def town_of(folder: Path) -> Town:
    workspace = Workspace(
        users=(User(id=NOA, name="noa", real_name="Noa"),),
        channels=(ChannelSpec(id="C0LEADS", name="leads", members=(NOA, BOT)),),
    )
    start = datetime(2026, 11, 17, 8, tzinfo=UTC)
    return Town(workspace=workspace, folder=folder, calendar=Calendar(start=start))


def fill(town: Town) -> None:
    world = town.slack.world
    for number in range(MANY):
        button = {
            "type": "button",
            "action_id": "noanswer",
            "value": str(number),
            "text": {"type": "plain_text", "text": "No answer"},
        }
        blocks = (
            {"type": "section", "text": {"type": "mrkdwn", "text": f"*#{number} Dana* · warm"}},
            {"type": "actions", "elements": [button, button | {"action_id": "sold"}]},
        )
        world.add_message(
            Message(
                channel="C0LEADS",
                ts=world.new_ts(),
                user=world.app.bot_user_id,
                bot_id=world.app.bot_id,
                text=f"#{number}",
                blocks=blocks,
            )
        )


def main(folder: Path) -> None:
    stage = Stage(locale="en", change_locale=lambda _: None)
    with ExitStack() as stack:
        town = stack.enter_context(town_of(folder))
        fill(town)
        stage.show = Show(
            town=town,
            locale="en",
            zone=ZoneInfo("Asia/Jerusalem"),
            manager=NOA,
            chosen=Guide(rep=NOA, lead_id=1, customer="", second_rep=NOA, second_id=2),
            hints=(),
            campaigns=(),
            products=(),
            digest=(6, time(9)),
        )
        face = FaceServer(stage=stage, ports=[0])
        face.start()
        stack.callback(face.stop)
        print(face.url, flush=True)  # noqa: T201 - this is how the test learns it
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
