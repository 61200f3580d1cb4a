"""Money that nobody said, and a week's load: what proposals must not take for known (L6.8)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from bot import figures, recommending
from bot.evidence import evidence_of
from bot.texts import Words
from bot.views.figures import notes
from rules.evidence import Cohort, Evidence, Missing
from rules.money import Money
from rules.playbook import Playbook, Product
from rules.proposal import Advice
from rules.proposals import propose
from rules.ripening import curve, so_far
from rules.words import Kind
from storage.tables import attempts, lead_sources, reps
from tests.bot.recommending_desk import FRIENDS, lived
from tests.desk import FakeClock, Room, a_desk
from tests.storage.making import add_lead

BUYING = {Advice.BUY_MORE, Advice.BUY_LESS, Advice.TIER}
SALE = 80_000


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock):
    with a_desk(tmp_path, clock) as made:
        lived(made)
        yield made


def counted(room: Room) -> Evidence:
    with room.desk.store.view() as view:
        return evidence_of(room.desk, view, now=room.clock.now)


def proposed(room: Room) -> set[str]:
    found = recommending.make(room.desk).open
    return {one.subject for one in found if one.kind in BUYING}


def products(room: Room, *found: Product) -> None:
    book = replace(room.desk.playbook, products=found)
    room.desk.present.base = room.desk.present.playbook = book


class TestMoneyThatIsNotKnown:
    def test_is_proposed_of_where_all_is_known(self, room: Room):
        assert counted(room).unweighed == {}
        assert FRIENDS in proposed(room)

    def test_in_a_currency_without_a_rate_weighs_nothing(self, room: Room):
        with room.desk.store.unit() as unit:
            unit.execute(update(attempts).where(attempts.c.id == 1).values(currency="USD"))
            unit.commit()
        assert counted(room).unweighed == {FRIENDS: Missing.RATE}
        assert FRIENDS not in proposed(room)

    def test_of_a_product_without_a_margin_weighs_nothing(self, room: Room):
        products(room)
        found = counted(room)
        assert set(found.unweighed.values()) == {Missing.MARGIN}
        assert (found.known, found.lead_value) == (False, 0)
        assert recommending.make(room.desk).open == []

    def test_is_known_by_the_playbooks_usual_margin(self, room: Room):
        whole = counted(room).lead_value
        counting = replace(room.desk.playbook.counting, margin=Decimal("0.5"))
        book = replace(room.desk.playbook, products=(), counting=counting)
        room.desk.present.base = room.desk.present.playbook = book
        found = counted(room)
        assert found.unweighed == {}
        assert found.known
        assert found.lead_value == pytest.approx(whole / 2)

    def test_of_leads_without_prices_buys_nothing(self, room: Room):
        with room.desk.store.unit() as unit:
            half = update(lead_sources).where(
                lead_sources.c.campaign == FRIENDS, lead_sources.c.lead_id % 2 == 0
            )
            unit.execute(half.values(cost_minor=None))
            unit.commit()
        assert counted(room).unweighed == {FRIENDS: Missing.PRICES}
        assert FRIENDS not in proposed(room)

    def test_is_named_in_both_languages(self, room: Room):
        lead = room.lead(campaign="March")
        room.log(lead.id, "sold", amount=Money(100, "ILS"), talk_seconds=60, by=lead.owner)
        now = room.clock.now
        report = figures.report_of(
            room.desk, since=now - timedelta(days=1), until=now + timedelta(days=1)
        )
        for language, said in (("en", "whole price"), ("he", "המחיר כולו")):
            text = " ".join(notes(report, Words(language, room.desk.settings.zone)))
            assert said in text
            assert "()" not in text


class TestPrices:
    def cohort(self, *, priced: int) -> Cohort:
        return Cohort(
            *("late bill", "", Kind.WARM, 1000, 70, 70 * SALE, 70 * float(SALE) ** 2),
            *(priced * 7000, 0, 0, priced),
        )

    def propose(self, *, priced: int) -> list[Advice]:
        known = Evidence("ILS", 70, SALE, (self.cohort(priced=priced),), weeks=8.0, overload=0.8)
        return [one.kind for one in propose(known, Playbook())]

    @pytest.mark.parametrize("priced", [500, 799])
    def test_of_too_few_leads_propose_nothing(self, priced: int):
        assert self.propose(priced=priced) == []

    def test_are_of_the_priced_leads_alone(self):
        assert Advice.BUY_MORE not in self.propose(priced=800)
        assert Advice.BUY_MORE not in self.propose(priced=1000)


class TestYoungCampaigns:
    def test_are_worth_as_much_as_old_ones_that_are_alike(self):
        """A tenth of both buys, evenly over ninety days."""
        ages = dict.fromkeys(range(180), 100)
        sold = [(day, age) for age in range(180) for day in range(0, min(age, 90), 9)]
        came = curve(ages, sold)
        young, old = (dict.fromkeys(span, 50) for span in (range(30, 45), range(90, 180)))
        assert so_far(came, old) > 0.95
        assert 0.3 < so_far(came, young) < 0.55
        assert so_far([], young) == so_far(came, {}) == 1


class TestARefund:
    def test_takes_back_a_sale_that_was_its_campaigns(self, room: Room):
        came = room.clock.now - timedelta(days=110)
        row = {"outcome": "sold", "by": "U01AVI", "before": {}, "nth": 1, "answered": True}
        with room.desk.store.unit() as unit:
            lead = add_lead(unit, campaign="X", product="car", received_at=came, at=came).id
            for days, minor in ((85, 500_00), (95, -500_00)):
                sold = {"lead_id": lead, "at": came + timedelta(days=days), "amount_minor": minor}
                unit.execute(insert(attempts), row | sold | {"currency": "ILS"})
            unit.commit()
        since = came - timedelta(days=1)
        found = figures.report_of(room.desk, since=since, until=room.clock.now)
        [line] = [one for one in found.campaigns if one.campaign == "X"]
        assert (line.margin.minor, line.later.minor) == (0, 0)
        assert [one.margin for one in counted(room).cohorts if one.campaign == "X"] == [0]


class TestLoad:
    def test_is_the_same_at_any_hour_of_a_day(self, room: Room):
        for place in range(6):
            room.receive(name="Dan", phone=f"052-234-{5100 + place}", campaign="flood")
        wave = replace(room.desk.playbook.wave, calls_per_hour=1)
        book = replace(room.desk.playbook, wave=wave)
        room.desk.present.base = room.desk.present.playbook = book
        day = room.clock.now + timedelta(days=1)
        found = set()
        for hour in (1, 7, 12, 20):
            room.clock.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
            found.add(counted(room).overload)
        [load] = found
        assert load
        assert load > 0

    def test_is_not_known_where_nobody_works(self, room: Room):
        with room.desk.store.unit() as unit:
            unit.execute(update(reps).values(state="paused"))
            unit.commit()
        assert counted(room).overload is None
