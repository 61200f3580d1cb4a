"""What was set aside: its list, what managers do about it, in Slack and on the terminal (C2)."""

import json
import re
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from bot import quarantine
from bot.desk import Desk
from bot.forms import read_forms
from bot.texts import Words
from bot.views import quarantine as views
from bot.views.blocks import ActionId
from handlers import quarantine_terminal
from handlers.answers import Errors, OpenModal, Say, UpdateModal
from handlers.submits import Submitted
from rules.playbook import Source
from rules.refusals import Refused
from rules.words import Kind
from sandbox.blockkit import check_view
from storage import inbox
from storage.quarantine import Aside
from tests.desk import BOOK, DANA, MIRI, NOA, FakeClock, Room
from tests.handlers.test_actions import click, submit

ODD = {"Dana's line": "052-234-5678", "who": "Dana Cohen"}


def aside(room: Room, **fields: Any) -> int:
    """Set something aside; gives its number."""
    return room.receive(**(fields or {"who": "Dana", "line": "052-234-5678"})).intake_id


def state(room: Room, number: int) -> str:
    with room.desk.store.view() as view:
        found = inbox.get(view, number)
    assert found is not None
    return f"{found.state} {found.reason}".strip()


def press(room: Room, action: ActionId, value: object, *, inside: dict[str, Any] | None = None):
    """Press a button, of a message or inside a modal that stands open; the modal is checked."""
    more: dict[str, Any] = {}
    if inside is not None:
        stands = {"type": "modal", "id": "V1", "hash": "h", **inside}
        more = {"view": stands, "response_url": None}
    answer = click(room, MIRI, action, value, **more)
    if isinstance(answer, OpenModal | UpdateModal):
        assert check_view(view=answer.view, surface="modal") == []
    return answer


def text(view: dict[str, Any]) -> str:
    return json.dumps(view, ensure_ascii=False)


class TestTheList:
    def test_opens_from_the_board(self, room: Room):
        aside(room)
        opened = press(room, ActionId.QUARANTINE, 0)
        assert isinstance(opened, OpenModal)
        assert "Came in and could not be used: 1" in text(opened.view)
        assert "no phone and no email" in text(opened.view)

    @pytest.mark.parametrize(
        ("locale", "source", "mark"),
        [
            ("he", "website", "\u200f"),
            ("en", "website", ""),
            ("he", "אתר", ""),
            ("en", "אתר", "\u200e"),
        ],
    )
    def test_runs_the_readers_way_though_a_source_runs_the_other(
        self, clock: FakeClock, locale: str, source: str, mark: str
    ):
        one = Aside(1, source, clock.now, 84, "unreachable")
        line = views.line(one, Words(locale, ZoneInfo("Asia/Jerusalem")))
        assert line.startswith(f"{mark}*{source}*")

    def test_says_when_there_is_nothing(self, room: Room):
        assert "Nothing is set aside" in text(press(room, ActionId.QUARANTINE, 0).view)

    def test_has_pages(self, room: Room):
        for number in range(quarantine.SIZE + 2):
            aside(room, who=str(number))
        first = press(room, ActionId.QUARANTINE, 0)
        assert "2 more" in text(first.view)
        second = press(room, ActionId.QUARANTINE_ON, 1, inside=first.view)
        assert isinstance(second, UpdateModal)
        assert "Previous" in text(second.view)

    def test_is_for_managers_alone(self, room: Room):
        aside(room)
        said = click(room, NOA, ActionId.QUARANTINE, 0)
        assert isinstance(said, Say)
        for act in (quarantine.opened, quarantine.retry):
            with pytest.raises(Refused):
                act(room.desk, 1, by=NOA)
        with pytest.raises(Refused):
            quarantine.dismiss(room.desk, 1, why="x", by=NOA)
        with pytest.raises(Refused):
            quarantine.mend(room.desk, 1, {"phone": "1"}, by=NOA)

    def test_is_in_hebrew_too(self, room: Room):
        room.load_team(
            f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "manager"\nlocale = "he"'
        )
        aside(room)
        assert "אין טלפון ואין מייל" in text(press(room, ActionId.QUARANTINE, 0).view)


class TestOne:
    def test_shows_what_came_escaped_and_bounded(self, room: Room):
        number = aside(room, who="<!channel> ```x``` & " + "y" * 5000)
        shown = press(room, ActionId.ASIDE_OPEN, number)
        raw = shown.view["blocks"][1]["text"]["text"]
        assert "<!channel>" not in raw
        assert "&lt;!channel&gt;" in raw
        assert raw.count("```") == 2
        assert "more characters are kept" in text(shown.view)

    @pytest.mark.parametrize("body", [b"<&" * 5000, b"`" * 1500, b'{"x":"\\ud800"}'])
    def test_ends_its_block_whatever_came(self, room: Room, body: bytes):
        number = room.receive_raw(body).intake_id
        raw = press(room, ActionId.ASIDE_OPEN, number).view["blocks"][1]["text"]["text"]
        assert raw.encode().endswith(b"```")
        assert raw.count("`") == 6
        assert not re.search(r"&(?!amp;|lt;|gt;)", raw)

    def test_of_many_lists_in_lists_is_not_blown_up(self, room: Room):
        deep = b"[" * 400 + b"]" * 400
        number = room.receive_raw(b"[" + b",".join([deep] * 200) + b"]").intake_id
        found = quarantine.opened(room.desk, number, by=MIRI)
        assert len(found.text) + found.more < 200_000

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00\x01", b"{", b"\xe2\x80\xaeabc"])
    def test_shows_any_bytes(self, room: Room, body: bytes):
        number = room.receive_raw(body).intake_id
        press(room, ActionId.ASIDE_OPEN, number)
        press(room, ActionId.ASIDE_MEND, number)

    def test_shows_no_token_of_ours(self, room: Room):
        number = aside(room, note="the token is secret")
        assert "secret" not in text(press(room, ActionId.ASIDE_OPEN, number).view)

    def test_that_was_seen_to_meanwhile_says_so(self, room: Room):
        number = aside(room)
        quarantine.dismiss(room.desk, number, why="spam", by=MIRI)
        assert "somebody has seen to it" in text(press(room, ActionId.ASIDE_OPEN, number).view)


class TestTryingAgain:
    def test_makes_a_lead_once_the_map_is_mended(self, room: Room):
        number = aside(room, **ODD)
        source = Source("website", Kind.WARM, {"Dana's line": "phone", "who": "name"})
        room.desk.present.playbook = replace(BOOK, sources=(source,))
        shown = press(room, ActionId.ASIDE_RETRY, number, inside=press_view(room, number))
        assert "It is lead *#1* now." in text(shown.view)
        assert state(room, number) == "created"
        assert room.load(1).name == "Dana Cohen"

    def test_says_that_it_is_set_aside_still(self, room: Room):
        number = aside(room)
        shown = press(room, ActionId.ASIDE_RETRY, number, inside=press_view(room, number))
        assert "set aside still: no phone and no email" in text(shown.view)

    def test_twice_by_one_press_is_once(self, room: Room):
        number = aside(room)
        quarantine.retry(room.desk, number, by=MIRI, key="k")
        quarantine.retry(room.desk, number, by=MIRI, key="k")
        assert acts(room) == ["retry_intake"]


def press_view(room: Room, number: int) -> dict[str, Any]:
    view: dict[str, Any] = press(room, ActionId.ASIDE_OPEN, number).view
    return view


def acts(room: Room) -> list[str]:
    with room.desk.store.view() as view:
        query = "SELECT act FROM audit WHERE subject LIKE 'intake:%' ORDER BY id"
        return [act for (act,) in view.connection.exec_driver_sql(query)]


class TestMending:
    def test_asks_with_what_may_be_theirs(self, room: Room):
        number = aside(room, tekst="call 052-234-5678 or dana@example.com")
        asked = text(press(room, ActionId.ASIDE_MEND, number).view)
        assert '"initial_value": "052-234-5678"' in asked
        assert '"initial_value": "dana@example.com"' in asked

    def test_makes_a_lead_with_all_else_that_came(self, room: Room):
        number = aside(room, who="x", city="Haifa")
        view = press(room, ActionId.ASIDE_MEND, number).view
        done = submit(room, MIRI, view, name={"value": "Dana"}, phone={"value": DANA["phone"]})
        assert isinstance(done, Submitted)
        assert "It is lead *#1* now." in done.said.text
        lead = room.load(1)
        assert (lead.name, lead.phone_e164, lead.city) == ("Dana", "+972522345678", "Haifa")
        assert (state(room, number), acts(room)) == ("created", ["mend_intake"])

    def test_of_a_known_person_adds_to_their_lead(self, room: Room):
        lead = room.lead()
        number = aside(room)
        done = quarantine.mend(room.desk, number, {"phone": DANA["phone"]}, by=MIRI)
        assert (done.status, done.lead_id) == ("merged", lead.id)

    def test_needs_a_way_to_reach_them(self, room: Room):
        view = press(room, ActionId.ASIDE_MEND, aside(room, who="Dana")).view
        refused = submit(room, MIRI, view, name={"value": "Dana"})
        assert isinstance(refused, Errors)
        assert "phone" in refused.errors
        assert acts(room) == []

    def test_works_on_what_cant_be_read(self, room: Room):
        number = room.receive_raw(b"{").intake_id
        assert quarantine.mend(room.desk, number, {"phone": "052-234-5678"}, by=MIRI).lead_id == 1


class TestDismissing:
    def test_asks_why_and_can_be_taken_back(self, room: Room):
        number = aside(room)
        view = press(room, ActionId.ASIDE_DISMISS, number).view
        done = submit(room, MIRI, view, why={"value": "spam"})
        assert isinstance(done, Submitted)
        assert state(room, number) == "dismissed unreachable: spam"
        said = press(room, ActionId.UNDO_ASIDE, number)
        assert "set aside again" in said.message.text
        assert state(room, number) == "quarantined unreachable"
        assert acts(room) == ["dismiss_intake", "dismiss_intake_undo"]

    def test_takes_it_off_the_list(self, room: Room):
        quarantine.dismiss(room.desk, aside(room), why="", by=MIRI)
        assert quarantine.listed(room.desk, by=MIRI).total == 0


class TestManagers:
    def test_are_told_once_for_each_source_and_hour(self, room: Room, clock: FakeClock):
        for _ in range(3):
            aside(room)
        room.tick(minutes=3)
        [told] = room.outside.dms(MIRI)
        assert "Set aside from website: 3." in told.text
        clock.forward(hours=1)
        aside(room)
        room.tick(minutes=3)
        assert len(room.outside.dms(MIRI)) == 2

    def test_are_not_told_of_what_was_seen_to_meanwhile(self, room: Room):
        quarantine.dismiss(room.desk, aside(room), why="x", by=MIRI)
        room.tick(minutes=3)
        assert room.outside.dms(MIRI) == []


class TestAFaultOfOurOwn:
    def test_sets_one_aside_and_stops_nothing_behind_it(
        self, room: Room, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ):
        for body in (b"poison", json.dumps(DANA).encode()):
            with room.desk.store.unit() as unit:
                inbox.keep(
                    unit, source="website", body=body, content_type="", once_key="", at=clock.now
                )
                unit.commit()

        def read(desk: Desk, source: str, body: bytes, kind: str) -> Any:
            if body == b"poison":
                raise TypeError
            return read_forms(desk, source, body, kind)

        monkeypatch.setattr("bot.intake.read_forms", read)
        room.tick(minutes=2)
        assert [state(room, number) for number in (1, 2)] == ["quarantined fault", "created"]


class TestTheTerminal:
    def run(self, room: Room, *typed: str) -> str:
        done = CliRunner().invoke(
            quarantine_terminal.commands(lambda: nullcontext(room.desk)), list(typed)
        )
        assert done.exception is None, done.output
        return done.output

    def test_lists_shows_tries_again_and_dismisses(self, room: Room):
        assert "nothing is set aside" in self.run(room, "list")
        number = str(aside(room, who="Dana"))
        listed = self.run(room, "list")
        assert ["website" in listed, "<!date" in listed] == [True, False]
        assert '"who": "Dana"' in self.run(room, "show", number)
        assert "set aside still" in self.run(room, "retry", number)
        assert f"{number} is dismissed" in self.run(room, "dismiss", number, "--why", "spam")
        assert state(room, 1) == "dismissed unreachable: spam"

    def test_says_which_page_it_shows(self, room: Room):
        for _ in range(quarantine.SIZE + 1):
            aside(room)
        assert "page 2 of 2, 9 in all" in self.run(room, "list", "--page", "2")
