"""The report of weeks that are unlike others: told with words, and never as not a number (L6)."""

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, insert

from bot import figures, one_person
from bot.texts import Words
from bot.undoing import undo
from bot.views.digest import digest
from rules.counting import Counting
from rules.money import Money
from rules.playbook import Product
from rules.rates import Costs, Rate
from rules.report import Only, Report
from rules.report_values import Amount
from rules.words import Channel
from storage.tables import history, messages, reps
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk, faults_of

WEEK = (datetime(2026, 11, 14, 22, tzinfo=UTC), datetime(2026, 11, 21, 22, tzinfo=UTC))
SHEKEL = 100


def report_of(room: Room, *, only: Only | None = None) -> Report:
    found = figures.report_of(room.desk, since=WEEK[0], until=WEEK[1], only=only or Only())
    assert "NaN" not in json.dumps(asdict(found), default=str)
    return found


def said(room: Room) -> str:
    """Give what the weekly post says of the week, in English; in neither language is it broken."""
    found = figures.report_of(room.desk, since=WEEK[0], until=WEEK[1])
    he, en = (digest(found, Words(locale, room.desk.settings.zone)) for locale in ("he", "en"))
    assert faults_of(he) == faults_of(en) == []
    assert "nan" not in (he.text + en.text).lower()
    return en.text


class TestAWeekWithoutLeads:
    def test_is_empty_in_every_section(self, room: Room):
        found = report_of(room)
        assert found.empty
        assert (found.campaigns, found.banners, found.reps, found.messages) == ((), (), (), ())
        assert found.total.calls.rate is None
        assert found.total.return_on_spend is None
        assert found.answering.best_hour is None
        assert (found.unknown, found.rateless) == ((), ())


class TestOneLead:
    def test_is_a_small_sample_that_nobody_ranks(self, room: Room):
        room.lead(campaign="March")
        room.log(1, "sold", amount=Money(500 * SHEKEL, "ILS"))
        found = report_of(room)
        [line] = found.campaigns
        assert (line.leads, line.sales, line.profit.value) == (1, 1, 500 * SHEKEL)
        assert line.small
        assert found.ranked == ()
        assert line.conversion.rate is None
        assert (line.young, line.adjusted) == (1, None)

    def test_has_its_conversion_in_the_weeks_after(self, room: Room):
        room.lead(campaign="March")
        room.log(1, "sold", amount=Money(500 * SHEKEL, "ILS"))
        room.clock.forward(days=40)
        later = figures.report_of(
            room.desk, since=WEEK[0] + timedelta(days=28), until=WEEK[1] + timedelta(days=28)
        )
        assert (later.total.conversion.hits, later.total.conversion.of) == (1, 1)
        assert later.response.curve[0].closed.hits == 1


class TestRefundsAlone:
    def test_are_less_than_nothing_and_no_calls(self, room: Room):
        room.clock.now -= timedelta(days=4)
        room.lead(campaign="March")
        room.log(1, "sold", amount=Money(500 * SHEKEL, "ILS"))
        room.clock.forward(days=4)
        room.log(1, "sold", amount=Money(-200 * SHEKEL, "ILS"))
        found = report_of(room)
        assert (found.total.calls.of, found.total.sales, found.total.refunds) == (0, 0, 1)
        assert found.total.revenue == Amount(-200 * SHEKEL)
        assert found.total.profit.value == -200 * SHEKEL
        assert found.before is not None
        assert found.before.total.revenue == Amount(500 * SHEKEL)
        assert "revenue -₪200" in said(room)


class TestASaleOfALeadThatBecameAnother:
    def test_is_its_standing_leads(self, room: Room):
        room.lead(campaign="March")
        room.receive(name="Dan", phone="052-234-5999", campaign="April")
        room.log(2, "sold", amount=Money(100, "ILS"))
        one_person.merge(room.desk, 1, 2, by=MIRI)
        found = report_of(room)
        [line] = [one for one in found.campaigns if one.sales]
        assert (found.total.leads, found.total.sales, line.leads) == (1, 1, 1)
        assert line.revenue == Amount(100)


class TestACostThatComesLate:
    def test_counts_in_the_week_its_lead_came(self, room: Room):
        body = {"name": "Dana", "phone": "052-234-5678", "campaign": "March"}
        room.receive(**body)
        assert report_of(room).total.cost == Amount()
        room.clock.forward(days=10)
        room.receive(**body, cost="40")
        later = figures.report_of(
            room.desk, since=WEEK[0] + timedelta(days=7), until=WEEK[1] + timedelta(days=7)
        )
        assert later.total.cost == Amount(40 * SHEKEL)


class TestARepWhoIsGone:
    def test_keeps_their_figures_without_a_name(self, room: Room):
        lead = room.lead()
        room.log(1, "sold", amount=Money(100, "ILS"))
        with room.desk.store.unit() as unit:
            unit.execute(delete(reps).where(reps.c.slack_id == lead.owner))
            unit.commit()
        [gone] = [one for one in report_of(room).reps if one.rep == lead.owner]
        assert (gone.name, gone.sales, gone.given) == ("", 1, 1)


class TestAClockChange:
    @pytest.mark.parametrize(
        ("first", "last", "hours"),
        [
            (date(2026, 10, 18), date(2026, 10, 31), 169),
            (date(2026, 3, 15), date(2026, 3, 28), 167),
        ],
        ids=["back", "forward"],
    )
    def test_leaves_weeks_their_days(self, room: Room, first: date, last: date, hours: int):
        zone = room.desk.settings.zone
        middle = first + timedelta(days=7)
        since, until = (
            datetime.combine(day, datetime.min.time(), zone)
            for day in (middle, last + timedelta(days=1))
        )
        room.clock.now = until.astimezone(UTC)
        found = figures.report_of(room.desk, since=since, until=until)
        assert found.days == (middle, last)
        length = until.astimezone(UTC) - since.astimezone(UTC)
        assert length == timedelta(hours=hours)
        assert found.before is not None
        assert found.before.days == (first, middle - timedelta(days=1))


class TestACurrencyWithoutARate:
    def test_stands_apart_in_words(self, room: Room):
        room.lead(campaign="March")
        room.log(1, "sold", amount=Money(500, "USD"))
        found = report_of(room)
        assert found.total.revenue == Amount(0, (Money(500, "USD"),))
        assert found.rateless == (Money(500, "USD"),)
        assert found.total.profit.value == 0
        assert "revenue $5" in said(room)

    def test_is_turned_once_it_has_one(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, rates=(Rate("USD", date(2026, 11, 1), Decimal("3.5")),))
        with a_desk(tmp_path, clock, playbook=book) as room:
            room.lead(campaign="March")
            room.log(1, "sold", amount=Money(500, "USD"))
            assert report_of(room).total.revenue == Amount(1750)

    def test_may_be_the_digests_own(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, counting=Counting(currency="USD"))
        with a_desk(tmp_path, clock, playbook=book) as room:
            room.lead(campaign="March", cost="3")
            room.log(1, "sold", amount=Money(500, "USD"))
            found = report_of(room)
            assert (found.currency, found.total.revenue) == ("USD", Amount(500))
            assert found.rateless == (Money(300, "ILS"),)


class TestWhatNobodySaid:
    def test_is_named_and_counts_nothing(self, room: Room):
        room.lead(product="Sim")
        room.log(1, "noanswer")
        room.log(1, "sold", amount=Money(100, "ILS"), talk_seconds=60)
        room.deliver()
        found = report_of(room)
        assert set(found.unknown) >= {"rep_hour", "minute:IL", "margin:Sim"}
        assert found.total.talk_cost == Amount()

    def test_is_not_named_once_it_is_known(self, tmp_path: Path, clock: FakeClock):
        costs = Costs(Decimal(60), Decimal(1), Decimal(1), minute={"IL": Decimal("0.5")})
        book = replace(BOOK, costs=costs, products=(Product("Sim", margin=Decimal("0.5")),))
        with a_desk(tmp_path, clock, playbook=book) as room:
            room.lead(product="Sim", campaign="March")
            room.log(1, "sold", amount=Money(1000, "ILS"), talk_seconds=120)
            found = report_of(room)
            assert found.unknown == ()
            assert (found.total.margin, found.total.talk_cost) == (Amount(500), Amount(300))
            assert found.total.profit.value == 200
            [line] = found.talk.countries
            assert (line.name, line.per_sale, line.cost) == ("IL", None, Amount(300))
            assert found.talk.total.per_sale == 120


class TestACut:
    def test_by_campaign_tells_of_its_leads_alone(self, room: Room):
        room.lead(campaign="March")
        room.receive(name="Dan", phone="052-234-5999", campaign="April")
        room.log(1, "sold", amount=Money(100, "ILS"))
        room.log(2, "noanswer")
        found = report_of(room, only=Only(campaign="April"))
        assert [one.campaign for one in found.campaigns] == ["April"]
        assert (found.total.leads, found.total.calls.of, found.total.sales) == (1, 1, 0)

    def test_by_rep_tells_of_their_leads_and_calls(self, room: Room):
        lead = room.lead(campaign="March")
        room.log(1, "noanswer", by=MIRI)
        room.log(1, "sold", amount=Money(100, "ILS"))
        found = report_of(room, only=Only(rep=lead.owner))
        assert (found.total.leads, found.total.calls.of, found.total.sales) == (1, 1, 1)
        assert [one.rep for one in found.reps] == [lead.owner]
        other = AVI if lead.owner == NOA else NOA
        assert report_of(room, only=Only(rep=other)).total.leads == 0


class TestTheReportAndTheWeeklyPost:
    def test_tell_the_same_figures(self, room: Room):
        room.lead(campaign="March", cost="7")
        room.log(1, "sold", amount=Money(100, "ILS"))
        undo(room.desk, by=room.load(1).owner)
        room.log(1, "noanswer")
        post = figures.report_of(room.desk, since=WEEK[0], until=WEEK[1]).total
        whole = report_of(room).total
        for name in ("leads", "calls", "sales", "revenue", "cost", "profit", "response"):
            assert getattr(post, name) == getattr(whole, name)


class TestAnswersToMessages:
    @pytest.mark.parametrize(
        ("what", "by_sms", "by_mail", "back"),
        [
            ("replied", 1, 0, {"sms": 1, "email": 0}),
            ("replied_mail", 0, 1, {"sms": 0, "email": 1}),
            ("asked_now", 0, 0, {"sms": 1, "email": 1}),
        ],
    )
    def test_are_of_the_way_they_came(
        self, room: Room, what: str, by_sms: int, by_mail: int, back: dict[str, int]
    ):
        lead, at = room.lead(email=""), room.clock.now
        with room.desk.store.unit() as unit:
            for place, channel in enumerate(("sms", "email")):
                layer = "sms_first" if channel == "sms" else "mail_first"
                sent = {"lead_id": lead.id, "outbox_id": 900 + place, "state": "sent"}
                row = sent | {"channel": channel, "layer": layer, "at": at, "changed_at": at}
                unit.execute(insert(messages), row)
            heard = {"lead_id": lead.id, "at": at + timedelta(hours=1), "actor": "", "what": what}
            unit.execute(insert(history), heard | {"data": {}})
            unit.commit()
        whole = {one.channel: one for one in report_of(room).messages if one.layer is None}
        assert (whole[Channel.SMS].answered.hits, whole[Channel.EMAIL].answered.hits) == (
            by_sms,
            by_mail,
        )
        assert {name: one.came_back.hits for name, one in whole.items()} == back


class TestWhatCameLongAfterItsLead:
    def test_is_told_apart_from_what_the_campaign_earned(self, room: Room):
        room.clock.now -= timedelta(days=91)
        room.lead(campaign="March")
        room.log(1, "sold", amount=Money(300 * SHEKEL, "ILS"))
        room.clock.forward(days=91)
        room.log(1, "sold", amount=Money(500 * SHEKEL, "ILS"))
        found = report_of(room)
        assert (found.total.revenue, found.total.later) == (Amount(), Amount(500 * SHEKEL))
        assert found.total.profit.value == 0
        assert "from earlier leads ₪500" in said(room)
