"""What the desk learns: closing rates at night, hours, the answer rate (L1.3, L2.5, L6.1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from bot import learning
from rules.answering import HourRate
from rules.lead import Lead
from rules.playbook import Campaign, LowAnswer
from rules.refusals import Refused
from rules.tiers import Basis, Grade, Group, TierRules
from rules.words import Kind, Stage, Tier
from storage import kept, measures
from storage.tables import attempts, leads
from storage.unit import Unit
from tests.bot.steps import overtake
from tests.desk import BOOK, DANA, MIRI, NOA, FakeClock, Room, a_desk

MARCH = Group("March", Kind.WARM, "")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def past(room: Room, count: int, closed: int, *, campaign: str = "", kind: str = "warm") -> None:
    """Write leads of two months ago into the tables, so many of them sold."""
    model = room.lead(phone="052-234-5000", email="model@example.com")
    with room.desk.store.unit() as unit:
        [row] = unit.execute(select(leads).where(leads.c.id == model.id)).mappings()
        old = {**row, "received_at": room.clock.now - 60 * DAY, "phone_e164": "", "email_key": ""}
        del old["id"]
        old |= {"campaign": campaign, "kind": kind, "working": False}
        made = [
            old | {"stage": Stage.WON if number < closed else Stage.LOST} for number in range(count)
        ]
        unit.execute(insert(leads), made)
        unit.commit()


def called(room: Room, answered: int, count: int) -> None:
    """Write calls into the tables, of which so many were answered, the newest last."""
    lead = room.lead(phone="052-234-5111", email="called@example.com")
    room.log(lead.id, "noanswer")
    with room.desk.store.unit() as unit:
        row = dict(unit.execute(select(attempts).limit(1)).mappings().one())
        del row["id"]
        unit.execute(
            insert(attempts), [row | {"answered": number < answered} for number in range(count)]
        )
        unit.commit()


def with_playbook(room: Room, **changes: Any) -> None:
    room.desk.present.playbook = replace(room.desk.playbook, **changes)


class TestATierThatWasMeasured:
    def test_is_the_leads_at_once(self, room: Room):
        lead = room.lead(campaign="March")
        assert (lead.tier, lead.score) == (Tier.B, 1.0)
        past(room, 400, 160, campaign="March")
        past(room, 2000, 200, campaign="April")
        learning.learn(room.desk)
        now = room.load(lead.id)
        assert now.tier is Tier.A
        assert now.score > 2
        assert now == replace(lead, tier=now.tier, score=now.score)

    def test_is_a_new_leads_from_its_first_moment(self, room: Room):
        past(room, 400, 160, campaign="March")
        past(room, 2000, 200, campaign="April")
        learning.learn(room.desk)
        assert room.lead(campaign="March").tier is Tier.A

    def test_is_not_made_by_ten_leads(self, room: Room):
        lead = room.lead(campaign="March")
        past(room, 1000, 200, campaign="April")
        learning.learn(room.desk)
        before = room.load(lead.id)
        past(room, 10, 10, campaign="March")
        learning.learn(room.desk)
        assert room.load(lead.id).tier is before.tier is Tier.B
        assert MARCH not in room.desk.present.grades.groups

    def test_touches_only_what_differs(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        own, other = room.lead(campaign="March"), room.lead(phone="052-234-5679", email="")
        gone = room.lead(phone="052-234-5680", email="", campaign="March")
        room.log(gone.id, "lost")
        before = room.load(gone.id)
        past(room, 400, 160, campaign="March")
        past(room, 2000, 200, campaign="April")
        learning.learn(room.desk)
        touched: list[int] = []
        with room.desk.store.unit() as unit:
            unit.execute(update(leads).where(leads.c.id == other.id).values(score=9.0))
            unit.commit()

        def noted(unit: Unit, lead_ids: Sequence[int], grade: Grade) -> None:
            touched.extend(lead_ids)
            regrade(unit, lead_ids, grade)

        regrade = measures.regrade
        monkeypatch.setattr(measures, "regrade", noted)
        learning.learn(room.desk)
        assert touched == [other.id]
        assert room.load(own.id).tier is Tier.A
        assert room.load(gone.id) == before

    def test_outlives_a_restart(self, room: Room, tmp_path: Path, clock: FakeClock):
        past(room, 400, 160, campaign="March")
        past(room, 2000, 200, campaign="April")
        called(room, 30, 60)
        learning.learn(room.desk)
        with a_desk(tmp_path, clock) as again:
            learning.recall(again.desk)
            assert again.desk.present.grades == room.desk.present.grades
            assert again.desk.present.hours == {Kind.WARM: {10: HourRate(61, 30)}}


class TestATierThatFollowsThePlaybook:
    def test_changes_with_its_thresholds(self, room: Room):
        lead = room.lead(campaign="March")
        assert learning.follow_playbook(room.desk)
        with_playbook(room, tiers=TierRules(a=1.0, b=0.8, c=0.5))
        assert learning.follow_playbook(room.desk)
        assert room.load(lead.id).tier is Tier.A
        assert not learning.follow_playbook(room.desk)

    def test_changes_with_a_pinned_campaign_and_back(self, room: Room):
        lead, other = room.lead(campaign="March"), room.lead(phone="052-234-5679", email="")
        with_playbook(room, campaigns=(Campaign("March", tier=Tier.D),))
        assert learning.follow_playbook(room.desk)
        assert room.load(lead.id).tier is Tier.D
        assert room.load(other.id).tier is Tier.B
        with_playbook(room, campaigns=())
        assert learning.follow_playbook(room.desk)
        assert room.load(lead.id) == lead

    def test_is_looked_up_again_when_a_lead_comes_back(self, room: Room):
        lead = room.lead(campaign="March")
        room.log(lead.id, "lost")
        with_playbook(room, campaigns=(Campaign("March", tier=Tier.A),))
        assert learning.follow_playbook(room.desk)
        assert room.load(lead.id).tier is Tier.B
        room.receive(**DANA)
        back = room.load(lead.id)
        assert (back.stage, back.tier) == (Stage.LEAD, Tier.A)
        assert back.score >= 2

    def test_stays_where_something_else_changed(self, room: Room):
        learning.follow_playbook(room.desk)
        with_playbook(room, nag_manager=99)
        assert not learning.follow_playbook(room.desk)

    def test_is_put_right_after_a_restart_in_between(
        self, room: Room, tmp_path: Path, clock: FakeClock
    ):
        lead = room.lead()
        learning.learn(room.desk)
        pinned = replace(BOOK, tiers=TierRules(a=1.0, b=0.8, c=0.5))
        with a_desk(tmp_path, clock, playbook=pinned) as again:
            learning.recall(again.desk)
            assert learning.follow_playbook(again.desk)
            assert again.load(lead.id).tier is Tier.A


class TestEveryNight:
    def test_begins_with_what_was_never_measured(self, room: Room):
        assert learning.learn_nightly(room.desk)
        assert not learning.learn_nightly(room.desk)

    def test_is_once_after_three_oclock_of_the_team(self, room: Room):
        learning.learn_nightly(room.desk)
        room.clock.set(2026, 11, 16, 0, 59)
        assert not learning.learn_nightly(room.desk)
        room.clock.set(2026, 11, 16, 1, 0)
        assert learning.learn_nightly(room.desk)
        room.clock.forward(hours=23)
        assert not learning.learn_nightly(room.desk)

    def test_is_made_up_for_once_after_a_standstill(self, room: Room):
        learning.learn_nightly(room.desk)
        room.clock.forward(days=9)
        assert learning.learn_nightly(room.desk)
        assert not learning.learn_nightly(room.desk)

    @pytest.mark.parametrize(
        ("zone", "day", "nights"),
        [
            ("Asia/Jerusalem", datetime(2027, 3, 26, tzinfo=UTC), 3),
            ("Asia/Jerusalem", datetime(2026, 10, 25, tzinfo=UTC), 3),
            ("Europe/Helsinki", datetime(2027, 3, 28, tzinfo=UTC), 3),
            ("Europe/Helsinki", datetime(2026, 10, 25, tzinfo=UTC), 3),
            ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC), 3),
            ("Asia/Kolkata", datetime(2026, 11, 1, tzinfo=UTC), 3),
        ],
    )
    def test_comes_once_a_day_also_when_clocks_change(
        self, tmp_path: Path, zone: str, day: datetime, nights: int
    ):
        clock = FakeClock(day.replace(tzinfo=UTC) - DAY + 12 * HOUR)
        with a_desk(tmp_path, clock, TIMEZONE=zone) as room:
            learning.learn_nightly(room.desk)
            learned = []
            for _ in range(3 * 24 * 2):
                clock.forward(minutes=30)
                if learning.learn_nightly(room.desk):
                    learned.append(clock.now.astimezone(ZoneInfo(zone)))
        assert len(learned) == nights
        assert len({at.date() for at in learned}) == nights
        assert {at.hour for at in learned} <= {3, 4}


class TestTwoAtOnce:
    def test_never_put_older_measures_in_place(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        past(room, 100, 25)
        overtake(
            room.desk.present,
            monkeypatch,
            slow=lambda: learning.recall(room.desk),
            after=(measures, "kept_cells"),
            quick=lambda: learning.learn(room.desk),
        )
        assert room.desk.present.grades.mean == pytest.approx(0.25)

    def test_never_take_back_the_low_answer_mode(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        called(room, 0, 200)
        overtake(
            room.desk.present,
            monkeypatch,
            slow=lambda: learning.recall(room.desk),
            after=(kept, "get"),
            quick=lambda: learning.watch_answers(room.desk),
        )
        assert is_on(room)


class TestMeasuringNow:
    def test_is_a_managers(self, room: Room):
        past(room, 100, 25)
        assert learning.learn_now(room.desk, by=MIRI).mean == pytest.approx(0.25)
        with pytest.raises(Refused, match=r"tier\.managers_only"):
            learning.learn_now(room.desk, by=NOA)

    def test_is_done_for_one_at_a_time(self, room: Room, monkeypatch: pytest.MonkeyPatch):
        refused: list[str] = []

        def count(*given: Any, **named: Any) -> Any:
            with pytest.raises(Refused) as raised:
                learning.learn_now(room.desk, by=MIRI)
            refused.append(raised.value.key)
            return real(*given, **named)

        real = measures.count_cells
        monkeypatch.setattr(measures, "count_cells", count)
        learning.learn_now(room.desk, by=MIRI)
        assert refused == ["tier.measuring"]
        monkeypatch.setattr(measures, "count_cells", real)
        learning.learn_now(room.desk, by=MIRI)

    def test_says_what_each_kind_has_earned(self, room: Room):
        past(room, 500, 50)
        past(room, 500, 200, kind="referral")
        grades = learning.learn_now(room.desk, by=MIRI)
        assert grades.kinds[Kind.REFERRAL].basis is Basis.KIND
        assert grades.kinds[Kind.COLD].basis is Basis.DEFAULT
        assert grades.kinds[Kind.REFERRAL].score > grades.kinds[Kind.WARM].score


def is_on(room: Room) -> bool:
    return room.desk.writing.low_answer


def notices(room: Room) -> list[str]:
    """Give what managers were told of the answer rate, in words."""
    room.deliver()
    return [one.text for one in room.outside.dms(MIRI) if "answered" in one.text]


class TestLowAnswerModeL25:
    def test_begins_and_ends_with_one_notice_each(self, room: Room):
        called(room, 0, 199)
        assert learning.watch_answers(room.desk)
        assert is_on(room)
        assert not learning.watch_answers(room.desk)
        [on] = notices(room)
        assert "0% of the newest 200" in on
        called(room, 100, 200)
        assert learning.watch_answers(room.desk)
        assert not is_on(room)
        assert "50% of the newest 200" in notices(room)[-1]
        assert len(notices(room)) == 2

    def test_is_told_again_when_it_comes_again(self, room: Room):
        for answered in (0, 200, 0):
            room.clock.forward(minutes=1)
            called(room, answered, 200)
            assert learning.watch_answers(room.desk)
        assert len(notices(room)) == 3

    def test_needs_the_full_number_of_calls(self, room: Room):
        called(room, 0, 198)
        assert not learning.watch_answers(room.desk)

    def test_is_nobody_told_of_where_it_is_forced(self, room: Room):
        with_playbook(room, low_answer=LowAnswer(mode="off"))
        called(room, 0, 200)
        assert learning.watch_answers(room.desk)
        assert not is_on(room)
        assert notices(room) == []

    def test_outlives_a_restart(self, room: Room, tmp_path: Path, clock: FakeClock):
        called(room, 0, 200)
        learning.watch_answers(room.desk)
        with a_desk(tmp_path, clock) as again:
            learning.recall(again.desk)
            assert is_on(again)

    def test_leaves_sms_to_high_tiers(self, room: Room):
        called(room, 0, 200)
        learning.watch_answers(room.desk)
        cold_group = room.lead(phone="052-234-5679", email="", campaign="May")
        sms = len(room.rows("sms"))
        room.log(cold_group.id, "noanswer")
        assert len(room.rows("sms")) == sms + 1
        low = room.lead(phone="052-234-5680", email="", campaign="May")
        with_playbook(room, campaigns=(Campaign("May", tier=Tier.C),))
        learning.follow_playbook(room.desk)
        room.log(low.id, "noanswer")
        assert len(room.rows("sms")) == sms + 1


def hours_of(lead: Lead, room: Room) -> Any:
    return room.desk.present.hours[lead.kind]


class TestTheHoursThatAnswer:
    def test_are_by_the_customers_own_clock(self, room: Room):
        abroad = room.lead(phone="+1 212 555 0123", email="ny@example.com")
        room.clock.set(2026, 11, 16, 15, 0)
        room.log(abroad.id, "notnow")
        learning.learn(room.desk)
        assert hours_of(abroad, room) == {10: HourRate(1, 1)}
