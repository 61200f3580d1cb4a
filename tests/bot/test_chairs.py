"""The nightly look at all leads: what is broken is mended, what is loose is listed (C4, L4.1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import assign, chairs, leavers
from bot.texts import Words
from bot.views import chairs as views
from bot.views.blocks import ActionId, Message
from rules.chairs import Loose
from rules.playbook import Wave
from rules.refusals import Refused
from rules.words import Importance, Stage, Step, Tier
from storage import kept
from storage.tables import followups, leads
from tests.bot.test_assign import away
from tests.databases import only_postgresql
from tests.desk import AVI, MIRI, NOA, FakeClock, Room, faults_of
from tests.storage.making import at_once

DUE = datetime(2026, 11, 15, 10, 0, tzinfo=UTC)
# 03:59 and 04:00 on Monday in Jerusalem.
BEFORE, NIGHT = datetime(2026, 11, 16, 1, 59, tzinfo=UTC), datetime(2026, 11, 16, 2, tzinfo=UTC)
MORNING = NIGHT + timedelta(hours=5)
LOOSE_ENDS = "loose_ends"


def put(room: Room, lead_id: int, **values: Any) -> None:
    """Write into a lead what no rule would."""
    with room.desk.store.unit() as unit:
        unit.execute(leads.update().where(leads.c.id == lead_id).values(values))
        unit.commit()


def kept_lists(room: Room) -> Any:
    with room.desk.store.view() as view:
        return kept.get(view, LOOSE_ENDS)


def a_night(room: Room) -> bool:
    """Let the night pass, and deliver what came of it."""
    done = chairs.check_nightly(room.desk)
    room.deliver()
    return done


def first_night(room: Room) -> None:
    """Have a first look, against which later nights are compared."""
    assert a_night(room)
    room.clock.now = NIGHT


def in_the_morning(room: Room) -> None:
    """Let calling hours begin, and deliver what waited for them."""
    room.clock.now = MORNING
    room.deliver()


def notices(room: Room) -> list[Message]:
    """Give what the managers were told of a night."""
    return [one for one in room.outside.dms(MIRI) if "nightly look" in one.text]


class TestTheNightlyLook:
    def test_is_had_once_a_night_after_four(self, room: Room):
        assert a_night(room)
        assert not a_night(room)
        room.clock.now = BEFORE
        assert not a_night(room)
        room.clock.now = NIGHT
        assert a_night(room)
        assert not a_night(room)

    def test_is_had_on_the_night_that_skips_an_hour(self, room: Room, clock: FakeClock):
        clock.set(2027, 3, 25, 12)
        assert a_night(room)
        clock.set(2027, 3, 26, 1, 0)
        assert a_night(room)

    def test_counts_by_reason_and_keeps_some_of_each(self, room: Room):
        late, fine = room.lead(), room.lead(phone="052-234-5699", email="")
        put(room, late.id, next_at=room.clock.now - timedelta(days=2))
        put(room, fine.id, next_at=room.clock.now + timedelta(days=2))
        found = chairs.look(room.desk)
        assert found.counts == {Loose.DAY_LATE: 1}
        assert kept_lists(room) == {
            "at": room.clock.now.isoformat(),
            "done": room.clock.now.isoformat(),
            "counts": {"day_late": 1},
            "usual": {},
            "leads": {"day_late": [late.id]},
        }

    def test_keeps_what_comes_and_goes_by_itself_out_of_the_lists(self, room: Room):
        room.lead()
        assert chairs.look(room.desk).counts == {Loose.DUE: 1}
        assert kept_lists(room)["counts"] == {}

    def test_keeps_at_most_fifty_of_a_list(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(chairs, "SAMPLES", 2)
        monkeypatch.setattr(chairs, "AT_ONCE", 2)
        for n in range(5):
            made = room.lead(phone=f"052-234-{5000 + n}", email="")
            put(room, made.id, next_what="wait_for_phone", next_at=None)
        found = chairs.look(room.desk)
        assert found.counts == {Loose.WAITS_FOR_NUMBER: 5}
        assert found.leads == {Loose.WAITS_FOR_NUMBER: [1, 2]}

    def test_knows_tiers_on_hold(self, room: Room):
        lead = room.lead()
        held = Wave(hold=tuple(Tier))
        room.desk.present.playbook = replace(room.desk.playbook, wave=held)
        assert chairs.look(room.desk).leads == {Loose.ON_HOLD: [lead.id]}

    def test_knows_who_is_away_and_who_has_left(self, room: Room):
        first, second = room.lead(), room.lead(phone="052-234-5699", email="")
        away(room, first.owner)
        away(room, second.owner, "paused")
        assert chairs.look(room.desk).leads == {
            Loose.OWNER_AWAY: [first.id],
            Loose.OWNER_LEFT: [second.id],
        }


def agreed(room: Room, importance: Importance = Importance.HIGH) -> int:
    lead = room.lead()
    room.log(lead.id, "followup", when=DUE, importance=importance)
    return lead.id


class TestWhatIsBroken:
    def test_is_mended_and_written_in_its_history(self, room: Room):
        lead = room.lead()
        put(room, lead.id, next_at=None)
        assert a_night(room)
        assert room.load(lead.id).next_at == room.clock.now
        assert room.history(lead.id)[-1] == "mended"
        [told] = notices(room)
        assert "1 lead had no valid next step" in told.text

    def test_follow_up_without_a_next_step_is_the_next_step_again(self, room: Room):
        lead_id = agreed(room)
        put(room, lead_id, next_what="none", next_at=None, importance="")
        a_night(room)
        mended = room.load(lead_id)
        assert (mended.next_what, mended.next_at) == (Step.FOLLOW_UP, DUE)
        assert mended.importance == Importance.HIGH

    def test_next_step_without_its_follow_up_is_a_call(self, room: Room):
        lead_id = agreed(room)
        with room.desk.store.unit() as unit:
            unit.execute(followups.update().values(state="ended"))
            unit.commit()
        a_night(room)
        mended = room.load(lead_id)
        assert (mended.next_what, mended.importance) == (Step.CALL, "")

    def test_follow_up_of_a_closed_lead_ends_and_reminds_nobody(self, room: Room):
        lead_id = agreed(room)
        room.deliver()
        put(room, lead_id, stage=Stage.LOST, next_what="none", next_at=None, importance="")
        a_night(room)
        assert room.followup(lead_id) is None
        assert room.load(lead_id).stage is Stage.LOST
        room.clock.now = DUE
        room.tick()
        assert room.rows("nudge") == []

    def test_follow_up_of_another_goes_to_the_owner(self, room: Room):
        lead_id = agreed(room)
        owner = room.load(lead_id).owner
        with room.desk.store.unit() as unit:
            unit.execute(followups.update().values(rep=MIRI))
            unit.commit()
        a_night(room)
        theirs = room.followup(lead_id)
        assert theirs is not None
        assert theirs.rep == owner

    def test_is_called_in_calling_hours(self, room: Room, clock: FakeClock):
        lead = room.lead()
        put(room, lead.id, next_what="none", next_at=None)
        clock.now = NIGHT
        a_night(room)
        assert room.load(lead.id).next_at == datetime(2026, 11, 16, 7, 0, tzinfo=UTC)

    def test_is_left_alone_when_somebody_mended_it_meanwhile(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        lead = room.lead()
        put(room, lead.id, next_at=None)
        walk = chairs._standing  # noqa: SLF001 - what was read a moment ago

        def slowly(desk: Any) -> Any:
            for some in walk(desk):
                put(room, lead.id, next_at=room.clock.now)
                yield some

        monkeypatch.setattr(chairs, "_standing", slowly)
        a_night(room)
        assert "mended" not in room.history(lead.id)
        assert notices(room) == []


class TestManagers:
    def test_are_told_of_the_lists_that_grew(self, room: Room):
        lead = room.lead()
        put(room, lead.id, next_at=room.clock.now + timedelta(hours=1))
        first_night(room)
        put(room, lead.id, next_at=NIGHT - timedelta(days=2))
        a_night(room)
        in_the_morning(room)
        [told] = notices(room)
        assert "Late by more than a day: 1 (before: 0)" in told.text
        assert told.blocks[-1]["elements"][0]["action_id"] == ActionId.LOOSE_ENDS

    def test_are_not_woken_for_it(self, room: Room):
        lead = room.lead()
        put(room, lead.id, next_at=room.clock.now + timedelta(hours=1))
        first_night(room)
        put(room, lead.id, next_at=NIGHT - timedelta(days=2))
        a_night(room)
        room.clock.now = MORNING - timedelta(seconds=1)
        room.deliver()
        assert notices(room) == []

    def test_are_told_once_after_the_nights_of_a_long_rest(self, room: Room, clock: FakeClock):
        clock.set(2026, 9, 11, 10)  # the Friday before two days of New Year
        lead = room.lead()
        put(room, lead.id, next_at=clock.now)
        a_night(room)
        for day in (12, 13):
            clock.set(2026, 9, day, 1, 0)
            assert a_night(room)
        assert notices(room) == []
        over = room.desk.rest(clock.now).ends(clock.now)
        clock.now = over - timedelta(seconds=1)
        room.deliver()
        assert notices(room) == []
        clock.now = over
        room.deliver()
        [told] = notices(room)
        assert "(before: 0)" in told.text

    def test_are_not_told_of_a_night_without_news(self, room: Room):
        lead = room.lead()
        put(room, lead.id, next_at=room.clock.now - timedelta(days=2))
        first_night(room)
        a_night(room)
        in_the_morning(room)
        assert notices(room) == []

    def test_are_not_told_of_the_first_count(self, room: Room):
        lead = room.lead()
        put(room, lead.id, next_at=room.clock.now - timedelta(days=2))
        a_night(room)
        assert notices(room) == []

    def test_alone_may_see_the_lists(self, room: Room):
        with pytest.raises(Refused, match="managers_only"):
            chairs.look_now(room.desk, by=NOA, asked=room.clock.now)
        with pytest.raises(Refused, match="managers_only"):
            chairs.listed(room.desk, Loose.DAY_LATE, by=NOA)


class TestAList:
    def late(self, room: Room, count: int) -> list[int]:
        numbers = []
        for n in range(count):
            made = room.lead(name=f"Lead {n}", phone=f"052-234-{5000 + n}", email="")
            put(room, made.id, next_at=room.clock.now - timedelta(days=2))
            numbers.append(made.id)
        return numbers

    def test_names_its_leads_with_a_button_to_assign_each(self, room: Room):
        first, second = self.late(room, 2)
        chairs.look_now(room.desk, by=MIRI, asked=room.clock.now)
        found = chairs.listed(room.desk, Loose.DAY_LATE, by=MIRI)
        assert [one.id for one in found.leads] == [first, second]
        said = views.one_list(found, Words("en", room.desk.settings.zone))
        assert faults_of(said) == []
        assert f"#{first} Lead 0" in said.text
        assert f"<@{room.load(first).owner}>" in said.text
        rows = [one["accessory"]["action_id"] for one in said.blocks if "accessory" in one]
        assert rows == [ActionId.ASSIGN] * 2

    def test_leaves_out_what_was_seen_to_since(self, room: Room):
        first, second = self.late(room, 2)
        chairs.look_now(room.desk, by=MIRI, asked=room.clock.now)
        room.log(first, "noanswer")
        found = chairs.listed(room.desk, Loose.DAY_LATE, by=MIRI)
        assert ([one.id for one in found.leads], found.count) == ([second], 1)

    def test_says_how_many_more_there_are(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(chairs, "SHOWN", 2)
        self.late(room, 5)
        chairs.look_now(room.desk, by=MIRI, asked=room.clock.now)
        found = chairs.listed(room.desk, Loose.DAY_LATE, by=MIRI)
        said = views.one_list(found, Words("he", room.desk.settings.zone))
        assert (len(found.leads), found.count) == (2, 5)
        assert "3" in said.blocks[-1]["elements"][0]["text"]
        assert faults_of(said) == []

    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_that_is_empty_says_so(self, room: Room, locale: str):
        words = Words(locale, room.desk.settings.zone)
        for why in Loose:
            said = views.one_list(chairs.listed(room.desk, why, by=MIRI), words)
            assert faults_of(said) == []


class TestAllLists:
    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_have_their_numbers_and_a_button_each(self, room: Room, locale: str):
        words = Words(locale, room.desk.settings.zone)
        found = chairs.Found(room.clock.now, dict.fromkeys(Loose, 1_234))
        said = views.lists(found, words)
        assert faults_of(said) == []
        buttons = [one["accessory"]["value"] for one in said.blocks if "accessory" in one]
        assert buttons == list(found.loose)
        assert all(words.say(f"chairs.of.{one}") in said.text for one in Loose)

    def test_are_none_where_each_lead_has_somebody_and_a_step(self, room: Room):
        found = chairs.look_now(room.desk, by=MIRI, asked=room.clock.now)
        said = views.lists(found, Words("en", room.desk.settings.zone))
        assert said.text.startswith(
            "Every living lead has an owner and a next step, counted <!date"
        )

    def test_are_those_of_a_count_that_ended_since_they_were_asked_for(self, room: Room):
        lead = room.lead()
        asked = room.clock.now
        room.clock.forward(seconds=2)
        began = room.clock.now
        chairs.look(room.desk)
        room.log(lead.id, "noanswer")
        room.clock.forward(seconds=9)
        known = chairs.look_now(room.desk, by=MIRI, asked=asked)
        assert (known.at, known.counts) == (began, {Loose.DUE: 1})
        fresh = chairs.look_now(room.desk, by=MIRI, asked=room.clock.now)
        assert (fresh.at, fresh.counts) == (room.clock.now, {})

    def test_say_when_they_were_counted(self, room: Room):
        found = chairs.Found(room.clock.now, {Loose.DAY_LATE: 1})
        said = views.lists(found, Words("en", room.desk.settings.zone))
        assert f"counted <!date^{int(room.clock.now.timestamp())}^{{ago}}" in said.text


class TestDaysOfWork:
    def test_leave_no_lead_broken(self, room: Room):
        """Whatever the team does, each lead stands somewhere."""
        outcomes: list[tuple[str, dict[str, Any]]] = [
            ("noanswer", {}),
            ("followup", {"when": DUE + timedelta(days=3), "importance": Importance.LOW}),
            ("notnow", {}),
            ("invalid", {}),
            ("unavailable", {}),
            ("lost", {}),
        ]
        for n, (outcome, more) in enumerate(outcomes):
            made = room.lead(phone=f"052-234-{5000 + n}", email=f"x{n}@example.com")
            room.log(made.id, outcome, **more)
        away(room, NOA)
        away(room, AVI)
        room.lead(phone="052-234-5999", email="")
        leavers.leave(room.desk, (NOA,))
        leavers.pass_on(room.desk)
        away(room, AVI, "active")
        assign.assign_held(room.desk)
        leavers.pass_on(room.desk)
        found = chairs.look(room.desk)
        assert Loose.BROKEN not in found.counts
        assert Loose.OWNER_LEFT not in found.counts


@only_postgresql
class TestTwoReplicas:
    def test_have_one_look_and_tell_of_it_once(self, either_room: Room):
        room = either_room
        lead = room.lead()
        put(room, lead.id, next_at=None)
        done: list[bool] = []
        assert at_once([lambda: done.append(chairs.check_nightly(room.desk))] * 3) == []
        room.deliver()
        assert sorted(done) == [False, False, True]
        assert room.history(lead.id).count("mended") == 1
        assert len(notices(room)) == 1

    def test_finish_what_a_process_that_died_began(
        self, either_room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        room = either_room
        lead = room.lead()
        put(room, lead.id, next_at=None)
        with monkeypatch.context() as dying:
            dying.setattr(chairs, "look", lambda _desk: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                chairs.check_nightly(room.desk)
        assert not chairs.check_nightly(room.desk)
        room.clock.forward(hours=1)
        assert chairs.check_nightly(room.desk)
