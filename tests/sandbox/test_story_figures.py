"""The story's numbers: what a manager reads in it."""

import tomllib
from collections import Counter
from datetime import datetime, timedelta

import pytest

from rules.acts import LogOutcome
from rules.playbook_file import read_playbook
from rules.words import ANSWERED, Kind, Outcome
from sandbox.story import rates
from sandbox.story.campaigns import CAMPAIGNS
from sandbox.story.tale import Arrive, Story, make_story
from tests.sandbox.telling import (
    SEEDS,
    TUESDAY,
    any_locale,
    any_seed,
    came,
    courses,
    draft_of,
    outcomes,
    told,
)


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
        story = make_story(locale="en", now=TUESDAY, seed=seed)
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
