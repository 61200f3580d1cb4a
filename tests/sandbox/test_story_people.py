"""The story's people: forms, customers, the team, words, hours."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.hours import is_open
from rules.phones import can_text, read_phone
from rules.playbook_file import read_playbook
from rules.routing import candidates
from rules.words import Kind
from sandbox.story import rates, workday
from sandbox.story.customers import Persona, answers_now, chance, make_customer
from sandbox.story.dice import dice, spread
from sandbox.story.tale import Customer, arrivals
from sandbox.story.words import words
from tests.sandbox.telling import (
    HEBREW,
    LOCALES,
    TUESDAY,
    any_locale,
    any_seed,
    came,
    draft_of,
    local,
    team_of,
    told,
)


class TestAForm:
    @any_locale
    def test_is_understood_whole(self, locale: str):
        for arrive in came(told(locale)).values():
            draft = draft_of(arrive)
            assert draft.extra == {}
            assert draft.reachable
            assert draft.name == arrive.customer.name
            assert all((draft.campaign, draft.vendor, draft.banner, draft.cost))

    @any_seed
    def test_has_a_number_that_reads_as_the_customers_own(self, seed: int):
        for arrive in came(told(seed=seed)).values():
            draft, customer = draft_of(arrive), arrive.customer
            if draft.phone and can_text(draft.phone) and customer.temper != "wrong_number":
                assert draft.phone.e164 == customer.e164

    def test_says_its_kind_where_the_source_does_not(self):
        kinds = Counter(draft_of(one).kind for one in came(told()).values())
        assert set(kinds) == set(Kind)

    def test_never_carries_an_empty_value(self):
        for arrive in came(told()).values():
            assert all(value not in ("", None, []) for value in arrive.fields.values())

    @any_locale
    def test_speaks_of_products_that_the_playbook_has(self, locale: str):
        book = read_playbook(tomllib.loads(told(locale).playbook_toml), file="x")
        sold = {
            one.fields["product"] for one in came(told(locale)).values() if "product" in one.fields
        }
        assert sold == {product.name for product in book.products}


class TestCustomers:
    @any_seed
    def test_share_neither_number_nor_address(self, seed: int):
        fresh = [one.customer for one in islice(arrivals(locale="en", seed=seed, start=1), 400)]
        people = [*(one.customer for one in came(told(seed=seed)).values()), *fresh]
        for values in (
            [one.key for one in people],
            [one.phone for one in people if one.phone],
            [one.e164 for one in people if one.e164],
            [one.email for one in people if one.email],
            [read_phone(one.phone, region="IL").e164 for one in people if one.phone],
        ):
            assert len(set(values)) == len(values)

    @any_locale
    def test_speak_mostly_the_storys_language(self, locale: str):
        people = [one.customer for one in came(told(locale)).values()]
        spoken = Counter(one.language for one in people)
        assert set(spoken) == {"en", "he"}
        assert spoken[locale] > 0.7 * len(people)
        for one in people:
            assert bool(HEBREW.search(one.name)) == (one.language == "he")

    @any_seed
    def test_can_be_written_to_where_they_cannot_be_called(self, seed: int):
        """So that they are asked for their number by mail."""
        for one in came(told(seed=seed)).values():
            if not one.customer.phone or one.customer.temper == "wrong_number":
                assert one.customer.email
            if not one.customer.phone:
                assert "email" in (draft_of(one).consent or ("email",))

    def test_have_something_to_reply(self):
        for one in came(told("he")).values():
            assert one.customer.replies
            hebrew = all(HEBREW.search(reply) for reply in one.customer.replies)
            assert hebrew == (one.customer.language == "he")


class TestTheTeam:
    @any_locale
    def test_is_read_by_the_bot(self, locale: str):
        reps = team_of(told(locale))
        assert [rep.manages for rep in reps].count(True) == 1
        assert len(reps) == 6
        assert {rep.timezone for rep in reps} == {"Asia/Jerusalem"}

    def test_has_ids_and_handles_that_never_change(self):
        people = [[(user.id, user.name) for user in told(locale).users] for locale in LOCALES]
        assert people[0] == people[1]
        assert all(re.fullmatch("[a-z]+", handle) for _, handle in people[0])

    @any_locale
    def test_has_a_first_and_a_last_name_each_in_the_storys_language(self, locale: str):
        for user in told(locale).users:
            assert len(user.real_name.split()) == 2
            assert bool(HEBREW.search(user.real_name)) == (locale == "he")

    def test_stands_in_slack_as_in_the_file(self):
        story = told()
        assert [user.id for user in story.users] == [rep.slack_id for rep in team_of(story)]
        assert story.manager == next(rep.slack_id for rep in team_of(story) if rep.manages)

    def test_has_three_on_shift_when_the_demo_begins(self):
        reps = [rep for rep in team_of(told()) if not rep.manages]
        on_shift = [rep for rep in reps if is_open(rep.week, at=TUESDAY, zone=rep.zone)]
        assert len(on_shift) >= 3
        assert len(on_shift) < len(reps)

    def test_differs_in_all_that_leads_are_given_by(self):
        reps = [rep for rep in team_of(told()) if not rep.manages]
        for what in ("hours", "weight", "languages", "products"):
            assert len({getattr(rep, what) for rep in reps}) > 1

    def test_takes_all_of_the_leads_at_once(self):
        reps = team_of(told())
        assert sum(rep.capacity for rep in reps if not rep.manages) > 165
        assert candidates(reps, {}, now=local(2026, 11, 28, 3, 0)) != []


class TestThePlaybook:
    @any_locale
    def test_is_read_by_the_bot(self, locale: str):
        book = read_playbook(tomllib.loads(told(locale).playbook_toml), file="x")
        assert book.sender_name == told(locale).sender
        assert {one.name: one.kind for one in book.sources} == {
            "website": Kind.WARM, "facebook": Kind.WARM, "google": Kind.WARM, "vendor": Kind.COLD,
        }  # fmt: skip
        assert [one.style for one in book.products] == ["one_call", "relationship"]
        assert "$" not in told(locale).playbook_toml.partition("\n")[2]


def groups(locale: str) -> dict[str, Any]:
    """Give the lists of words that must be as long in every language."""
    said = words(locale)
    campaigns = {f"campaign.{name}": one["banners"] for name, one in said["campaign"].items()}
    customers = {name: one for name, one in said["customer"].items() if isinstance(one, list)}
    return {**said["says"], **campaigns, **customers}


class TestTheWords:
    def test_are_as_many_in_both_languages(self):
        """Else the same dice would tell two stories."""
        counts = [
            {name: len(group) for name, group in groups(locale).items()} for locale in LOCALES
        ]
        assert counts[0] == counts[1]
        assert words("en")["latest"].keys() == words("he")["latest"].keys()

    @any_locale
    def test_neither_shout_nor_hold_braces(self, locale: str):
        texts = str(words(locale).values())
        assert "!" not in texts
        assert "{id" not in texts

    def test_are_hebrew_in_hebrew_and_english_in_english(self):
        for name, group in groups("he").items():
            for one in group:
                assert not one or HEBREW.search(str(one)), name
        assert not HEBREW.search(str(words("en")))


def customer(temper: str = "eager", *, place: int = 1, kind: str = "warm") -> Customer:
    persona = Persona(key=f"c{place:04d}", place=place, language="en", kind=kind, temper=temper)
    return make_customer(persona, seed=7)


WARM = tuple(customer(place=place) for place in range(1, 2001))
REFERRED = tuple(customer(place=place, kind="referral") for place in range(1, 2001))


class TestACall:
    @staticmethod
    def answered(who: Sequence[Customer], at: datetime, calls: int = 0) -> float:
        taken = [answers_now(one, at=at, calls=calls) == "answered" for one in who]
        return sum(taken) / len(taken)

    def test_goes_the_same_within_an_hour(self):
        at = local(2026, 11, 24, 10, 5)
        for one in WARM[:100]:
            again = answers_now(one, at=at + timedelta(minutes=50), calls=2)
            assert answers_now(one, at=at, calls=2) == again

    def test_goes_otherwise_at_another_hour_or_time(self):
        went = {
            answers_now(WARM[0], at=local(2026, 11, 24, hour, 0), calls=calls)
            for hour in range(9, 20)
            for calls in range(6)
        }
        assert {"answered", "noanswer"} <= went

    def test_is_taken_by_one_in_three_who_left_their_number(self):
        assert self.answered(WARM, TUESDAY) == pytest.approx(0.34, abs=0.03)

    def test_is_taken_by_half_of_those_whom_a_friend_sent(self):
        assert self.answered(REFERRED, TUESDAY) == pytest.approx(0.53, abs=0.03)

    def test_is_taken_less_with_every_attempt(self):
        fifth = self.answered(WARM, TUESDAY, calls=4)
        assert fifth == pytest.approx(0.34 * rates.ATTEMPT[4], abs=0.03)

    @pytest.mark.parametrize("at", [local(2026, 11, 28, 11, 0), local(2026, 11, 27, 13, 0)])
    def test_is_not_taken_on_the_day_of_rest(self, at: datetime):
        assert self.answered(WARM, at) == 0

    def test_is_taken_less_at_night(self):
        night, day = local(2026, 11, 24, 3, 0), local(2026, 11, 24, 11, 0)
        assert chance(WARM[0], at=night, calls=0) < chance(WARM[0], at=day, calls=0) / 2

    def test_of_a_wrong_number_is_always_one(self):
        wrong = customer("wrong_number")
        assert answers_now(wrong, at=TUESDAY, calls=0) == "wrong_number"
        assert wrong.e164 == ""
        assert wrong.phone

    def test_of_a_silent_person_is_never_taken(self):
        silent = [customer("silent", place=place) for place in range(1, 501)]
        went = Counter(answers_now(one, at=TUESDAY, calls=0) for one in silent)
        assert set(went) == set(rates.MISSED_AS)
        assert went["noanswer"] / 500 == pytest.approx(rates.MISSED_AS["noanswer"], abs=0.06)

    def test_is_never_certain(self):
        sure = replace(WARM[0], answers=1.0)
        assert chance(sure, at=TUESDAY, calls=0) == 0.95


class TestFreshLeads:
    @any_locale
    def test_come_without_end_under_keys_of_their_own(self, locale: str):
        first = list(islice(arrivals(locale=locale, seed=7, start=1), 300))
        assert [one.customer.key for one in first[:2]] == ["n0001", "n0002"]
        assert {one.source for one in first} == {"facebook", "google", "website", "vendor"}
        assert all(draft_of(one).reachable and draft_of(one).extra == {} for one in first)

    def test_go_on_where_they_were_left(self):
        whole = list(islice(arrivals(locale="en", seed=7, start=1), 12))
        assert list(islice(arrivals(locale="en", seed=7, start=11), 2)) == whole[10:]

    def test_hold_every_temper(self):
        first = islice(arrivals(locale="en", seed=7, start=1), 300)
        tempers = {one.customer.temper for one in first}
        assert tempers == {"eager", "busy", "silent", "wrong_number"}


class TestSpreading:
    @given(count=st.integers(1, 200), seed=st.integers())
    @settings(max_examples=50)
    def test_keeps_to_the_shares(self, count: int, seed: int):
        shares = {"a": 0.5, "b": 0.3, "c": 0.2}
        dealt = Counter(spread(dice(seed), shares=shares, count=count, turns=3))
        assert dealt.total() == count
        assert all(abs(dealt[one] - part * count) <= 1 for one, part in shares.items())

    def test_keeps_to_them_in_every_turn(self):
        dealt = spread(dice(7), shares={"a": 0.5, "b": 0.3, "c": 0.2}, count=60, turns=3)
        for turn in (dealt[:20], dealt[20:40], dealt[40:]):
            assert all(
                abs(turn.count(one) - many) <= 1
                for one, many in zip("abc", (10, 6, 4), strict=True)
            )


class TestTheHoursOfWork:
    @given(hours=st.integers(0, 365 * 24), minutes=st.integers(1, 2000))
    def test_are_counted_back_as_they_run(self, hours: int, minutes: int):
        at = local(2026, 1, 1) + timedelta(hours=hours, minutes=minutes)
        before = workday.back(at, minutes=minutes)
        assert workday.works(before)
        assert before < at
        further = workday.back(at, minutes=minutes + 30)
        assert workday.back(before, minutes=30) == further

    @pytest.mark.parametrize(
        ("at", "opens"),
        [
            (local(2026, 11, 24, 8, 0), local(2026, 11, 24, 9, 0)),
            (local(2026, 11, 24, 10, 30), local(2026, 11, 24, 10, 30)),
            (local(2026, 11, 24, 20, 0), local(2026, 11, 25, 9, 0)),
            (local(2026, 11, 27, 13, 0), local(2026, 11, 29, 9, 0)),
        ],
        ids=["early", "open", "late", "friday"],
    )
    def test_begin_again_in_the_morning(self, at: datetime, opens: datetime):
        assert workday.forward(at) == opens
