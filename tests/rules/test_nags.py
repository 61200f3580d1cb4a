"""Reminders of a high-importance follow-up (L4.3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.effects import NudgeRep, TellManagers
from rules.nags import (
    CALL_ENDS,
    LOOK_AGAIN,
    Mark,
    Quiet,
    Snooze,
    left,
    mark,
    may_snooze,
    nag,
    no_snooze,
    passed_to,
    quiet,
    read_mark,
    reminders,
    reopened,
    snooze,
    snoozed_until,
    told_at,
)
from rules.playbook import DEPUTY, WAIT, Duty, Playbook
from rules.refusals import Refused
from rules.reminders import SendCatchUp
from rules.rest import Rest, merged
from rules.words import Importance
from tests.rules.builders import NOW, PLAYBOOK, ZONE, followup, phoning, rep

ROUNDS = st.lists(st.integers(0, 300), min_size=2, max_size=7, unique=True).map(sorted)
DUE = NOW.isoformat()
HOURS = "Sun-Thu 09:00-18:00"
EVENING = datetime(2026, 7, 7, 16, 0, tzinfo=UTC)  # Tuesday 19:00 in Israel, after the shift
MORNING = datetime(2026, 7, 8, 6, 0, tzinfo=UTC)  # Wednesday 09:00
SHABBAT = merged(
    [(datetime(2026, 7, 10, 16, 0, tzinfo=UTC), datetime(2026, 7, 11, 17, 30, tzinfo=UTC))]
)
IN_SHABBAT = datetime(2026, 7, 11, 9, 0, tzinfo=UTC)


def minutes(count):
    return timedelta(minutes=count)


def at(later):
    return (NOW + minutes(later)).isoformat()


def ignored(agreed, playbook=PLAYBOOK, *, late=timedelta(0)):
    """Give what happens at each round of a follow-up that nobody looks at, and when."""
    story: list[object] = []
    while agreed.nag_at is not None and len(story) < 20:
        now = agreed.nag_at + late
        step = nag(agreed, now=now, playbook=playbook)
        [told] = reminders([step], now=now, playbook=playbook)
        story.append((now - agreed.due_at, told))
        agreed = step.after
    return story


def due(count, **changes):
    """Give the rounds of so many follow-ups that are due for one rep."""
    return [
        nag(followup(id=n, lead_id=n, **changes), now=NOW, playbook=PLAYBOOK)
        for n in range(1, count + 1)
    ]


class TestAFollowUpThatIsIgnoredL43:
    def test_nags_at_due_and_after_ten_minutes_and_tells_the_manager_after_twenty(self):
        assert ignored(followup()) == [
            (minutes(0), NudgeRep(3, 7, "UDANA", DUE, 1)),
            (minutes(10), NudgeRep(3, 7, "UDANA", at(10), 2)),
            (minutes(20), TellManagers("followup_ignored", 7, about=f"3:{at(20)}")),
        ]

    @given(rounds=ROUNDS)
    def test_is_nagged_at_the_minutes_of_the_playbook_whatever_they_are(self, rounds):
        *to_rep, to_manager = rounds
        playbook = Playbook(nag_rep=tuple(to_rep), nag_manager=to_manager)
        story = ignored(followup(nag_at=NOW + minutes(to_rep[0])), playbook)
        assert [at for at, _ in story] == [minutes(one) for one in rounds]
        assert [type(told) for _, told in story] == [*[NudgeRep] * len(to_rep), TellManagers]

    @given(rounds=ROUNDS)
    def test_gets_a_message_of_its_own_each_round(self, rounds):
        playbook = Playbook(nag_rep=tuple(rounds[:-1]), nag_manager=rounds[-1])
        nudges = [told for _, told in ignored(followup(), playbook)[:-1]]
        assert len({told.once_key for told in nudges}) == len(nudges)

    def test_keeps_its_gaps_when_the_bot_was_late(self):
        story = ignored(followup(), late=minutes(60))
        assert [at for at, _ in story] == [minutes(60), minutes(130), minutes(200)]

    def test_ends_with_the_managers(self):
        last = nag(followup(nags=2), now=NOW, playbook=PLAYBOOK)
        assert (last.after.nag_at, last.after.nags, last.for_managers) == (None, 3, True)

    def test_goes_to_the_managers_when_the_playbook_has_fewer_rounds_now(self):
        playbook = Playbook(nag_rep=(0,), nag_manager=5)
        assert nag(followup(nags=2), now=NOW, playbook=playbook).for_managers

    @pytest.mark.parametrize(
        ("nags", "told"), [(0, minutes(20)), (1, minutes(15)), (2, minutes(5)), (3, None)]
    )
    def test_says_when_the_managers_hear_of_it(self, nags, told):
        nag_at = None if nags == 3 else NOW + minutes(5 if nags else 0)
        found = told_at(followup(nags=nags, nag_at=nag_at), playbook=PLAYBOOK)
        assert found == (NOW + told if told else None)


class TestWhatComesDueAtOnce:
    def test_is_a_message_each_for_two_that_are_on_time(self):
        told = reminders(due(2), now=NOW, playbook=PLAYBOOK)
        assert told == [NudgeRep(1, 1, "UDANA", DUE, 1), NudgeRep(2, 2, "UDANA", DUE, 1)]

    def test_is_one_message_for_three(self):
        told = reminders(due(3), now=NOW, playbook=PLAYBOOK)
        assert told == [SendCatchUp("UDANA", "nags", DUE, (1, 2, 3))]

    @pytest.mark.parametrize(("late", "one"), [(minutes(5), False), (minutes(6), True)])
    def test_is_late_by_the_time_that_it_was_put_off_to(self, late, one):
        rounds = [replace(each, since=NOW - late) for each in due(2, due_at=NOW - minutes(99))]
        told = reminders(rounds, now=NOW, playbook=PLAYBOOK)
        assert isinstance(told[0], SendCatchUp) == one

    @pytest.mark.parametrize(("late", "one"), [(minutes(5), False), (minutes(6), True)])
    def test_is_one_message_for_two_that_are_late(self, late, one):
        rounds = due(2, due_at=NOW - late)
        told = reminders(rounds, now=NOW, playbook=PLAYBOOK)
        assert isinstance(told[0], SendCatchUp) == one

    def test_is_each_reps_own(self):
        rounds = [*due(2), *due(2, rep="UAVI")]
        told = reminders(rounds, now=NOW, playbook=PLAYBOOK)
        assert [one.recipient for one in told] == ["UAVI", "UAVI", "UDANA", "UDANA"]

    def test_is_named_the_longest_due_first(self):
        late = due(1, due_at=NOW - minutes(9))[0]
        late = replace(late, before=replace(late.before, id=9, lead_id=9))
        [told] = reminders([*due(3), late], now=NOW, playbook=PLAYBOOK)
        assert told.payload["leads"] == (9, 1, 2, 3)

    def test_is_one_notice_for_the_managers(self):
        told = reminders(due(3, nags=2, due_at=NOW - minutes(20)), now=NOW, playbook=PLAYBOOK)
        assert told == [TellManagers("followups_ignored", 0, about=f"3:1,2,3:{DUE}")]

    def test_names_no_more_than_a_notice_holds(self):
        [told] = reminders(due(500, nags=2), now=NOW, playbook=PLAYBOOK)
        assert told.payload["about"].startswith("500:1,2,")
        assert len(told.once_key or "") < 200

    def test_is_nothing_where_nothing_is_due(self):
        assert reminders([], now=NOW, playbook=PLAYBOOK) == []


def silence(agreed, who, now, rest=None, *, talks=False, **numbers):
    playbook = replace(PLAYBOOK, **numbers)
    return quiet(agreed, who, now=now, playbook=playbook, rest=rest or Rest(), talks=talks)


class TestAQuietTime:
    def test_is_none_while_the_rep_works(self):
        assert silence(followup(), rep(hours=HOURS), NOW) is None
        assert silence(followup(), rep(), EVENING) is None

    def test_after_the_shift_lasts_until_the_next_one(self):
        assert silence(followup(), rep(hours=HOURS), EVENING) == Quiet(MORNING)

    def test_is_none_on_duty(self):
        night = Duty("night", ("UDANA",), "Sun-Thu 18:00-23:00")
        assert silence(followup(), rep(hours=HOURS), EVENING, duties=(night,)) is None

    def test_asks_a_stand_in_first_where_the_playbook_says_so(self):
        found = silence(followup(), rep(hours=HOURS), EVENING, nag_off_shift=DEPUTY)
        assert found == Quiet(EVENING + LOOK_AGAIN, covered=True)
        soon = MORNING - minutes(5)
        found = silence(followup(), rep(hours=HOURS), soon, nag_off_shift=DEPUTY)
        assert found == Quiet(MORNING, covered=True)

    @pytest.mark.parametrize("until", [None, MORNING])
    @pytest.mark.parametrize(("policy", "covered"), [(DEPUTY, True), (WAIT, False)])
    def test_of_one_who_is_away_is_looked_at_again_soon(self, until, policy, covered):
        away = rep(state="away", away_until=until)
        found = silence(followup(), away, EVENING, nag_away=policy)
        assert found == Quiet(EVENING + LOOK_AGAIN, covered)

    def test_of_one_who_comes_back_sooner_ends_then(self):
        away = rep(state="away", away_until=NOW + minutes(5))
        assert silence(followup(), away, NOW, nag_away=WAIT) == Quiet(NOW + minutes(5))

    @pytest.mark.parametrize("gone", [None, rep(state="paused")])
    def test_of_one_who_left_asks_a_stand_in(self, gone):
        assert silence(followup(), gone, NOW) == Quiet(NOW + LOOK_AGAIN, covered=True)

    def test_lasts_as_long_as_rest(self):
        agreed = followup(due_at=IN_SHABBAT - timedelta(days=3))
        end = SHABBAT.spans[0][1]
        assert silence(agreed, rep(), IN_SHABBAT, SHABBAT) == Quiet(end)
        assert silence(replace(agreed, nags=2), rep(), IN_SHABBAT, SHABBAT) == Quiet(end)

    def test_is_none_for_a_time_agreed_inside_this_rest(self):
        agreed = followup(due_at=IN_SHABBAT - minutes(20))
        assert silence(agreed, rep(), IN_SHABBAT, SHABBAT) is None
        week = timedelta(days=7)
        before = merged([*SHABBAT.spans, *((a - week, b - week) for a, b in SHABBAT.spans)])
        last = replace(agreed, due_at=agreed.due_at - week)
        assert silence(last, rep(), IN_SHABBAT, before) == Quiet(SHABBAT.spans[0][1])

    def test_does_not_keep_managers_from_hearing_of_who_was_reminded(self):
        for gone in (rep(hours=HOURS), rep(state="away"), None):
            assert silence(followup(nags=2), gone, EVENING) is None

    @given(st.integers(0, 14 * 24 * 60), st.sampled_from([DEPUTY, WAIT]), st.booleans())
    def test_always_ends_later(self, later, policy, away):
        who = rep(hours=HOURS, state="away" if away else "active")
        now = NOW + minutes(later)
        numbers = {"nag_away": policy, "nag_off_shift": policy}
        found = silence(followup(due_at=now), who, now, SHABBAT, **numbers)
        assert found is None or found.until > now


class TestACallThatRuns:
    def test_keeps_the_rounds_quiet_while_it_does(self):
        for nags in (0, 1, 2):
            found = silence(followup(nags=nags), rep(hours=HOURS), EVENING, talks=True)
            assert found == Quiet(EVENING + CALL_ENDS)


class TestAnotherRep:
    def test_is_reminded_at_once_of_what_is_due(self):
        theirs = passed_to(followup(nags=2, snoozes=3), to="UAVI", due=NOW, now=NOW + minutes(9))
        assert (theirs.rep, theirs.nags, theirs.snoozes) == ("UAVI", 0, 0)
        assert (theirs.nag_at, theirs.due_at) == (NOW + minutes(9), NOW)

    def test_is_reminded_though_the_one_before_was_off_shift(self):
        waits = followup(nags=0, nag_at=MORNING)
        assert passed_to(waits, to="UAVI", due=NOW, now=EVENING).nag_at == EVENING

    def test_is_reminded_when_it_was_put_off_to(self):
        later = snooze(followup(nags=1), until=NOW + minutes(15))
        theirs = passed_to(later, to="UAVI", due=NOW + minutes(15), now=NOW)
        assert (theirs.nag_at, theirs.snoozes) == (NOW + minutes(15), 0)

    def test_is_not_reminded_of_a_low_one(self):
        low = followup(importance=Importance.LOW, nag_at=None)
        assert passed_to(low, to="UAVI", due=NOW, now=NOW).nag_at is None


class TestASnooze:
    @pytest.mark.parametrize("nags", [0, 1, 2, 3])
    def test_begins_the_rounds_again_later(self, nags):
        later = NOW + minutes(15)
        again = snooze(followup(nags=nags, nag_at=None), until=later)
        assert (again.nags, again.nag_at, again.snoozes) == (0, later, 1)
        assert len(ignored(again)) == 3

    def test_leaves_the_time_that_the_customer_agreed_to(self):
        assert snooze(followup(nags=1), until=NOW + minutes(15)).due_at == NOW

    def test_makes_new_messages_not_the_same_once_more(self):
        again = snooze(followup(), until=NOW + minutes(15))
        keys = [told.once_key for _, told in [*ignored(followup()), *ignored(again)]]
        assert len(set(keys)) == 6

    @pytest.mark.parametrize(
        ("span", "later"), [(Snooze.SHORT, minutes(15)), (Snooze.LONG, minutes(60))]
    )
    def test_is_for_some_minutes(self, span, later):
        assert until(span) == NOW + later

    @pytest.mark.parametrize("span", Snooze)
    def test_never_ends_in_rest(self, span):
        at = SHABBAT.spans[0][0] - minutes(10)
        found = until(span, at=at)
        assert not SHABBAT.covers(found)
        assert found >= SHABBAT.spans[0][1]

    def test_stays_in_the_rest_in_which_the_customer_agreed_to_speak(self):
        found = until(Snooze.SHORT, at=IN_SHABBAT, due_at=IN_SHABBAT - minutes(1))
        assert found == IN_SHABBAT + minutes(15)

    def test_until_tomorrow_is_the_same_clock_time(self):
        assert until(Snooze.TOMORROW, at=NOW + timedelta(seconds=7)) == NOW + timedelta(days=1)

    def test_until_tomorrow_is_the_same_clock_time_of_the_rep_after_clocks_change(self):
        before = datetime(2026, 10, 24, 9, 0, tzinfo=UTC)  # 12:00 in Israel, summer time
        assert until(Snooze.TOMORROW, at=before) == datetime(2026, 10, 25, 10, 0, tzinfo=UTC)

    def test_until_tomorrow_waits_for_the_customers_calling_hours(self):
        found = until(Snooze.TOMORROW, customer=ZoneInfo("America/New_York"))
        assert found == datetime(2026, 7, 8, 13, 0, tzinfo=UTC)


def until(span, *, at=NOW, due_at=NOW, customer=ZONE):
    where = phoning(customer, rest=SHABBAT)
    return snoozed_until(followup(due_at=due_at), span, now=at, zone=ZONE, phoning=where)


class TestASnoozeIsRefused:
    @pytest.mark.parametrize(
        ("agreed", "seen", "key"),
        [
            (followup(nags=1), Mark(3, 0, 1), ""),
            (followup(nags=2), Mark(3, 0, 2), ""),
            (followup(nags=3, nag_at=None), Mark(3, 0, 2), ""),
            (followup(nags=0), Mark(3, 0, 0), ""),
            (followup(nags=2), Mark(3, 0, 1), "followup.newer"),
            (followup(nags=0, snoozes=1), Mark(3, 0, 2), "followup.put_off"),
            (followup(nags=2, snoozes=1), Mark(3, 0, 2), "followup.put_off"),
            (followup(nags=1, snoozes=2), Mark(3, 2, 1), ""),
            (followup(nags=1, snoozes=3), Mark(3, 3, 1), "followup.snoozed_out"),
        ],
    )
    def test_twice_in_a_round_before_it_is_due_and_past_the_cap(self, agreed, seen, key):
        assert no_snooze(agreed, seen, due=NOW, now=NOW, playbook=PLAYBOOK) == key
        assert may_snooze(agreed, PLAYBOOK) == (key != "followup.snoozed_out")

    @pytest.mark.parametrize("agreed", [followup(nags=0), followup(nags=0, snoozes=1)])
    def test_before_the_time_agreed_or_that_it_was_put_off_to(self, agreed):
        due = NOW + timedelta(seconds=1)
        found = no_snooze(agreed, mark(agreed), due=due, now=NOW, playbook=PLAYBOOK)
        assert found == "followup.not_due"

    def test_always_where_the_playbook_allows_none(self):
        playbook = replace(PLAYBOOK, nag_snoozes=0)
        agreed = followup(nags=1)
        found = no_snooze(agreed, mark(agreed), due=NOW, now=NOW, playbook=playbook)
        assert found == "followup.snoozed_out"


class TestTheMarkOfAButton:
    @given(st.integers(1, 10**9 - 1), st.integers(0, 9999), st.integers(1, 9999))
    def test_is_read_back(self, number, snoozes, nags):
        made = mark(followup(id=number, snoozes=snoozes, nags=nags))
        assert read_mark(made.text) == made == Mark(number, snoozes, nags)

    def test_stays_when_the_managers_were_told(self):
        agreed = followup(nags=2)
        told = nag(agreed, now=NOW, playbook=PLAYBOOK).after
        assert mark(told) == mark(agreed)

    @pytest.mark.parametrize("text", ["", "1", "1.2", "a.b.c", "1.2.3.4", "-1.0.0", "9" * 99])
    def test_of_another_kind_is_refused(self, text):
        with pytest.raises(Refused, match=r"button\.stale"):
            read_mark(text)


class TestAFollowUpWhoseEndWasTakenBack:
    @pytest.mark.parametrize(
        ("nags", "next_nag"),
        [(0, NOW), (1, NOW + minutes(15)), (2, NOW + minutes(15)), (3, None)],
    )
    def test_goes_on_with_its_rounds_where_they_stood(self, nags, next_nag):
        ended = followup(state="ended", nags=nags, nag_at=None)
        again = reopened(ended, due=NOW, now=NOW + minutes(5), playbook=PLAYBOOK)
        assert (again.state, again.nags, again.nag_at) == ("open", nags, next_nag)

    def test_is_reminded_of_when_it_was_put_off_to(self):
        ended = snooze(followup(nags=1), until=NOW + minutes(60))
        due = NOW + minutes(60)
        again = reopened(ended, due=due, now=NOW + minutes(5), playbook=PLAYBOOK)
        assert (again.nag_at, again.due_at) == (due, NOW)

    def test_is_never_nagged_when_it_is_low_l4_4(self):
        ended = followup(state="ended", importance=Importance.LOW, nag_at=None)
        again = reopened(ended, due=NOW, now=NOW, playbook=PLAYBOOK)
        assert (again.state, again.nag_at) == ("open", None)


class TestAReminderThatLeftLate:
    @pytest.mark.parametrize(
        ("nags", "nag_at", "becomes"),
        [(1, 10, 100), (2, 20, 100), (1, 105, 105), (0, 0, 0), (3, None, None), (9, 30, 30)],
    )
    def test_keeps_its_distance_to_the_next(self, nags, nag_at, becomes):
        def moment(later):
            return None if later is None else NOW + minutes(later)

        sent = followup(nags=nags, nag_at=moment(nag_at))
        now = NOW + minutes(90)
        assert left(sent, now=now, playbook=PLAYBOOK) == replace(sent, nag_at=moment(becomes))
