"""More leads than hands: the proposal by hand-counted leads, what a hold does, its end (C1)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from bot import assign, home, learning, playbooks, present_playbook, wave, why
from bot.away import come_back, go_away
from bot.desk import Desk
from bot.mine import my_leads
from bot.next import Handed, Later, next_lead
from bot.present import Present
from bot.teamboard import team_board
from bot.texts import Words
from bot.views import replies
from bot.views.away import returned
from bot.views.replies import handed as handed_words
from bot.views.teamboard import team_message
from bot.views.why import why as why_view
from rules.lead import Lead
from rules.refusals import Refused
from rules.tiers import Cell, Group
from rules.wave import HOLD, SHORTEN, Forecast
from rules.words import Importance, Kind, Outcome, Queue, Stage, Step, Tier
from storage import measures, reps
from storage.engine import make_engine
from storage.store import Store
from storage.tables import attempts, lead_sources, leads
from tests.bot.test_merging import imported
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk
from tests.storage.making import at_once

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = 7 * DAY
ZONE = ZoneInfo("Asia/Jerusalem")
A, B, C, D = Tier
# Two who call from 09:00 to 18:00: at 10:00 they have 16 hours left, and make 160 calls.
TEAM = f"""
[[rep]]
slack_id = "{NOA}"
name = "נועה"
locale = "he"
hours = "Sun-Thu 09:00-18:00"
[[rep]]
slack_id = "{AVI}"
name = "Avi"
hours = "Sun-Thu 09:00-18:00"
[[rep]]
slack_id = "{MIRI}"
name = "Miri"
role = "manager"
"""
NOTNOW: dict[str, Any] = {"plan_step": 1, "queue": Queue.PLANNED, "last_outcome": Outcome.NOTNOW}
HOT: dict[str, Any] = {
    "next_what": Step.FOLLOW_UP,
    "importance": Importance.HIGH,
    "queue": Queue.HIGH_FOLLOWUP,
}
PLANNED: dict[str, Any] = {"plan_step": 1, "queue": Queue.PLANNED}


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, team=TEAM) as made:
        yield made


def add(room: Room, count: int, tier: Tier, **columns: Any) -> list[int]:
    """Write leads that are due now into the tables; a model is copied, and closed itself."""
    model = _model(room)
    with room.desk.store.unit() as unit:
        [row] = unit.execute(select(leads).where(leads.c.id == model)).mappings()
        given = {**row, "tier": tier, "phone_e164": "", "email_key": "", "email": ""}
        given |= {"owner": NOA, "stage": Stage.LEAD, "next_what": Step.CALL, "working": True}
        given |= dict.fromkeys(("next_at", "received_at", "fresh_at"), room.clock.now)
        given |= dict.fromkeys(("closed_at", "last_at", "first_call_at", "reached_at"))
        given |= {"plan_step": 0, "queue": Queue.FRESH, "last_outcome": "", "ladder_at": None}
        given |= columns
        del given["id"]
        before = unit.execute(select(leads.c.id).order_by(leads.c.id.desc()).limit(1)).scalar()
        unit.execute(insert(leads), [given] * count)
        unit.commit()
    first = int(before or 0) + 1
    return list(range(first, first + count))


def _model(room: Room) -> int:
    with room.desk.store.view() as view:
        known = view.execute(select(leads.c.id).where(leads.c.name == "Model")).scalar()
    if known:
        return int(known)
    made = room.lead(name="Model", phone="052-234-5000", email="model@example.com")
    room.log(made.id, "lost")
    room.deliver()
    return made.id


def came(room: Room, count: int, tier: Tier, at: datetime, *, source: str = "website") -> None:
    """Write leads that came at a moment, and were closed since."""
    past = {"received_at": at, "working": False, "stage": Stage.LOST, "next_what": Step.NONE}
    made = add(room, count, tier, **past)
    with room.desk.store.unit() as unit:
        row = {"at": at, "source": source, "fingerprint": "", "extra": {}}
        unit.execute(insert(lead_sources), [row | {"lead_id": one} for one in made])
        unit.commit()


def called(room: Room, count: int, at: datetime, *, by: str = AVI) -> None:
    """Write calls of one hour into the tables."""
    with room.desk.store.unit() as unit:
        row = dict(unit.execute(select(attempts).limit(1)).mappings().one())
        del row["id"]
        unit.execute(insert(attempts), [row | {"at": at, "by": by, "undone_at": None}] * count)
        unit.commit()


def look(room: Room) -> str:
    done = wave.look(room.desk)
    room.deliver()
    return done


def told(room: Room, who: str = MIRI) -> list[str]:
    return [one.text for one in room.outside.dms(who)]


def buttons(room: Room) -> list[str]:
    [*_, last] = room.outside.dms(MIRI)
    beside = [one["accessory"] for one in last.blocks if "accessory" in one]
    return [one["text"]["text"] for one in (*beside, *last.blocks[-1].get("elements", ()))]


def flooded(room: Room) -> None:
    """200 calls and 160 that can be made: 50 of them are tier D's, 10 of these were agreed."""
    add(room, 150, B)
    add(room, 30, D)
    add(room, 10, D, **PLANNED)
    add(room, 5, D, **NOTNOW)
    add(room, 5, D, **HOT)


def hold(room: Room, *tiers: Tier, **more: Any) -> wave.Stricter:
    return wave.make_stricter(room.desk, HOLD, tiers or (D,), by=MIRI, **more)


def handed(room: Room) -> Lead:
    """Give the best call for Noa now."""
    found = next_lead(room.desk, by=NOA)
    assert isinstance(found, Handed)
    return found.lead


class TestTheForecast:
    def forecast(self, room: Room) -> Forecast:
        with room.desk.store.view() as view:
            return wave.forecast(room.desk, view, now=room.clock.now)

    def test_counts_what_is_due_until_the_last_shift_ends(self, room: Room):
        add(room, 3, B)
        add(room, 2, D, owner="", next_at=room.clock.now + 8 * HOUR)
        add(room, 9, D, next_at=room.clock.now + 8 * HOUR + HOUR / 60)
        calls = self.forecast(room).calls
        assert (calls[B].first, calls[D].first) == (3, 2)

    def test_counts_what_the_team_can_call(self, room: Room):
        found = self.forecast(room)
        assert (found.hands.reps, found.hands.minutes, found.can) == (2, 16 * 60, 160)
        room.clock.forward(hours=2)
        assert self.forecast(room).can == 120

    def test_counts_who_is_away_from_when_they_are_back(self, room: Room):
        with room.desk.store.unit() as unit:
            reps.set_away(unit, AVI, until=room.clock.now + 6 * HOUR)
            unit.commit()
        assert self.forecast(room).can == 80 + 20

    def test_expects_as_many_as_came_in_these_hours_of_the_weekday(self, room: Room):
        now = room.clock.now
        came(room, 1, A, now - 29 * DAY)
        for weeks in range(1, 5):
            came(room, 2 * weeks, D, now - weeks * WEEK + HOUR)
            came(room, 50, D, now - weeks * WEEK - 2 * HOUR)
            came(room, 50, D, now - weeks * WEEK + 9 * HOUR)
            came(room, 50, D, now - weeks * WEEK + DAY)
        came(room, 80, C, now - WEEK + HOUR, source="import")
        coming = {tier: one.coming for tier, one in self.forecast(room).calls.items()}
        assert coming == {A: 0, B: 0, C: 0, D: (2 + 4 + 6 + 8) / 4}

    def test_goes_by_the_weeks_that_there_were(self, room: Room):
        now = room.clock.now
        came(room, 1, A, now - 8 * DAY)
        came(room, 6, D, now - WEEK + HOUR)
        assert self.forecast(room).calls[D].coming == 6

    def test_takes_the_teams_hours_over_a_change_of_the_clock(self, room: Room):
        """On 25 October clocks go back: 10:00 was an hour earlier in UTC."""
        now = room.clock.now
        came(room, 1, A, now - 29 * DAY)
        came(room, 4, D, now - 4 * WEEK - HOUR)
        assert self.forecast(room).calls[D].coming == 1

    def test_goes_by_the_calls_of_two_weeks_once_there_are_200(self, room: Room):
        add(room, 1, B)
        for hour in range(10):
            called(room, 19, room.clock.now - DAY + hour * HOUR)
        assert self.forecast(room).can == 160
        called(room, 20, room.clock.now - DAY - HOUR)
        assert self.forecast(room).can == int(16 * (20 + 4 * 19 + 19) / 6)

    def test_forgets_older_calls(self, room: Room):
        add(room, 1, B)
        called(room, 300, room.clock.now - 15 * DAY)
        assert self.forecast(room).can == 160


class TestAProposal:
    def test_says_the_numbers_and_what_a_stricter_bar_brings(self, room: Room):
        flooded(room)
        came(room, 1, A, room.clock.now - 29 * DAY)
        for weeks in range(1, 5):
            came(room, 2, D, room.clock.now - weeks * WEEK + HOUR)
        assert look(room) == "proposed"
        [said] = told(room)
        assert "202 calls to make by" in said
        assert "18:00" in said
        assert "2 reps can make about 160. 2 of them are for leads still to come." in said
        assert "• Hold tier D: 42 calls fewer, 160 left.\n" in said
        assert "• Shorten the plan of tier D to 1 attempt: 10 calls fewer, 192 left." in said
        assert "still more" not in said
        assert buttons(room) == ["Hold tier D", "Shorten the plan of tier D", "Not now"]

    def test_names_c_too_where_d_alone_is_not_enough(self, room: Room):
        add(room, 130, B)
        add(room, 70, C, **PLANNED)
        add(room, 25, D)
        look(room)
        [said] = told(room)
        assert "• Hold tier D: 25 calls fewer, 200 left. That is still more than" in said
        assert "• Hold tiers C and D: 95 calls fewer, 130 left.\n" in said
        assert "• Shorten the plan of tier C to 1 attempt: 70 calls fewer, 155 left." in said
        assert buttons(room)[:2] == ["Hold tier D", "Hold tiers C and D"]

    def test_says_what_the_tier_closes(self, room: Room):
        flooded(room)
        with room.desk.store.unit() as unit:
            group = Group("x", Kind.COLD, "")
            cells = [
                Cell(group, 800, 20),
                Cell(replace(group, campaign="y"), 100, 60),
            ]
            measures.keep(unit, cells, {})
            unit.commit()
        learning.recall(room.desk)
        look(room)
        assert "Tier D closes 1 in 40 (of 800 leads)." in told(room)[0]

    def test_is_in_hebrew_for_who_reads_hebrew(self, tmp_path: Path, clock: FakeClock):
        team = TEAM.replace('name = "Miri"', 'name = "מירי"\nlocale = "he"')
        with a_desk(tmp_path, clock, team=team) as room:
            flooded(room)
            look(room)
            [said] = told(room)
            assert "היום יש יותר שיחות מידיים:* 200 שיחות עד" in said
            assert "ו־2 נציגים יספיקו בערך 160" in said
            assert "דרגה D בהמתנה: 40 שיחות פחות, נשארות 160." in said
            assert buttons(room) == ["להשהות: דרגה D", "לקצר תכנית: דרגה D", "לא עכשיו"]

    def test_goes_to_the_managers_channel_where_there_is_one(
        self, tmp_path: Path, clock: FakeClock
    ):
        with a_desk(tmp_path, clock, team=TEAM, MANAGERS_CHANNEL="boss") as room:
            flooded(room)
            look(room)
            assert "200 calls" in room.outside.channel("boss")[0].text

    def test_comes_once_a_day(self, room: Room):
        flooded(room)
        assert [look(room) for _ in range(3)] == ["proposed", "", ""]
        room.clock.forward(hours=6)
        assert look(room) == ""
        room.clock.forward(hours=18)
        assert look(room) == "proposed"
        assert len(told(room)) == 2

    @pytest.mark.parametrize(("calls", "done"), [(191, ""), (193, "proposed")])
    def test_comes_over_the_limit_alone(self, room: Room, calls: int, done: str):
        add(room, 100, B)
        add(room, calls - 100, D)
        assert look(room) == done

    def test_does_not_come_where_there_would_be_nobody_left_to_call(self, room: Room):
        """A file of 500 cold people on a quiet day: all hands call them."""
        add(room, 500, D, owner="")
        add(room, 30, B)
        assert look(room) == ""
        assert told(room) == []

    @pytest.mark.parametrize(
        ("hours", "done"), [(-3, ""), (-1, ""), (7, "proposed"), (7.5, ""), (9, "")]
    )
    def test_comes_in_working_hours_and_not_in_the_last(self, room: Room, hours: float, done: str):
        flooded(room)
        room.clock.forward(hours=hours)
        assert look(room) == done

    def test_does_not_come_while_all_are_away(self, room: Room):
        flooded(room)
        with room.desk.store.unit() as unit:
            for who in (NOA, AVI):
                reps.set_away(unit, who, until=None)
            unit.commit()
        assert look(room) == ""

    def test_is_one_that_slack_takes_in_both_languages(self, room: Room):
        flooded(room)
        room.load_team(
            TEAM
            + '\n[[rep]]\nslack_id = "U01DINA"\nname = "דינה"\nrole = "manager"\nlocale = "he"\n'
        )
        look(room)
        assert len(room.outside.dms("U01DINA")) == 1


class TestAHold:
    def test_tells_what_changes_and_for_how_many(self, room: Room):
        flooded(room)
        done = hold(room)
        assert (done.calls, room.desk.playbook.wave.hold) == (40, (D,))
        assert playbooks.newest(room.desk, MIRI).version.changed == {"wave.hold": [[], ["D"]]}

    def test_is_the_managers(self, room: Room):
        with pytest.raises(Refused, match="managers_only"):
            wave.make_stricter(room.desk, HOLD, (D,), by=AVI)
        with pytest.raises(Refused, match="managers_only"):
            wave.lift(room.desk, (D,), by=AVI)
        assert room.desk.present.version == 0

    def test_adds_to_what_is_held(self, room: Room):
        hold(room)
        hold(room, C, D)
        assert room.desk.playbook.wave.hold == (C, D)
        assert not hold(room, C).made.version.changed

    def test_pressed_twice_counts_once(self, room: Room):
        assert hold(room, key="t1").made.version.id == hold(room, key="t1").made.version.id == 1

    @pytest.mark.parametrize(
        "columns", [{}, PLANNED, {"owner": ""}], ids=["fresh", "planned", "pool"]
    )
    def test_leaves_a_tier_out_of_the_next_call(self, room: Room, columns: dict[str, Any]):
        [held] = add(room, 1, D, **columns)
        hold(room)
        assert isinstance(next_lead(room.desk, by=NOA), Later)
        [other] = add(room, 1, C)
        found = handed(room)
        assert found.id == other
        playbooks.undo(room.desk, MIRI, room.desk.present.version)
        room.log(other, "lost", by=NOA)
        again = handed(room)
        assert again.id == held

    @pytest.mark.parametrize("kind", ["agreed", "hot", "wrote"])
    def test_keeps_what_was_agreed_and_who_wrote(self, room: Room, kind: str):
        now = room.clock.now
        columns = {"agreed": NOTNOW, "hot": HOT, "wrote": {"replied_at": now}}[kind]
        [kept_one] = add(room, 1, D, **columns | {"next_at": now - 2 * HOUR})
        hold(room)
        found = handed(room)
        assert found.id == kept_one

    def test_says_nothing_of_a_held_lead_that_would_come_next(self, room: Room):
        add(room, 1, D, next_at=room.clock.now + HOUR)
        assert next_lead(room.desk, by=NOA).lead
        hold(room)
        assert next_lead(room.desk, by=NOA) == Later(room.clock.now, held=1)

    def test_is_told_to_who_asks_for_the_next_call(self, room: Room):
        words = Words("en", ZONE)
        add(room, 40, D)
        add(room, 1, D, owner="")
        hold(room)
        found = next_lead(room.desk, by=NOA)
        assert isinstance(found, Later)
        assert handed_words(found, words) == (
            "There is nobody to call now.\n40 of yours are on hold while there are more leads "
            "than hands; agreed times come first."
        )
        found = next_lead(room.desk, by=AVI)
        assert "Leads of the pool are on hold" in handed_words(found, words)
        add(room, 1, C, next_at=room.clock.now + HOUR)
        said = handed_words(next_lead(room.desk, by=NOA), words)
        assert said.startswith("Nothing is due until today 11:00")
        assert "40 of yours are on hold" in said

    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_is_left_out_of_the_reps_day_and_said(self, room: Room, locale: str):
        add(room, 40, D)
        add(room, 2, D, **HOT)
        hold(room)
        words = Words(locale, ZONE)
        mine = replies.day(my_leads(room.desk, by=NOA), words).text
        shown = str(home.show(room.desk, NOA))
        late, held = ("Due now: 2", "40 of yours are on hold")
        if locale == "he":
            late, held = ("לטיפול עכשיו: 2", "40 מהלידים שלך בהמתנה")
            assert "2 לטיפול עכשיו" in shown
            assert "40 בהמתנה" in shown
            assert held in shown
        assert late in mine
        assert held in mine
        assert "40 לטיפול" not in shown + mine

    def test_is_counted_on_the_board_with_the_pool_and_is_not_late(self, room: Room):
        add(room, 40, D, next_at=room.clock.now - 2 * HOUR)
        add(room, 460, D, owner="")
        add(room, 3, D, owner="", next_what=Step.ASSIGN)
        hold(room)
        board = team_board(room.desk, by=MIRI)
        said = team_message(board, Words("en", ZONE)).text
        assert "*On hold: 503* leads of tier D." in said
        assert f"<@{NOA}> · on shift · 0 of 40 leads · 40 on hold\n" in said
        assert "overdue" not in said
        assert "No lead waits for an owner." in said

    def test_is_told_to_who_comes_back(self, room: Room):
        add(room, 4, D)
        add(room, 1, C)
        hold(room)
        go_away(room.desk, by=NOA, until=None)
        said = returned(come_back(room.desk, by=NOA), Words("en", ZONE)).text
        assert "1 due now · 4 on hold" in said

    def test_shows_home_anew_to_who_watches_it(self, room: Room):
        add(room, 4, D)
        home.show(room.desk, NOA)
        home.refresh_watched(room.desk)
        hold(room)
        assert home.refresh_watched(room.desk) == 1

    def test_lets_a_new_lead_wait_without_an_owner(self, room: Room):
        cold(room)
        hold(room)
        lead = room.lead(kind="cold")
        room.deliver()
        assert (lead.tier, lead.owner, lead.next_what) == (D, "", Step.ASSIGN)
        assert room.history(lead.id) == ["created", "on_hold"]
        assert told(room) == told(room, NOA) == told(room, AVI) == []
        [card] = room.outside.channel()
        assert "On hold: there are more leads than hands, and tier D gets no calls" in card.text
        assert (lead.ladder_at, lead.clocked_at) == (None, None)

    def test_is_why_a_lead_is_not_called(self, room: Room):
        [held] = add(room, 1, D)
        assert not why.explain(room.desk, held, by=NOA).waits
        hold(room)
        found = why.explain(room.desk, held, by=NOA)
        assert "tier D gets no calls for now" in why_view(found, Words("en", ZONE)).text

    def test_lets_other_leads_have_their_owner(self, room: Room):
        hold(room)
        assert room.lead().owner

    def test_hands_out_what_waited_once_it_is_lifted(self, room: Room):
        cold(room)
        hold(room)
        made = [room.lead(kind="cold", phone=f"052-234-51{n:02}", email="") for n in range(10)]
        assert assign.assign_held(room.desk) == 0
        wave.lift(room.desk, (D,), by=MIRI)
        room.outside.messages.clear()
        assert assign.assign_held(room.desk) == 10
        room.deliver()
        found = [room.load(one.id) for one in made]
        assert {one.owner for one in found} == {NOA, AVI}
        assert {one.next_what for one in found} == {Step.CALL}
        assert [len(told(room, who)) for who in (NOA, AVI)] == [1, 1]
        assert "5 leads are yours now" in told(room, AVI)[0]

    def test_hands_out_a_lead_whose_tier_rose_meanwhile(self, room: Room):
        cold(room)
        hold(room)
        lead = room.lead(kind="cold")
        room.desk.present.playbook = replace(room.desk.playbook, tiers=BOOK.tiers)
        learning.follow_playbook(room.desk)
        assert assign.assign_held(room.desk) == 1
        assert room.load(lead.id).owner

    def test_hands_out_a_lead_that_left_details_again(self, room: Room):
        cold(room)
        hold(room)
        lead = room.lead(kind="cold")
        room.lead(kind="cold", note="Please call")
        assign.assign_held(room.desk)
        assert room.load(lead.id).owner

    def test_does_not_fill_a_reps_capacity(self, room: Room):
        avi = TEAM.replace('name = "Avi"', 'name = "Avi"\ncapacity = 2')
        room.load_team(avi.replace('name = "נועה"', 'name = "נועה"\ncapacity = 0'))
        add(room, 2, D, owner=AVI)
        assert room.lead().owner == ""
        hold(room)
        assert room.lead(phone="052-234-5999", email="").owner == AVI

    def test_keeps_a_file_in_the_pool(self, room: Room):
        cold(room)
        hold(room)
        imported(room, kind="cold")
        lead = room.load(1)
        assert (lead.owner, lead.next_what) == ("", Step.CALL)
        assert isinstance(next_lead(room.desk, by=AVI), Later)


def cold(room: Room) -> None:
    """Let the cold be tier D."""
    tiers = replace(BOOK.tiers, kinds={**BOOK.tiers.kinds, Kind.COLD: 0.1})
    room.desk.present.base = room.desk.present.playbook = replace(BOOK, tiers=tiers)
    learning.recall(room.desk)


class TestAShortenedPlan:
    def shorten(self, room: Room, *tiers: Tier) -> wave.Stricter:
        return wave.make_stricter(room.desk, SHORTEN, tiers or (D,), by=MIRI)

    def test_makes_first_calls_and_agreed_ones(self, room: Room):
        flooded(room)
        assert self.shorten(room).calls == 10
        found = set()
        for _ in range(200):
            given = next_lead(room.desk, by=NOA)
            if not isinstance(given, Handed):
                break
            found.add((given.lead.tier, given.lead.queue, given.lead.last_outcome == "notnow"))
            room.log(given.lead.id, "lost", by=NOA)
            room.clock.forward(seconds=11)
        assert (D, Queue.FRESH, False) in found
        assert (D, Queue.PLANNED, True) in found
        assert (D, Queue.PLANNED, False) not in found

    def test_of_two_attempts_makes_the_second(self, room: Room):
        playbooks.change(room.desk, MIRI, {"wave.attempts": 2})
        first, second = add(room, 1, D, **PLANNED), add(room, 1, D, **PLANNED | {"plan_step": 2})
        self.shorten(room)
        found = handed(room)
        assert [found.id] == first
        room.log(found.id, "noanswer", by=NOA)
        assert room.load(first[0]).next_what is Step.MAILING_LIST
        assert isinstance(next_lead(room.desk, by=NOA), Later)
        wave.lift(room.desk, (D,), by=MIRI)
        found = handed(room)
        assert [found.id] == second


class TestTheEndOfAWave:
    def test_lifts_what_a_proposal_brought_and_tells_the_managers(self, room: Room):
        flooded(room)
        hold(room)
        done(room, B, 72)
        assert look(room) == ""
        done(room, B, 1)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.hold == ()
        [said] = told(room)
        assert "with tier D called again there are 127 calls to make by" in said
        assert "2 reps can make about 160.\n40 of today's calls are back in line." in said
        assert buttons(room) == ["Hold again"]
        assert look(room) == ""

    def test_is_in_nobodys_name_in_the_history(self, room: Room):
        flooded(room)
        hold(room)
        done(room, B, 150)
        look(room)
        made = playbooks.newest(room.desk, MIRI)
        assert (made.version.actor, made.name) == ("", "")
        assert made.version.overlay == {}

    def test_comes_when_hands_are_free_whatever_waits(self, room: Room):
        add(room, 100, B)
        add(room, 500, D, owner="")
        assert look(room) == "proposed"
        hold(room)
        assert look(room) == ""
        done(room, B, 21)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.hold == ()
        said = told(room)[-1]
        assert "*Hands are free:* 79 calls are left to make by" in said
        assert "2 reps can make about 160. So calls go to tier D again.\n500 of" in said
        assert [look(room), look(room)] == ["", ""]

    def test_counts_the_held_calls_in(self, room: Room):
        add(room, 100, B)
        add(room, 60, D)
        hold(room)
        assert look(room) == ""

    def test_leaves_what_a_manager_wrote_by_hand(self, room: Room):
        playbooks.change(room.desk, MIRI, {"wave.hold": ["D"]})
        assert look(room) == ""
        hold(room, C)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.hold == (D,)

    def test_leaves_what_was_taken_back_and_written_by_hand(self, room: Room):
        made = hold(room).made.version
        playbooks.undo(room.desk, MIRI, made.id)
        playbooks.change(room.desk, MIRI, {"wave.hold": ["D"]})
        assert look(room) == ""
        assert room.desk.playbook.wave.hold == (D,)

    def test_leaves_what_was_brought_again_after_it(self, room: Room):
        hold(room)
        assert look(room) == "lifted"
        hold(room, stays=True)
        assert look(room) == ""
        assert room.desk.playbook.wave.hold == (D,)

    def test_brings_c_back_before_d(self, room: Room):
        add(room, 80, C)
        add(room, 80, D)
        hold(room, C, D)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.hold == (D,)
        assert "with tier C called again there are 80 calls" in told(room)[0]

    def test_lifts_a_short_plan(self, room: Room):
        add(room, 3, D, **PLANNED)
        wave.make_stricter(room.desk, SHORTEN, (D,), by=MIRI)
        assert look(room) == "lifted"
        assert room.desk.playbook.wave.shorten == ()
        assert buttons(room) == ["Shorten again"]

    def test_does_not_come_with_the_days_end(self, room: Room):
        flooded(room)
        hold(room)
        for hours in (7.9, 3, 15):
            room.clock.forward(hours=hours)
            assert look(room) != "lifted"
        assert room.desk.playbook.wave.hold == (D,)

    def test_outlasts_a_restart(self, room: Room):
        hold(room)
        again = Desk(room.desk.store, room.desk.settings, Present(BOOK), room.clock)
        present_playbook.refresh(again)
        assert again.playbook.wave.hold == (D,)
        assert wave.look(again) == "lifted"


class TestTwoReplicas:
    """Two processes of one database, each with a playbook of its own in mind."""

    @pytest.fixture
    def both(self, either_room: Room, database_url: str) -> Iterator[list[Desk]]:
        either_room.load_team(TEAM)
        flooded(either_room)
        store = Store(make_engine(database_url))
        yield [either_room.desk, replace(either_room.desk, store=store, present=Present(BOOK))]
        store.close()

    def look(self, both: list[Desk]) -> None:
        for one in both:
            present_playbook.refresh(one)
        assert at_once([partial(wave.look, one) for one in both]) == []

    def test_propose_once(self, either_room: Room, both: list[Desk]):
        self.look(both)
        assert len(either_room.rows("tell_managers")) == 1

    def test_lift_once(self, either_room: Room, both: list[Desk]):
        hold(either_room)
        done(either_room, B, 150)
        self.look(both)
        assert len(either_room.rows("tell_managers")) == 1
        assert playbooks.newest(both[0], MIRI).version.id == 2

    def test_know_of_each_others_holds(self, either_room: Room, both: list[Desk]):
        hold(either_room)
        done(either_room, B, 150)
        present_playbook.refresh(both[1])
        assert wave.look(both[1]) == "lifted"


def done(room: Room, tier: Tier, count: int) -> None:
    """Let so many calls of a tier be made."""
    with room.desk.store.unit() as unit:
        some = select(leads.c.id).where(leads.c.tier == tier, leads.c.working).limit(count)
        ids = list(unit.execute(some).scalars())
        unit.execute(leads.update().where(leads.c.id.in_(ids)).values(working=False))
        unit.commit()
