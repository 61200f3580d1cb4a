"""A file dropped on the bot in Slack, from its message to its sum, against a real server (C2)."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.delivery import Courier
from bot.drops import MOST_BYTES
from bot.orders import DeliveryFailed, SlackFile, SlackPost, SlackUpdate
from bot.senders.files import SlackFiles
from bot.senders.slack import SlackSender
from bot.views.blocks import ActionId
from handlers.answers import Errors
from handlers.drops import DropDoor
from handlers.threads import hear
from rules.refusals import Refused
from sandbox.person import Person
from sandbox.server import SlackServer
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, faults_of
from tests.handlers.test_actions import click, pick, submit
from tests.handlers.test_slack import Office, server

ROWS = b"Name,Phone,Town\nDana,052-234-5678,Haifa\nNobody,,\n"
FILE = {"id": "F1", "name": "leads.csv", "size": 90}


def dropped(who: str, *, ts: str = "1.1", **file: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "subtype": "file_share",
        "channel_type": "im",
        "channel": f"D-{who}",
        "user": who,
        "text": "",
        "ts": ts,
        "files": [FILE | file],
    }


def told(room: Room, event: dict[str, Any]) -> str:
    whisper = hear(room.desk, event)
    assert whisper is not None
    assert faults_of(whisper.message) == []
    return whisper.message.text


class Here:
    """A file that is there already."""

    def __init__(self, room: Room) -> None:
        self.door = DropDoor(room.desk, self._fetch)

    def _fetch(self, _file: str, to: Path, _most: int) -> None:
        to.write_bytes(ROWS)

    def look(self, folder: Path) -> str:
        return self.door._look(folder)  # noqa: SLF001 - one turn of its loop


class TestAMessageWithAFile:
    def test_is_looked_at_for_a_manager_in_their_language(self, room: Room):
        assert "Looking at *leads.csv*" in told(room, dropped(MIRI))

    def test_is_refused_from_a_rep(self, room: Room):
        assert "רק מנהלים" in told(room, dropped(NOA))

    def test_is_refused_from_a_guest(self, room: Room):
        assert told(room, dropped("U01GUEST"))

    def test_that_is_too_big_is_refused(self, room: Room):
        assert "more than 20 MB" in told(room, dropped(MIRI, size=MOST_BYTES + 1))


class TestTheForm:
    @pytest.fixture
    def view(self, room: Room, tmp_path: Path) -> dict[str, Any]:
        told(room, dropped(MIRI))
        assert Here(room).look(tmp_path) == ""
        opened: dict[str, Any] = click(room, MIRI, ActionId.DROP_COLUMNS, "F1").view
        return opened

    def test_starts_the_import(self, room: Room, view: dict[str, Any], tmp_path: Path):
        done = submit(room, MIRI, view, kind=pick("cold"), column_2=pick("-"))
        assert "is being imported" in done.said.text
        Here(room).look(tmp_path)
        assert room.load(1).name == "Dana"
        assert room.load(1).city == ""

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({}, "kind"),
            ({"kind": pick("cold"), "column_1": pick("-")}, "column_0"),
            ({"kind": pick("cold"), "cost": {"value": "much"}}, "cost"),
        ],
    )
    def test_says_beside_the_field_what_is_missing(
        self, room: Room, view: dict[str, Any], given: dict[str, Any], field: str
    ):
        answer = submit(room, MIRI, view, **given)
        assert isinstance(answer, Errors)
        assert list(answer.errors) == [field]

    def test_is_no_reps(self, room: Room, view: dict[str, Any]):
        assert "Only managers" in click(room, AVI, ActionId.DROP_COLUMNS, "F1").message.text
        assert "Only managers" in click(room, AVI, ActionId.DROP_STOP, "F1").message.text
        assert view["callback_id"] == "drop_columns"

    def test_is_not_there_once_it_was_stopped(self, room: Room, view: dict[str, Any]):
        assert "no more of it" in click(room, MIRI, ActionId.DROP_STOP, "F1").message.text
        assert "not waiting any more" in submit(room, MIRI, view).errors["kind"]


@dataclass(slots=True)
class House:
    """A Slack, a desk with its doors, and whoever drops files there."""

    slack: SlackServer
    room: Room
    courier: Courier
    miri: Person

    def says(self, words: str) -> Any:
        """Wait until the bot's message says so; gives it."""

        def found() -> Any:
            self.courier.deliver_due()
            said = [one for one in self.miri.dms if words in one.plain]
            return said[-1] if said else None

        return self.slack.wait_for(found)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        slack = stack.enter_context(server())
        room = stack.enter_context(a_desk(tmp_path, FakeClock()))
        stack.enter_context(Office(slack, room))
        client = WebClient(token="xoxb-test", base_url=slack.api_url)
        kinds = (SlackPost, SlackUpdate, SlackFile)
        courier = Courier(room.desk, dict.fromkeys(kinds, SlackSender(client)))
        stack.callback(courier.close)
        door = DropDoor(room.desk, SlackFiles(client).fetch, every=0.01)
        door.start()
        stack.callback(door.stop)
        yield House(slack, room, courier, slack.person(MIRI))


class TestAWholeImport:
    def test_goes_from_the_file_to_its_sum_and_its_rejects(self, house: House):
        house.miri.drop("leads.csv", ROWS)
        asks = house.says("Choose columns")
        assert "1 new" in asks.plain
        house.miri.click(asks, ActionId.DROP_COLUMNS)
        house.slack.wait_for(lambda: house.miri.modal)
        house.miri.submit({"kind": "cold"})
        done = house.says("is imported")
        assert done.ts == asks.ts
        assert house.room.load(1).city == "Haifa"
        house.says("was rejected")
        files = house.slack.wait_for(
            lambda: [one for message in house.miri.dms for one in message.files][1:]
        )
        assert files[0]["name"] == "rejects-leads.csv"


class TestAFileOfSlack:
    @pytest.fixture
    def slack(self) -> Iterator[SlackServer]:
        with server() as made:
            yield made

    def files(self, slack: SlackServer) -> SlackFiles:
        return SlackFiles(WebClient(token="xoxb-test", base_url=slack.api_url))

    def test_is_brought_here(self, slack: SlackServer, tmp_path: Path):
        message = slack.person(MIRI).drop("leads.csv", ROWS)
        self.files(slack).fetch(message.files[0]["id"], tmp_path / "x", 1000)
        assert (tmp_path / "x").read_bytes() == ROWS

    def test_that_is_bigger_than_it_may_be_is_refused(self, slack: SlackServer, tmp_path: Path):
        message = slack.person(MIRI).drop("leads.csv", ROWS)
        with pytest.raises(Refused, match="too_big"):
            self.files(slack).fetch(message.files[0]["id"], tmp_path / "x", 10)

    def test_that_is_gone_is_told_apart(self, slack: SlackServer, tmp_path: Path):
        with pytest.raises(DeliveryFailed, match="file_not_found"):
            self.files(slack).fetch("F404", tmp_path / "x", 10)

    def test_of_another_house_never_sees_the_token(
        self, slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        files = self.files(slack)
        answer = {"file": {"url_private": "https://files.slack.com.evil.example/x"}}
        monkeypatch.setattr(WebClient, "files_info", lambda _client, **_: answer)
        with pytest.raises(DeliveryFailed, match="file_not_found"):
            files.fetch("F1", tmp_path / "x", 10)
