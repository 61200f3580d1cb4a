"""What the playbook knows of a campaign completes what its leads say (L6.3)."""

from decimal import Decimal

import pytest

from rules.campaigns import completed
from rules.fields import Draft
from rules.money import Money, to_money
from rules.playbook import Campaign

FACEBOOK = Campaign("Facebook-March", cost=Decimal("12.50"), currency="USD", vendor="Meta")


class TestACampaign:
    def test_gives_its_cost_and_vendor_to_a_lead_that_names_none(self):
        lead = completed(Draft(campaign="Facebook-March"), FACEBOOK, currency="ILS")
        assert (lead.cost, lead.vendor) == (Money(1250, "USD"), "Meta")

    def test_leaves_what_the_lead_says_of_itself(self):
        said = Draft(campaign="Facebook-March", cost=Money(900, "ILS"), vendor="Agency")
        assert completed(said, FACEBOOK, currency="ILS") == said

    def test_costs_in_the_teams_currency_where_it_names_none(self):
        plain = Campaign("Radio", cost=Decimal(7))
        assert completed(Draft(), plain, currency="ILS").cost == Money(700, "ILS")

    def test_that_nobody_described_changes_nothing(self):
        said = Draft(campaign="Radio")
        assert completed(said, None, currency="ILS") == said


class TestMoneyOfAnAmount:
    @pytest.mark.parametrize(
        ("amount", "currency", "minor"),
        [("12.5", "ILS", 1250), ("12.345", "KWD", 12345), ("12", "JPY", 12), ("0.005", "USD", 0)],
    )
    def test_has_as_many_decimals_as_its_currency(self, amount, currency, minor):
        assert to_money(Decimal(amount), currency=currency) == Money(minor, currency)
