"""`/lead refunds`, its buttons and modals, with payloads as Slack shapes them (L5.5)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import refunds
from bot.orders import SlackFile
from bot.views.blocks import ActionId, Message
from handlers import report_terminal
from handlers.answers import Errors, OpenModal, Say
from handlers.refunds import read_numbers
from handlers.submits import Submitted
from rules.refusals import Refused
from tests.bot.claiming_back import META, a_buying_desk, buy, claimable, counts, try_in_vain
from tests.desk import AVI, MIRI, FakeClock, Room, faults_of
from tests.handlers.test_actions import click, submit
from tests.handlers.test_optouts import typed


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock) as made:
        yield made


def values(said: Message, action: ActionId) -> list[str]:
    """Give the values of an answer's buttons with this action."""
    elements = [one for block in said.blocks for one in block.get("elements", ())]
    return [one["value"] for one in elements if one.get("action_id") == action]


def press(room: Room, said: Message, action: ActionId, **more: Any) -> Any:
    [value] = values(said, action)
    return click(room, MIRI, action, value, **more)


class TestTheCommand:
    def test_lists_what_can_be_claimed(self, room: Room):
        claimable(room, 2)
        said = typed(room, "refunds")
        assert "*Meta* (ILS)\nclaimable now: 2 leads, ₪80 · 9 days left" in said.text

    def test_says_of_a_lead_what_is_missing(self, room: Room):
        lead = buy(room)
        said = typed(room, f"refunds #{lead.id}")
        assert "• only 0 of 3 tries" in said.text
        assert "With 3 more calls on 2 days, by Wed, Nov 25 it can be claimed." in said.text

    def test_says_of_an_unbought_lead_that_there_is_nothing(self, room: Room):
        lead = room.lead()
        assert "It came from no vendor" in typed(room, f"refunds {lead.id}").text

    def test_of_no_lead_says_so(self, room: Room):
        assert "There is no lead" in typed(room, "refunds 99").text

    def test_is_understood_in_hebrew(self, room: Room):
        assert "Nothing to claim now" in typed(room, "זיכויים").text

    def test_is_for_managers(self, room: Room):
        claimable(room)
        assert "₪" not in typed(room, "refunds", who=AVI).text


class TestTheButtons:
    @pytest.mark.parametrize(
        ("action", "ending"), [(ActionId.CLAIM_FILE, "xlsx"), (ActionId.CLAIM_FILE_CSV, "csv")]
    )
    def test_give_the_file_privately(self, room: Room, action: ActionId, ending: str):
        claimable(room)
        press(room, typed(room, "refunds"), action)
        room.deliver()
        [sent] = room.outside.of(SlackFile)
        assert sent.to == MIRI
        assert sent.name.endswith(f".{ending}")

    def test_mark_what_the_file_held_and_take_it_back(self, room: Room):
        claimable(room, 2)
        press(room, typed(room, "refunds"), ActionId.CLAIM_FILE)
        room.deliver()
        [sent] = room.outside.of(SlackFile)
        done = press(room, sent.message, ActionId.CLAIMS_SENT)
        assert "Marked as sent to *Meta*: 2 claims, ₪80" in done.message.text
        assert counts(room) == {"sent": (2, 8000)}
        back = press(room, done.message, ActionId.UNDO_CLAIMS)
        assert "Taken back: 2 claims" in back.message.text
        assert counts(room) == {"open": (2, 8000)}

    def test_mark_no_claim_that_was_late_for_the_file(self, room: Room):
        claimable(room)
        room.clock.forward(days=8)
        fresh = buy(room, 2)
        try_in_vain(room, fresh)
        refunds.look(room.desk)
        press(room, typed(room, "refunds"), ActionId.CLAIM_FILE)
        room.deliver()
        [sent] = room.outside.of(SlackFile)
        done = press(room, sent.message, ActionId.CLAIMS_SENT)
        assert "1 claim, ₪40" in done.message.text

    def test_mark_late_claims_by_themselves(self, room: Room):
        claimable(room)
        room.clock.forward(days=9)
        shown = typed(room, "refunds")
        assert "If it was, mark it" in shown.text
        done = press(room, shown, ActionId.CLAIMS_SENT)
        assert "Marked as sent to *Meta*: 1 claim" in done.message.text

    @pytest.mark.parametrize("name", ["A & B <!here>", "מדיה", '"x"', "x" * 290])
    def test_know_a_vendor_by_any_name(self, room: Room, name: str):
        book = room.desk.playbook
        room.desk.present.playbook = replace(book, vendors=(replace(META, name=name),))
        claimable(room, vendor=name)
        press(room, typed(room, "refunds"), ActionId.CLAIMS_SENT)
        assert counts(room, name) == {"sent": (1, 4000)}

    def test_of_a_message_lead_to_all_claims(self, room: Room):
        claimable(room)
        done = press(room, typed(room, "refunds"), ActionId.CLAIMS_SENT)
        shown = press(room, done.message, ActionId.REFUNDS)
        assert "waiting for an answer: 1, ₪40" in shown.message.text

    @pytest.mark.parametrize(
        "action", [ActionId.CLAIMS_SENT, ActionId.CLAIM_FILE, ActionId.UNDO_CLAIMS]
    )
    @pytest.mark.parametrize(
        "value",
        ["", "7", "{}", '["Meta"]', '["Meta", "ILS"]', '["a","b","c"]', '["a","b",{},"x",1e99]'],
    )
    def test_that_are_spoiled_say_so(self, room: Room, action: ActionId, value: str):
        said = click(room, MIRI, action, value)
        assert isinstance(said, Say)
        assert "changed" in said.message.text or "old" in said.message.text

    def test_are_for_managers(self, room: Room):
        claimable(room)
        [value] = values(typed(room, "refunds"), ActionId.CLAIMS_SENT)
        click(room, AVI, ActionId.CLAIMS_SENT, value)
        assert counts(room) == {"open": (1, 4000)}


class TestTheModals:
    @pytest.fixture(autouse=True)
    def _sent(self, room: Room):
        claimable(room, 3)
        press(room, typed(room, "refunds"), ActionId.CLAIMS_SENT)

    def opened(self, room: Room, action: ActionId) -> dict[str, Any]:
        answer = press(room, typed(room, "refunds"), action)
        assert isinstance(answer, OpenModal)
        return answer.view

    def test_accept_all_as_claimed(self, room: Room):
        view = self.opened(room, ActionId.CLAIMS_ACCEPTED)
        done = submit(room, MIRI, view)
        assert isinstance(done, Submitted)
        assert "*Meta* accepted 3 claims: ₪120 back" in done.said.text
        assert faults_of(done.said) == []
        assert counts(room) == {"accepted": (3, 12000)}

    def test_accept_some_for_less(self, room: Room):
        view = self.opened(room, ActionId.CLAIMS_ACCEPTED)
        submit(room, MIRI, view, claims={"value": "1-2"}, amount={"value": "70"})
        assert counts(room) == {"sent": (1, 4000), "accepted": (2, 7000)}

    def test_refuse_with_a_reason_that_stands_on_the_lead(self, room: Room):
        view = self.opened(room, ActionId.CLAIMS_REFUSED)
        submit(room, MIRI, view, claims={"value": "2"}, reason={"value": "they answered us"})
        assert counts(room) == {"sent": (2, 8000), "refused": (1, 4000)}
        assert "they answered us" in typed(room, "show 2").text

    @pytest.mark.parametrize(
        ("field", "text"),
        [
            ("claims", "first"),
            ("claims", "99"),
            ("amount", "much"),
            ("amount", "5000"),
            ("amount", "$10"),
        ],
    )
    def test_say_beside_the_field_what_is_wrong(self, room: Room, field: str, text: str):
        view = self.opened(room, ActionId.CLAIMS_ACCEPTED)
        given: Any = {field: {"value": text}}
        answer = submit(room, MIRI, view, **given)
        assert isinstance(answer, Errors)
        assert list(answer.errors) == [field]
        assert counts(room) == {"sent": (3, 12000)}

    def test_are_not_opened_where_nothing_waits(self, room: Room):
        submit(room, MIRI, self.opened(room, ActionId.CLAIMS_ACCEPTED))
        answer = click(room, MIRI, ActionId.CLAIMS_ACCEPTED, json.dumps(["Meta", "ILS"]))
        assert isinstance(answer, Say)
        assert "No claim against Meta waits" in answer.message.text


class TestNumbersOfClaims:
    @pytest.mark.parametrize(
        ("text", "numbers"),
        [
            ("", set()),
            ("12", {12}),
            ("#12, 14-16", {12, 14, 15, 16}),
            ("1 2,3", {1, 2, 3}),
            ("5 – 6", {5, 6}),
        ],
    )
    def test_are_read_as_typed(self, text: str, numbers: set[int]):
        assert read_numbers(text) == numbers

    @pytest.mark.parametrize("text", ["a", "5-1", "1-999999", "1.5", "-"])
    def test_that_are_none_are_refused(self, text: str):
        with pytest.raises(Refused, match="bad_numbers"):
            read_numbers(text)


class TestTheTerminal:
    def test_lists_what_can_be_claimed(self, room: Room, capsys: pytest.CaptureFixture[str]):
        claimable(room, 2)
        report_terminal.tell_refunds(room.desk, vendor="", currency="", file=None)
        said = capsys.readouterr().out
        assert "claimable now: 2 leads, ₪80" in said
        assert "*" not in said

    def test_lists_one_vendors_claims(self, room: Room, capsys: pytest.CaptureFixture[str]):
        claimable(room, 2)
        report_terminal.tell_refunds(room.desk, vendor="Taboola", currency="", file=None)
        assert "Meta" not in capsys.readouterr().out

    def test_writes_a_vendors_file(
        self, room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ):
        claimable(room)
        file = tmp_path / "claims.CSV"
        report_terminal.tell_refunds(room.desk, vendor="Meta", currency="ils", file=file)
        assert "never reached" in file.read_text("utf-8-sig")
        assert capsys.readouterr().out.endswith("claims.CSV: 1 claim\n")
