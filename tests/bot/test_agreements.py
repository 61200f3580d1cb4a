"""Agreed times from end to end: one-call products, the next meeting, change of time, undo."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import agreements, undoing
from bot.agreements import Changed
from bot.next import next_lead
from bot.texts import Words
from bot.views import agreements as views
from bot.views import replies
from bot.views.blocks import ActionId, Message
from rules.agreements import Agreement
from rules.lead import Lead
from rules.playbook import Product
from rules.refusals import Refused
from rules.words import Importance, Stage, Step
from sandbox.blockkit import check_view
from storage import leads as stored_leads
from tests.desk import AVI, BOOK, MIRI, ONE_REP, FakeClock, Room, a_desk, faults_of

HIGH, LOW = Importance.HIGH, Importance.LOW
SHOP = replace(BOOK, products=(Product("Phone", style="one_call"), Product("Flat", meetings=3)))


@pytest.fixture
def shop(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """A desk that sells phones in one call and flats in three meetings; its leads are Avi's."""
    with a_desk(tmp_path, clock, team=ONE_REP, playbook=SHOP) as room:
        yield room


def words(room: Room) -> Words:
    return Words("en", room.desk.settings.zone)


def agree(room: Room, importance: Importance = HIGH, *, by: str = AVI, **more: Any) -> Message:
    """Agree by an outcome to speak in five hours; gives what is answered."""
    room.clock.forward(minutes=1)
    when = room.clock.now + timedelta(hours=5)
    done = room.log(1, "followup", by=by, when=when, importance=importance, **more)
    return replies.logged(done, words(room))


def buttons(message: Message) -> list[str]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row]


def data(room: Room, what: str) -> dict[str, Any]:
    """Give the newest line of a kind in the lead's history."""
    with room.desk.store.view() as view:
        return next(one.data for one in stored_leads.lines(view, 1) if one.what == what)


def standing(lead: Lead) -> Lead:
    """Give a lead without what counts its changes and who holds it."""
    return replace(lead, version=0, held_by="", held_until=None)


class TestAProductOfOneCallL42:
    def test_gets_one_follow_up_and_is_told_so(self, shop: Room):
        shop.lead(product="Phone")
        assert "only follow-up" in agree(shop).text
        with pytest.raises(Refused, match=r"followup\.only_one"):
            agree(shop)

    def test_gets_a_further_one_from_a_manager_only(self, shop: Room):
        shop.lead(product="Phone")
        agree(shop)
        assert "further follow-up" in agree(shop, by=MIRI).text

    def test_counts_no_follow_up_that_was_taken_back(self, shop: Room):
        shop.lead(product="Phone")
        agree(shop)
        undoing.undo(shop.desk, by=AVI)
        assert "only follow-up" in agree(shop).text

    def test_counts_those_that_are_over(self, shop: Room):
        shop.lead(product="Phone")
        agree(shop)
        shop.clock.forward(hours=6)
        shop.log(1, "noanswer")
        with pytest.raises(Refused, match=r"followup\.only_one"):
            agree(shop)

    def test_has_a_low_one_challenged_until_its_objection_is_told(self, shop: Room):
        shop.lead(product="Phone")
        with pytest.raises(Refused, match=r"followup\.challenged"):
            agree(shop, LOW)
        assert shop.load(1).attempts == 0
        agree(shop, LOW, note="evening objection: too dear")
        kept = data(shop, "outcome")
        assert (kept["note"], kept["objection"]) == ("evening", "too dear")

    def test_is_not_asked_for_the_next_one(self, shop: Room):
        shop.lead(product="Phone")
        agree(shop)
        shop.clock.forward(hours=6)
        said = replies.logged(shop.log(1, "noanswer"), words(shop))
        assert ActionId.AGREE_AGAIN not in buttons(said)

    def test_asks_the_database_of_nothing_else(self, shop: Room, monkeypatch: pytest.MonkeyPatch):
        def never(*_: object) -> int:
            raise AssertionError

        monkeypatch.setattr("storage.agreements.followups_of", never)
        shop.lead(product="Phone")
        shop.log(1, "noanswer")
        shop.lead(product="Flat", phone="052-234-5679", email="")
        when = shop.clock.now + timedelta(hours=1)
        assert shop.log(2, "followup", when=when, importance=LOW).meetings == 3


class TestAProductOfSeveralMeetingsL41:
    def test_is_told_which_meeting_it_was(self, shop: Room):
        shop.lead(product="Flat")
        texts = [agree(shop).text for _ in range(3)]
        assert "meeting 1 of about 3: too early" in texts[0]
        assert "meeting 2 of about 3: too early" in texts[1]
        assert "meeting 3; a close usually takes about 3" in texts[2]

    @pytest.mark.parametrize("outcome", ["noanswer", "busy", "voicemail", "notnow", "unavailable"])
    def test_is_asked_for_the_next_when_one_is_over(self, shop: Room, outcome: str):
        shop.lead(product="Flat")
        agree(shop)
        shop.clock.forward(hours=6)
        said = replies.logged(shop.log(1, outcome), words(shop))
        assert ActionId.AGREE_AGAIN in buttons(said)
        assert "Agree the next one" in said.text

    @pytest.mark.parametrize("outcome", ["lost", "followup", "invalid"])
    def test_is_not_asked_when_something_was_settled(self, shop: Room, outcome: str):
        shop.lead(product="Flat")
        agree(shop)
        shop.clock.forward(hours=6)
        when = shop.clock.now + timedelta(days=1) if outcome == "followup" else None
        done = shop.log(1, outcome, when=when, importance=HIGH if when else None)
        assert ActionId.AGREE_AGAIN not in buttons(replies.logged(done, words(shop)))

    def test_is_not_asked_while_the_agreed_time_is_to_come(self, shop: Room):
        shop.lead(product="Flat")
        agree(shop)
        shop.clock.forward(hours=1)
        said = replies.logged(shop.log(1, "noanswer"), words(shop))
        assert ActionId.AGREE_AGAIN not in buttons(said)
        assert ActionId.SET_TIME in buttons(said)


def again(room: Room, *, by: str = AVI, key: str = "", **more: Any) -> Changed:
    """Agree outside a call to speak in a day."""
    given: dict[str, Any] = {"when": room.clock.now + timedelta(days=1), "importance": HIGH}
    given |= more
    return agreements.agree(room.desk, Agreement(1, **given), by=by, key=key)


class TestAgreeingTheNextTime:
    def missed(self, room: Room, product: str = "Flat") -> Lead:
        room.lead(product=product)
        agree(room)
        room.clock.forward(hours=6)
        room.log(1, "noanswer")
        return room.load(1)

    def test_writes_a_follow_up_without_an_attempt(self, shop: Room):
        before = self.missed(shop)
        when = shop.clock.now + timedelta(days=1)
        done = again(shop, when=when, note="at the flat promise: the plans")
        agreed = shop.followup(1)
        assert agreed is not None
        assert (agreed.due_at, agreed.nag_at) == (when, when)
        assert (agreed.rep, agreed.importance) == (AVI, HIGH)
        assert agreed.note == "at the flat\npromise: the plans"
        assert (done.lead.next_what, done.lead.next_at) == (Step.FOLLOW_UP, when)
        assert (done.lead.attempts, done.lead.meetings) == (before.attempts, before.meetings)
        kept = data(shop, "agreed_again")
        assert (kept["note"], kept["promise"]) == ("at the flat", "the plans")

    def test_is_reminded_of_like_any_other_l4_3(self, shop: Room):
        self.missed(shop)
        shop.deliver()
        again(shop)
        told = len(shop.outside.dms(AVI))
        shop.tick(days=1)
        assert "⏰" in shop.outside.dms(AVI)[told].text

    def test_ends_with_the_next_outcome(self, shop: Room):
        self.missed(shop)
        again(shop)
        shop.clock.forward(days=1)
        shop.log(1, "lost")
        assert shop.followup(1) is None

    def test_is_echoed_in_full_with_an_undo(self, shop: Room):
        self.missed(shop)
        said = views.agreed(again(shop), words(shop), now=shop.clock.now)
        assert "Monday 16 November 16:01" in said.text
        assert buttons(said) == [ActionId.UNDO_TIME, ActionId.SET_TIME]

    def test_sent_twice_is_agreed_once(self, shop: Room):
        self.missed(shop)
        first, second = again(shop, key="x"), again(shop, key="x")
        assert (first.lead, second.line) == (second.lead, 0)
        assert buttons(views.agreed(second, words(shop), now=shop.clock.now)) == []

    def test_is_refused_while_one_is_open(self, shop: Room):
        shop.lead(product="Flat")
        agree(shop)
        with pytest.raises(Refused, match=r"followup\.open"):
            again(shop)
        with pytest.raises(Refused, match=r"followup\.open"):
            agreements.to_agree(shop.desk, 1, by=AVI)

    def test_is_refused_for_a_closed_lead(self, shop: Room):
        shop.lead(product="Flat")
        shop.log(1, "lost")
        with pytest.raises(Refused, match=r"lead\.closed"):
            again(shop)

    def test_is_refused_for_anothers_lead(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused, match=r"lead\.of_another"):
            again(room, by=room.other(lead))

    def test_is_refused_for_a_time_that_has_passed(self, shop: Room):
        self.missed(shop)
        with pytest.raises(Refused, match=r"when\.past"):
            again(shop, when=shop.clock.now)

    def test_is_no_way_round_the_one_follow_up_of_a_one_call_product_l4_2(self, shop: Room):
        self.missed(shop, "Phone")
        with pytest.raises(Refused, match=r"followup\.only_one"):
            again(shop)
        with pytest.raises(Refused, match=r"followup\.challenged"):
            again(shop, by=MIRI, importance=LOW)
        again(shop, by=MIRI, importance=LOW, objection="too dear")
        assert shop.followup(1) is not None

    def test_gives_a_lead_that_nobody_had_to_its_maker(self, shop: Room):
        self.missed(shop)
        with shop.desk.store.unit() as unit:
            stored_leads.save(unit, replace(shop.load(1), owner=""))
            unit.commit()
        assert again(shop, by=MIRI).lead.owner == MIRI

    def test_is_taken_back(self, shop: Room):
        before = self.missed(shop)
        done = again(shop)
        agreements.take_back(shop.desk, done.line, by=AVI)
        assert standing(shop.load(1)) == standing(before)
        assert shop.followup(1) is None
        assert shop.history(1)[-2:] == ["agreed_again", "time_restored"]

    def test_leaves_the_outcome_before_it_to_be_undone_once_it_is_taken_back(self, shop: Room):
        self.missed(shop)
        done = again(shop)
        with pytest.raises(Refused, match=r"undo\.later"):
            undoing.undo(shop.desk, by=AVI)
        agreements.take_back(shop.desk, done.line, by=AVI)
        assert undoing.undo(shop.desk, by=AVI).outcome == "noanswer"
        assert shop.followup(1) is not None


def move(room: Room, *, by: str = AVI, key: str = "", **ahead: float) -> Changed:
    when = room.clock.now + timedelta(**(ahead or {"hours": 2}))
    return agreements.set_time(room.desk, 1, when, by=by, key=key)


class TestChangingTheTime:
    def called(self, room: Room, outcome: str = "noanswer", **more: Any) -> Lead:
        room.lead()
        room.log(1, outcome, **more)
        return room.load(1)

    def test_moves_the_next_call_alone(self, shop: Room):
        before = self.called(shop)
        done = move(shop)
        when = shop.clock.now + timedelta(hours=2)
        assert done.lead.next_at == when
        assert standing(replace(shop.load(1), next_at=before.next_at)) == standing(before)
        assert data(shop, "time_changed")["when"] == when.isoformat()

    def test_is_echoed_in_full_with_an_undo(self, shop: Room):
        self.called(shop)
        said = views.changed(move(shop), words(shop), now=shop.clock.now)
        assert "Sunday 15 November 12:00" in said.text
        assert buttons(said)[0] == ActionId.UNDO_TIME

    def test_frees_the_lead_from_whoever_was_handed_it_l1_4(self, shop: Room):
        self.called(shop)
        shop.clock.forward(hours=1)
        next_lead(shop.desk, by=AVI)
        assert shop.load(1).held_by == AVI
        assert move(shop).lead.held_by == ""

    def test_waits_for_calling_hours_when_nobody_agreed_to_the_hour_l1_5(self, shop: Room):
        self.called(shop)
        done = move(shop, hours=12)
        assert done.shifted
        said = views.changed(done, words(shop), now=shop.clock.now).text
        assert "Monday 16 November 09:00" in said
        assert "calling hours" in said

    def test_keeps_an_hour_that_the_customer_asked_for_l4_5(self, shop: Room):
        self.called(shop, "notnow")
        done = move(shop, hours=12)
        assert not done.shifted
        assert done.lead.next_at == shop.clock.now + timedelta(hours=12)

    def test_moves_a_follow_up_and_begins_its_reminders_anew_l4_3(self, shop: Room):
        shop.lead()
        agree(shop)
        shop.tick(hours=5)
        move(shop, hours=1)
        agreed = shop.followup(1)
        assert agreed is not None
        assert (agreed.due_at, agreed.nags) == (shop.clock.now + timedelta(hours=1), 0)
        told = len(shop.outside.dms(AVI))
        shop.tick(minutes=30)
        assert len(shop.outside.dms(AVI)) == told
        shop.tick(minutes=30)
        assert len(shop.outside.dms(AVI)) == told + 1

    def test_takes_the_buttons_off_the_reminder_that_stands(self, shop: Room):
        shop.lead()
        agree(shop)
        shop.tick(hours=5)
        reminder = shop.outside.dms(AVI)[-1]
        assert buttons(reminder)
        move(shop, hours=1)
        shop.deliver()
        assert all(buttons(one) != buttons(reminder) for one in shop.outside.dms(AVI))

    def test_tells_the_customer_the_hour_as_it_stands(self, shop: Room):
        self.called(shop, "notnow", when=shop.clock.now + timedelta(hours=1))
        move(shop, hours=5)
        shop.tick(minutes=1)
        [sms] = shop.outside.sms
        assert "15:00" in sms.body
        assert "11:00" not in sms.body

    def test_sent_twice_moves_it_once(self, shop: Room):
        self.called(shop)
        first, second = move(shop, key="x"), move(shop, key="x", hours=9)
        assert first.lead.next_at == second.lead.next_at
        assert second.line == 0

    @pytest.mark.parametrize("hours", [0, -1])
    def test_is_never_into_the_past(self, shop: Room, hours: int):
        self.called(shop)
        with pytest.raises(Refused, match=r"when\.past"):
            move(shop, hours=hours)

    def test_is_refused_for_a_closed_lead(self, shop: Room):
        assert self.called(shop, "lost").stage is Stage.LOST
        with pytest.raises(Refused, match=r"lead\.closed"):
            move(shop)

    def test_is_refused_for_anothers_lead(self, room: Room):
        lead = self.called(room)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            move(room, by=room.other(lead))

    def test_is_refused_where_no_call_is_planned(self, shop: Room):
        self.called(shop, "invalid")
        with pytest.raises(Refused, match=r"time\.nothing"):
            move(shop)

    def test_is_taken_back(self, shop: Room):
        before = self.called(shop)
        done = move(shop)
        agreements.take_back(shop.desk, done.line, by=AVI)
        assert standing(shop.load(1)) == standing(before)

    def test_of_a_follow_up_is_taken_back_with_its_reminders(self, shop: Room):
        shop.lead()
        agree(shop)
        before, was = shop.load(1), shop.followup(1)
        done = move(shop, days=2)
        agreements.take_back(shop.desk, done.line, by=AVI)
        assert shop.followup(1) == was
        assert standing(shop.load(1)) == standing(before)

    @pytest.mark.parametrize("ticks", [1, 2, 3, 4])
    def test_taken_back_in_the_middle_of_the_rounds_goes_on_where_they_stood(
        self, shop: Room, ticks: int
    ):
        shop.lead()
        agree(shop)
        shop.clock.forward(hours=5, minutes=-10)
        for _ in range(ticks):
            shop.tick(minutes=10)
        was = shop.followup(1)
        done = move(shop, hours=1)
        agreements.take_back(shop.desk, done.line, by=AVI)
        now = shop.followup(1)
        assert was is not None
        assert now is not None
        assert (now.due_at, now.nags) == (was.due_at, was.nags)
        assert (now.nag_at is None) is (was.nag_at is None)

    def test_is_taken_back_once(self, shop: Room):
        self.called(shop)
        done = move(shop)
        agreements.take_back(shop.desk, done.line, by=AVI, key="x")
        for key in ("x", "y"):
            with pytest.raises(Refused, match=r"undo\.done"):
                agreements.take_back(shop.desk, done.line, by=AVI, key=key)

    def test_is_not_taken_back_once_something_happened(self, shop: Room):
        self.called(shop)
        done = move(shop)
        shop.clock.forward(hours=2)
        shop.log(1, "noanswer")
        with pytest.raises(Refused, match=r"undo\.later"):
            agreements.take_back(shop.desk, done.line, by=AVI)

    def test_is_taken_back_by_whoever_made_it(self, shop: Room):
        self.called(shop)
        done = move(shop)
        for line in (done.line, 99):
            with pytest.raises(Refused, match=r"undo\.nothing"):
                agreements.take_back(shop.desk, line, by=MIRI)


class TestTheAnswerToAnOutcome:
    def test_tells_an_agreed_time_in_full_with_an_undo(self, shop: Room):
        shop.lead()
        said = agree(shop)
        assert "Sunday 15 November 15:01" in said.text
        assert buttons(said)[0] == ActionId.UNDO

    def test_tells_the_time_they_asked_for_in_full_l4_5(self, shop: Room):
        shop.lead()
        done = shop.log(1, "notnow", when=shop.clock.now + timedelta(days=18))
        said = replies.logged(done, words(shop))
        assert "Thursday 3 December 10:00" in said.text
        assert buttons(said) == [ActionId.UNDO, ActionId.SET_TIME]

    def test_asks_for_no_other_time_where_they_named_one_l4_5(self, shop: Room):
        shop.lead(product="Flat")
        agree(shop)
        shop.clock.forward(hours=6)
        done = shop.log(1, "notnow", when=shop.clock.now + timedelta(hours=3))
        said = replies.logged(done, words(shop))
        assert "Agree the next one" not in said.text
        assert ActionId.AGREE_AGAIN not in buttons(said)

    @pytest.mark.parametrize("outcome", ["noanswer", "busy", "voicemail", "notnow", "unavailable"])
    def test_offers_to_change_the_time(self, shop: Room, outcome: str):
        shop.lead()
        assert ActionId.SET_TIME in buttons(replies.logged(shop.log(1, outcome), words(shop)))

    @pytest.mark.parametrize("outcome", ["lost", "invalid"])
    def test_offers_no_change_where_there_is_no_time(self, shop: Room, outcome: str):
        shop.lead()
        assert buttons(replies.logged(shop.log(1, outcome), words(shop))) == [ActionId.UNDO]


KEPT = {
    "lead": 1,
    "importance": "low",
    "when": 1_800_000_000,
    "note": "x" * 3000,
    "promise": "",
    "talk": None,
}


class TestWhatIsShown:
    @pytest.mark.parametrize("locale", ["en", "he"])
    @pytest.mark.parametrize("name", ["Dana Cohen", "דנה כהן", "<!channel> *x* " + "y" * 200, ""])
    def test_is_what_slack_takes_in_both_languages(self, shop: Room, locale: str, name: str):
        shop.lead(product="Flat", name=name)
        shop.log(1, "noanswer")
        lead, now = shop.load(1), shop.clock.now
        reader = Words(locale, shop.desk.settings.zone)
        shown = (
            views.time_modal(lead, reader, now=now),
            views.agree_modal(lead, reader, now=now, one_call=False),
            views.agree_modal(lead, reader, now=now, one_call=True),
            views.objection_modal(lead, KEPT, now, reader, now=now),
        )
        assert [check_view(view=one, surface="modal") for one in shown] == [[]] * 4
        moved = move(shop)
        said = (
            views.changed(moved, reader, now=now),
            views.agreed(again(shop), reader, now=now),
            views.restored(moved.lead, reader, now=now),
            views.restored(replace(moved.lead, next_at=None), reader, now=now),
        )
        assert [faults_of(one) for one in said] == [[]] * 4
