"""Opt-outs by number and address, on every lead that has them (contract: Consent)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import undoing
from bot.assign import assign_lead
from bot.optout_acts import OptedOut, opt_out, take_back
from bot.optouts import applied, close, reopen
from rules.acts import OptOut
from rules.lead import Lead
from rules.optouts import BY_COMMAND, BY_PAGE, BY_PROVIDER
from rules.pools import Pool, Route, Way
from rules.refusals import Refused
from rules.words import CALLS, CHANNELS, Channel, Importance, Stage, Step
from storage import leads, optouts, people
from tests.desk import AVI, BOOK, DANA, MIRI, NOA, TEAM, FakeClock, Room, a_desk

SMS, EMAIL = Channel.SMS, Channel.EMAIL
DANAS, MAIL = "+972522345678", "dana@example.com"
AGREED = {"consent": "sms,email"}


@pytest.fixture
def english(tmp_path: Path, clock: FakeClock) -> Any:
    with a_desk(tmp_path, clock, team=TEAM.replace('locale = "he"', 'locale = "en"')) as room:
        yield room


def asked(room: Room, *channels: str, lead_id: int = 1, by: str = "", key: str = "") -> OptedOut:
    """Type `/lead optout`, as the lead's owner where nobody is named."""
    actor = by or room.load(lead_id).owner
    return opt_out(room.desk, OptOut(lead_id, channels or CHANNELS), by=actor, key=key)


def closing(room: Room, lead: Lead | None, *channels: str, **more: str) -> list[Lead]:
    """Close channels as some door does."""
    given = {"actor": "", "how": BY_PAGE} | more
    with room.desk.store.unit() as unit:
        changed = close(room.desk, unit, lead, channels, now=room.clock.now, **given)
        unit.commit()
    return changed


def closed_for(room: Room, *addresses: str) -> set[str]:
    with room.desk.store.view() as view:
        return set(optouts.of(view, *addresses))


def twin(room: Room, **fields: str) -> Lead:
    """Make a second lead of Dana's number or address, as a corrected one becomes."""
    made = room.lead(name="Dan Levi", phone="054-234-5678", email="dan@example.com")
    sets = ", ".join(f"{name} = '{value}'" for name, value in fields.items())
    with room.desk.store.engine.begin() as raw:
        raw.exec_driver_sql(f"UPDATE leads SET {sets} WHERE id = {made.id}")
    return room.load(made.id)


class TestClosing:
    def test_is_kept_by_number_and_by_address(self, room: Room):
        lead = room.lead()
        closing(room, lead, SMS)
        assert (closed_for(room, DANAS), closed_for(room, MAIL)) == ({"sms"}, set())
        closing(room, lead, EMAIL)
        assert (closed_for(room, DANAS), closed_for(room, MAIL)) == ({"sms"}, {"email"})

    def test_of_everything_is_kept_for_the_person(self, room: Room):
        closing(room, room.lead(), *CHANNELS)
        assert closed_for(room, DANAS) == closed_for(room, MAIL) == set(CHANNELS)

    def test_reaches_every_lead_with_the_number(self, room: Room):
        first, second = room.lead(), twin(room, phone_e164=DANAS)
        changed = closing(room, first, SMS)
        assert [one.id for one in changed] == [first.id, second.id]
        assert [room.load(one).opted_out for one in (1, 2)] == [("sms",)] * 2

    def test_reaches_every_lead_with_the_address_in_any_case(self, room: Room):
        room.lead()
        twin(room, email="Dana@Example.com", email_key=MAIL)
        closing(room, None, EMAIL, address="DANA@example.com")
        assert [room.load(one).opted_out for one in (1, 2)] == [("email",)] * 2

    def test_of_an_address_that_the_lead_had_before_leaves_its_new_one_open(self, room: Room):
        lead = room.lead()
        assert closing(room, lead, EMAIL, address="old@example.com") == []
        assert closed_for(room, "old@example.com") == {"email"}
        assert room.load(1).opted_out == ()

    def test_of_everything_from_an_old_address_is_of_the_person(self, room: Room):
        lead = room.lead()
        closing(room, lead, *CHANNELS, address="old@example.com")
        assert room.load(1).opted_out == CHANNELS
        assert closed_for(room, DANAS) == set(CHANNELS)

    def test_works_for_a_lead_without_number_or_address(self, room: Room):
        made = room.receive(name="Gil", phone="12")
        lead = room.load(made.lead_id or 0)
        closing(room, lead, *CHANNELS)
        assert room.load(lead.id).opted_out == CHANNELS

    def test_twice_changes_nothing_more(self, room: Room):
        closing(room, room.lead(), *CHANNELS)
        before, history = room.load(1), room.history(1)
        assert closing(room, before, *CHANNELS) == []
        assert (room.load(1), room.history(1)) == (before, history)

    def test_is_written_down_with_its_reason(self, english: Room):
        english.lead()
        closing(english, english.load(1), EMAIL)
        assert english.history(1)[-1] == "opted_out"
        english.deliver()
        card = english.outside.dms(english.load(1).owner)[0]
        assert "asked on the page for no more email" in str(card.blocks)


class TestALeadThatMayBeCalledNoMore:
    def test_goes_to_the_mailing_list_where_it_agreed_to_mail(self, room: Room):
        room.lead(**AGREED)
        asked(room, CALLS)
        after = room.load(1)
        assert (after.stage, after.next_what, after.working) == (
            Stage.LEAD,
            Step.MAILING_LIST,
            False,
        )
        assert room.history(1)[-2:] == ["opted_out", "parked"]

    def test_is_disqualified_where_nobody_may_write(self, room: Room):
        room.lead()
        asked(room, CALLS)
        assert (room.load(1).stage, room.load(1).next_what) == (Stage.DISQUALIFIED, Step.NONE)
        assert room.history(1)[-2:] == ["opted_out", "disqualified_optout"]

    def test_ends_its_follow_up_and_its_reminders(self, room: Room):
        lead = room.lead()
        due = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=due, importance=Importance.HIGH)
        room.clock.now = due
        room.tick()
        told = len(room.outside.dms(lead.owner))
        asked(room)
        room.tick(hours=1)
        assert room.followup(1) is None
        assert len(room.outside.dms(lead.owner)) == told
        assert [one["type"] for one in room.outside.dms(lead.owner)[-1].blocks] == ["section"]

    def test_is_no_more_called_when_it_comes_in_again(self, room: Room):
        room.lead(**AGREED)
        asked(room, CALLS)
        again = room.receive(**(DANA | AGREED | {"campaign": "spring"}))
        assert again.status == "merged"
        assert room.load(1).working is False
        assert "returned" not in room.history(1)


class TestTheOwner:
    def told(self, room: Room) -> list[str]:
        room.deliver()
        return [one.text for one in room.outside.dms(room.load(1).owner)][1:]

    def test_is_told_what_somebody_else_closed(self, english: Room):
        english.lead(**AGREED)
        asked(english, CALLS, by=MIRI)
        [told] = self.told(english)
        assert told.split("\n") == [
            "🔕 *#1 Dana Cohen* asked for no more calls. It was written down for you.",
            "Still open: SMS and email.",
            "No more calls: it is on the mailing list.",
        ]

    @pytest.mark.parametrize(
        ("how", "said"),
        [
            (BY_PAGE, "asked on the page for no more SMS"),
            (BY_PROVIDER, "stopped SMS at the network"),
        ],
    )
    def test_is_told_by_which_door(self, english: Room, how: str, said: str):
        closing(english, english.lead(), SMS, how=how)
        [told] = self.told(english)
        assert said in told
        assert "The calls go on as planned." in told

    def test_is_not_told_what_was_done_by_the_owner(self, english: Room):
        english.lead()
        asked(english)
        assert self.told(english) == []

    def test_is_told_nothing_of_a_lead_that_was_closed(self, english: Room):
        english.lead()
        english.log(1, "lost")
        asked(english, by=MIRI)
        assert self.told(english) == []


class TestARepsCommand:
    def test_is_for_who_may_work_the_lead(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused, match=r"lead\.of_another"):
            asked(room, by=room.other(lead))
        assert closed_for(room, DANAS, MAIL) == set()

    def test_says_what_it_did(self, room: Room):
        room.lead()
        twin(room, phone_e164=DANAS)
        done = asked(room, SMS)
        assert (done.lead.opted_out, done.channels) == (("sms",), (SMS,))
        assert [one.id for one in done.others] == [2]
        assert (done.line > 0, done.leaves) == (True, False)

    def test_that_slack_sends_again_does_nothing_twice(self, room: Room):
        room.lead()
        asked(room, SMS, key="t1")
        history = room.history(1)
        again = asked(room, SMS, key="t1")
        assert (again.line, room.history(1)) == (0, history)

    def test_of_what_is_closed_already_has_nothing_to_take_back(self, room: Room):
        room.lead()
        asked(room, SMS)
        assert asked(room, SMS).line == 0

    def test_of_what_is_closed_already_is_written_down_again(self, room: Room):
        room.lead()
        asked(room, SMS)
        asked(room, SMS, by=MIRI)
        assert room.history(1)[-2:] == ["opted_out", "opted_out"]

    def test_stops_what_waits_for_leaving(self, room: Room):
        """Nothing is cancelled: it is asked once more when it leaves."""
        room.lead()
        room.log(1, "noanswer")
        asked(room, SMS)
        room.tick(minutes=5)
        assert [(one["state"], one["error"]) for one in room.rows("sms")] == [
            ("cancelled", "not_allowed")
        ]
        assert len(room.outside.mails) == 1

    def test_stops_what_waits_also_by_the_number_alone(self, room: Room):
        room.lead()
        room.log(1, "noanswer")
        with room.desk.store.unit() as unit:
            optouts.add(unit, DANAS, [SMS], at=room.clock.now, actor="", how=BY_PAGE, lead_id=None)
            unit.commit()
        room.tick(minutes=5)
        assert room.outside.sms == []


class TestTakingItBack:
    def test_puts_the_lead_back_as_it_was(self, room: Room):
        before = room.lead()
        done = asked(room)
        back = take_back(room.desk, done.line, by=before.owner)
        after = room.load(1)
        assert (after.stage, after.next_what, after.next_at, after.closed_at) == (
            before.stage,
            before.next_what,
            before.next_at,
            None,
        )
        assert (after.opted_out, after.working) == ((), True)
        assert closed_for(room, DANAS, MAIL) == set()
        assert (back.channels, back.kept, back.changed) == (CHANNELS, (), ())
        assert room.history(1)[-1] == "opted_in"

    def test_puts_it_back_where_it_waited_to_be_claimed(self, tmp_path: Path, clock: FakeClock):
        claims = Pool("claims", way=Way.CLAIM)
        book = replace(BOOK, pools=(claims,), routes=(Route("all", "claims"),))
        with a_desk(tmp_path, clock, playbook=book) as room:
            before = room.lead()
            done = asked(room, by=MIRI)
            assert room.load(1).pool == ""
            take_back(room.desk, done.line, by=MIRI)
            after = room.load(1)
            assert (before.pool, after.pool, after.next_what) == ("claims", "claims", Step.ASSIGN)

    def test_starts_the_clock_of_its_first_call_again(self, room: Room):
        before = room.lead()
        take_back(room.desk, asked(room).line, by=before.owner)
        assert before.ladder_at is not None
        assert room.load(1).ladder_at == before.ladder_at

    def test_opens_the_follow_up_and_its_reminders_again(self, room: Room):
        lead = room.lead()
        due = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=due, importance=Importance.HIGH)
        done = asked(room)
        take_back(room.desk, done.line, by=lead.owner)
        agreed = room.followup(1)
        assert agreed is not None
        assert (agreed.nag_at, room.load(1).next_what) == (due, Step.FOLLOW_UP)

    def test_is_of_every_lead_that_it_closed(self, room: Room):
        lead = room.lead()
        twin(room, phone_e164=DANAS)
        done = asked(room)
        take_back(room.desk, done.line, by=lead.owner)
        assert [room.load(one).opted_out for one in (1, 2)] == [(), ()]

    def test_leaves_what_was_closed_before(self, room: Room):
        lead = room.lead()
        asked(room, SMS)
        done = asked(room)
        take_back(room.desk, done.line, by=lead.owner)
        assert room.load(1).opted_out == ("sms",)
        assert closed_for(room, DANAS) == {"sms"}

    def test_leaves_closed_what_the_person_asked_for_since(self, room: Room):
        lead = room.lead()
        done = asked(room)
        closing(room, room.load(1), SMS, EMAIL, how="sms")
        back = take_back(room.desk, done.line, by=lead.owner)
        assert set(back.kept) == {"sms", "email"}
        assert room.load(1).opted_out == ("sms", "email")
        assert room.load(1).next_what is Step.CALL

    def test_is_too_late_after_an_hour(self, room: Room):
        lead = room.lead()
        done = asked(room)
        room.clock.forward(hours=1, seconds=1)
        with pytest.raises(Refused, match=r"undo\.late$"):
            take_back(room.desk, done.line, by=lead.owner)
        assert room.load(1).opted_out == CHANNELS
        room.clock.forward(seconds=-1)
        take_back(room.desk, done.line, by=lead.owner)
        assert room.load(1).opted_out == ()

    def test_is_for_who_has_the_lead_now(self, room: Room):
        lead = room.lead()
        done = asked(room, SMS)
        assign_lead(room.desk, 1, to=room.other(lead), by=MIRI)
        with pytest.raises(Refused, match=r"lead\.of_another"):
            take_back(room.desk, done.line, by=lead.owner)
        assert room.load(1).opted_out == ("sms",)

    def test_is_refused_where_something_happened_since(self, room: Room):
        lead = room.lead()
        done = asked(room, SMS)
        room.log(1, "lost")
        before = room.load(1)
        with pytest.raises(Refused, match=r"undo\.later"):
            take_back(room.desk, done.line, by=lead.owner)
        assert room.load(1) == before

    def test_changes_no_state_of_another_lead_that_moved_since(self, room: Room):
        lead = room.lead()
        second = twin(room, phone_e164=DANAS)
        done = asked(room, SMS)
        room.log(second.id, "lost")
        back = take_back(room.desk, done.line, by=lead.owner)
        assert [one.id for one in back.changed] == [second.id]
        after = room.load(second.id)
        assert (after.stage, after.opted_out) == (Stage.LOST, ())

    def test_leaves_closed_what_another_rep_wrote_down_since(self, room: Room):
        lead = room.lead()
        done = asked(room, SMS)
        asked(room, SMS, by=MIRI)
        back = take_back(room.desk, done.line, by=lead.owner)
        assert (back.kept, room.load(1).opted_out) == (("sms",), ("sms",))
        assert closed_for(room, DANAS) == {"sms"}

    def test_opens_what_the_same_rep_wrote_down_twice(self, room: Room):
        lead = room.lead()
        done = asked(room, SMS)
        room.clock.forward(seconds=5)
        asked(room, SMS)
        take_back(room.desk, done.line, by=lead.owner)
        assert room.load(1).opted_out == ()

    def test_is_of_the_lead_that_was_named_and_not_of_an_older_one(self, room: Room):
        first = room.lead()
        second = twin(room, phone_e164=DANAS)
        assign_lead(room.desk, first.id, to=AVI, by=MIRI) if first.owner != AVI else None
        assign_lead(room.desk, second.id, to=NOA, by=MIRI) if second.owner != NOA else None
        done = asked(room, SMS, lead_id=second.id, by=NOA)
        back = take_back(room.desk, done.line, by=NOA)
        assert back.lead.id == second.id
        assert [room.load(one).opted_out for one in (1, 2)] == [(), ()]

    def test_works_once(self, room: Room):
        lead = room.lead()
        done = asked(room)
        take_back(room.desk, done.line, by=lead.owner)
        asked(room, SMS)
        with pytest.raises(Refused, match=r"undo\.done"):
            take_back(room.desk, done.line, by=lead.owner)
        assert room.load(1).opted_out == ("sms",)

    def test_is_for_who_did_it_and_for_managers(self, room: Room):
        lead = room.lead()
        done = asked(room)
        with pytest.raises(Refused, match=r"undo\.nothing"):
            take_back(room.desk, done.line, by=room.other(lead))
        take_back(room.desk, done.line, by=MIRI)
        assert room.load(1).opted_out == ()

    @pytest.mark.parametrize("line", [0, 1, 999])
    def test_of_what_was_no_opt_out_is_refused(self, room: Room, line: int):
        lead = room.lead()
        with pytest.raises(Refused, match=r"undo\.nothing"):
            take_back(room.desk, line, by=lead.owner)

    def test_of_what_the_customer_asked_for_is_refused(self, room: Room):
        room.lead()
        closing(room, room.load(1), SMS)
        with room.desk.store.view() as view:
            [line] = view.connection.exec_driver_sql(
                "SELECT id FROM history WHERE what = 'opted_out'"
            ).scalars()
        with pytest.raises(Refused, match=r"undo\.done"):
            take_back(room.desk, line, by=MIRI)


class TestMessagesThatAnOptOutStopped:
    """The SMS and the mail of the first missed call, and a slip taken back."""

    def left(self, room: Room) -> list[int]:
        return [len(room.outside.sms), len(room.outside.mails)]

    @pytest.mark.parametrize("channels", [CHANNELS, (SMS, EMAIL)], ids=["all", "messages"])
    def test_leave_after_all(self, room: Room, channels: tuple[str, ...]):
        lead = room.lead()
        room.log(1, "noanswer")
        done = asked(room, *channels)
        room.tick(minutes=5)
        assert self.left(room) == [0, 0]
        take_back(room.desk, done.line, by=lead.owner)
        room.tick(seconds=29)
        assert self.left(room) == [0, 0]
        room.tick(minutes=1)
        assert self.left(room) == [1, 1]

    def test_leave_on_the_channel_that_is_open_again(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        done = asked(room)
        room.tick(minutes=5)
        closing(room, room.load(1), SMS, how="sms")
        take_back(room.desk, done.line, by=lead.owner)
        room.tick(minutes=1)
        assert self.left(room) == [0, 1]

    def test_stay_where_they_had_been_taken_back_before(self, room: Room):
        lead = room.lead()
        room.log(1, "noanswer")
        undoing.undo(room.desk, by=lead.owner)
        done = asked(room)
        take_back(room.desk, done.line, by=lead.owner)
        room.tick(minutes=5)
        assert self.left(room) == [0, 0]


class TestWhatWasClosedBeforeTheLeadCame:
    def test_holds_for_a_new_lead(self, room: Room):
        closing(room, None, CALLS, address=DANAS)
        lead = room.lead(**AGREED)
        assert (lead.opted_out, lead.next_what) == (("calls",), Step.MAILING_LIST)

    def test_holds_for_a_number_that_a_merge_brings(self, room: Room):
        closing(room, None, SMS, address=DANAS)
        room.receive(name="Dana Cohen", email=MAIL)
        room.receive(name="Dana Cohen", email=MAIL, phone="052-234-5678")
        assert room.load(1).opted_out == ("sms",)
        assert "opted_out" in room.history(1)

    def test_holds_for_an_address_that_a_merge_brings(self, room: Room):
        closing(room, None, EMAIL, address=MAIL)
        room.receive(name="Dana Cohen", phone="052-234-5678")
        room.receive(**DANA)
        assert room.load(1).opted_out == ("email",)

    def test_ends_the_calls_of_a_number_that_is_corrected(self, room: Room):
        closing(room, None, CALLS, address="+972542345678")
        lead = room.lead()
        room.log(1, "followup", when=room.clock.now + timedelta(hours=1), importance="high")
        with room.desk.store.unit() as unit:
            corrected = leads.load(unit, 1)
            assert corrected is not None
            new = replace(corrected, phone_e164="+972542345678")
            leads.save(unit, applied(room.desk, unit, new, now=room.clock.now))
            unit.commit()
        assert lead.working
        assert (room.load(1).stage, room.followup(1)) == (Stage.DISQUALIFIED, None)


class TestOpeningAgain:
    def test_is_of_the_number_and_the_address(self, room: Room):
        closing(room, room.lead(), *CHANNELS)
        with room.desk.store.unit() as unit:
            lead = leads.load(unit, 1)
            assert lead is not None
            reopen(room.desk, unit, lead, [CALLS], how=BY_PAGE, now=room.clock.now)
            unit.commit()
        assert room.load(1).opted_out == ("sms", "email")
        assert closed_for(room, DANAS, MAIL) == {"sms", "email"}
        assert room.history(1)[-1] == "opted_in"

    def test_of_what_was_open_changes_nothing(self, room: Room):
        before = room.lead()
        with room.desk.store.unit() as unit:
            reopen(room.desk, unit, before, [SMS], how=BY_PAGE, now=room.clock.now)
            unit.commit()
        assert room.load(1) == before


class TestTheNewestAsking:
    def test_of_the_person_stands_in_place_of_a_reps(self, room: Room):
        lead, now = room.lead(), room.clock.now
        asked(room, SMS)
        with room.desk.store.unit() as unit:
            optouts.add(unit, DANAS, [SMS], at=now, actor="", how="sms", lead_id=1)
            taken = optouts.take_back(unit, DANAS, SMS, at=now, actor=lead.owner)
            unit.commit()
        assert (taken, closed_for(room, DANAS)) == (False, {"sms"})

    def test_of_a_rep_does_not_stand_in_place_of_the_persons(self, room: Room):
        room.lead()
        now = room.clock.now
        with room.desk.store.unit() as unit:
            optouts.add(unit, DANAS, [SMS], at=now, actor="", how="sms", lead_id=1)
            optouts.add(unit, DANAS, [SMS], at=now, actor=MIRI, how=BY_COMMAND, lead_id=1)
            taken = optouts.take_back(unit, DANAS, SMS, at=now, actor=MIRI)
            unit.commit()
        assert not taken


class TestANumberThatSeveralShare:
    def test_carries_nobody_elses_mail(self, room: Room):
        room.lead(**AGREED)
        twin(room, phone_e164=DANAS)
        with room.desk.store.unit() as unit:
            people.share(unit, DANAS, actor=MIRI, at=room.clock.now)
            unit.commit()
        asked(room)
        assert closed_for(room, DANAS) == {SMS, CALLS}
        assert closed_for(room, MAIL) == set(CHANNELS)
        assert set(room.load(1).opted_out) == set(CHANNELS)
        other = room.load(2)
        assert set(other.opted_out) == {SMS, CALLS}
        assert (other.living, other.next_what) == (True, Step.MAILING_LIST)

    def test_gives_a_new_lead_no_mail_that_was_closed_before_it_was_shared(self, room: Room):
        room.lead(**AGREED)
        asked(room)
        with room.desk.store.unit() as unit:
            people.share(unit, DANAS, actor=MIRI, at=room.clock.now)
            unit.commit()
        new = room.lead(name="Ruth Katz", phone=DANA["phone"], email="ruth@example.com", **AGREED)
        assert set(room.load(new.id).opted_out) == {SMS, CALLS}
