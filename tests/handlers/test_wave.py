"""The buttons of a stricter bar: each a manager's act, answered, and taken back by a press (C1)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.next import Handed, Later, next_lead
from bot.views.blocks import ActionId, Message
from handlers.answers import Errors
from handlers.commands import answer_command
from rules.words import Tier
from tests.bot.waves import HOT, PLANNED, TEAM, add, flooded, look
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, a_desk, faults_of
from tests.handlers.test_actions import click
from tests.handlers.test_playbook import open_section, submit

B, C, D = Tier.B, Tier.C, Tier.D
DINA = "U01DINA"
HEBREW = f'[[rep]]\nslack_id = "{DINA}"\nname = "דינה"\nrole = "manager"\nlocale = "he"'
WAITS = "New leads of this tier wait without an owner."
KEPT = "Agreed times are kept, and whoever writes to us is called."
ALL = [ActionId.WAVE_HOLD, ActionId.WAVE_SHORTEN, ActionId.WAVE_DECLINE, ActionId.WAVE_LIFT]


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=TEAM) as made:
        made.load_team(HEBREW)
        yield made


def press(room: Room, action: ActionId, value: str = "D", *, who: str = MIRI) -> Message:
    message = click(room, who, action, value).message
    assert isinstance(message, Message)
    return message


def bare(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def buttons(message: Message) -> dict[str, tuple[str, str]]:
    """Give the buttons of a message by their words: which act, on what."""
    beside = [one["accessory"] for one in message.blocks if "accessory" in one]
    below = [one for row in message.blocks for one in row.get("elements", ()) if "value" in one]
    return {one["text"]["text"]: (one["action_id"], one["value"]) for one in (*beside, *below)}


class TestTheProposal:
    def test_has_a_press_for_each_thing_it_says(self, room: Room):
        flooded(room)
        look(room)
        [said] = room.outside.dms(MIRI)
        assert buttons(said) == {
            "Hold tier D": ("wave_hold", "D"),
            "Shorten the plan of tier D": ("wave_shorten", "D"),
            "Not now": ("wave_decline", "wave"),
        }
        for action, value in buttons(said).values():
            press(room, ActionId(action), value)
        assert room.desk.playbook.wave.hold == room.desk.playbook.wave.shorten == (D,)

    @pytest.mark.parametrize("action", ALL)
    def test_is_the_managers_to_decide(self, room: Room, action: ActionId):
        assert "managers' to see" in press(room, action, who=AVI).text
        assert "של המנהלים" in press(room, action, who=NOA).text
        assert room.desk.present.version == 0

    def test_can_be_declined(self, room: Room):
        flooded(room)
        look(room)
        said = press(room, ActionId.WAVE_DECLINE, "wave")
        assert said.text == "Nothing changes, and there is no second question today."
        assert room.desk.present.version == 0
        assert look(room) == ""


class TestHolding:
    def test_says_what_changes_for_how_many_and_until_when(self, room: Room):
        flooded(room)
        said = press(room, ActionId.WAVE_HOLD)
        assert said.text.splitlines() == [
            "*On hold: tier D*",
            "40 calls fewer today.",
            f"{WAITS} {KEPT}",
            "It ends by itself when the wave has passed or hands are free.",
        ]
        assert list(buttons(said)) == ["Undo", "Call them again"]

    def test_says_it_in_hebrew(self, room: Room):
        add(room, 1, C)
        add(room, 1, D)
        said = bare(press(room, ActionId.WAVE_HOLD, "C,D", who=DINA).text)
        assert said.startswith("*בהמתנה: דרגות C ו־D*\n2 שיחות פחות היום.\n")
        assert said.endswith("כשהגל יעבור או שיתפנו ידיים, זה ייגמר מעצמו.")

    def test_is_taken_back_by_a_press(self, room: Room):
        [held] = add(room, 1, D)
        said = press(room, ActionId.WAVE_HOLD)
        assert isinstance(next_lead(room.desk, by=NOA), Later)
        action, version = buttons(said)["Undo"]
        assert "Called again: tier D." in press(room, ActionId(action), version).text
        found = next_lead(room.desk, by=NOA)
        assert isinstance(found, Handed)
        assert found.lead.id == held

    def test_stands_in_words_in_the_playbooks_history(self, room: Room):
        press(room, ActionId.WAVE_HOLD, "C,D")
        press(room, ActionId.WAVE_LIFT, "C")
        press(room, ActionId.WAVE_SHORTEN, "B")
        said = click(room, MIRI, ActionId.PLAYBOOK_HISTORY, "history").message
        lines = [line for line in said.text.splitlines() if "Version" not in line]
        assert lines[1:4] == [
            "Plan shortened: tier B.",
            "Called again: tier C.",
            "On hold: tiers C and D.",
        ]

    def test_is_seen_in_the_playbook(self, room: Room):
        press(room, ActionId.WAVE_HOLD)
        said = answer_command(room.desk, {"user_id": MIRI, "text": "playbook", "trigger_id": "x"})
        assert "On hold now: tier D." in said.text
        assert f"changed by <@{MIRI}>" in said.text

    def test_pressed_again_says_that_it_is_so_and_how_to_end_it(self, room: Room):
        add(room, 3, D)
        press(room, ActionId.WAVE_HOLD)
        said = press(room, ActionId.WAVE_HOLD, who=DINA)
        assert "כבר בהמתנה" in said.text
        said = press(room, ActionId.WAVE_HOLD)
        assert said.text == "Nothing changed: tier D on hold already."
        action, value = buttons(said)["Call them again"]
        again = press(room, ActionId(action), value)
        assert again.text == "*As before again: tier D*\n3 of today's calls are back in line."
        assert room.desk.playbook.wave.hold == ()

    def test_again_after_the_wave_stays_until_somebody_lifts_it(self, room: Room):
        press(room, ActionId.WAVE_HOLD)
        assert look(room) == "lifted"
        action, value = buttons(room.outside.dms(MIRI)[-1])["Hold again"]
        said = press(room, ActionId(action), value)
        assert "It stays so until it is lifted here or in `/lead playbook`." in said.text
        assert look(room) == ""
        assert room.desk.playbook.wave.hold == (D,)

    @pytest.mark.parametrize("value", ["", "E", "D,x", "stays", "D;C"])
    def test_of_what_nobody_knows_is_refused(self, room: Room, value: str):
        assert "older message" in press(room, ActionId.WAVE_HOLD, value).text
        assert room.desk.present.version == 0


class TestShortening:
    def test_says_what_changes_and_that_some_go_to_the_mailing_list(self, room: Room):
        add(room, 4, D, **PLANNED)
        add(room, 2, D)
        add(room, 1, D, **HOT)
        said = press(room, ActionId.WAVE_SHORTEN)
        assert "*Shortened: the plan of tier D*\n4 calls fewer today." in said.text
        assert "whoever does not answer from now on goes to the mailing list" in said.text
        assert "already" in press(room, ActionId.WAVE_SHORTEN).text

    def test_is_lifted_by_a_press(self, room: Room):
        press(room, ActionId.WAVE_SHORTEN)
        assert "As before again" in press(room, ActionId.WAVE_LIFT).text
        assert room.desk.playbook.wave.shorten == ()

    def test_of_what_is_whole_changes_nothing(self, room: Room):
        assert press(room, ActionId.WAVE_LIFT).text == "Nothing changed: tier D not on hold."


class TestWhatTheBotLifted:
    def test_stands_in_the_playbooks_history_in_its_own_name(self, room: Room):
        press(room, ActionId.WAVE_HOLD)
        look(room)
        said = click(room, MIRI, ActionId.PLAYBOOK_HISTORY, "history").message
        assert "*Version 2* · the bot · " in said.text
        assert faults_of(said) == []

    def test_is_told_to_who_writes_the_same_at_that_moment(self, room: Room):
        press(room, ActionId.WAVE_HOLD)
        view = open_section(room, "wave")
        assert look(room) == "lifted"
        answer = submit(room, MIRI, view, hold={"value": "C, D"})
        assert isinstance(answer, Errors)
        assert "the bot changed the same in the meantime (wave.hold)" in str(answer.errors)
