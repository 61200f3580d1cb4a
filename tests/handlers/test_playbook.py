"""`/lead playbook`: shown to managers, changed by them in modals, taken back by a press."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bot import playbooks
from bot.views.blocks import ActionId, Message
from handlers.answers import Errors, OpenModal, Say, UpdateModal
from handlers.commands import answer_command
from handlers.submits import Submitted
from rules.cadence import plan_of
from rules.playbook import Campaign
from rules.playbook_keys import KEYS
from rules.templates import Moment, Template
from rules.words import Tier
from sandbox.blockkit import check_view
from tests.desk import AVI, MIRI, NOA, Room, faults_of
from tests.handlers.test_actions import click, pick, state_of
from tests.handlers.test_actions import submit as submit_any

DANA = "U01DANA"
SECOND = f'[[rep]]\nslack_id = "{DANA}"\nname = "דנה"\nrole = "manager"\nlocale = "he"'
OPENING = [ActionId.PLAYBOOK_TEXTS, ActionId.PLAYBOOK_CAMPAIGNS, ActionId.PLAYBOOK_HISTORY]


def show(room: Room, who: str = MIRI, text: str = "playbook") -> Message:
    body = {"user_id": who, "text": text, "trigger_id": f"show-{who}-{text}"}
    said = answer_command(room.desk, body)
    assert faults_of(said) == []
    return said


def submit(room: Room, who: str, view: dict[str, Any], **given: Any) -> Any:
    return submit_any(room, who, view, trigger=given.pop("trigger", ""), **given)


def choose(name: str) -> dict[str, Any]:
    action = {"action_id": ActionId.PLAYBOOK_SECTION.value, "block_id": "b", **pick(name)}
    return {"actions": [action]}


def open_section(room: Room, name: str, *, who: str = MIRI) -> dict[str, Any]:
    answer = click(room, who, ActionId.PLAYBOOK_SECTION, "", **choose(name))
    assert isinstance(answer, OpenModal)
    return answer.view


def open_(room: Room, action: ActionId, *, who: str = MIRI) -> dict[str, Any]:
    answer = click(room, who, action, "x")
    assert isinstance(answer, OpenModal)
    return answer.view


def in_modal(room: Room, view: dict[str, Any], action: ActionId, **given: Any) -> dict[str, Any]:
    """Choose or press something in an open modal, whose fields stand as `given`."""
    values = state_of(view)
    for block, state in given.items():
        [element] = values[block]
        values[block][element] |= state
    stands = {"id": "V1", "hash": "h1", "state": {"values": values}, **view}
    answer = click(room, MIRI, action, "x", view=stands)
    assert isinstance(answer, UpdateModal)
    assert (answer.view_id, answer.hash) == ("V1", "h1")
    assert json.loads(answer.view["private_metadata"])["answer"].endswith("/respond")
    return answer.view


def undo_of(message: Message) -> str:
    [button] = message.blocks[-1]["elements"]
    assert button["action_id"] == ActionId.PLAYBOOK_UNDO
    return str(button["value"])


def field(view: dict[str, Any], prefix: str) -> str:
    """Give the block whose name begins so."""
    names = [str(one.get("block_id", "")) for one in view["blocks"]]
    return next(name for name in names if name.startswith(prefix))


def value_of(view: dict[str, Any], prefix: str) -> str:
    block = next(one for one in view["blocks"] if one.get("block_id") == field(view, prefix))
    return str(block["element"].get("initial_value", ""))


class TestShowingIt:
    def test_tells_a_manager_the_numbers(self, room: Room):
        said = show(room).text
        assert "A (8 attempts): now, +30 min, +2 h, next morning, day 3, 5, 8, 14" in said
        assert "calls 09:00-20:00" in said

    def test_tells_who_changed_it_last(self, room: Room):
        playbooks.change(room.desk, MIRI, {"digest.at": "08:00"})
        assert f"Version 1, changed by <@{MIRI}>" in show(room).text

    @pytest.mark.parametrize(("who", "said"), [(AVI, "managers' to see"), (NOA, "של המנהלים")])
    def test_is_politely_refused_to_reps(self, room: Room, who: str, said: str):
        assert said in show(room, who).text

    def test_has_every_section_to_choose(self, room: Room):
        select, *buttons = show(room).blocks[-1]["elements"]
        assert [one["value"] for one in select["options"]] == list(KEYS)
        assert [one["action_id"] for one in buttons][:3] == OPENING

    def test_in_hebrew_is_the_same_command(self, room: Room):
        assert show(room, text="ספר משחק").text == show(room).text

    @pytest.mark.parametrize("action", [*OPENING, ActionId.PLAYBOOK_REVERT, ActionId.PLAYBOOK_UNDO])
    def test_has_no_button_for_reps(self, room: Room, action: ActionId):
        playbooks.change(room.desk, MIRI, {"digest.at": "08:00"})
        answer = click(room, AVI, action, 1)
        assert isinstance(answer, Say)
        assert "managers' to see" in answer.message.text
        assert room.desk.present.version == 1

    def test_has_no_section_for_reps(self, room: Room):
        answer = click(room, AVI, ActionId.PLAYBOOK_SECTION, "", **choose("plan"))
        assert isinstance(answer, Say)


class TestASection:
    @pytest.mark.parametrize("name", KEYS)
    def test_opens_with_what_stands_and_sent_so_changes_nothing(self, room: Room, name: str):
        view = open_section(room, name)
        done = submit(room, MIRI, view)
        assert isinstance(done, Submitted)
        assert "Nothing differs" in done.said.text
        assert room.desk.present.version == 0

    def test_is_changed_and_says_what_from_and_to(self, room: Room):
        view = open_section(room, "plan")
        assert value_of(view, "d") == "now, day 3, day 8"
        done = submit(room, MIRI, view, d={"value": "now, 1h, next morning"})
        assert isinstance(done, Submitted)
        assert done.answer_url.endswith("/respond")
        said = done.said.text
        assert "Call plans · Tier D: now, day 3, 8 → now, +1 h, next morning" in said
        assert "It counts from now on" in said
        assert room.desk.playbook.plans[Tier.D] == plan_of("now", "1h", "next morning")
        assert list(room.desk.playbook.plans) == list(Tier)

    def test_is_taken_back_by_a_press(self, room: Room):
        view = open_section(room, "messages")
        done = submit(room, MIRI, view, undo_seconds={"value": "60"})
        back = click(room, MIRI, ActionId.PLAYBOOK_UNDO, undo_of(done.said))
        assert back.instead
        assert "60 → 30" in back.message.text
        assert room.desk.playbook.undo_seconds == 30

    def test_says_beside_each_field_what_is_wrong(self, room: Room):
        view = open_section(room, "plan")
        answer = submit(room, MIRI, view, a={"value": "soon"}, unavailable_days={"value": "-1"})
        assert isinstance(answer, Errors)
        assert "a list that begins with" in answer.errors["a"]
        assert "a whole number of 0 or more" in answer.errors["unavailable_days"]
        assert room.desk.present.version == 0

    @pytest.mark.parametrize(
        ("name", "field", "typed", "said"),
        [
            ("speed", "by_clock", "all", "some of nag, move, manager"),
            ("speed", "nag", "10, 5", "whole numbers that rise"),
            ("wave", "hold", "E", "some of A, B, C, D"),
        ],
    )
    def test_says_what_a_list_may_hold(
        self, room: Room, name: str, field: str, typed: str, said: str
    ):
        answer = submit(room, MIRI, open_section(room, name), **{field: {"value": typed}})
        assert isinstance(answer, Errors)
        assert said in answer.errors[field]

    def test_of_the_wave_holds_tiers_until_it_is_emptied_c1(self, room: Room):
        submit(room, MIRI, open_section(room, "wave"), hold={"value": "C, D"})
        assert list(room.desk.playbook.wave.hold) == [Tier.C, Tier.D]
        submit(room, MIRI, open_section(room, "wave"), hold={"value": None})
        assert list(room.desk.playbook.wave.hold) == []

    def test_says_it_in_the_readers_language(self, room: Room):
        room.load_team(SECOND)
        view = open_section(room, "plan", who=DANA)
        answer = submit(room, DANA, view, a={"value": "soon"})
        assert answer.errors["a"].startswith("הערך צריך להיות: רשימה שמתחילה")
        view = open_section(room, "tiers", who=DANA)
        answer = submit(room, DANA, view, b={"value": "3"})
        assert answer.errors["b"].startswith("הספים של דרגות")

    @pytest.mark.parametrize(
        ("name", "given", "block"),
        [
            ("nags", {"manager": {"value": "5"}}, "manager"),
            ("tiers", {"b": {"value": "3"}}, "b"),
            ("speed", {"move": {"value": "7"}}, "move"),
            ("wave", {"under": {"value": "2"}}, "under"),
            ("messages", {"per_day": {"value": "9"}}, "per_day"),
            ("low_answer", {"below": {"value": "0.5"}}, "below"),
            ("rest", {"holidays": {"value": "XX"}}, "holidays"),
            ("hours", {"calling": {"value": "09:00-09:00"}}, "calling"),
        ],
    )
    def test_that_does_not_fit_the_rest_is_refused(
        self, room: Room, name: str, given: dict[str, Any], block: str
    ):
        answer = submit(room, MIRI, open_section(room, name), **given)
        assert isinstance(answer, Errors)
        assert list(answer.errors) == [block]
        assert room.desk.present.version == 0

    def test_with_an_emptied_field_goes_back_to_the_file(self, room: Room):
        playbooks.change(room.desk, MIRI, {"messages.undo_seconds": 60})
        done = submit(room, MIRI, open_section(room, "messages"), undo_seconds={"value": None})
        assert isinstance(done, Submitted)
        assert room.desk.playbook.undo_seconds == 30

    def test_may_empty_a_text(self, room: Room):
        assert room.desk.playbook.callback_phone
        submit(room, MIRI, open_section(room, "team"), callback_phone={"value": None})
        assert room.desk.playbook.callback_phone == ""

    def test_may_empty_a_list(self, room: Room):
        playbooks.change(room.desk, MIRI, {"rest.also": ["2026-12-25"]})
        submit(room, MIRI, open_section(room, "rest"), also={"value": None})
        assert room.desk.playbook.rest.also == ()

    def test_written_by_two_at_once_keeps_both(self, room: Room):
        room.load_team(SECOND)
        first, second = open_section(room, "mail"), open_section(room, "mail", who=DANA)
        submit(room, DANA, second, offer_after={"value": "5"})
        submit(room, MIRI, first, mailing_days={"value": "14"})
        book = room.desk.playbook
        assert (book.offer_after, book.mailing_days) == (5, 14)

    def test_written_by_two_at_the_same_place_is_told_to_the_later(self, room: Room):
        room.load_team(SECOND)
        first, second = open_section(room, "mail"), open_section(room, "mail", who=DANA)
        submit(room, DANA, second, offer_after={"value": "5"})
        answer = submit(room, MIRI, first, offer_after={"value": "4"})
        assert isinstance(answer, Errors)
        assert "דנה" in str(answer.errors)
        assert "mail.offer_after" in str(answer.errors)
        assert room.desk.playbook.offer_after == 5

    def test_sent_twice_counts_once(self, room: Room):
        view = open_section(room, "mail")
        for _ in range(2):
            done = submit(room, MIRI, view, trigger="x", offer_after={"value": "5"})
            assert isinstance(done, Submitted)
            assert "version 1" in done.said.text
        assert room.desk.present.version == 1

    def test_sent_by_a_rep_is_refused(self, room: Room):
        view = open_section(room, "mail")
        answer = submit(room, AVI, view, offer_after={"value": "5"})
        assert isinstance(answer, Errors)
        assert room.desk.playbook.offer_after == 3

    def test_that_nobody_knows_is_refused(self, room: Room):
        answer = click(room, MIRI, ActionId.PLAYBOOK_SECTION, "", **choose("colour"))
        assert isinstance(answer, Say)
        assert "older message" in answer.message.text


class TestATextForCustomers:
    def chosen(self, room: Room, **given: Any) -> dict[str, Any]:
        view = open_(room, ActionId.PLAYBOOK_TEXTS)
        return in_modal(room, view, ActionId.PLAYBOOK_TEXT, **given)

    def test_begins_with_the_built_in_one(self, room: Room):
        assert value_of(open_(room, ActionId.PLAYBOOK_TEXTS), "text_").startswith("Hello {name}")

    def test_begins_in_the_language_that_was_chosen(self, room: Room):
        view = self.chosen(room, language=pick("he"))
        assert value_of(view, "text_").startswith("שלום {name}")

    def test_is_shown_filled_and_counted_from_the_start(self, room: Room):
        shown = str(open_(room, ActionId.PLAYBOOK_TEXTS)["blocks"])
        assert "Hello Dana" in shown
        assert "SMS segment (Latin letters" in shown

    def test_is_stored_for_its_moment_language_and_kind(self, room: Room):
        view = self.chosen(room, language=pick("he"), kind=pick("warm"))
        text = {field(view, "text_"): {"value": "שלום {name}, כאן {rep}"}}
        done = submit(room, MIRI, view, **text)
        assert isinstance(done, Submitted)
        assert "Text · SMS after the first missed call · Hebrew · warm lead" in done.said.text
        assert room.desk.playbook.templates == (
            Template(Moment.SMS_FIRST, "שלום {name}, כאן {rep}", "he", "warm"),
        )

    def test_of_a_mail_has_a_subject(self, room: Room):
        view = self.chosen(room, moment=pick("mail_offer"))
        given = {
            field(view, "subject_"): {"value": "For {name}"},
            field(view, "text_"): {"value": "Come by."},
        }
        assert isinstance(submit(room, MIRI, view, **given), Submitted)
        [own] = room.desk.playbook.templates
        assert (own.moment, own.subject) == (Moment.MAIL_OFFER, "For {name}")

    def test_is_shown_again_to_be_changed(self, room: Room):
        own = {"text": "Hi {name}"}
        playbooks.change(room.desk, MIRI, {"template:sms_first::": own})
        view = open_(room, ActionId.PLAYBOOK_TEXTS)
        assert value_of(view, "text_") == "Hi {name}"
        submit(room, MIRI, view, **{field(view, "text_"): {"value": "Hey {name}"}})
        assert [one.text for one in room.desk.playbook.templates] == ["Hey {name}"]

    def test_that_is_emptied_is_the_built_in_one_again(self, room: Room):
        playbooks.change(room.desk, MIRI, {"template:sms_first::": {"text": "Hi {name}"}})
        view = open_(room, ActionId.PLAYBOOK_TEXTS)
        done = submit(room, MIRI, view, **{field(view, "text_"): {"value": None}})
        assert "→ the built-in text" in done.said.text
        assert not room.desk.playbook.templates
        click(room, MIRI, ActionId.PLAYBOOK_UNDO, undo_of(done.said))
        assert [one.text for one in room.desk.playbook.templates] == ["Hi {name}"]

    def test_that_is_the_built_in_one_stays_the_built_in_one(self, room: Room):
        done = submit(room, MIRI, open_(room, ActionId.PLAYBOOK_TEXTS))
        assert "Nothing differs" in done.said.text
        assert room.desk.playbook.templates == ()

    @pytest.mark.parametrize(
        ("moment", "given", "said"),
        [
            ("sms_first", {"text_": "Hello {surname}"}, "{surname} is not known here"),
            ("sms_first", {"text_": "Hello {name"}, "brace is not closed"),
            ("sms_first", {"text_": "Hello {when}"}, "{when} is not known here"),
            ("sms_first", {"text_": "ש" * 1601}, "1601 long"),
            ("mail_offer", {"text_": "x", "subject_": ""}, "needs a subject"),
            ("mail_offer", {"text_": "x", "subject_": "{surname}"}, "{surname}"),
        ],
    )
    def test_with_a_fault_is_refused_under_its_field(
        self, room: Room, moment: str, given: dict[str, str], said: str
    ):
        view = self.chosen(room, moment=pick(moment))
        typed = {field(view, prefix): {"value": text} for prefix, text in given.items()}
        answer = submit(room, MIRI, view, **typed)
        assert isinstance(answer, Errors)
        [where] = answer.errors
        assert where.startswith(list(given)[-1])
        assert said in answer.errors[where]
        assert room.desk.present.version == 0

    def test_is_previewed_as_it_stands_typed(self, room: Room):
        view = self.chosen(room, language=pick("he"))
        typed = {field(view, "text_"): {"value": "שלום {name}, " + "ש" * 60}}
        shown = in_modal(room, view, ActionId.PLAYBOOK_PREVIEW, **typed)
        assert "שלום דנה, " in str(shown["blocks"])
        assert "2 SMS segments (Hebrew, 70 of" not in str(shown["blocks"])
        assert "1 SMS segment (Hebrew, 70 of 70)" in str(shown["blocks"])
        assert value_of(shown, "text_") == typed[field(view, "text_")]["value"]
        assert check_view(view=shown, surface="modal") == []
        assert room.desk.present.version == 0

    def test_that_was_typed_for_another_choice_is_asked_for_again(self, room: Room):
        view = open_(room, ActionId.PLAYBOOK_TEXTS)
        answer = submit(room, MIRI, view, kind=pick("warm"))
        assert isinstance(answer, Errors)
        assert list(answer.errors) == ["moment"]
        assert room.desk.present.version == 0


class TestACampaign:
    def test_is_made_by_its_name(self, room: Room):
        view = open_(room, ActionId.PLAYBOOK_CAMPAIGNS)
        given = {
            "name": {"value": " Facebook-March "},
            field(view, "cost_"): {"value": "12.5"},
            field(view, "currency_"): {"value": "ils"},
            field(view, "vendor_"): {"value": "Meta"},
            field(view, "banners_"): {"value": "blue, red"},
            field(view, "tier_"): pick("A"),
        }
        done = submit(room, MIRI, view, **given)
        assert isinstance(done, Submitted)
        assert "Campaign · Facebook-March" in done.said.text
        assert room.desk.playbook.campaigns == (
            Campaign("Facebook-March", Decimal("12.5"), "ILS", "Meta", ("blue", "red"), Tier.A),
        )

    def test_is_changed_field_by_field(self, room: Room):
        playbooks.change(room.desk, MIRI, {"campaign:Web": {"cost": 5, "tier": "B"}})
        view = open_(room, ActionId.PLAYBOOK_CAMPAIGNS)
        assert value_of(view, "cost_") == "5.0"
        given = {field(view, "cost_"): {"value": None}, field(view, "tier_"): pick("measured")}
        assert isinstance(submit(room, MIRI, view, **given), Submitted)
        assert room.desk.playbook.campaigns == ()

    def test_is_chosen_among_those_that_are_known(self, room: Room):
        for name in ("Web", "List"):
            playbooks.change(room.desk, MIRI, {f"campaign:{name}": {"vendor": name}})
        view = open_(room, ActionId.PLAYBOOK_CAMPAIGNS)
        assert value_of(view, "vendor_") == "List"
        options = view["blocks"][0]["element"]["options"]
        web = next(one["value"] for one in options if one["text"]["text"] == "Web")
        other = in_modal(room, view, ActionId.PLAYBOOK_CAMPAIGN, campaign=pick(web))
        assert value_of(other, "vendor_") == "Web"
        new = in_modal(room, other, ActionId.PLAYBOOK_CAMPAIGN, campaign=pick("new"))
        assert value_of(new, "vendor_") == ""

    @pytest.mark.parametrize(
        ("block", "value", "said"),
        [
            ("cost_", "much", "an amount such as 12.50"),
            ("cost_", "-5", "an amount"),
            ("currency_", "shekel", "three letters"),
        ],
    )
    def test_with_a_fault_is_refused_under_its_field(
        self, room: Room, block: str, value: str, said: str
    ):
        view = open_(room, ActionId.PLAYBOOK_CAMPAIGNS)
        given = {"name": {"value": "Web"}, field(view, block): {"value": value}}
        answer = submit(room, MIRI, view, **given)
        assert isinstance(answer, Errors)
        assert said in answer.errors[field(view, block)]

    def test_without_a_name_is_asked_for_it(self, room: Room):
        answer = submit(room, MIRI, open_(room, ActionId.PLAYBOOK_CAMPAIGNS))
        assert isinstance(answer, Errors)
        assert "as the leads name it" in answer.errors["name"]

    def test_that_was_written_for_another_choice_is_asked_for_again(self, room: Room):
        playbooks.change(room.desk, MIRI, {"campaign:Web": {"cost": 5}})
        answer = submit(room, MIRI, open_(room, ActionId.PLAYBOOK_CAMPAIGNS), campaign=pick("new"))
        assert isinstance(answer, Errors)
        assert list(answer.errors) == ["campaign"]


class TestTheHistory:
    def listed(self, room: Room) -> Message:
        answer = click(room, MIRI, ActionId.PLAYBOOK_HISTORY, "history")
        assert isinstance(answer, Say)
        return answer.message

    def test_of_nothing_says_so(self, room: Room):
        assert "Nothing was changed here yet" in self.listed(room).text

    def test_names_who_when_and_what(self, room: Room):
        playbooks.change(room.desk, MIRI, {"digest.at": "08:00"})
        said = self.listed(room).text
        assert f"<@{MIRI}> · today 10:00 · this one holds" in said
        assert "Digest · Hour: 09:00 → 08:00" in said

    def test_goes_back_to_each_but_the_one_that_holds_and_asks_first(self, room: Room):
        for seconds in (40, 50, 60):
            playbooks.change(room.desk, MIRI, {"messages.undo_seconds": seconds})
        ways = [one["accessory"] for one in self.listed(room).blocks if "accessory" in one]
        assert [one["value"] for one in ways] == ["2", "1", "0"]
        assert all(one["confirm"]["text"]["text"] for one in ways)
        answer = click(room, MIRI, ActionId.PLAYBOOK_REVERT, 1)
        assert "60 → 40" in answer.message.text
        assert room.desk.playbook.undo_seconds == 40
        click(room, MIRI, ActionId.PLAYBOOK_REVERT, 0)
        assert room.desk.playbook.undo_seconds == 30

    def test_of_long_texts_fits_a_message(self, room: Room):
        for n in range(12):
            text = f"{n} " + "<!channel> *x* " * 100
            playbooks.change(
                room.desk, MIRI, {"template:mail_first::": {"text": text, "subject": "x"}}
            )
        assert len(self.listed(room).blocks) < 50
