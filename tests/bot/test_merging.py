"""A second form of a known person: nothing it says is lost, a sale stays one (C2, C4, L3.3)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.optouts import close
from bot.rotation import Rotation
from bot.sources import Batch
from bot.taking import take_in
from rules.effects import TellOwner
from rules.fields import Defaults, read_draft
from rules.guards import may_write
from rules.money import Money
from rules.optouts import BY_COMMAND
from rules.words import CALLS, CHANNELS, Channel, Importance, Kind, Layer, Stage, Step
from storage import inbox, leads, reps
from storage.leads import Line
from storage.tables import leads as table
from tests.desk import AVI, DANA, MIRI, NOA, Room

AGREED = {"consent": "sms,email,calls"}


def line(room: Room, what: str) -> Line:
    with room.desk.store.view() as view:
        return next(one for one in leads.lines(view, 1, most=100) if one.what == what)


def told(room: Room) -> list[TellOwner]:
    found = [TellOwner(**row["payload"]) for row in room.rows("tell_owner")]
    return [one for one in found if one.notice == "came_again"]


def imported(room: Room, **fields: Any) -> None:
    """Take a row of a file in, as the import without posts does."""
    with room.desk.store.unit() as unit:
        now = room.clock.now
        kept = inbox.keep(
            unit, source="import", body=b"", content_type="", once_key=str(fields), at=now
        )
        draft = read_draft(DANA | fields, defaults=Defaults("IL", "ILS"))
        batch = Batch("import", post=False)
        take_in(
            room.desk,
            unit,
            draft,
            Rotation(room.desk, unit, now=now),
            batch,
            intake_id=kept or 0,
            now=now,
        )
        unit.commit()


def closes(room: Room, *channels: str, address: str = "") -> None:
    with room.desk.store.unit() as unit:
        lead = None if address else leads.load(unit, 1, lock=True)
        now = room.clock.now
        close(room.desk, unit, lead, channels, address=address, actor="", how=BY_COMMAND, now=now)
        unit.commit()


def away(room: Room, *people: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, people, "paused")
        unit.commit()


class TestABuyerWhoComesAgain:
    def bought(self, room: Room) -> None:
        room.lead()
        room.log(1, "sold", amount=Money(1000, "ILS"))
        room.clock.forward(days=3)

    @pytest.mark.parametrize("again", [{}, {"campaign": "spring", "kind": "referral"}])
    def test_has_still_bought(self, room: Room, again: dict[str, str]):
        self.bought(room)
        before = room.load(1)
        room.receive(**DANA, **again)
        after = room.load(1)
        for name in ("stage", "closed_at", "next_what", "next_at", "owner", "kind", "campaign"):
            assert getattr(after, name) == getattr(before, name)
        assert "returned" not in room.history(1)
        room.log(1, "sold", amount=Money(-1000, "ILS"))

    def test_is_told_to_the_owner_with_what_they_wrote(self, room: Room):
        self.bought(room)
        room.receive(**DANA, note="I want a second one")
        room.deliver()
        said = room.outside.dms(room.load(1).owner)[-1].text
        assert "I want a second one" in said

    def test_whose_owner_has_left_is_told_to_the_managers(self, room: Room):
        self.bought(room)
        away(room, room.load(1).owner)
        room.receive(**DANA, note="again")
        room.deliver()
        assert "left details again" in room.outside.dms(MIRI)[-1].text


class TestConsentOnALaterForm:
    def test_replaces_the_list_that_stood(self, room: Room):
        room.lead(**AGREED)
        room.clock.forward(days=1)
        room.receive(**DANA, consent="calls", consent_text="Only call me")
        lead = room.load(1)
        assert (lead.consent, lead.consent_text) == (("calls",), "Only call me")
        assert lead.consent_at == room.clock.now
        assert not may_write(lead, Layer.MAILING_LIST, room.desk.playbook)

    def test_is_in_the_history_with_its_source_time_and_words(self, room: Room):
        room.lead()
        room.receive("partner", **DANA, consent="sms,email", consent_text="I agree")
        kept = line(room, "consent")
        assert kept.at == room.clock.now
        assert kept.data == {
            "channels": ["sms", "email"],
            "source": "partner",
            "of": room.clock.now.isoformat(),
            "text": "I agree",
        }
        room.deliver()

    @pytest.mark.parametrize("consent", ["", "sms"])
    def test_can_be_read_on_the_card(self, room: Room, consent: str):
        lead = room.lead(kind="warm")
        room.receive(**DANA, campaign="b", consent=consent or ["nothing"])
        room.deliver()
        assert "website" in str(room.outside.dms(lead.owner)[0].blocks)

    def test_ends_what_was_agreed_in_a_call_before_it(self, room: Room):
        room.lead()
        room.log(1, "noanswer", agreed=(Channel.EMAIL,))
        assert may_write(room.load(1), Layer.MAILING_LIST, room.desk.playbook)
        room.receive(**DANA, consent="calls")
        assert not may_write(room.load(1), Layer.MAILING_LIST, room.desk.playbook)

    def test_opens_nothing_that_the_person_closed(self, room: Room):
        room.lead()
        closes(room, Channel.EMAIL)
        room.receive(**DANA, **AGREED)
        assert room.load(1).opted_out == ("email",)
        assert not may_write(room.load(1), Layer.MAIL_FIRST, room.desk.playbook)

    def test_that_is_older_changes_nothing(self, room: Room):
        room.lead(consent="calls")
        imported(room, consent="sms,email,calls", received_at="2026-01-01T00:00:00+00:00")
        assert room.load(1).consent == ("calls",)

    def test_sent_twice_leaves_what_was_agreed_between(self, room: Room):
        room.lead(consent="calls")
        room.log(1, "noanswer", agreed=(Channel.EMAIL,))
        room.receive(**DANA, consent="calls")
        assert room.load(1).agreed == ("email",)

    def test_that_says_nothing_of_it_changes_nothing(self, room: Room):
        room.lead(**AGREED)
        room.receive(**DANA, campaign="spring")
        assert room.load(1).consent == ("sms", "email", "calls")


class TestANewcomerWhoRefusedCalls:
    def test_is_given_to_a_rep_and_stays_on_the_list(self, room: Room):
        closes(room, CALLS, address="+972522345678")
        lead = room.lead(**AGREED)
        assert (lead.next_what, lead.working) == (Step.MAILING_LIST, False)
        assert lead.owner in {NOA, AVI}
        room.deliver()
        for card in (*room.outside.channel(), *room.outside.dms(lead.owner)):
            assert "within" not in card.text
            assert "תוך" not in card.text

    def test_waits_for_nobody_where_nobody_is_there(self, room: Room):
        away(room, NOA, AVI)
        closes(room, CALLS, address="+972522345678")
        lead = room.lead(**AGREED)
        assert (lead.owner, lead.next_what) == ("", Step.MAILING_LIST)
        assert room.rows("tell_managers") == []
        with room.desk.store.unit() as unit:
            reps.set_state(unit, [NOA], "active")
            unit.commit()
        room.tick(minutes=1)
        assert room.load(1).next_what is Step.MAILING_LIST

    @pytest.mark.parametrize("fields", [{"email": ""}, {}], ids=["no mail", "mail closed too"])
    def test_and_takes_no_mail_is_disqualified_and_nobodys(
        self, room: Room, fields: dict[str, str]
    ):
        closes(room, *CHANNELS, address="+972522345678")
        closes(room, *CHANNELS, address="dana@example.com")
        lead = room.lead(**fields)
        assert (lead.stage, lead.next_what, lead.owner) == (Stage.DISQUALIFIED, Step.NONE, "")
        assert lead.closed_at == room.clock.now
        assert room.history(1) == ["created", "opted_out", "disqualified_optout"]
        room.tick(minutes=1)
        assert len(room.outside.channel()) == 1

    def test_is_not_called_when_the_form_comes_again(self, room: Room):
        closes(room, CALLS, address="+972522345678")
        room.lead(**AGREED)
        room.receive(**(DANA | AGREED), note="hello?")
        assert room.load(1).next_what is Step.MAILING_LIST
        assert [one.about for one in told(room)] == ["hello?"]


class TestASecondFormOfALeadInItsPlan:
    def test_is_called_as_fresh_and_told_to_its_owner(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        room.clock.forward(hours=1)
        room.receive(**DANA, note="when do you call?")
        again = room.load(1)
        assert (again.queue, again.next_at, again.plan_step) == ("fresh", room.clock.now, 0)
        assert again.owner == lead.owner
        room.deliver()
        assert "when do you call?" in room.outside.dms(lead.owner)[-1].text

    def test_is_told_once_though_it_comes_twice(self, room: Room):
        room.lead()
        room.receive(**DANA, campaign="b")
        room.receive(**DANA, campaign="b")
        assert len(told(room)) == 1

    def test_leaves_what_was_agreed(self, room: Room):
        room.lead()
        due = room.clock.now + timedelta(days=2)
        room.log(1, "followup", when=due, importance=Importance.LOW)
        room.receive(**DANA, campaign="b")
        after = room.load(1)
        assert (after.next_what, after.next_at) == (Step.FOLLOW_UP, due)
        assert len(told(room)) == 1

    def test_of_a_file_changes_no_plan(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        before = room.load(1)
        imported(room, campaign="list")
        assert (room.load(1).next_at, room.load(1).plan_step) == (before.next_at, 1)
        assert told(room) == []

    def test_stops_we_tried_to_call_you(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        assert room.states("sms") == ["waiting"]
        room.receive(**DANA, campaign="b")
        assert (room.states("sms"), room.states("email")) == (["cancelled"], ["cancelled"])

    def test_finds_another_rep_where_the_last_has_left(self, room: Room):
        lead = room.lead()
        away(room, lead.owner)
        room.receive(**DANA, campaign="b")
        assert room.load(1).owner == room.other(lead)


class TestWhatALaterFormSays:
    def test_fills_what_was_not_known_of_them(self, room: Room):
        room.lead()
        room.receive(**DANA, product="car", language="en", referrer="Gil", city="Haifa")
        lead = room.load(1)
        known = (lead.product, lead.language, lead.referrer, lead.city)
        assert known == ("car", "en", "Gil", "Haifa")

    def test_changes_nothing_that_was_known(self, room: Room):
        room.lead(product="car", city="Haifa")
        room.receive(**DANA, product="boat", city="Jaffa")
        assert (room.load(1).product, room.load(1).city) == ("car", "Haifa")

    def test_is_in_the_history_and_above_what_they_wrote_before(self, room: Room):
        room.lead(note="blue")
        room.receive(**DANA, note="or green")
        assert room.load(1).note == "or green\nblue"
        assert line(room, "wrote").data == {"text": "or green"}

    def test_stands_on_the_card_of_who_comes_back(self, room: Room):
        lead = room.lead()
        room.log(1, "lost")
        room.receive(**DANA, note="I changed my mind")
        room.deliver()
        assert "I changed my mind" in room.outside.dms(lead.owner)[-1].text

    def test_resets_the_tones_that_were_to_pass_when_it_brings_a_number(self, room: Room):
        room.lead(phone="052-23")
        with room.desk.store.unit() as unit:
            unit.execute(table.update().values(unavailables=3))
            unit.commit()
        room.receive(**DANA)
        assert room.load(1).unavailables == 0


class TestANumberThatIsWrongAgain:
    def test_is_asked_for_again_but_once_for_each(self, room: Room):
        room.lead()
        room.log(1, "invalid")
        room.receive(phone="054-345-6789", email=DANA["email"])
        assert room.load(1).next_what is Step.CALL
        for _ in range(2):
            room.clock.forward(minutes=1)
            room.log(1, "invalid")
        asked = [row for row in room.rows("email") if row["payload"]["layer"] == "ask_phone"]
        assert [row["payload"]["about"] for row in asked] == ["+972522345678", "+972543456789"]


class TestAHotterKind:
    def test_takes_the_place_of_a_colder_one_with_its_referrer_and_campaign(self, room: Room):
        room.lead(kind="cold")
        room.receive(**DANA, kind="referral", referrer="Gil", campaign="friends")
        lead = room.load(1)
        assert (lead.kind, lead.referrer, lead.campaign) == (Kind.REFERRAL, "Gil", "friends")

    def test_is_graded_anew(self, room: Room):
        cold = room.lead(kind="cold")
        room.receive(**DANA, kind="referral")
        lead = room.load(1)
        assert (cold.tier, lead.tier) == ("C", "A")
        with room.desk.store.view() as view:
            assert view.execute(select(table.c.score)).scalar() == lead.score > cold.score

    @pytest.mark.parametrize("source", ["form", "file"])
    def test_is_never_cooled(self, room: Room, source: str):
        warm = room.lead()
        if source == "file":
            imported(room, kind="cold", campaign="list")
        else:
            room.receive(**DANA, kind="cold", campaign="list")
        assert (room.load(1).kind, room.load(1).tier) == (Kind.WARM, warm.tier)
        assert room.load(1).campaign == ""

    def test_heats_no_closed_lead_from_a_file(self, room: Room):
        room.lead(kind="cold")
        room.log(1, "lost")
        imported(room, kind="warm")
        assert room.load(1).kind is Kind.COLD
