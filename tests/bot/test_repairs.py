"""A wrong number put right: proposed, chosen, refused, by hand, by mail, taken back (L5.1-L5.4)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import leads as bot_leads
from bot import letters, repairs
from bot.audience import team_words
from bot.mending import mend_of
from bot.views.blocks import ActionId
from bot.views.card import card
from rules.lead import Lead
from rules.refusals import Refused
from rules.words import Outcome, Stage, Step
from storage import leads, optouts
from storage import repairs as stored
from tests.bot.mmdb import write_places
from tests.bot.test_places import HAIFA
from tests.desk import BOOK, MIRI, FakeClock, Room, a_desk, payload

RIGHT, WRONG = "+972522345678", "0052-2345678"


def proposed(room: Room, lead_id: int = 1) -> list[str]:
    with room.desk.store.view() as view:
        return [one.e164 for one in mend_of(room.desk, view, room.load(lead_id)).repairs]


def answered(room: Room, text: str, *, number: int = 1) -> bool:
    """Let the customer answer by mail."""
    head = f"From: Dana <dana@example.com>\nTo: sales@example.com\nMessage-ID: <{number}@x>\n"
    kind = "Content-Type: text/plain; charset=utf-8\nSubject: Re: your number\n\n"
    return letters.receive(room.desk, f"{head}{kind}{text}\n".encode())


def refuses_calls(room: Room, phone: str) -> None:
    with room.desk.store.unit() as unit:
        optouts.add(unit, phone, ["calls"], at=room.clock.now, actor="", how="page", lead_id=None)
        unit.commit()


@pytest.fixture
def wrong(room: Room) -> Lead:
    return room.lead(phone=WRONG)


class TestAProposedNumber:
    def test_stands_on_the_owners_card_with_its_reason(self, room: Room, wrong: Lead):
        room.deliver()
        text = payload(room.outside.dms(wrong.owner)[-1])
        assert "052-234-5678" in text
        assert ActionId.USE_NUMBER in text
        assert f"1:{RIGHT}" in text
        assert ActionId.REFUSE_NUMBERS in text

    def test_stands_on_no_card_of_the_channel(self, room: Room, wrong: Lead):
        room.deliver()
        text = payload(room.outside.channel()[-1])
        assert wrong.phone_raw == WRONG
        assert "234-5678" not in text
        assert ActionId.USE_NUMBER not in text

    def test_is_told_to_a_screen_reader(self, room: Room, wrong: Lead):
        shown = bot_leads.show(room.desk, 1, by=MIRI)
        said = card(shown, team_words(room.desk), BOOK, private=True)
        assert "*052-234-5678*? There is one zero too many in front." in said.text

    def test_of_a_number_that_is_short_is_a_question(self, room: Room):
        lead = room.lead(phone="052-234567")
        room.deliver()
        text = payload(room.outside.dms(lead.owner)[-1])
        assert ActionId.USE_NUMBER not in text
        shown = bot_leads.show(room.desk, 1, by=MIRI)
        assert shown.mend.question == "digit_missing"

    def test_is_set_and_called_at_once(self, room: Room, wrong: Lead):
        done = repairs.use(room.desk, 1, RIGHT, by=wrong.owner)
        lead = room.load(1)
        assert (lead.phone_e164, lead.phone_valid) == (RIGHT, True)
        assert (lead.next_what, lead.next_at) == (Step.CALL, room.clock.now)
        assert lead.queue == "fresh"
        assert done.line
        with room.desk.store.view() as view:
            [line] = [one for one in leads.lines(view, 1) if one.what == repairs.LINE]
            assert stored.taught(view) == {"zero_doubled": (1, 0)}
        assert line.data["was"] == WRONG

    def test_twice_by_one_click_is_once(self, room: Room, wrong: Lead):
        first = repairs.use(room.desk, 1, RIGHT, by=wrong.owner, key="k")
        again = repairs.use(room.desk, 1, RIGHT, by=wrong.owner, key="k")
        assert (bool(first.line), again.line) == (True, 0)
        assert room.history(1).count(repairs.LINE) == 1

    def test_that_is_proposed_no_more_is_refused(self, room: Room, wrong: Lead):
        with pytest.raises(Refused, match=r"phone\.gone"):
            repairs.use(room.desk, 1, "+972543456789", by=wrong.owner)
        repairs.decline(room.desk, 1, by=wrong.owner)
        with pytest.raises(Refused, match=r"phone\.gone"):
            repairs.use(room.desk, 1, RIGHT, by=wrong.owner)

    @pytest.mark.parametrize("typed", ["1-900-555-123", "03-555-1234", "+870 773 111 632"])
    def test_that_is_nobodys_own_is_not_set_by_hand(self, room: Room, wrong: Lead, typed: str):
        with pytest.raises(Refused, match=r"phone\.bad"):
            repairs.correct(room.desk, 1, typed, by=wrong.owner)
        assert not room.load(1).phone_valid

    def test_of_another_rep_is_refused(self, room: Room, wrong: Lead):
        with pytest.raises(Refused, match=r"lead\.of_another"):
            repairs.use(room.desk, 1, RIGHT, by=room.other(wrong))
        assert not room.load(1).phone_valid

    def test_is_a_managers_to_set_and_its_owner_is_told(self, room: Room, wrong: Lead):
        repairs.use(room.desk, 1, RIGHT, by=MIRI)
        assert [row["payload"]["notice"] for row in room.rows("tell_owner")] == ["phone_mended"]
        room.deliver()
        card, told = (payload(one) for one in room.outside.dms(wrong.owner))
        assert "052-234-5678" in card
        assert "#1" in told

    def test_of_a_closed_lead_is_refused(self, room: Room, wrong: Lead):
        room.log(1, "lost")
        assert proposed(room) == []
        with pytest.raises(Refused, match=r"lead\.closed"):
            repairs.use(room.desk, 1, RIGHT, by=wrong.owner)

    def test_at_which_nobody_may_call_is_refused(self, room: Room, wrong: Lead):
        refuses_calls(room, RIGHT)
        with pytest.raises(Refused, match=r"phone\.closed"):
            repairs.use(room.desk, 1, RIGHT, by=wrong.owner)
        assert not room.load(1).phone_valid

    def test_that_another_lead_has_is_a_question_to_managers(self, room: Room):
        room.lead()
        second = room.lead(name="Dana C", phone=WRONG, email="d2@example.com")
        repairs.use(room.desk, second.id, RIGHT, by=second.owner)
        room.deliver()
        said = room.outside.dms(MIRI)[-1].text
        assert "#1" in said
        assert f"#{second.id}" in said

    def test_calls_who_was_on_the_mailing_list_as_fresh(self, room: Room, wrong: Lead):
        with room.desk.store.unit() as unit:
            leads.save(unit, replace(wrong, next_what=Step.MAILING_LIST, plan_step=8))
            unit.commit()
        repairs.use(room.desk, 1, RIGHT, by=wrong.owner)
        lead = room.load(1)
        assert (lead.stage, lead.next_what, lead.plan_step) == (Stage.LEAD, Step.CALL, 0)


class TestNoneOfThese:
    def test_is_remembered_and_teaches(self, room: Room, wrong: Lead):
        done = repairs.decline(room.desk, 1, by=wrong.owner)
        assert done.question == ""
        assert proposed(room) == []
        with room.desk.store.view() as view:
            assert stored.taught(view) == {"zero_doubled": (0, 1)}
        assert room.history(1)[-1] == "phone_unmended"

    def test_twice_is_once(self, room: Room, wrong: Lead):
        for _ in range(2):
            repairs.decline(room.desk, 1, by=wrong.owner)
        assert room.history(1).count("phone_unmended") == 1

    def test_of_another_rep_is_refused(self, room: Room, wrong: Lead):
        with pytest.raises(Refused, match=r"lead\.of_another"):
            repairs.decline(room.desk, 1, by=room.other(wrong))


class TestByHand:
    @pytest.mark.parametrize(
        "typed",
        ["054-345-6789", "<tel:0543456789|054-345-6789>", "+972 54 345 6789", "054 3456789"],
    )
    def test_sets_what_was_typed(self, room: Room, wrong: Lead, typed: str):
        repairs.correct(room.desk, 1, typed, by=wrong.owner)
        lead = room.load(1)
        assert (lead.phone_e164, lead.next_what) == ("+972543456789", Step.CALL)
        with room.desk.store.view() as view:
            assert stored.taught(view) == {}

    @pytest.mark.parametrize(
        ("typed", "key"),
        [
            ("x", "phone.bad"),
            ("052-234567", "phone.digit_missing"),
            ("052-23456789", "phone.digit_extra"),
            ("8531234", "phone.area_missing"),
            ("0054-3456789", "phone.bad_near"),
        ],
    )
    def test_says_what_is_wrong(self, room: Room, wrong: Lead, typed: str, key: str):
        with pytest.raises(Refused) as refused:
            repairs.correct(room.desk, 1, typed, by=wrong.owner)
        assert refused.value.key == key
        assert room.load(1) == wrong

    def test_names_what_it_may_have_been(self, room: Room, wrong: Lead):
        with pytest.raises(Refused) as refused:
            repairs.correct(room.desk, 1, "0054-3456789", by=wrong.owner)
        assert refused.value.params["near"] == "054-345-6789"

    def test_of_the_number_that_it_has_is_refused(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused, match=r"phone\.same"):
            repairs.correct(room.desk, 1, "0522345678", by=lead.owner)

    def test_leaves_what_was_agreed(self, room: Room):
        lead = room.lead()
        due = room.clock.now + timedelta(days=2)
        room.log(1, "followup", when=due, importance="low")
        repairs.correct(room.desk, 1, "054-345-6789", by=lead.owner)
        assert (room.load(1).next_what, room.load(1).next_at) == (Step.FOLLOW_UP, due)

    def test_drops_the_mail_that_asks_for_it(self, room: Room):
        lead = room.lead()
        room.log(1, "invalid")
        repairs.correct(room.desk, 1, "054-345-6789", by=lead.owner)
        room.clock.forward(minutes=5)
        room.deliver()
        assert room.outside.mails == []


class TestTakenBack:
    def test_is_as_before(self, room: Room, wrong: Lead):
        done = repairs.use(room.desk, 1, RIGHT, by=wrong.owner)
        repairs.take_back(room.desk, done.line, by=wrong.owner)
        lead = room.load(1)
        same = (
            "phone_raw",
            "phone_e164",
            "phone_valid",
            "next_what",
            "next_at",
            "fresh_at",
            "zone",
        )
        assert [getattr(lead, one) for one in same] == [getattr(wrong, one) for one in same]
        assert proposed(room) == [RIGHT]
        with room.desk.store.view() as view:
            assert stored.taught(view) == {}

    def test_is_refused_once_it_was_called(self, room: Room, wrong: Lead):
        done = repairs.use(room.desk, 1, RIGHT, by=wrong.owner)
        room.log(1, "noanswer")
        with pytest.raises(Refused, match=r"undo\.later"):
            repairs.take_back(room.desk, done.line, by=wrong.owner)

    def test_is_refused_to_others_and_twice(self, room: Room, wrong: Lead):
        done = repairs.use(room.desk, 1, RIGHT, by=wrong.owner)
        with pytest.raises(Refused, match=r"undo\.nothing"):
            repairs.take_back(room.desk, done.line, by=MIRI)
        repairs.take_back(room.desk, done.line, by=wrong.owner)
        with pytest.raises(Refused, match=r"undo\.done"):
            repairs.take_back(room.desk, done.line, by=wrong.owner)


class TestThePlaceOfTheForm:
    @pytest.fixture
    def placed(self, tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
        path = tmp_path / "places.mmdb"
        write_places(path, {"8.8.4.0/24": HAIFA})
        with a_desk(tmp_path, clock, GEOIP_FILE=str(path)) as made:
            yield made

    def test_gives_the_missing_area(self, placed: Room):
        placed.lead(phone="8531234", ip="8.8.4.4")
        assert proposed(placed) == ["+97248531234"]

    def test_says_nothing_of_a_private_address(self, placed: Room):
        placed.lead(phone="8531234", ip="10.0.0.4")
        assert proposed(placed) == []

    def test_goes_behind_what_the_lead_says_itself(self, room: Room):
        room.lead(phone="8531234", city="חיפה")
        assert proposed(room) == ["+97248531234"]


class TestAnAnswerToTheMailL51:
    def test_with_a_number_sets_it_and_is_told_at_once(self, room: Room, wrong: Lead):
        room.log(1, "invalid")
        room.clock.forward(hours=1)
        assert answered(room, "Sorry, it is 054-345-6789. Dana")
        lead = room.load(1)
        assert (lead.phone_e164, lead.phone_valid) == ("+972543456789", True)
        assert (lead.next_what, lead.next_at) == (Step.CALL, room.clock.now)
        assert "phone_mailed" in room.history(1)
        room.deliver()
        told = [payload(one) for one in room.outside.dms(wrong.owner)]
        assert any("054-345-6789" in one for one in told)
        assert "phone_mailed" in [row["payload"]["notice"] for row in room.rows("tell_owner")]

    def test_with_a_number_that_can_be_mended_goes_to_the_card(self, room: Room):
        lead = room.lead(phone="")
        assert lead.next_what is Step.WAIT_FOR_PHONE
        answered(room, "0054-345-6789")
        after = room.load(1)
        assert (after.phone_raw, after.phone_valid) == ("0054-345-6789", False)
        assert proposed(room) == ["+972543456789"]
        assert [row["payload"]["notice"] for row in room.rows("tell_owner")] == ["phone_unclear"]

    def test_without_a_number_is_only_told(self, room: Room, wrong: Lead):
        answered(room, "I would rather have a mail, it is 2026 after all")
        assert room.load(1).phone_raw == WRONG
        assert room.states("tell_owner") == []
        assert room.states("tell_reply") == ["waiting"]

    def test_of_a_lead_whose_number_works_leaves_it(self, room: Room):
        lead = room.lead()
        answered(room, "My office is 03-555-1234")
        assert room.load(1).phone_e164 == lead.phone_e164

    def test_at_which_nobody_may_call_leaves_it(self, room: Room, wrong: Lead):
        refuses_calls(room, "+972543456789")
        answered(room, "054-345-6789")
        assert not room.load(1).phone_valid

    @pytest.mark.parametrize(
        "text",
        [
            "My old number 052-234-5678 is dead, use 054-345-6789",
            "My ID is 024567891, the phone 054-345-6789",
            "I called you at 03-555-1234, mine is 054-345-6789, fax 1-900-555-123",
        ],
    )
    def test_sets_the_only_number_that_can_be_meant(self, room: Room, text: str):
        room.lead()
        room.log(1, "invalid")
        answered(room, text)
        assert (room.load(1).phone_e164, room.load(1).phone_valid) == ("+972543456789", True)

    @pytest.mark.parametrize("text", ["03-555-1234", "1-900-555-123", "052-234-5678"])
    def test_with_ours_a_premium_or_the_dead_number_sets_nothing(self, room: Room, text: str):
        room.lead()
        room.log(1, "invalid")
        answered(room, f"I tried {text}")
        assert not room.load(1).phone_valid
        assert room.states("tell_owner") == []

    def test_with_several_numbers_sets_none_and_tells_the_rep(self, room: Room, wrong: Lead):
        answered(room, "054-345-6789 or 054-345-6780")
        assert room.load(1).phone_raw == WRONG
        assert [row["payload"]["notice"] for row in room.rows("tell_owner")] == ["phone_several"]
        room.deliver()
        told = [one.text for one in room.outside.dms(wrong.owner)]
        assert any("several numbers" in one or "כמה מספרים" in one for one in told)

    def test_twice_counts_once(self, room: Room, wrong: Lead):
        for _ in range(2):
            answered(room, "054-345-6789")
        assert room.history(1).count("phone_mailed") == 1


class TestATonesEndL53:
    def test_is_a_mail_that_asks_for_another_number(self, room: Room):
        room.lead()
        for _ in range(BOOK.unavailable_tries + 1):
            if room.load(1).next_what is Step.WAIT_FOR_PHONE:
                break
            room.clock.now = room.load(1).next_at or room.clock.now
            room.log(1, Outcome.UNAVAILABLE)
        assert room.load(1).next_what is Step.WAIT_FOR_PHONE
        layers = [row["payload"]["layer"] for row in room.rows("email")]
        assert layers == ["ask_phone"]


class TestTheMailThatAsksL51L54:
    @pytest.mark.parametrize("language", ["he", "en"])
    @pytest.mark.parametrize("phone", ["", "052-234-5678"])
    def test_links_to_the_page_and_says_why(
        self, tmp_path: Path, clock: FakeClock, language: str, phone: str
    ):
        with a_desk(tmp_path, clock, PUBLIC_URL="https://leads.example.com") as room:
            room.lead(phone=phone, language=language)
            if phone:
                room.log(1, "invalid")
            room.tick(minutes=5)
            [mail] = room.outside.mails
            assert "https://leads.example.com/p/" in mail.text
            why = "properly by phone" if language == "en" else "בצורה מסודרת בטלפון"
            assert why in mail.text

    def test_leaves_once_however_often_they_come(self, room: Room):
        for number in range(3):
            room.receive(name="Dana", email="dana@example.com", note=str(number))
        room.tick(minutes=5)
        assert [row["payload"]["layer"] for row in room.rows("email")] == ["ask_phone"]

    def test_does_not_leave_to_who_never_asked(self, room: Room):
        room.lead(phone="", kind="cold")
        assert room.states("email") == []

    def test_is_dropped_once_there_is_a_number(self, room: Room):
        lead = room.lead(phone="")
        repairs.correct(room.desk, 1, "054-345-6789", by=lead.owner)
        room.tick(minutes=5)
        assert room.outside.mails == []
