"""The speed ladder: reminded, moved, shown to the managers (C1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.hours import Week, read_week, read_window
from rules.ladder import (
    LOOK_AGAIN,
    MOVED,
    NAGGED,
    TOLD,
    Act,
    Climb,
    Pace,
    begun,
    coming,
    moved,
    nags,
    rungs,
    started,
    step,
    waited,
    waits,
)
from rules.lead import Lead
from rules.playbook import Playbook, Speed, Wave
from rules.rest import Rest, merged
from rules.words import Stage, Step, Tier
from rules.working import HORIZON, Working
from tests.rules.builders import NOW, lead

ZONE = ZoneInfo("Asia/Jerusalem")
OFFICE = read_week("Sun-Thu 09:00-18:00, Fri 09:00-13:00")
EVENING = read_week("Sun-Thu 18:00-20:00")
LATE = read_window("08:00-23:00")


def pace(
    shift: Week = OFFICE, *, rest: Rest | None = None, back: datetime | None = None, **speed: Any
) -> Pace:
    working = Working(shift, ZONE, LATE, ZONE, rest or Rest())
    return Pace(Playbook(speed=Speed(**speed)), working, back)


def at(minutes: float, start: datetime = NOW) -> datetime:
    return start + timedelta(minutes=minutes)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def climbing(now: datetime = NOW, by: Pace | None = None, **changes: Any) -> Lead:
    waiting = lead(climbs=True, received_at=now, next_at=now, owned_at=now, **changes)
    return started(waiting, now=now, pace=by or pace())


def climb(waiting: Lead, by: Pace, *, until: datetime) -> list[tuple[Act, datetime]]:
    """Give every step up to a moment, each taken when it is due."""
    taken = []
    while waiting.ladder_at is not None and waiting.ladder_at <= until:
        now = waiting.ladder_at
        done = step(waiting, now=now, pace=by)
        waiting = done.lead
        taken += [(done.rung.act, now)] if done.rung else []
    return taken


def due(taken: list[tuple[Act, datetime]]) -> list[tuple[str, str]]:
    return [(act.value, f"{when.astimezone(ZONE):%a %H:%M}") for act, when in taken]


class TestTheSteps:
    def test_are_the_playbooks_in_their_order(self):
        assert [(one.act, one.minutes) for one in rungs(Speed())] == [
            (Act.NAG, 5),
            (Act.NAG, 10),
            (Act.MOVE, 20),
            (Act.MANAGER, 30),
        ]

    @pytest.mark.parametrize(
        ("speed", "acts"),
        [
            (Speed(nag=()), ["move", "manager"]),
            (Speed(nag=(0, 5)), ["nag", "move", "manager"]),
            (Speed(move=0), ["nag", "nag", "manager"]),
            (Speed(manager=0), ["nag", "nag", "move"]),
            (Speed(nag=(), move=0, manager=0), []),
        ],
    )
    def test_of_no_minutes_are_left_out(self, speed, acts):
        assert [one.act for one in rungs(speed)] == acts


class TestWhoClimbs:
    @pytest.mark.parametrize(
        "changes",
        [
            {"climbs": False},
            {"owner": ""},
            {"first_call_at": NOW},
            {"next_what": Step.WAIT_FOR_PHONE, "next_at": None},
            {"next_what": Step.MAILING_LIST},
            {"next_at": None},
            {"stage": Stage.LOST},
            {"opted_out": ("calls",)},
        ],
    )
    def test_is_none_that_waits_for_no_first_call(self, changes):
        given = lead(**({"climbs": True, "ladder_at": NOW} | changes))
        assert not waits(given)
        assert started(given, now=NOW, pace=pace()).ladder_at is None
        assert step(given, now=NOW, pace=pace()) == Climb(replace(given, ladder_at=None), NOW)

    def test_is_one_with_an_owner_that_was_not_called(self):
        assert waits(climbing())


class TestTheClock:
    def test_begins_at_once_while_its_owner_works(self):
        assert (climbing().clocked_at, climbing().ladder_at) == (NOW, at(5))

    def test_begins_with_the_next_shift(self):
        found = climbing(local("2026-11-15 22:00"))
        assert found.clocked_at == local("2026-11-16 09:00")
        assert found.ladder_at == local("2026-11-16 09:05")

    def test_begins_when_the_call_may_be_made(self):
        given = lead(climbs=True, received_at=NOW, next_at=at(60))
        assert started(given, now=NOW, pace=pace()).clocked_at == at(60)

    def test_begins_again_for_another_owner(self):
        done = step(climbing(), now=at(5), pace=pace()).lead
        again = started(done, now=at(7), pace=pace())
        assert (again.clocked_at, again.ladder_at, again.ladder_step) == (at(7), at(12), 0)

    def test_waits_for_a_time_that_they_asked_for_since(self):
        asked = replace(climbing(), next_at=at(120))
        done = step(asked, now=at(5), pace=pace())
        assert (done.rung, done.lead.clocked_at) == (None, at(120))
        assert done.lead.ladder_at == at(125)

    def test_of_a_playbook_without_steps_is_looked_at_again_at_the_horizon(self):
        nothing = pace(nag=(), move=0, manager=0)
        assert climbing(by=nothing).ladder_at == NOW + HORIZON


class TestClimbing:
    def test_reminds_twice_then_moves_then_tells(self):
        taken = climb(climbing(), pace(), until=at(600))
        assert [(act, int((when - NOW).total_seconds() / 60)) for act, when in taken] == [
            (Act.NAG, 5),
            (Act.NAG, 10),
            (Act.MOVE, 20),
            (Act.MANAGER, 30),
        ]

    def test_remembers_each_step(self):
        given, steps = climbing(), []
        for minutes in (5, 10, 20, 30):
            given = step(given, now=at(minutes), pace=pace()).lead
            steps.append(given.ladder_step)
        two = 2 * NAGGED
        assert steps == [NAGGED, two, two | MOVED, two | MOVED | TOLD]
        assert given.ladder_at == at(30) + HORIZON

    def test_does_nothing_before_a_step_is_due(self):
        done = step(climbing(), now=at(4), pace=pace())
        assert (done.rung, done.lead.ladder_at) == (None, at(5))

    def test_goes_on_in_the_morning_where_the_shift_ends(self):
        start = local("2026-11-15 17:45")
        assert due(climb(climbing(start), pace(), until=at(3000, start))) == [
            ("nag", "Sun 17:50"),
            ("nag", "Sun 17:55"),
            ("move", "Mon 09:05"),
            ("manager", "Mon 09:15"),
        ]

    def test_does_not_remind_in_the_minute_in_which_the_shift_ends(self):
        start = local("2026-11-15 17:55")
        [first, *_] = due(climb(climbing(start), pace(), until=at(3000, start)))
        assert first == ("nag", "Mon 09:00")

    def test_goes_on_after_shabbat(self):
        shabbat = merged([(local("2026-11-20 16:00"), local("2026-11-21 17:45"))])
        always = pace(Week(), rest=shabbat)
        start = local("2026-11-20 15:48")
        assert due(climb(climbing(start, always), always, until=at(3000, start))) == [
            ("nag", "Fri 15:53"),
            ("nag", "Fri 15:58"),
            ("move", "Sat 17:53"),
            ("manager", "Sat 18:03"),
        ]

    def test_that_came_on_friday_at_noon_goes_on_on_sunday(self):
        start = local("2026-11-20 12:52")
        assert due(climb(climbing(start), pace(), until=at(5000, start))) == [
            ("nag", "Fri 12:57"),
            ("nag", "Sun 09:02"),
            ("move", "Sun 09:12"),
            ("manager", "Sun 09:22"),
        ]

    @pytest.mark.parametrize(
        ("start", "move"),
        [("2026-03-27 01:55", "Fri 03:15"), ("2026-10-25 01:50", "Sun 01:10")],
    )
    def test_counts_by_the_sun_in_a_night_when_the_clock_is_changed(self, start, move):
        night = replace(pace(Week()), working=Working(
            Week(), ZONE, read_window("00:00-23:59"), ZONE, Rest()))  # fmt: skip
        begin = local(start)
        taken = climb(climbing(begin, night), night, until=at(300, begin))
        assert [(when - begin.astimezone(when.tzinfo)) for _, when in taken] == [
            timedelta(minutes=n) for n in (5, 10, 20, 30)
        ]
        assert due(taken)[2] == ("move", move)

    def test_waits_while_its_tier_is_on_hold_and_goes_on_where_it_stood(self):
        held = pace()
        held = replace(held, playbook=replace(held.playbook, wave=Wave(hold=(Tier.B,))))
        done = step(climbing(), now=at(5), pace=held)
        assert (done.rung, done.lead.ladder_at) == (None, at(5) + LOOK_AGAIN)
        assert done.lead.ladder_step == 0

    def test_goes_on_where_they_asked_though_their_tier_is_on_hold(self):
        held = pace()
        held = replace(held, playbook=replace(held.playbook, wave=Wave(hold=(Tier.B,))))
        asked = replace(climbing(), replied_at=NOW)
        assert step(asked, now=at(5), pace=held).rung is not None


class TestACallThatRuns:
    def called(self, minute: int, *, before: Lead | None = None) -> Lead:
        """Begin a call in this minute."""
        return begun(replace(before or climbing(), talking_by="UDANA", talking_at=at(minute)))

    def test_keeps_reminders_and_the_next_rep_away_for_half_an_hour(self):
        given = self.called(4)
        done = step(given, now=at(5), pace=pace(manager=0))
        assert (done.rung, done.lead.ladder_at) == (None, at(5) + LOOK_AGAIN)
        assert step(given, now=at(33), pace=pace(manager=0)).rung is None
        assert step(given, now=at(34), pace=pace(manager=0)).rung is not None

    def test_keeps_nothing_from_the_managers(self):
        done = step(self.called(4), now=at(27), pace=pace())
        assert (done.rung, done.lead.ladder_at) == (None, at(30))
        told = step(done.lead, now=at(30), pace=pace())
        assert told.rung is not None
        assert (told.rung.act, told.lead.ladder_at) == (Act.MANAGER, at(30) + LOOK_AGAIN)
        assert told.lead.ladder_step & TOLD

    def test_that_begins_a_second_time_keeps_nothing_away(self):
        again = self.called(20, before=self.called(4))
        done = step(again, now=at(21), pace=pace())
        assert done.rung is not None
        assert nags(done.lead) == 2

    def test_counts_from_the_beginning_with_a_new_clock(self):
        again = started(self.called(4), now=at(6), pace=pace())
        assert step(self.called(8, before=again), now=at(11), pace=pace()).rung is None

    def test_in_the_future_is_none(self):
        assert step(self.called(9), now=at(5), pace=pace()).rung is not None

    def test_is_of_no_matter_to_a_lead_without_a_clock(self):
        assert begun(lead()) == lead()


class TestByTheClock:
    def test_managers_hear_of_it_though_the_shift_is_over(self):
        start = local("2026-11-15 17:50")
        by = pace(by_clock=("manager",))
        assert due(climb(climbing(start, by), by, until=at(3000, start))) == [
            ("nag", "Sun 17:55"),
            ("manager", "Sun 18:20"),
            ("nag", "Mon 09:00"),
            ("move", "Mon 09:10"),
        ]

    def test_it_moves_though_the_shift_is_over_but_not_while_nobody_may_call(self):
        by = pace(by_clock=("move",))
        evening, night = local("2026-11-15 17:50"), local("2026-11-15 22:45")
        assert ("move", "Sun 18:10") in due(
            climb(climbing(evening, by), by, until=at(600, evening))
        )
        always = pace(Week(), by_clock=("move",))
        taken = due(climb(climbing(night, always), always, until=at(900, night)))
        assert ("move", "Mon 08:00") in taken

    def test_nobody_is_reminded_who_is_not_at_work(self):
        by = pace(by_clock=("nag", "move", "manager"))
        start = local("2026-11-15 17:56")
        taken = due(climb(climbing(start, by), by, until=at(3000, start)))
        assert taken == [("move", "Sun 18:16"), ("manager", "Sun 18:26")]


class TestAfterAnOutage:
    def test_only_the_last_reminder_is_sent_and_the_rest_keeps_its_distance(self):
        first = step(climbing(), now=at(40), pace=pace())
        assert first.rung == rungs(Speed())[1]
        assert first.lead.ladder_at == at(50)
        second = step(first.lead, now=at(50), pace=pace())
        assert second.rung is not None
        assert (second.rung.act, second.lead.ladder_at) == (Act.MOVE, at(60))
        third = step(second.lead, now=at(60), pace=pace())
        assert third.rung is not None
        assert third.rung.act is Act.MANAGER

    def test_one_that_ends_at_night_waits_for_the_morning(self):
        start = local("2026-11-15 17:40")
        done = step(climbing(start), now=local("2026-11-15 19:00"), pace=pace())
        assert (done.rung, done.lead.ladder_at) == (None, local("2026-11-16 09:00"))

    def test_a_tick_that_is_a_little_late_puts_nothing_off(self):
        late = step(climbing(), now=at(5.5), pace=pace())
        assert late.lead.ladder_at == at(10)

    @given(late=st.lists(st.integers(0, 200), min_size=4, max_size=4))
    def test_however_late_each_step_is_it_comes_in_order_and_apart(self, late):
        given, taken = climbing(by=pace(Week())), []
        always = pace(Week())
        for minutes in late:
            now = (given.ladder_at or NOW) + timedelta(minutes=minutes)
            done = step(given, now=now, pace=always)
            given = done.lead
            taken += [(done.rung, now)] if done.rung else []
        minutes = [rung.minutes for rung, _ in taken]
        assert minutes == sorted(set(minutes))
        for (before, then), (after, now) in pairwise(taken):
            apart = (now - then) / timedelta(minutes=1)
            assert apart >= after.minutes - before.minutes - 1


class TestAnOwnerWhoIsAway:
    def test_is_not_reminded_until_they_are_back(self):
        by = pace(back=at(120))
        done = step(climbing(), now=at(5), pace=by)
        assert (done.rung, done.lead.ladder_at) == (None, at(20))

    def test_loses_it_all_the_same(self):
        by = pace(back=at(120))
        assert [act for act, _ in climb(climbing(), by, until=at(60))] == [Act.MOVE, Act.MANAGER]


class TestALeadThatWasMoved:
    def test_keeps_its_distance_to_the_next_step_by_the_new_owners_hours(self):
        start = local("2026-11-15 17:50")
        by = pace(by_clock=("move",))
        given = climbing(start, by)
        given = replace(given, ladder_step=2 * NAGGED, ladder_at=local("2026-11-15 18:10"))
        done = step(given, now=local("2026-11-15 18:10"), pace=by)
        assert done.rung is not None
        assert done.rung.act is Act.MOVE
        onward = moved(done, pace=pace(EVENING, by_clock=("move",)))
        assert onward.ladder_at == local("2026-11-15 18:20")
        assert onward.clocked_at == given.clocked_at

    def test_is_looked_at_again_where_nobody_is_to_be_told(self):
        by = pace(manager=0)
        given = replace(climbing(by=by), ladder_step=2 * NAGGED, ladder_at=at(20))
        onward = moved(step(given, now=at(20), pace=by), pace=by)
        assert onward.ladder_at == at(20) + HORIZON


class TestWhatComesNext:
    def test_is_told_with_the_moment(self):
        first = step(climbing(), now=at(5), pace=pace()).lead
        second = step(first, now=at(10), pace=pace()).lead
        third = step(second, now=at(20), pace=pace()).lead
        last = step(third, now=at(30), pace=pace()).lead
        found = [coming(one, pace=pace()) for one in (first, second, third, last)]
        move, manager = (Act.MOVE, at(20)), (Act.MANAGER, at(30))
        assert found == [move, move, manager, None]

    def test_is_nothing_for_a_lead_without_a_clock(self):
        assert coming(lead(), pace=pace()) is None


class TestWhatItWaited:
    def test_is_counted_from_its_arrival(self):
        start = local("2026-11-15 17:50")
        given = climbing(start)
        assert waited(given, pace().working, now=local("2026-11-16 09:10")) == 20

    def test_is_added_to_what_it_waited_with_others(self):
        given = replace(climbing(), waited=20.0, owned_at=at(60))
        assert waited(given, pace().working, now=at(65)) == 25
