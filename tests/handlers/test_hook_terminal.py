"""`app.py hooks`: who is told of leads, and what is sent again (C2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from bot import stages
from bot.doctor_systems import systems_findings
from bot.orders import DeliveryFailed, Hook
from handlers.hook_terminal import send_again, tell_hooks
from rules.hooks import Webhook
from rules.words import Stage
from tests.desk import BOOK, MIRI, FakeClock, Room, a_desk

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CRM = Webhook("https://crm.example.com/hooks", SECRET, ("lead.created",), "crm")
FILE = f"""
[[webhook]]
url = "{CRM.url}"
secret = "{SECRET}"
name = "crm"
"""


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    (tmp_path / "playbook.toml").write_text(FILE, "utf-8")
    tokens = "crm:manager:boss,Avi:rep:one,Zelda:rep:two"
    with a_desk(tmp_path, clock, playbook=replace(BOOK, webhooks=(CRM,)), API_TOKENS=tokens) as one:
        yield one


def out(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


class TestTheList:
    def test_names_each_webhook_without_its_secret(
        self, room: Room, capsys: pytest.CaptureFixture[str]
    ):
        room.lead()
        tell_hooks(room.desk)
        said = out(capsys)
        assert "crm  https://crm.example.com/hooks  lead.created  1 waiting" in said
        assert "whsec" not in said

    def test_is_told_in_the_language_of_the_settings(
        self, tmp_path: Path, clock: FakeClock, capsys: pytest.CaptureFixture[str]
    ):
        book = replace(BOOK, webhooks=(replace(CRM, events=()),))
        with a_desk(tmp_path, clock, playbook=book, LOCALE="he") as room:
            tell_hooks(room.desk)
            send_again(room.desk, since=None, lead=0, event="", target="")
        listed, again = out(capsys).splitlines()
        assert ["כל האירועים" in listed, "נשלחים שוב" in again] == [True, True]

    def test_says_how_to_begin(self, room: Room, capsys: pytest.CaptureFixture[str]):
        room.desk.present.playbook = BOOK
        tell_hooks(room.desk)
        assert "[[webhook]]" in out(capsys)


class TestSendAgain:
    def test_says_how_many(self, room: Room, capsys: pytest.CaptureFixture[str]):
        room.lead()
        room.deliver()
        send_again(room.desk, since=None, lead=0, event="", target="crm")
        assert out(capsys).startswith("1 webhook since Saturday 14 November 2026 10:00 leaves")
        room.deliver()
        assert len(room.outside.of(Hook)) == 2

    def test_reads_a_moment_in_the_teams_zone(self, room: Room, capsys: pytest.CaptureFixture[str]):
        room.lead()
        at = datetime(2026, 11, 15, 10, 1, tzinfo=UTC).replace(tzinfo=None)
        send_again(room.desk, since=at, lead=0, event="", target="")
        assert out(capsys).startswith("0 webhooks since Sunday 15 November 2026 10:01 leave")

    @pytest.mark.parametrize(
        ("event", "target", "named"),
        [("lead.sold", "", "lead.created"), ("", "erp", "crm")],
        ids=["event", "target"],
    )
    def test_names_what_there_is(self, room: Room, event: str, target: str, named: str):
        with pytest.raises(typer.BadParameter, match=named):
            send_again(room.desk, since=None, lead=0, event=event, target=target)


class TestTheDoctor:
    def test_names_tokens_of_nobody_and_webhooks_that_are_gone(self, room: Room):
        room.outside.trouble = lambda order: (
            DeliveryFailed("hook_gone") if isinstance(order, Hook) else None
        )
        lead = room.lead()
        stages.move(room.desk, lead.id, Stage.SQL, by=MIRI)
        room.deliver()
        found = [one.text for one in systems_findings(room.desk.settings, room.desk.store)]
        assert ["crm" in found[0], "Zelda" in found[1], len(found)] == [True, True, 2]
