"""Two leads of one person become one, and two again (C2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from bot import asks, near, one_person
from bot.asks import Ask
from bot.parting import unmerge
from rules.hooks import Webhook
from rules.lead import Lead
from rules.money import Money
from rules.refusals import Refused
from rules.words import CALLS, Importance, Kind, Stage, Step
from storage import leads, merges, optouts, people, reps
from storage.tables import (
    attempts,
    claims,
    crm_links,
    events,
    followups,
    given,
    lead_sources,
    messages,
    metadata,
    repairs,
    stages,
)
from storage.tables import leads as leads_table
from tests.bot.answering import answer, last_dm
from tests.desk import AVI, BOOK, MIRI, NOA, FakeClock, Room, a_desk

YOSSI = {"name": "Yossi Levi", "phone": "054-345-6789", "email": "yossi@example.com"}


def two(room: Room, **of_second: Any) -> tuple[Lead, Lead]:
    """Take in two leads that look like two people."""
    first = room.lead()
    second = room.lead(**(YOSSI | of_second))
    assert (first.id, second.id) == (1, 2)
    return first, second


def merge(room: Room, one: int = 1, other: int = 2, *, by: str = MIRI) -> one_person.Joined:
    return one_person.merge(room.desk, one, other, by=by)


def change(room: Room, lead_id: int, **values: Any) -> Lead:
    with room.desk.store.unit() as unit:
        before = leads.load(unit, lead_id)
        assert before is not None
        saved = leads.save(unit, replace(before, **values), before=before)
        unit.commit()
    return saved


@contextmanager
def refused(key: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.key == key


def rows(room: Room, table: Table) -> list[dict[str, Any]]:
    with room.desk.store.view() as view:
        return [dict(row) for row in view.execute(select(table)).mappings()]


class TestMergingTwoLeads:
    def test_keeps_the_older_whatever_was_typed_first(self, room: Room):
        two(room)
        done = merge(room, 2, 1)
        assert (done.lead.id, done.gone.id) == (1, 2)
        assert room.load(2).merged_into == 1

    def test_takes_the_other_out_of_everything(self, room: Room):
        two(room)
        merge(room)
        gone = room.load(2)
        assert not gone.living
        assert not gone.working
        assert (gone.owner, gone.next_what, gone.next_at) == ("", Step.NONE, None)

    def test_brings_every_source_with_its_cost(self, room: Room):
        two(room, cost="12", campaign="spring")
        merge(room)
        assert [one["campaign"] for one in room.sources(1)] == ["", "spring"]
        assert [one["cost_minor"] for one in room.sources(1)] == [None, 1200]
        assert room.sources(2) == []

    def test_keeps_both_of_two_sources_that_are_alike(self, room: Room):
        two(room)
        with room.desk.store.unit() as unit:
            unit.execute(lead_sources.update().values(fingerprint="same"))
            unit.commit()
        merge(room)
        assert len(room.sources(1)) == 2

    def test_brings_calls_and_history(self, room: Room):
        two(room)
        room.log(2, "noanswer")
        merge(room)
        assert "outcome" in room.history(1)
        assert [row["lead_id"] for row in rows(room, attempts)] == [1]
        assert room.history(2) == []

    def test_is_written_in_the_history_with_what_of_the_other_is_lost(self, room: Room):
        two(room)
        merge(room)
        with room.desk.store.view() as view:
            line = leads.lines(view, 1)[0]
        assert (line.what, line.actor, line.data["other"]) == ("joined", MIRI, 2)
        assert "054-345-6789" in line.data["note"]
        assert "yossi@example.com" in line.data["note"]

    def test_takes_the_hotter_kind_and_the_further_stage(self, room: Room):
        two(room, kind="referral", referrer="Gil")
        change(room, 2, stage=Stage.SQL, staged_at=room.clock.now)
        merge(room)
        lead = room.load(1)
        assert (lead.kind, lead.stage, lead.referrer) == (Kind.REFERRAL, Stage.SQL, "Gil")

    def test_sends_no_second_first_message(self, room: Room):
        two(room)
        room.log(2, "noanswer")
        room.clock.forward(minutes=5)
        room.deliver()
        sent = len(room.outside.sms) + len(room.outside.mails)
        merge(room)
        assert room.load(1).misses == 1
        room.clock.forward(minutes=1)
        room.log(1, "noanswer")
        room.clock.forward(minutes=5)
        room.deliver()
        assert len(room.outside.sms) + len(room.outside.mails) == sent

    def test_cancels_what_waited_for_the_other(self, room: Room):
        two(room)
        room.log(2, "noanswer")
        done = merge(room)
        assert done.cancelled == 2
        assert room.states("sms")[0] == "cancelled"

    def test_sends_no_second_sms_for_a_follow_up_that_was_missed(self, room: Room):
        two(room)
        due = room.clock.now + timedelta(hours=1)
        room.log(2, "followup", when=due, importance=Importance.LOW)
        room.clock.forward(hours=1)
        room.log(2, "noanswer")
        room.clock.forward(minutes=5)
        room.deliver()
        count = len(room.outside.sms)
        merge(room)
        keys = {row["once_key"] for row in room.rows("sms")}
        assert {one.replace(":2", ":1", 1) for one in keys if ":2" in one} <= keys
        assert count == len(room.outside.sms) > 0

    def test_fills_a_number_that_was_not_known_and_calls_it(self, room: Room):
        two(room)
        change(room, 1, phone_raw="", phone_e164="", phone_valid=False, next_what="wait_for_phone")
        change(room, 2, next_what=Step.MAILING_LIST, next_at=None)
        merge(room)
        lead = room.load(1)
        assert (lead.phone_e164, lead.next_what) == ("+972543456789", Step.CALL)

    def test_holds_what_either_has_closed(self, room: Room):
        two(room)
        with room.desk.store.unit() as unit:
            optouts.add(
                unit, "+972543456789", (CALLS,), at=room.clock.now, actor="", how="sms", lead_id=2
            )
            unit.commit()
        change(room, 2, opted_out=(CALLS,), next_what=Step.MAILING_LIST, next_at=None)
        merge(room)
        lead = room.load(1)
        assert lead.opted_out == (CALLS,)
        assert not lead.working

    def test_changes_the_others_card_in_place_without_buttons(self, room: Room):
        two(room)
        room.deliver()
        merge(room)
        room.deliver()
        card = room.outside.channel()[1]
        assert "#1" in card.text
        assert [block["type"] for block in card.blocks] == ["section"]
        assert len(room.outside.channel()[0].blocks) > 1

    def test_tells_who_held_the_other(self, room: Room):
        first, second = two(room)
        merge(room)
        room.deliver()
        told = [row["payload"] for row in room.rows("tell_stage")]
        assert {one["rep"] for one in told} == {first.owner, second.owner}

    def test_is_in_the_audit_of_both(self, room: Room):
        two(room)
        merge(room)
        with room.desk.store.view() as view:
            found = view.execute(select(metadata.tables["audit"])).mappings().all()
        acts = {(row["act"], row["subject"]) for row in found}
        assert {("join", "lead:1"), ("joined", "lead:2")} <= acts

    def test_is_told_to_other_systems_once(self, tmp_path: Path, clock: FakeClock):
        book = replace(BOOK, webhooks=(Webhook("https://example.com/hook", "whsec_c2VjcmV0"),))
        with a_desk(tmp_path, clock, playbook=book) as room:
            two(room)
            merge(room)
            found = [row for row in rows(room, events) if row["event"] == "lead.merged"]
            assert [(row["lead_id"], row["data"]) for row in found] == [(1, {"merged": 2})]

    def test_twice_by_the_same_click_is_refused(self, room: Room):
        two(room)
        one_person.merge(room.desk, 1, 2, by=MIRI, key="a")
        with refused("lead.merged"):
            one_person.merge(room.desk, 1, 2, by=MIRI, key="a")


class TestWhoHasAMergedLead:
    def test_is_who_reached_them_last(self, room: Room):
        two(room)
        change(room, 1, owner=NOA, reached_at=room.clock.now)
        change(room, 2, owner=AVI, reached_at=room.clock.now + timedelta(hours=1))
        done = merge(room)
        assert (done.lead.owner, done.why) == (AVI, "reached")

    def test_is_the_older_leads_owner_where_nobody_reached_them(self, room: Room):
        two(room)
        change(room, 1, owner=NOA)
        change(room, 2, owner=AVI)
        done = merge(room)
        assert (done.lead.owner, done.why) == (NOA, "older")

    def test_is_the_only_one_who_has_one(self, room: Room):
        two(room)
        change(room, 1, owner="", next_what=Step.ASSIGN)
        change(room, 2, owner=AVI)
        done = merge(room)
        assert (done.lead.owner, done.lead.next_what, done.why) == (AVI, Step.CALL, "only")

    def test_is_nobody_who_left_where_the_others_owner_is_here(self, room: Room):
        two(room)
        change(room, 1, owner=NOA)
        change(room, 2, owner=AVI, reached_at=room.clock.now)
        with room.desk.store.unit() as unit:
            reps.set_state(unit, [AVI], "paused")
            unit.commit()
        done = merge(room)
        assert (done.lead.owner, done.why) == (NOA, "only")


class TestTwoAgreedTimes:
    def agree(self, room: Room, lead_id: int, hours: int, importance: Importance) -> None:
        when = room.clock.now + timedelta(hours=hours)
        room.log(lead_id, "followup", when=when, importance=importance)

    def test_leave_the_hotter_with_the_leads_owner(self, room: Room):
        two(room)
        change(room, 1, owner=NOA)
        change(room, 2, owner=NOA)
        self.agree(room, 1, 1, Importance.LOW)
        self.agree(room, 2, 3, Importance.HIGH)
        done = merge(room)
        kept = room.followup(1)
        assert kept is not None
        assert (kept.importance, kept.rep) == (Importance.HIGH, done.lead.owner)
        assert done.ended == "one"
        assert (done.lead.next_what, done.lead.next_at) == (Step.FOLLOW_UP, kept.due_at)

    def test_leave_the_earlier_of_two_alike(self, room: Room):
        two(room)
        self.agree(room, 1, 3, Importance.LOW)
        self.agree(room, 2, 1, Importance.LOW)
        merge(room)
        kept = room.followup(1)
        assert kept is not None
        assert kept.due_at == room.clock.now + timedelta(hours=1)
        assert sorted(row["state"] for row in rows(room, followups)) == ["ended", "open"]

    def test_of_a_buyer_end(self, room: Room):
        two(room)
        room.log(1, "sold", amount=Money(1000, "ILS"))
        self.agree(room, 2, 1, Importance.HIGH)
        done = merge(room)
        assert room.followup(1) is None
        assert done.ended == "all"
        assert (done.lead.stage, done.lead.next_what) == (Stage.WON, Step.NONE)


class TestNobodyMayMerge:
    def test_who_does_not_have_both(self, room: Room):
        two(room)
        change(room, 1, owner=NOA)
        change(room, 2, owner=AVI)
        with refused("lead.of_another"):
            merge(room, by=NOA)

    def test_but_the_owner_of_both(self, room: Room):
        two(room)
        change(room, 1, owner=NOA)
        change(room, 2, owner=NOA)
        assert merge(room, by=NOA).lead.id == 1

    def test_a_lead_with_itself(self, room: Room):
        room.lead()
        with refused("merge.same"):
            merge(room, 1, 1)

    def test_what_became_another(self, room: Room):
        two(room)
        room.lead(name="Gil", phone="053-345-6789", email="gil@example.com")
        merge(room)
        with refused("lead.merged"):
            merge(room, 2, 3)


class TestALeadThatBecameAnother:
    @pytest.mark.parametrize("act", ["noanswer", "invalid", "lost"])
    def test_is_not_worked_but_pointed_on(self, room: Room, act: str):
        two(room)
        merge(room)
        with refused("lead.merged"):
            room.log(2, act, by=MIRI)

    def test_points_at_the_end_of_a_chain(self, room: Room):
        two(room)
        room.lead(name="Gil", phone="053-345-6789", email="gil@example.com")
        merge(room, 2, 3)
        merge(room, 1, 2)
        with pytest.raises(Refused) as caught:
            room.log(3, "noanswer", by=MIRI)
        assert caught.value.params["into"] == 1

    def test_takes_its_forms_to_the_one_that_stands(self, room: Room):
        two(room)
        merge(room)
        again = room.receive(**YOSSI, campaign="autumn")
        assert (again.status, again.lead_id) == ("merged", 1)

    def test_brings_nobody_back_by_a_form(self, room: Room):
        two(room)
        merge(room)
        room.receive(**YOSSI, campaign="autumn")
        assert not room.load(2).working

    def test_gives_its_vendors_id_the_first_answer(self, room: Room):
        two(room, external_id="v1")
        merge(room)
        again = room.receive(**YOSSI, external_id="v1")
        assert (again.status, again.lead_id) == ("created", 1)


class TestWhoeverWritesAsTheOther:
    """Two numbers and addresses are one person's now: each leads to the lead that stands."""

    def test_by_sms_is_heard_of_the_lead_that_stands(self, room: Room):
        two(room)
        merge(room)
        answer(room, "call me at four", sender="+972543456789")
        assert "call me at four" in last_dm(room, room.load(1).owner).text
        assert room.load(1).replied_at is not None
        assert room.load(2).replied_at is None

    def test_on_the_page_is_called_as_the_lead_that_stands(self, room: Room):
        two(room)
        merge(room)
        done = asks.carry_out(room.desk, 2, Ask())
        assert done is not None
        assert (done.id, room.load(2).working) == (1, False)

    def test_by_stop_closes_it_for_both_also_after_they_part(self, room: Room):
        two(room)
        merge(room)
        answer(room, "STOP", sender="+972543456789")
        assert "sms" in room.load(1).opted_out
        unmerge(room.desk, 2, by=MIRI)
        assert "sms" in room.load(2).opted_out


class TestPartingThemAgain:
    def test_puts_both_back(self, room: Room):
        two(room)
        before = room.load(1), room.load(2)
        merge(room)
        done = unmerge(room.desk, 2, by=MIRI)
        after = room.load(1), room.load(2)
        assert [replace(one, version=0) for one in after] == [
            replace(one, version=0) for one in before
        ]
        assert (done.lead.id, done.other.id, done.worked) == (1, 2, False)

    def test_can_be_asked_by_either(self, room: Room):
        two(room)
        merge(room)
        unmerge(room.desk, 1, by=MIRI)
        assert room.load(2).merged_into is None

    def test_leaves_what_happened_since_with_the_one_that_stood(self, room: Room):
        two(room)
        room.log(2, "noanswer")
        room.clock.forward(hours=1)
        merge(room)
        room.log(1, "noanswer")
        done = unmerge(room.desk, 2, by=MIRI)
        assert done.worked
        assert (room.load(1).attempts, room.load(2).attempts) == (1, 1)
        assert sorted(row["lead_id"] for row in rows(room, attempts)) == [1, 2]

    def test_opens_an_agreed_time_again(self, room: Room):
        two(room)
        when = room.clock.now + timedelta(hours=1)
        room.log(1, "followup", when=when, importance=Importance.LOW)
        room.log(2, "followup", when=when + timedelta(hours=1), importance=Importance.LOW)
        merge(room)
        unmerge(room.desk, 2, by=MIRI)
        agreed = room.followup(1), room.followup(2)
        assert [one.due_at - when for one in agreed if one] == [
            timedelta(0),
            timedelta(hours=1),
        ]

    def test_lets_its_messages_leave_after_all(self, room: Room):
        two(room)
        room.log(2, "noanswer")
        merge(room)
        unmerge(room.desk, 2, by=MIRI)
        room.clock.forward(minutes=2)
        room.deliver()
        assert len(room.outside.sms) == 1

    def test_gives_cards_their_buttons_back(self, room: Room):
        two(room)
        room.deliver()
        merge(room)
        room.deliver()
        unmerge(room.desk, 2, by=MIRI)
        room.deliver()
        assert len(room.outside.channel()[1].blocks) > 1

    def test_is_refused_where_nothing_was_merged(self, room: Room):
        room.lead()
        with refused("merge.none"):
            unmerge(room.desk, 1, by=MIRI)

    def test_is_refused_a_second_time(self, room: Room):
        two(room)
        merge(room)
        unmerge(room.desk, 2, by=MIRI)
        with refused("merge.none"):
            unmerge(room.desk, 2, by=MIRI)

    def test_is_refused_below_a_later_merge(self, room: Room):
        two(room)
        room.lead(name="Gil", phone="053-345-6789", email="gil@example.com")
        merge(room)
        merge(room, 1, 3)
        with refused("merge.later"):
            unmerge(room.desk, 2, by=MIRI)
        unmerge(room.desk, 3, by=MIRI)
        unmerge(room.desk, 2, by=MIRI)

    def test_is_refused_inside_another_merge(self, room: Room):
        two(room)
        room.lead(name="Gil", phone="053-345-6789", email="gil@example.com")
        merge(room, 2, 3)
        merge(room, 1, 2)
        with refused("merge.inside"):
            unmerge(room.desk, 3, by=MIRI)
        unmerge(room.desk, 2, by=MIRI)
        unmerge(room.desk, 3, by=MIRI)
        assert [room.load(one).merged_into for one in (1, 2, 3)] == [None, None, None]

    def test_is_not_for_a_rep_who_has_it_not(self, room: Room):
        two(room)
        change(room, 1, owner=NOA)
        change(room, 2, owner=NOA)
        merge(room)
        with refused("lead.of_another"):
            unmerge(room.desk, 2, by=AVI)

    def test_of_two_with_one_number_marks_it_as_shared(self, room: Room):
        two(room)
        change(room, 2, phone_e164="+972522345678")
        merge(room)
        assert unmerge(room.desk, 2, by=MIRI).shared
        with room.desk.store.view() as view:
            assert people.is_shared(view, "+972522345678")

    def test_is_never_asked_about_again(self, room: Room):
        near.look(room.desk)
        two(room, name="Dana Cohen", phone="052-234-5679")
        merge(room)
        unmerge(room.desk, 2, by=MIRI)
        room.clock.forward(minutes=1)
        assert near.look(room.desk) == 0


class TestEveryTableOfLeads:
    STAY = frozenset({"posts", "events", "merges", "likenesses"})
    """Where a message stands and what others were told is of the lead as it was then."""

    def test_is_moved_by_a_merge_or_named_here(self):
        hang = {
            table.name
            for table in metadata.tables.values()
            for column in table.columns
            for key in column.foreign_keys
            if key.column.table is leads_table
        }
        moved = {table.name for table in merges.CHILDREN} | {crm_links.name}
        assert hang == moved | self.STAY

    def test_loses_no_row(self, room: Room):
        two(room)
        now = room.clock.now
        of = {"lead_id": 2, "at": now}
        room.log(2, "noanswer")
        room.clock.forward(minutes=2)
        room.deliver()
        with room.desk.store.unit() as unit:
            unit.execute(repairs.insert().values(**of, raw="1", state="open"))
            unit.execute(crm_links.insert().values(**of, system="hubspot", remote_id="9"))
            unit.execute(stages.insert().values(**of, was="lead", stage="mql"))
            source = unit.execute(select(func.max(lead_sources.c.id))).scalar()
            claim = {"lead_id": 2, "source_id": source, "opened_at": now, "closes_at": now}
            unit.execute(claims.insert().values(**claim))
            unit.commit()
        tables = (*merges.CHILDREN, crm_links)
        before = {one.name: len(rows(room, one)) for one in tables}
        merge(room)
        after = {one.name: rows(room, one) for one in tables}
        before["history"] += 1
        assert {name: len(found) for name, found in after.items()} == before
        assert [row for found in after.values() for row in found if row["lead_id"] == 2] == []
        assert {messages.name, given.name, claims.name, repairs.name} <= {
            name for name, found in after.items() if found
        }
