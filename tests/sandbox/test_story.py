"""The story: acts, courses, the last day and a half."""

import re
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.acts import LogOutcome
from rules.playbook_file import read_playbook
from rules.tiers import KINDS, TierRules
from rules.words import Importance, Kind, Outcome, PhoneType, Tier
from sandbox.story import workday
from sandbox.story.calls import spacing
from sandbox.story.tale import Arrive, Pin, Say, Story, make_story
from sandbox.story.words import words
from tests.sandbox.telling import (
    JERUSALEM,
    LOCALES,
    MIDWEEK,
    MOMENTS,
    TUESDAY,
    any_locale,
    any_moment,
    any_seed,
    came,
    courses,
    draft_of,
    local,
    midweek,
    outcomes,
    said,
    told,
)


class TestAStory:
    @any_locale
    def test_is_the_same_for_the_same_seed_and_moment(self, locale: str):
        assert make_story(locale=locale, now=TUESDAY, weeks=3) == told(locale)

    def test_is_the_same_in_whichever_zone_its_moment_is_written(self):
        assert make_story(locale="en", now=TUESDAY.astimezone(UTC), weeks=3) == told()

    def test_differs_by_seed(self):
        assert told(seed=1).past != told(seed=2).past

    @any_moment
    def test_is_in_order_and_over_before_now(self, now: datetime):
        moments = [act.at for act in told(now=now).past]
        assert moments == sorted(moments)
        assert moments[-1] < now
        assert moments[0] >= now - timedelta(weeks=3)
        assert {moment.utcoffset() for moment in moments} == {timedelta()}

    @any_seed
    @any_moment
    def test_has_the_same_size_at_any_moment(self, now: datetime, seed: int):
        story = told(now=now, seed=seed)
        assert len(came(story)) == 165
        assert 380 <= len(list(outcomes(story))) <= 540

    def test_grows_with_its_weeks(self):
        assert len(came(make_story(locale="en", now=TUESDAY, weeks=2))) == 110

    @given(minutes=st.integers(0, 5 * 365 * 24 * 60), seed=st.integers(0, 1000))
    @settings(max_examples=40, deadline=None)
    def test_keeps_its_promises_at_any_moment(self, minutes: int, seed: int):
        now = local(2025, 1, 1) + timedelta(minutes=minutes)
        story = make_story(locale="he", now=now, seed=seed, weeks=1)
        assert all(act.at < now for act in story.past)
        assert all(workday.works(say.at) for say in said(story))
        assert open_followups(story, now=now) == []

    def test_goes_alike_in_another_week(self):
        shapes = [
            [
                (now - act.at, getattr(act, "command", "").partition(" ")[0])
                for act in told(now=now).past
            ]
            for now in (TUESDAY, TUESDAY + timedelta(weeks=5))
        ]
        assert shapes[0] == shapes[1]

    @any_locale
    def test_has_a_manager_who_saves_calls_on_the_best_campaign(self, locale: str):
        story = told(locale)
        [pin] = [act for act in story.past if isinstance(act, Pin)]
        book = read_playbook(tomllib.loads(story.playbook_toml), file="x")
        assert pin.tier == Tier.C
        assert pin.campaign in {one.name for one in book.campaigns}
        assert workday.works(pin.at)

    def test_is_one_story_in_two_languages(self):
        shapes = [
            [
                (act.at, re.findall(r"^\w+|-?\d\S*", getattr(act, "command", "")))
                for act in told(locale).past
            ]
            for locale in LOCALES
        ]
        assert shapes[0] == shapes[1]

    @any_seed
    def test_says_only_of_those_who_came(self, seed: int):
        story = told(seed=seed)
        arrived = {key: arrive.at for key, arrive in came(story).items()}
        assert all(arrived[say.customer] + timedelta(minutes=1) < say.at for say in said(story))


def open_followups(story: Story, *, now: datetime) -> list[tuple[Say, LogOutcome]]:
    """Give the follow-ups that are due and that no later outcome has ended."""
    last = [course[-1] for course in courses(story).values() if course]
    return [one for one in last if one[1].when and one[1].when <= now]


class TestACommand:
    @any_seed
    @any_moment
    def test_is_understood_and_speaks_of_what_is_to_come(self, now: datetime, seed: int):
        for say, outcome in outcomes(told(now=now, seed=seed)):
            assert outcome.when is None or outcome.when > say.at, say

    @any_locale
    def test_keeps_its_note_apart_from_its_arguments(self, locale: str):
        notes = {note for group in words(locale)["says"].values() for note in group}
        notes |= set(words(locale)["latest"].values())
        for say, outcome in outcomes(told(locale)):
            assert (outcome.note or outcome.reason) in notes, say

    def test_is_typed_in_hours_of_work(self):
        for now in MOMENTS.values():
            assert all(workday.works(say.at) for say in said(told(now=now)))

    def test_names_the_lead_by_nothing_but_its_place(self):
        for say in said(told()):
            assert say.command.count("{id}") == 1
            assert say.command.count("{") == say.command.count("}") == 1


class TestACourse:
    @any_moment
    @any_seed
    def test_ends_every_followup_that_is_due(self, now: datetime, seed: int):
        assert open_followups(told(now=now, seed=seed), now=now) == []

    @any_seed
    def test_keeps_a_high_followup_before_a_manager_is_told(self, seed: int):
        for course in courses(told(seed=seed)).values():
            for (_, agreed), (say, _) in pairwise(course):
                if agreed.importance is Importance.HIGH and agreed.when:
                    assert agreed.when < say.at < agreed.when + timedelta(minutes=10)

    @any_seed
    def test_ends_with_a_loss_or_goes_on_with_sales_alone(self, seed: int):
        for course in courses(told(seed=seed)).values():
            kinds = [outcome.outcome for _, outcome in course]
            assert Outcome.LOST not in kinds[:-1]
            if Outcome.SOLD in kinds:
                assert set(kinds[kinds.index(Outcome.SOLD) :]) == {Outcome.SOLD}

    @any_seed
    def test_has_no_note_after_its_end(self, seed: int):
        for key, course in courses(told(seed=seed)).items():
            ends = [say.at for say, one in course if one.outcome in {Outcome.LOST, Outcome.SOLD}]
            notes = [say for say in said(told(seed=seed)) if say.customer == key]
            assert all(say.at <= ends[0] or say.command.startswith("sold") for say in notes if ends)

    @any_seed
    def test_has_no_outcome_where_there_is_no_number_to_call(self, seed: int):
        story = told(seed=seed)
        worked = courses(story)
        for key, arrive in came(story).items():
            draft = draft_of(arrive)
            if draft.phone is None or not draft.phone.valid:
                assert worked[key] == []

    @any_seed
    def test_is_left_with_nothing_long_overdue(self, seed: int):
        """Whoever came a day ago and can be called has been called."""
        story = told(seed=seed)
        worked = courses(story)
        for key, arrive in came(story).items():
            draft = draft_of(arrive)
            if draft.phone and draft.phone.valid and arrive.at < TUESDAY - timedelta(days=1):
                assert worked[key] != []

    @any_seed
    def test_begins_within_minutes_or_hours_of_work(self, seed: int):
        story = told(seed=seed)
        worked = courses(story)
        waits = []
        for key, course in worked.items():
            if course and draft_of(came(story)[key]).kind is not Kind.COLD:
                begin = workday.forward(came(story)[key].at)
                waits.append((course[0][0].at - begin) / timedelta(minutes=1))
        assert sorted(waits)[len(waits) // 2] < 30
        assert sorted(waits)[int(len(waits) * 0.95)] < 6 * 60

    def test_follows_the_plan_of_its_own_playbook(self):
        book = read_playbook(tomllib.loads(told().playbook_toml), file="x")
        for kind in Kind:
            tier = TierRules().tier_of(KINDS[kind])
            assert spacing("en", kind) == tuple(slot.after for slot in book.plans[tier][1:])
        missed = [
            course
            for course in courses(told()).values()
            if course and {one.outcome for _, one in course} <= {Outcome.NOANSWER, Outcome.BUSY}
        ]
        assert max(len(course) for course in missed) <= len(book.plans[Tier.A])

    def test_repeats_nothing_within_a_minute(self):
        for course in courses(told()).values():
            for (first, _), (second, _) in pairwise(course):
                assert second.at - first.at > timedelta(minutes=1)


class TestTheLastDayAndAHalf:
    @staticmethod
    def recent(now: datetime, locale: str = "en") -> dict[str, tuple[Arrive, list[Any]]]:
        story = told(locale, now)
        return {
            key: (arrive, courses(story)[key])
            for key, arrive in came(story).items()
            if arrive.at >= now - timedelta(hours=36)
        }

    @midweek
    @any_locale
    def test_hold_a_lead_in_each_state(self, now: datetime, locale: str):
        recent = self.recent(now, locale)
        states = Counter(
            tuple(str(one.outcome) for _, one in course) for _, course in recent.values()
        )
        assert 8 <= len(recent) <= 12
        assert states[("noanswer", "noanswer")] == 1
        assert states[("invalid",)] == 1
        assert states[("noanswer", "sold")] == 1
        lines = Counter(
            draft.phone.type if draft.phone else None
            for draft in (draft_of(arrive) for arrive, _ in recent.values())
        )
        assert lines[None] == lines[PhoneType.LANDLINE] == 1
        assert sum(draft_of(arrive).kind is Kind.INCOMING for arrive, _ in recent.values()) == 1

    @any_moment
    def test_end_with_a_fresh_lead_that_nobody_touched(self, now: datetime):
        last = list(came(told(now=now)).values())[-1]
        assert now - timedelta(minutes=5) <= last.at < now
        assert courses(told(now=now))[last.customer.key] == []
        assert draft_of(last).phone is not None

    @any_moment
    def test_leave_a_hot_followup_for_twenty_minutes_later(self, now: datetime):
        due = [
            course[-1][1].when
            for course in courses(told(now=now)).values()
            if course and course[-1][1].importance is Importance.HIGH
        ]
        soon = [moment for moment in due if moment and moment <= now + timedelta(minutes=30)]
        assert len(soon) == 1
        assert timedelta(minutes=18) < soon[0] - now <= timedelta(minutes=20)

    @pytest.mark.parametrize("now", list(MIDWEEK.values())[:2])
    def test_leave_a_low_followup_for_later_today(self, now: datetime):
        today = [
            one
            for _, course in self.recent(now).values()
            for _, one in course[-1:]
            if one.importance is Importance.LOW
            and one.when.astimezone(JERUSALEM).date() == now.date()
        ]
        assert len(today) == 1

    def test_have_a_sale_of_this_morning(self):
        sold = [say for say, one in outcomes(told()) if one.outcome is Outcome.SOLD]
        assert sold[-1].at.astimezone(JERUSALEM).date() == TUESDAY.date()
