"""The best call now, and the day (L1.4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from bot import calls
from bot.assign import assign_lead
from bot.desk import Desk
from bot.imports import import_rows
from bot.leads import add_note
from bot.mine import my_leads
from bot.next import Handed, Later, next_lead
from bot.present import Present
from bot.settings import Settings
from bot.texts import Words
from bot.views.replies import handed as handed_words
from rules.acts import LogOutcome
from rules.fields import Defaults
from rules.playbook import Wave
from rules.pools import Pool, Route
from rules.refusals import Refused
from rules.team import Rep
from rules.words import CALLS, Importance, Outcome, Queue, Step, Tier
from storage import leads, reps
from storage.store import Store
from tests.databases import only_postgresql
from tests.desk import AVI, BOOK, MIRI, NOA, TEAM, FakeClock, Room
from tests.storage.making import PATIENCE, add_lead, at_once, phone


def only_noa(room: Room) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [AVI], "away")
        unit.commit()


def nobody(room: Room) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, [AVI, NOA], "away")
        unit.commit()


def lead(room: Room, number: int, **fields: str) -> int:
    return room.lead(phone=f"052-234-50{number:02}", email="", **fields).id


def handed(room: Room, who: str = NOA) -> Handed:
    found = next_lead(room.desk, by=who)
    assert isinstance(found, Handed)
    return found


def later(room: Room, who: str = NOA) -> Later:
    found = next_lead(room.desk, by=who)
    assert isinstance(found, Later)
    return found


class TestTheBestCall:
    def test_is_the_newest_of_fresh_leads(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.clock.forward(minutes=1)
        newest = lead(room, 2)
        found = handed(room)
        assert (found.lead.id, found.lead.queue, found.of_pool) == (newest, Queue.FRESH, False)

    def test_is_of_the_best_tier_first_l1_1(self, room: Room):
        only_noa(room)
        kinds = ["cold", "referral", "warm", "incoming"]
        made = {kind: lead(room, place, kind=kind) for place, kind in enumerate(kinds)}
        order = []
        for _ in kinds:
            found = handed(room)
            order.append(found.lead.id)
            room.log(found.lead.id, "lost")
        assert order == [made[kind] for kind in ("referral", "incoming", "warm", "cold")]

    def test_is_a_hot_follow_up_before_all_and_a_low_one_after_fresh_leads(self, room: Room):
        only_noa(room)
        hot, low, planned, fresh = (lead(room, n) for n in range(4))
        due = room.clock.now + timedelta(minutes=30)
        room.log(hot, "followup", when=due, importance=Importance.HIGH)
        room.log(low, "followup", when=due, importance=Importance.LOW)
        room.log(planned, "noanswer")
        room.clock.forward(minutes=31)
        found = []
        for _ in range(4):
            one = handed(room).lead
            found.append((one.id, one.queue))
            room.log(one.id, "lost")
        assert found == [
            (hot, Queue.HIGH_FOLLOWUP),
            (fresh, Queue.FRESH),
            (low, Queue.LOW_FOLLOWUP),
            (planned, Queue.PLANNED),
        ]

    def test_is_not_somebody_elses(self, room: Room):
        only_noa(room)
        lead(room, 1)
        assert later(room, AVI) == Later(room.clock.now)

    def test_is_not_a_lead_without_a_number(self, room: Room):
        only_noa(room)
        room.lead(phone="")
        assert later(room) == Later(room.clock.now)

    def test_is_nobody_who_asked_not_to_be_called(self, room: Room):
        only_noa(room)
        lead(room, 1)
        with room.desk.store.unit() as unit:
            leads.save(unit, replace(room.load(1), opted_out=(CALLS,)))
            unit.commit()
        assert later(room) == Later(room.clock.now)

    def test_is_for_the_team(self, room: Room):
        with pytest.raises(Refused, match=r"team\.outsider"):
            next_lead(room.desk, by="U01GUEST")


class TestCallingHours:
    def test_are_waited_for_l1_5(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.clock.set(2026, 11, 15, 20, 0)
        assert isinstance(next_lead(room.desk, by=NOA), Later)

    def test_do_not_bind_what_was_agreed_for_this_hour(self, room: Room):
        only_noa(room)
        agreed, asked = lead(room, 1), lead(room, 2)
        late = datetime(2026, 11, 15, 20, 0, tzinfo=UTC)
        room.log(agreed, "followup", when=late, importance=Importance.LOW)
        room.log(asked, "notnow", when=late)
        room.clock.now = late
        found = handed(room)
        assert (found.lead.id, found.lead.queue) == (agreed, Queue.LOW_FOLLOWUP)
        room.log(agreed, "noanswer")
        assert handed(room).lead.id == asked
        room.clock.forward(hours=1)
        assert isinstance(next_lead(room.desk, by=NOA), Later)

    def test_are_the_customers_own_at_night_others_are_called(self, room: Room):
        only_noa(room)
        for number in range(3):
            lead(room, number)
        abroad = room.lead(phone="+1 212 555 0123", email="").id
        room.clock.set(2026, 11, 15, 20, 0)
        assert handed(room).lead.id == abroad

    def test_of_a_lead_whose_zone_was_not_looked_up_are_looked_up(self, room: Room):
        only_noa(room)
        abroad = room.lead(phone="+1 212 555 0123", email="").id
        with room.desk.store.unit() as unit:
            leads.save(unit, replace(room.load(abroad), zone=None))
            unit.commit()
        assert isinstance(next_lead(room.desk, by=NOA), Later)
        assert room.load(abroad).zone == "America/New_York"

    def test_are_no_time_to_rest_but_for_what_was_agreed(self, room: Room):
        only_noa(room)
        agreed, fresh = lead(room, 1), lead(room, 2)
        saturday = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
        room.log(agreed, "followup", when=saturday, importance=Importance.HIGH)
        room.clock.now = saturday
        assert handed(room).lead.id == agreed
        room.log(agreed, "lost")
        found = later(room)
        assert (found.lead, found.opens) == (room.load(fresh), True)
        assert found.at == room.desk.rest(saturday).ends(saturday)


class TestALeadHandedOut:
    def test_is_given_again_while_it_is_held_l1_4(self, room: Room):
        only_noa(room)
        first = lead(room, 1)
        assert handed(room).since is None
        room.clock.forward(minutes=3)
        lead(room, 2)
        again = handed(room)
        assert (again.lead.id, again.since) == (first, room.clock.now - timedelta(minutes=3))

    def test_was_never_handed_out_later_than_now(self, room: Room):
        only_noa(room)
        lead(room, 1)
        handed(room)
        room.desk.present.playbook = replace(room.desk.playbook, hold_minutes=2)
        assert handed(room).since == room.clock.now

    def test_is_held_no_longer_than_the_playbook_says(self, room: Room):
        only_noa(room)
        lead(room, 1)
        handed(room)
        room.clock.forward(minutes=10)
        newer = lead(room, 2)
        again = handed(room)
        assert (again.lead.id, again.since) == (newer, None)

    def test_waits_for_a_hot_follow_up_that_has_come_due(self, room: Room):
        only_noa(room)
        hot, fresh = lead(room, 1), lead(room, 2)
        due = room.clock.now + timedelta(minutes=5)
        room.log(hot, "followup", when=due, importance=Importance.HIGH)
        assert handed(room).lead.id == fresh
        room.clock.now = due
        assert handed(room).lead.id == hot
        assert handed(room).lead.id == hot
        room.log(hot, "lost")
        assert handed(room).lead.id == fresh

    def test_that_is_hot_is_not_passed_by_another(self, room: Room):
        only_noa(room)
        first, second = lead(room, 1), lead(room, 2)
        due = room.clock.now + timedelta(minutes=5)
        for place, one in enumerate((first, second)):
            when = due + timedelta(minutes=place)
            room.log(one, "followup", when=when, importance=Importance.HIGH)
        room.clock.now = due
        assert handed(room).lead.id == first
        room.clock.forward(minutes=2)
        assert handed(room).lead.id == first

    def test_is_free_when_its_outcome_is_logged(self, room: Room):
        only_noa(room)
        first = lead(room, 1)
        handed(room)
        room.log(first, "noanswer")
        assert (room.load(first).held_by, room.load(first).held_until) == ("", None)
        assert isinstance(next_lead(room.desk, by=NOA), Later)

    def test_is_not_given_again_when_it_may_not_ring_any_more(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.clock.set(2026, 11, 15, 17, 58)
        handed(room)
        room.clock.forward(minutes=3)
        assert isinstance(next_lead(room.desk, by=NOA), Later)

    def test_is_the_new_owners_when_a_manager_gives_it_away(self, room: Room):
        only_noa(room)
        first = lead(room, 1)
        handed(room)
        assign_lead(room.desk, first, to=AVI, by=MIRI)
        assert handed(room, AVI).lead.id == first
        assert isinstance(next_lead(room.desk, by=NOA), Later)

    def test_that_another_holds_is_not_handed_out(self, room: Room):
        nobody(room)
        lead(room, 1)
        with room.desk.store.unit() as unit:
            until = room.clock.now + timedelta(minutes=1)
            leads.save(unit, replace(room.load(1), held_by=AVI, held_until=until))
            unit.commit()
        assert isinstance(next_lead(room.desk, by=MIRI), Later)
        room.clock.forward(minutes=1)
        assert handed(room, MIRI).lead.id == 1


class TestALeadOfThePool:
    def test_becomes_the_reps_who_asked_first(self, room: Room):
        nobody(room)
        lead(room, 1)
        found = handed(room)
        assert (found.of_pool, found.lead.owner, found.lead.next_what) == (True, NOA, Step.CALL)
        assert (found.lead.held_by, found.lead.held_until) == (
            NOA,
            room.clock.now + timedelta(minutes=10),
        )
        assert later(room, AVI) == Later(room.clock.now)
        assert room.history(1)[-1] == "handed_over"

    def test_is_shown_as_taken_in_the_channel(self, room: Room):
        nobody(room)
        lead(room, 1)
        room.deliver()
        handed(room)
        room.deliver()
        assert f"<@{NOA}>" in room.outside.channel()[0].text

    def test_may_go_to_a_manager_who_asks(self, room: Room):
        nobody(room)
        lead(room, 1)
        assert handed(room, MIRI).lead.owner == MIRI


def imported(room: Room, **fields: str) -> None:
    """Take leads in as a file's, which are given to nobody where nobody can take them."""
    rows = [{"name": "Dana", "kind": "warm", "phone": "052-234-5678"} | fields]
    defaults = Defaults(region="IL", currency="ILS")
    import_rows(room.desk, rows, defaults=defaults, mapping={}, post=False, dry_run=False)


class TestALeadOfNobody:
    """Whoever asks first has it, but for its language and the pool of its route (C3)."""

    @pytest.fixture
    def speakers(self, room: Room) -> Room:
        """A desk whose reps are away, one of them speaking French, the other Hebrew."""
        room.load_team(TEAM.replace('name = "Avi"', 'name = "Avi"\nlanguages = ["fr"]'))
        with room.desk.store.unit() as unit:
            known = {one.slack_id: one for one in reps.everybody(unit)}
            reps.put(unit, [replace(known[NOA], languages=("he",))])
            unit.commit()
        nobody(room)
        return room

    def test_is_handed_to_who_speaks_its_language(self, speakers: Room):
        imported(speakers, language="FR-ca")
        assert later(speakers, NOA) == Later(speakers.clock.now)
        assert handed(speakers, AVI).lead.owner == AVI

    def test_in_a_language_that_i_do_not_speak_hides_no_other(self, speakers: Room):
        imported(speakers)
        imported(speakers, phone="052-234-5679", language="fr", kind="referral")
        assert handed(speakers, NOA).lead.id == 1

    def test_is_not_named_as_the_next_to_who_would_not_get_it(self, speakers: Room):
        speakers.clock.set(2026, 11, 15, 20, 0)
        imported(speakers, language="fr")
        assert later(speakers, NOA).lead is None
        waits = later(speakers, AVI).lead
        assert waits is not None
        assert waits.id == 1

    def test_that_waited_for_a_lower_bar_goes_to_its_routes_pool(self, room: Room):
        book = replace(BOOK, pools=(Pool("south", (AVI,)),), routes=(Route("all", "south"),))
        room.desk.present.playbook = replace(book, wave=Wave(hold=tuple(Tier)))
        lead(room, 1)
        assert (room.load(1).pool, room.load(1).owner) == ("south", "")
        room.desk.present.playbook = book
        assert later(room, NOA) == Later(room.clock.now)
        assert handed(room, AVI).lead.owner == AVI


class TestWhenNothingIsDue:
    def test_there_is_nothing_to_name_where_nothing_is_planned(self, room: Room):
        assert later(room) == Later(room.clock.now)

    def test_the_next_thing_is_named(self, room: Room):
        only_noa(room)
        first, second = lead(room, 1), lead(room, 2)
        soon = room.clock.now + timedelta(hours=2)
        room.log(second, "notnow", when=soon + timedelta(minutes=1))
        room.log(first, "notnow", when=soon)
        assert later(room) == Later(room.clock.now, room.load(first), soon)
        room.clock.now = soon - timedelta(minutes=1)
        assert isinstance(next_lead(room.desk, by=NOA), Later)
        room.clock.now = soon
        assert handed(room).lead.id == first

    def test_what_is_due_waits_for_the_hours_that_begin_first(self, room: Room):
        only_noa(room)
        home = lead(room, 1)
        abroad = room.lead(phone="+1 212 555 0123", email="").id
        room.clock.set(2026, 11, 16, 2, 30)
        found = later(room)
        assert (found.lead, found.at, found.opens) == (
            room.load(home),
            datetime(2026, 11, 16, 7, 0, tzinfo=UTC),
            True,
        )
        room.log(home, "notnow", when=datetime(2026, 11, 16, 16, 0, tzinfo=UTC))
        assert later(room).lead == room.load(abroad)

    def test_a_time_before_the_hours_begin_comes_first(self, room: Room):
        only_noa(room)
        lead(room, 1)
        early = lead(room, 2)
        at = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)
        room.log(early, "followup", when=at, importance=Importance.LOW)
        room.clock.set(2026, 11, 15, 20, 0)
        assert later(room) == Later(room.clock.now, room.load(early), at)


def said(found: Handed | Later, locale: str = "en") -> str:
    return handed_words(found, Words(locale, ZoneInfo("Asia/Jerusalem")))


class TestTheAnswer:
    """The reason and the tier, in words; then what comes, where nothing is due."""

    def test_names_the_tier_and_the_age_of_a_fresh_lead(self, room: Room):
        only_noa(room)
        lead(room, 1, kind="referral")
        room.clock.forward(minutes=3)
        found = handed(room)
        assert said(found) == "The best call now: fresh, tier A, came 3 min ago."
        assert "דרגה \u2068A\u2069, הגיע לפני 3 דק׳" in said(found, "he")

    def test_says_that_it_came_back(self, room: Room):
        only_noa(room)
        found = Handed(replace(room.load(lead(room, 1)), attempts=8), room.clock.now)
        assert "came back 0 sec ago, tier B, attempt 9" in said(found)

    def test_names_the_attempt_and_its_time(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.log(1, "noanswer")
        room.clock.forward(minutes=45)
        assert "attempt 2, planned for today 10:30, tier B" in said(handed(room))

    @pytest.mark.parametrize(
        ("importance", "words"),
        [(Importance.HIGH, "a hot follow-up"), (Importance.LOW, "a follow-up")],
        ids=["high", "low"],
    )
    def test_names_the_agreed_time(self, room: Room, importance: Importance, words: str):
        only_noa(room)
        lead(room, 1)
        when = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=when, importance=importance)
        room.clock.now = when
        assert said(handed(room)) == f"The best call now: {words}, agreed for today 11:00."

    def test_says_that_it_is_still_yours_and_since_when(self, room: Room):
        only_noa(room)
        lead(room, 1)
        handed(room)
        room.clock.forward(minutes=3)
        assert said(handed(room)).startswith("Still yours, handed to you 3 min ago: fresh")

    def test_says_that_it_came_from_the_pool(self, room: Room):
        nobody(room)
        lead(room, 1)
        assert "from the pool and yours from here on" in said(handed(room))

    def test_says_when_the_next_thing_is_and_what_to_do(self, room: Room):
        only_noa(room)
        lead(room, 1, name="Maya")
        room.log(1, "notnow", when=room.clock.now + timedelta(hours=4))
        assert said(later(room)) == (
            "Nothing is due until today 14:00: then *#1 Maya*. `/lead mine` shows your day."
        )
        assert "עד היום \u206814:00\u2069" in said(later(room), "he")

    def test_says_when_calling_hours_begin(self, room: Room):
        only_noa(room)
        lead(room, 1, name="Maya")
        room.clock.set(2026, 11, 15, 20, 0)
        assert said(later(room)).startswith(
            "Calling hours begin tomorrow 09:00: then *#1 Maya* comes first."
        )

    def test_says_so_when_nothing_is_planned(self, room: Room):
        assert said(later(room)).startswith("Nothing is due and nothing is planned.")


REPS = [f"U{number:02}" for number in range(12)]


def pool_desk(store: Store, clock: FakeClock, size: int) -> Desk:
    """Give a desk of twelve reps over a pool of fresh leads."""
    desk = Desk(store, Settings.from_env({}), Present(), clock)
    with store.unit() as unit:
        reps.put(unit, [Rep(one, one) for one in REPS])
        for _ in range(size):
            made = add_lead(unit, phone=phone("+972522345678"), at=clock.now)
            leads.save(unit, replace(made, zone="", next_at=clock.now))
        unit.commit()
    return desk


class TestManyAtOnce:
    def test_get_a_lead_each_and_none_twice_l1_4(self, store: Store, clock: FakeClock):
        desk = pool_desk(store, clock, 20)
        given: list[int] = []

        def ask(rep: str) -> None:
            found = next_lead(desk, by=rep)
            assert isinstance(found, Handed)
            assert found.lead.owner == rep
            given.append(found.lead.id)

        assert at_once([partial(ask, rep) for rep in REPS]) == []
        assert len(set(given)) == len(REPS)
        assert set(given) == set(range(9, 21))

    def test_share_out_all_there_is_before_one_is_refused(self, store: Store, clock: FakeClock):
        desk = pool_desk(store, clock, 30)
        given: list[int] = []

        def work(rep: str) -> None:
            while isinstance(found := next_lead(desk, by=rep), Handed):
                given.append(found.lead.id)
                act = LogOutcome(found.lead.id, Outcome.LOST)
                calls.log_outcome(desk, act, by=rep)

        assert at_once([partial(work, rep) for rep in REPS]) == []
        assert sorted(given) == list(range(1, 31))

    def test_from_one_person_get_one_lead(self, store: Store, clock: FakeClock):
        desk = pool_desk(store, clock, 20)
        given: list[int] = []

        def ask() -> None:
            found = next_lead(desk, by=REPS[0])
            assert isinstance(found, Handed)
            given.append(found.lead.id)

        assert at_once([ask] * 6) == []
        assert given == [20] * 6

    @only_postgresql
    def test_pass_by_what_somebody_is_changing(self, store: Store, clock: FakeClock):
        desk = pool_desk(store, clock, 2)
        with store.unit() as unit:
            leads.load(unit, 2, lock=True)
            found = next_lead(desk, by=REPS[0])
        assert isinstance(found, Handed)
        assert found.lead.id == 1

    @only_postgresql
    def test_wait_for_the_last_that_somebody_is_changing(self, store: Store, clock: FakeClock):
        desk = pool_desk(store, clock, 1)
        given: list[Handed | Later] = []
        with store.unit() as unit:
            leads.load(unit, 1, lock=True)
            waiting = Thread(target=lambda: given.append(next_lead(desk, by=REPS[0])), daemon=True)
            waiting.start()
            waiting.join(0.05)
            assert given == []
        waiting.join(PATIENCE)
        [found] = given
        assert isinstance(found, Handed)


class TestMyDay:
    def test_has_what_is_overdue_what_comes_today_and_what_waits_for_a_number(self, room: Room):
        only_noa(room)
        now, later, tomorrow, waiting = (lead(room, n) for n in range(4))
        room.log(later, "notnow", when=room.clock.now + timedelta(hours=3))
        room.log(tomorrow, "notnow", when=room.clock.now + timedelta(days=1))
        room.log(waiting, "invalid")
        day = my_leads(room.desk, by=NOA)
        assert [one.id for one, _ in day.due] == [now]
        assert [one.id for one, _ in day.today] == [later]
        assert [one.id for one in day.waiting] == [waiting]

    def test_ends_at_midnight_of_the_reps_own_zone(self, room: Room):
        team = f'[[rep]]\nslack_id = "{NOA}"\nname = "Noa"\ntimezone = "America/New_York"'
        room.load_team(team)
        only_noa(room)
        lead(room, 1)
        room.log(1, "notnow", when=datetime(2026, 11, 16, 4, 0, tzinfo=UTC))
        assert [one.id for one, _ in my_leads(room.desk, by=NOA).today] == [1]

    def test_says_what_is_agreed(self, room: Room):
        only_noa(room)
        lead(room, 1)
        due = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=due, importance=Importance.HIGH)
        assert my_leads(room.desk, by=NOA).today == [(room.load(1), "high")]

    def test_has_nothing_that_is_closed(self, room: Room):
        only_noa(room)
        lead(room, 1)
        room.log(1, "lost")
        day = my_leads(room.desk, by=NOA)
        assert (day.due, day.today, day.waiting) == ([], [], [])


class TestNotes:
    def test_are_kept_in_the_history_and_once(self, room: Room):
        owner = room.lead().owner
        add_note(room.desk, 1, "wants blue", by=owner, key="t")
        add_note(room.desk, 1, "wants blue", by=owner, key="t")
        with room.desk.store.view() as view:
            notes = [one.data["text"] for one in leads.lines(view, 1) if one.what == "note"]
        assert notes == ["wants blue"]
