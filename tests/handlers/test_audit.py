"""Who sees what by which button, and from where an act is written down to have come (C5)."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from slack_sdk import WebClient

from bot import audit, learning, replies
from bot.delivery import Waker
from bot.views.blocks import ActionId, Message
from handlers import clock as clock_door
from handlers import mailbox, slack, twilio
from handlers.answers import OpenModal, Say, SayLater
from handlers.people import changed
from handlers.slack import SlackDoor
from handlers.web import make_web
from storage import audit as stored
from tests.desk import DANA, MIRI, NOA, TEAM, FakeClock, Room, a_desk, payload
from tests.handlers.test_actions import GUEST, click, submit
from tests.handlers.test_cli import LEADS, Terminal, terminal
from tests.handlers.test_clock import nobody_gone, nobody_seen
from tests.handlers.test_commands import say
from tests.handlers.test_threads import event, heard

__all__ = ["terminal"]
NUMBER, ADDRESS = "052-234-5678", "dana@example.com"


@pytest.fixture
def owner(room: Room) -> str:
    lead = room.lead()
    room.deliver()
    return lead.owner


def origins(room: Room, act: str, *, lead_id: int = 1) -> list[str]:
    return [one.origin for one in audit.listed(room.desk, lead_id).lines if one.act == act]


def told(answer: object) -> str:
    """Give all that an answer shows of its lead."""
    assert isinstance(answer, Say)
    return payload(answer.message).replace("\u2068", "").replace("\u2069", "")


class TestTheShowButton:
    def test_stands_on_the_masked_card_in_the_channel(self, room: Room, owner: str):
        [card] = room.outside.channel()
        assert ActionId.REVEAL in payload(card)
        assert NUMBER not in payload(card)
        assert ADDRESS not in payload(card)

    def test_stands_on_no_card_that_is_in_full(self, room: Room, owner: str):
        [card] = room.outside.dms(owner)
        assert ActionId.REVEAL not in payload(card)
        assert NUMBER in payload(card)

    @pytest.mark.parametrize("who", ["owner", MIRI])
    def test_shows_all_of_it_to_who_may_see_it_alone(self, room: Room, owner: str, who: str):
        answer = click(room, owner if who == "owner" else who, ActionId.REVEAL, 1)
        assert NUMBER in told(answer)
        assert ADDRESS in told(answer)
        assert not answer.instead
        assert origins(room, "reveal") == ["slack"]

    def test_says_to_others_whose_it_is_and_shows_nothing(self, room: Room, owner: str):
        other = room.other(room.load(1))
        said = told(click(room, other, ActionId.REVEAL, 1))
        assert f"<@{owner}>" in said
        assert "5678" not in said
        assert "dana@" not in said
        assert origins(room, "reveal") == []

    def test_shows_a_guest_not_even_a_name(self, room: Room, owner: str):
        said = told(click(room, GUEST, ActionId.REVEAL, 1))
        assert "Dana" not in said
        assert "5678" not in said

    def test_shows_nothing_to_who_left_a_moment_ago(self, room: Room, owner: str):
        left = {"user": {"id": owner, "deleted": True}}
        changed(room.desk, left)
        assert "5678" not in told(click(room, owner, ActionId.REVEAL, 1))
        assert "5678" not in payload(say(room, owner, "show 1"))


class TestShow:
    def test_writes_down_who_saw_it_in_full(self, room: Room, owner: str):
        assert NUMBER in payload(say(room, owner, "show 1"))
        assert origins(room, "see") == ["slack"]

    def test_writes_nothing_down_of_who_saw_it_masked(self, room: Room, owner: str):
        assert NUMBER not in payload(say(room, room.other(room.load(1)), "show 1"))
        assert origins(room, "see") == []


class TestSlack:
    def test_is_where_a_command_comes_from(self, room: Room, owner: str):
        say(room, owner, "note 1 has a dog")
        assert origins(room, "note") == ["slack"]

    def test_is_where_a_button_comes_from(self, room: Room, owner: str):
        click(room, owner, ActionId.NOANSWER, 1)
        assert origins(room, "outcome") == ["slack"]

    def test_is_where_a_modal_comes_from(self, room: Room, owner: str):
        opened = click(room, owner, ActionId.SOLD, 1)
        assert isinstance(opened, OpenModal)
        submit(room, owner, opened.view, amount={"value": "100"})
        assert origins(room, "outcome") == ["slack"]

    def test_is_where_a_reply_in_a_thread_comes_from(self, room: Room, owner: str):
        heard(room, event(room, "has a dog"))
        assert origins(room, "note") == ["slack"]

    def test_is_where_what_takes_longer_comes_from_too(self, room: Room):
        found: list[str] = []

        def make() -> Message:
            found.append(audit.origin.get())
            return Message("")

        door = SlackDoor(room.desk, WebClient("xoxb-test"), signing_secret="x")
        later = SayLater(make)
        door._slow.submit(slack._quietly, door._follow, later, {}).result(10)  # noqa: SLF001 - as a click does
        door.stop()
        assert found == ["slack"]

    def test_is_where_a_leaver_is_known_from(self, room: Room):
        changed(room.desk, {"user": {"id": NOA, "deleted": True}})
        with room.desk.store.view() as view:
            found = stored.lines(view, audit.of_rep(NOA), most=1)
        assert [(one.act, one.origin) for one in found] == [("leave", "slack")]


class TestTheWeb:
    def web(self, room: Room) -> TestClient:
        return TestClient(make_web(room.desk, slack=None, reaches_slack=lambda: True))

    def test_is_where_a_form_comes_from(self, room: Room):
        bearer = {"Authorization": "Bearer secret"}
        self.web(room).post("/intake/website", json=DANA, headers=bearer)
        assert origins(room, "assigned") == ["http"]

    def test_is_where_a_customers_page_is(self, tmp_path: Path, clock: FakeClock):
        from tests.handlers.test_pages import ONE_CLICK, PUBLIC, stop_link  # noqa: PLC0415

        with a_desk(tmp_path, clock, PUBLIC_URL=PUBLIC) as room:
            link = stop_link(room, room.lead())
            self.web(room).post(link, data=ONE_CLICK)
            assert origins(room, "optout") == ["http"]

    def test_is_where_a_customers_sms_comes_by(
        self, room: Room, owner: str, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(twilio, "_is_signed", lambda *_given, path: True)
        form = {"MessageSid": "SM1", "From": "+972522345678", "Body": "STOP"}
        twilio.inbound(room.desk, None, urlencode(form).encode())  # type: ignore[arg-type]  # asked for its signature alone
        assert origins(room, "optout") == ["http"]


class TestWhatComesByItself:
    def where(self, begin: Callable[[Callable[[], None]], Callable[[], None]]) -> str:
        """Give where a job is done, once `begin` has begun it; it gives what ends it again."""
        found, done = [""], threading.Event()

        def job() -> None:
            found[0] = audit.origin.get()
            done.set()

        end = begin(job)
        try:
            assert done.wait(10)
        finally:
            end()
        return found[0]

    def test_comes_from_the_clock(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        def begin(job: Callable[[], None]) -> Callable[[], None]:
            monkeypatch.setattr(learning, "learn_nightly", lambda _desk: job())
            waker = Waker(room.courier)
            ticker = clock_door.Ticker(room.desk, room.courier, waker, nobody_gone, nobody_seen)
            ticker.start()
            return ticker.stop

        assert self.where(begin) == "clock"

    def test_comes_by_mail(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        def begin(job: Callable[[], None]) -> Callable[[], None]:
            monkeypatch.setattr(mailbox.MailboxDoor, "_watch", lambda _door: job())
            door = mailbox.MailboxDoor(room.desk, every=0.01)
            door.start()
            return door.stop

        assert self.where(begin) == "mail"

    def test_comes_from_a_terminal_where_no_door_was_passed(self, room: Room, owner: str):
        form = {"MessageSid": "SM1", "From": "+972522345678", "Body": "STOP"}
        replies.receive(room.desk, urlencode(form).encode())
        assert origins(room, "optout") == ["terminal"]


class TestTheTerminal:
    @pytest.fixture(autouse=True)
    def _world(self, terminal: Terminal):
        terminal.write("team.toml", TEAM)
        terminal.write("a.csv", LEADS)
        self.terminal = terminal

    def fill(self) -> None:
        self.terminal.run("team", "load", "team.toml")
        self.terminal.run("import", "a.csv")

    def forge(self, sql: str) -> None:
        """Change the file as somebody would who has it, past the guards."""
        with sqlite3.connect(self.terminal.folder / "data/leads.db") as file:
            for guard in ("update", "delete", "replace"):
                file.execute(f"DROP TRIGGER IF EXISTS audit_no_{guard}")
            file.execute(sql)
        file.close()

    def test_says_that_nothing_is_written_down_yet(self):
        done = self.terminal.run("audit", "verify")
        assert (done.code, done.out.strip()) == (0, "nothing is written down yet")

    def test_counts_the_lines_that_hold(self):
        self.fill()
        done = self.terminal.run("audit", "verify")
        assert done.code == 0
        assert done.out.startswith("6 lines, each sealed with the one before it")

    @pytest.mark.parametrize(
        ("sql", "line"),
        [
            ("UPDATE audit SET actor = 'U01MIRI' WHERE id = 2", 2),
            ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 4", 4),
            ("UPDATE audit SET digest = '' WHERE id = 3", 3),
            ("DELETE FROM audit WHERE id = 1", 2),
        ],
    )
    def test_names_the_first_line_that_was_changed(self, sql: str, line: int):
        self.fill()
        self.forge(sql)
        assert self.terminal.fails("audit", "verify").startswith(f"line {line} is not what")

    def head(self) -> str:
        return self.terminal.run("audit", "verify").out.split()[-1]

    def test_finds_what_was_noted_still_there(self):
        self.fill()
        noted = self.head()
        assert noted.startswith("6:")
        self.terminal.run("team", "load", "team.toml")
        assert self.terminal.run("audit", "verify", "--since", noted).code == 0

    def test_misses_lines_that_were_cut_off_the_end(self):
        self.fill()
        noted = self.head()
        self.forge("DELETE FROM audit WHERE id > 4")
        assert self.terminal.run("audit", "verify").code == 0
        assert noted in self.terminal.fails("audit", "verify", "--since", noted)

    def test_says_that_no_line_is_left(self):
        self.fill()
        self.forge("DELETE FROM audit")
        assert self.terminal.fails("audit", "verify") == "no line is left, though there are leads"

    def test_says_how_a_head_is_written(self):
        assert "COUNT:DIGEST" in self.terminal.fails("audit", "verify", "--since", "6:abc")

    def test_says_it_in_hebrew_too(self):
        self.terminal.env(LOCALE="he")
        self.fill()
        told = self.terminal.run("audit", "verify").out
        assert told.startswith("6 ")
        assert "lines" not in told

    def test_shows_what_was_done_with_a_lead(self):
        self.fill()
        told = self.terminal.run("audit", "show", "1").out
        assert "the bot  given by rotation  #1  (the terminal)" in told
        assert "Dana" not in told
        assert any(f"owner: - → {one}" in told for one in ("Noa", "Avi"))
        assert self.terminal.run("audit", "show", "--lead", "1").out == told

    def test_shows_everything_where_no_lead_is_named(self):
        self.fill()
        told = self.terminal.run("audit", "show").out
        assert "loaded from the file  Avi  (the terminal)" in told
        assert "imported a file  an import  (the terminal)" in told
        assert told.count("came in  #") == told.count("given by rotation  #") > 0

    def test_shows_the_newest_alone_and_says_that_there_is_more(self):
        self.fill()
        *lines, more = self.terminal.run("audit", "show", "--limit", "2").out.splitlines()
        assert lines == self.terminal.run("audit", "show").out.splitlines()[-2:]
        assert more == "only the newest 2; `--limit` shows more"

    def test_shows_what_was_done_since_a_day(self):
        self.fill()
        whole = self.terminal.run("audit", "show").out
        assert self.terminal.run("audit", "show", "--since", "2020-01-01").out == whole
        assert (
            self.terminal.run("audit", "show", "--since", "2999-01-01").out.strip()
            == "nothing is written down since 2999-01-01 00:00"
        )

    def test_shows_it_in_hebrew_too(self):
        self.terminal.env(LOCALE="he")
        self.fill()
        told = self.terminal.run("audit", "show", "1").out
        assert "שיוך לפי התור" in told
        assert "assigned" not in told

    def test_says_so_where_nothing_was_done(self):
        assert (
            self.terminal.run("audit", "show", "9").out.strip() == "#9: nothing is written down yet"
        )
