"""The demo's story: what it promises of every moment, seed and language that it is told in."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.acts import AddNote, LogOutcome
from rules.commands import parse_command
from rules.fields import Defaults, Draft, read_draft
from rules.hours import is_open
from rules.phones import can_text, read_phone
from rules.playbook_file import read_playbook
from rules.routing import candidates
from rules.team import Rep, read_team
from rules.tiers import KINDS, TierRules
from rules.words import ANSWERED, Importance, Kind, Outcome, PhoneType, Tier
from sandbox.story import rates, workday
from sandbox.story.calls import spacing
from sandbox.story.campaigns import CAMPAIGNS
from sandbox.story.customers import Persona, answers_now, chance, make_customer
from sandbox.story.dice import dice, spread
from sandbox.story.tale import Arrive, Customer, Say, Story, arrivals, make_story
from sandbox.story.words import words

JERUSALEM = ZoneInfo("Asia/Jerusalem")
LOCALES = ("en", "he")
SEEDS = (7, 1, 2, 3, 4)
HEBREW = re.compile("[\u05d0-\u05ea]")


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=JERUSALEM)  # type: ignore[misc, arg-type]  # a date's parts


TUESDAY = local(2026, 11, 24, 10, 0)
MIDWEEK = {
    "tuesday 10:00": TUESDAY,
    "monday 13:00": local(2026, 6, 8, 13, 0),
    "wednesday 16:40": local(2027, 1, 13, 16, 40),
    "thursday 11:59": local(2026, 11, 26, 11, 59),
}
MOMENTS = MIDWEEK | {
    "thursday night": local(2026, 11, 26, 23, 50),
    "friday noon": local(2026, 11, 27, 12, 50),
    "saturday": local(2026, 11, 28, 14, 0),
    "sunday morning": local(2026, 11, 29, 9, 1),
    "after the clocks went back": local(2026, 10, 27, 10, 0),
    "after the clocks went forward": local(2026, 3, 31, 10, 0),
}
any_moment = pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
midweek = pytest.mark.parametrize("now", MIDWEEK.values(), ids=MIDWEEK)
any_locale = pytest.mark.parametrize("locale", LOCALES)
any_seed = pytest.mark.parametrize("seed", SEEDS)


@cache
def told(locale: str = "en", now: datetime = TUESDAY, seed: int = 7) -> Story:
    return make_story(locale=locale, now=now, seed=seed)


def came(story: Story) -> dict[str, Arrive]:
    """Give each customer's first arrival."""
    first: dict[str, Arrive] = {}
    for act in story.past:
        if isinstance(act, Arrive):
            first.setdefault(act.customer.key, act)
    return first


def said(story: Story) -> list[Say]:
    return [act for act in story.past if isinstance(act, Say)]


def read(say: Say) -> LogOutcome | AddNote:
    """Read what was typed as the bot would at that moment."""
    typed = say.command.format(id=1)
    command = parse_command(typed, now=say.at, zone=JERUSALEM, currency="ILS")
    assert isinstance(command, LogOutcome | AddNote)
    return command


def outcomes(story: Story) -> Iterator[tuple[Say, LogOutcome]]:
    for say in said(story):
        command = read(say)
        if isinstance(command, LogOutcome):
            yield say, command


def courses(story: Story) -> dict[str, list[tuple[Say, LogOutcome]]]:
    """Give each customer's outcomes in order."""
    found: dict[str, list[tuple[Say, LogOutcome]]] = {key: [] for key in came(story)}
    for say, outcome in outcomes(story):
        found[say.customer].append((say, outcome))
    return found


def draft_of(arrive: Arrive) -> Draft:
    kind = read_playbook(tomllib.loads(told().playbook_toml), file="x").kind_of(arrive.source)
    return read_draft(arrive.fields, defaults=Defaults(region="IL", currency="ILS", kind=kind))


def team_of(story: Story) -> tuple[Rep, ...]:
    reps, faults = read_team(tomllib.loads(story.team_toml), timezone="UTC", locale="en")
    assert faults == []
    return reps


class TestAStory:
    @any_locale
    def test_is_the_same_for_the_same_seed_and_moment(self, locale: str):
        assert make_story(locale=locale, now=TUESDAY) == told(locale)

    def test_is_the_same_in_whichever_zone_its_moment_is_written(self):
        assert make_story(locale="en", now=TUESDAY.astimezone(UTC)) == told()

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


class TestTheNumbers:
    """Counted over several seeds, so that a rate is a rate."""

    @staticmethod
    def all_outcomes() -> list[LogOutcome]:
        return [outcome for seed in SEEDS for _, outcome in outcomes(told(seed=seed))]

    def test_of_leads_are_dealt_among_the_campaigns(self):
        story = told()
        counted = Counter(arrive.source for arrive in came(story).values())
        for campaign in CAMPAIGNS.values():
            assert counted[campaign.source] == pytest.approx(165 * campaign.part, abs=7)

    def test_of_answers_are_those_of_strangers_on_the_phone(self):
        every = self.all_outcomes()
        answered = sum(one.outcome in ANSWERED for one in every) / len(every)
        assert 0.17 < answered < 0.33

    def test_of_people_reached_lie_between_the_published_ones(self):
        reached = [
            any(one.outcome in ANSWERED for _, one in course)
            for seed in SEEDS
            for key, course in courses(told(seed=seed)).items()
            if course and draft_of(came(told(seed=seed))[key]).kind is not Kind.COLD
        ]
        assert 0.45 < sum(reached) / len(reached) < 0.75

    def test_of_silent_people_are_x_educations(self):
        people = [one.customer for seed in SEEDS for one in came(told(seed=seed)).values()]
        tempers = Counter(one.temper for one in people)
        assert tempers["silent"] / len(people) == pytest.approx(rates.NEVER_ANSWERS, abs=0.03)
        assert tempers["wrong_number"] / len(people) == pytest.approx(rates.BAD_NUMBER, abs=0.015)

    def test_of_missing_and_broken_numbers_are_those_of_real_lists(self):
        drafts = [draft_of(one) for seed in SEEDS for one in came(told(seed=seed)).values()]
        blank = sum(one.phone is None for one in drafts) / len(drafts)
        assert blank == pytest.approx(rates.BLANK_PHONE, abs=0.02)
        listed = [one for one in drafts if one.kind is Kind.COLD and one.phone]
        two = sum("/" in one.phone.raw for one in listed if one.phone) / len(listed)
        assert two == pytest.approx(rates.TWO_NUMBERS, abs=0.04)

    def test_of_doubles_are_few_and_the_same_word_for_word(self):
        twice = []
        for seed in SEEDS:
            first = came(told(seed=seed))
            for act in told(seed=seed).past:
                if isinstance(act, Arrive) and act is not first[act.customer.key]:
                    assert act.fields == first[act.customer.key].fields
                    twice.append(act)
        could = 5 * 165 * (CAMPAIGNS["social"].part + CAMPAIGNS["list"].part)
        assert len(twice) / could == pytest.approx(rates.DOUBLE, abs=0.05)

    def test_of_seconds_talked_are_longer_for_a_sale(self):
        sale = [one.talk_seconds for one in self.all_outcomes() if one.outcome is Outcome.SOLD]
        other = [one.talk_seconds for one in self.all_outcomes() if one.outcome is Outcome.LOST]
        means = [
            sum(found) / len(found) for found in ([t for t in sale if t], [t for t in other if t])
        ]
        assert means == [pytest.approx(537, rel=0.15), pytest.approx(221, rel=0.15)]


def money(story: Story) -> dict[str, tuple[int, int]]:
    """Give what each source's leads brought and cost, in shekels."""
    first = came(story)
    brought, cost = Counter[str](), Counter[str]()
    for arrive in first.values():
        cost[arrive.source] += int(str(arrive.fields["cost"]))
    for say, outcome in outcomes(story):
        if outcome.amount:
            brought[first[say.customer].source] += outcome.amount.minor // 100
    return {source: (brought[source], cost[source]) for source in cost}


def profit_a_lead(story: Story, *, since: datetime, until: datetime) -> dict[str, float]:
    """Give what each source's leads earned in a period, a lead, by the playbook's margins."""
    first = came(story)
    book = read_playbook(tomllib.loads(story.playbook_toml), file="x")
    part = {product.style: float(product.margin or 0) for product in book.products}
    earned, leads = Counter[str](), Counter[str]()
    for arrive in first.values():
        if since <= arrive.at < until:
            leads[arrive.source] += 1
            earned[arrive.source] -= int(str(arrive.fields["cost"]))
    for say, outcome in outcomes(story):
        if outcome.amount and since <= say.at < until:
            amount = outcome.amount.minor // 100
            style = "relationship" if amount > 2000 else "one_call"
            earned[first[say.customer].source] += round(amount * part[style])
    return {source: earned[source] / leads[source] for source in leads}


class TestTheCampaigns:
    @any_seed
    def test_differ_referral_earns_most_a_lead(self, seed: int):
        story = told(seed=seed)
        sizes = Counter(one.source for one in came(story).values())
        a_lead = {name: (b - c) / sizes[name] for name, (b, c) in money(story).items()}
        assert max(a_lead, key=lambda name: a_lead[name]) == "website"
        assert a_lead["google"] > a_lead["vendor"]

    @any_seed
    def test_differ_social_loses_money(self, seed: int):
        brought, cost = money(told(seed=seed))["facebook"]
        assert brought < cost * 0.7

    @pytest.mark.parametrize("ahead", range(0, 50, 7))
    def test_show_the_same_in_the_week_of_the_digest(self, ahead: int):
        now = TUESDAY + timedelta(weeks=ahead)
        story = told(now=now)
        sunday = now.replace(hour=0) - timedelta(days=2)
        a_lead = profit_a_lead(story, since=sunday - timedelta(days=7), until=sunday)
        assert max(a_lead, key=lambda source: a_lead[source]) == "website"
        assert a_lead["facebook"] < -20

    @any_locale
    def test_cost_what_was_agreed(self, locale: str):
        costs = {one.source: one.fields["cost"] for one in came(told(locale)).values()}
        assert costs == {"facebook": 45, "google": 80, "website": 20, "vendor": 6}

    @any_seed
    def test_bring_back_buyers_and_one_refund(self, seed: int):
        amounts = [one.amount.minor for _, one in outcomes(told(seed=seed)) if one.amount]
        sales = Counter(
            say.customer
            for say, one in outcomes(told(seed=seed))
            if one.amount and one.amount.minor > 0
        )
        assert sum(amount < 0 for amount in amounts) == 1
        assert 2 <= sum(count - 1 for count in sales.values()) <= 3
        assert 8 <= len(sales) <= 25


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
