import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.face.acts import picked
from sandbox.face.seat import HOME, Seat
from sandbox.face.stage import Stage
from sandbox.town import Town
from tests.sandbox.face.stages import (
    DIGEST,
    MANAGERS,
    NOA,
    a_message,
    a_modal,
    an_input,
)
from tests.sandbox.face.touching import ACTIONS, FAILED, GONE, JERUSALEM, TIMEOUT, Heard, touched


class TestTouchingAMessage:
    def test_presses_the_button_with_its_value_and_ticks_the_guide(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        card = a_message(town, blocks=(ACTIONS,))
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == ""
        [action] = heard.last["actions"]
        assert (action["action_id"], action["value"]) == ("lead_noanswer", "7")
        assert stage.done == {"noanswer"}

    def test_chooses_a_moment_in_the_persons_zone(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        card = a_message(town, blocks=(ACTIONS,))
        touched(stage, seat, "act", key=card.ts, act="when", picked="2025-11-24T16:30")
        [action] = heard.last["actions"]
        chosen = datetime.fromtimestamp(action["selected_date_time"], UTC)
        assert chosen == datetime(2025, 11, 24, 14, 30, tzinfo=UTC)

    @pytest.mark.parametrize("looks", [HOME, DIGEST])
    def test_works_though_its_seat_looks_elsewhere_by_now(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard, looks: str
    ):
        card = a_message(town, blocks=(ACTIONS,))
        seat.go(looks)
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == ""
        assert len(heard) == 1

    def test_of_a_place_that_is_not_ones_own_is_none(self, town: Town, stage: Stage, seat: Seat):
        card = a_message(town, blocks=(ACTIONS,), channel=MANAGERS)
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == GONE

    def test_that_is_for_oneself_alone_works_too(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        card = a_message(town, blocks=(ACTIONS,), ephemeral_for=NOA.id)
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == ""
        assert len(heard) == 1

    @pytest.mark.parametrize(
        "hit",
        [{"act": "lead_gone"}, {"key": "1.2", "act": "lead_noanswer"}, {"value": "8"},
         {"view": "V9", "act": "lead_noanswer"}, {"act": "one", "picked": "c"}],
        ids=["element", "message", "value", "view", "option"],
    )  # fmt: skip
    def test_that_is_gone_says_so(self, town: Town, stage: Stage, seat: Seat, hit: dict[str, Any]):
        card = a_message(town, blocks=(ACTIONS,))
        given = {"value": "7", "key": card.ts, "act": "lead_noanswer", **hit}
        assert touched(stage, seat, "act", **given) == GONE
        assert stage.done == set()

    def test_without_an_app_says_that_it_cannot_be_reached(
        self, town: Town, stage: Stage, seat: Seat
    ):
        card = a_message(town, blocks=(ACTIONS,))
        assert touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer") == FAILED

    def test_of_an_app_that_is_slow_says_so(
        self, town: Town, stage: Stage, seat: Seat, monkeypatch: pytest.MonkeyPatch
    ):
        world = town.slack.world
        monkeypatch.setattr(world, "app", replace(world.app, ack_timeout=0.05))
        card = a_message(town, blocks=(ACTIONS,))
        with socket.create_server(("127.0.0.1", 0)) as silent:
            town.slack.set_request_url(f"http://127.0.0.1:{silent.getsockname()[1]}/")
            said = touched(stage, seat, "act", "7", key=card.ts, act="lead_noanswer")
            town.slack.set_request_url(None)
        assert said == TIMEOUT


class TestAModal:
    def test_is_submitted_with_what_was_typed(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        a_modal(town, an_input("plain_text_input", "note"), an_input("datetimepicker", "when"))
        values = (
            ("note_block", "note", "2025-11-24T16:30"),
            ("when_block", "when", "2025-11-24T16:30"),
        )
        assert touched(stage, seat, "submit", view="V1", values=values) == ""
        typed = heard.last["view"]["state"]["values"]
        assert typed["note_block"]["note"]["value"] == "2025-11-24T16:30"
        assert typed["when_block"]["when"]["selected_date_time"] == 1_763_994_600
        assert town.slack.person(NOA.id).modal is None

    def test_keeps_what_was_typed_when_a_menu_in_it_is_changed(
        self, town: Town, stage: Stage, seat: Seat, heard: Heard
    ):
        a_modal(town, an_input("plain_text_input", "note"), ACTIONS)
        values = (("note_block", "note", "so far"), ("acts", "one", "a"))
        touched(stage, seat, "act", view="V1", act="one", picked="a", values=values)
        assert heard.last["actions"][0]["selected_option"]["value"] == "a"
        assert heard.last["view"]["state"]["values"]["note_block"]["note"]["value"] == "so far"

    def test_that_lacks_something_is_refused(self, town: Town, stage: Stage, seat: Seat):
        a_modal(town, an_input("plain_text_input", "note"))
        values = (("note_block", "note", None),)
        assert "is required" in touched(stage, seat, "submit", view="V1", values=values)
        assert town.slack.person(NOA.id).modal is not None

    def test_that_is_sent_twice_is_taken_once_without_a_word(self, stage: Stage, seat: Seat):
        assert touched(stage, seat, "submit", view="V1") == ""
        assert "no modal is open" in touched(stage, seat, "close")

    @pytest.mark.parametrize("value", ["all", "one", ""])
    def test_closes(self, town: Town, stage: Stage, seat: Seat, value: str):
        a_modal(town)
        assert touched(stage, seat, "close", value) == ""
        assert town.slack.person(NOA.id).modal is None


class TestPicking:
    @pytest.mark.parametrize(
        ("value", "moment"),
        [
            ("2026-03-27T01:59", (2026, 3, 26, 23, 59)),
            ("2026-03-27T03:00", (2026, 3, 27, 0, 0)),
            ("2026-10-25T03:00", (2026, 10, 25, 1, 0)),
        ],
        ids=["before summer", "in summer", "after summer"],
    )
    def test_a_moment_gives_its_seconds_in_the_zone(self, value: str, moment: tuple[int, ...]):
        wanted = datetime(*moment, tzinfo=UTC)  # type: ignore[misc, arg-type]  # a date's parts
        assert picked("datetimepicker", value, zone=JERUSALEM) == wanted.timestamp()

    @pytest.mark.parametrize("value", ["soon", "2026-02-30T10:00", ["2026-01-01T10:00"]])
    def test_what_is_no_moment_is_nothing_chosen(self, value: Any):
        assert picked("datetimepicker", value, zone=JERUSALEM) is None

    @pytest.mark.parametrize("value", ["2026-01-01T10:00", "", None, ["a", "b"]], ids=range(4))
    def test_anything_else_stays_as_it_is(self, value: Any):
        assert picked("plain_text_input", value, zone=JERUSALEM) == value
