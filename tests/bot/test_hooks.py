"""Webhooks: what happens to leads is told to other systems, in order, and signed (C2)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import (
    api_changes,
    assign,
    audit,
    hooks,
    housekeeping,
    one_person,
    optout_acts,
    stages,
    undoing,
)
from bot.api import Caller
from bot.api_changes import Change
from bot.orders import DeliveryFailed, Hook, Order
from bot.texts import Words
from bot.views import audit as views
from rules.acts import OptOut
from rules.hooks import Webhook
from rules.refusals import Refused
from rules.words import Stage
from tests.desk import BOOK, MIRI, SUNDAY_MORNING, FakeClock, Room, a_desk

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CRM = Webhook("https://crm.example.com/hooks", SECRET, name="crm")
BOUGHT = Webhook("https://erp.example.com/hooks", SECRET, ("lead.stage",), "erp")
SINCE = SUNDAY_MORNING - timedelta(days=1)


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    book = replace(BOOK, webhooks=(CRM, BOUGHT))
    with a_desk(tmp_path, clock, playbook=book) as made:
        yield made


def bodies(room: Room, url: str = CRM.url) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in room.outside.of(Hook) if one.url == url]


def told(room: Room, url: str = CRM.url) -> list[str]:
    return [one["type"] for one in bodies(room, url)]


class TestWhatHappens:
    def test_to_a_new_lead_is_told_with_the_lead(self, room: Room):
        lead = room.lead()
        room.deliver()
        assert told(room) == ["lead.created", "lead.assigned"]
        created, assigned = bodies(room)
        assert created["timestamp"] == "2026-11-15T08:00:00+00:00"
        assert created["data"]["id"] == lead.id
        assert created["data"]["phone"]["e164"] == "+972522345678"
        assert assigned["data"]["event"]["owner"] == lead.owner

    def test_as_an_outcome_waits_until_it_can_not_be_taken_back(self, room: Room):
        lead = room.lead()
        room.log(lead.id, "noanswer")
        room.deliver()
        assert "lead.outcome" not in told(room)
        room.tick(seconds=31)
        outcome = bodies(room)[-1]
        assert outcome["type"] == "lead.outcome"
        assert outcome["data"]["event"]["outcome"] == "noanswer"
        assert outcome["data"]["event"]["by"] == lead.owner
        assert outcome["data"]["attempts"] == 1

    def test_and_is_taken_back_is_told_to_nobody(self, room: Room):
        lead = room.lead()
        room.log(lead.id, "lost")
        undoing.undo(room.desk, by=lead.owner)
        room.tick(minutes=5)
        assert told(room) == ["lead.created", "lead.assigned"]
        assert hooks.put_again(room.desk, since=SINCE, lead_id=lead.id) == 2

    def test_is_told_also_when_all_before_is_forgotten(self, room: Room):
        lead = room.lead()
        room.deliver()
        room.clock.forward(days=91)
        housekeeping.forget(room.desk)
        stages.move(room.desk, lead.id, Stage.SQL, by=MIRI)
        room.tick(minutes=1)
        assert told(room) == ["lead.created", "lead.assigned", "lead.stage"]

    def test_and_has_left_can_not_be_taken_back(self, room: Room):
        lead = room.lead()
        room.log(lead.id, "busy")
        room.tick(seconds=31)
        with pytest.raises(Refused, match=r"undo\.left"):
            undoing.undo(room.desk, by=lead.owner)

    def test_to_a_stage_an_owner_a_channel_is_told(self, room: Room):
        lead = room.lead()
        stages.move(room.desk, lead.id, Stage.SQL, by=MIRI)
        assign.assign_lead(room.desk, lead.id, to=room.other(lead), by=MIRI)
        optout_acts.opt_out(room.desk, OptOut(lead.id, ("sms",)), by=MIRI)
        room.receive(phone="052-234-5678", campaign="again")
        room.tick(minutes=1)
        assert told(room)[2:] == [
            "lead.stage",
            "lead.assigned",
            "lead.opted_out",
            "lead.merged",
        ]

    def test_to_two_leads_that_are_one_is_told_of_the_one_that_stands(self, room: Room):
        stays = room.lead()
        gone = room.lead(phone="052-234-5679", email="o@example.com")
        room.deliver()
        one_person.merge(room.desk, stays.id, gone.id, by=MIRI)
        room.tick(minutes=1)
        merged = next(one for one in bodies(room) if one["type"] == "lead.merged")
        assert (merged["data"]["id"], merged["data"]["event"]["merged"]) == (stays.id, gone.id)

    def test_reaches_only_who_asked_for_it(self, room: Room):
        lead = room.lead()
        stages.move(room.desk, lead.id, Stage.SQL, by=MIRI)
        room.tick(minutes=1)
        assert told(room, BOUGHT.url) == ["lead.stage"]

    def test_of_one_lead_arrives_in_its_order(self, room: Room):
        """A stage moved at once does not overtake an outcome that can be taken back."""
        lead = room.lead()
        room.deliver()
        room.log(lead.id, "noanswer")
        stages.move(room.desk, lead.id, Stage.SQL, by=MIRI)
        room.deliver()
        assert told(room)[2:] == []
        room.tick(seconds=31)
        room.tick(seconds=2)
        assert told(room)[2:] == ["lead.outcome", "lead.stage"]

    def test_by_a_systems_own_token_is_not_told_to_it(self, room: Room):
        lead = room.lead()
        room.deliver()
        by = Caller("crm", "api:crm")
        with audit.comes_from(by.origin):
            api_changes.change_lead(room.desk, lead.id, Change(stage=Stage.SQL), by=by)
        room.tick(minutes=1)
        assert told(room)[2:] == []
        assert told(room, BOUGHT.url) == ["lead.stage"]

    def test_costs_nothing_where_nobody_is_told(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            room.lead()
            assert room.rows("hook") == []
            assert hooks.put_again(room.desk, since=SINCE) == 0


class TestATarget:
    def trouble(self, room: Room, code: str, **more: Any) -> None:
        def fails(order: Order) -> DeliveryFailed | None:
            ours = isinstance(order, Hook) and order.url == CRM.url
            return DeliveryFailed(code, **more) if ours else None

        room.outside.trouble = fails

    def test_that_is_down_is_tried_again(self, room: Room):
        self.trouble(room, "hook_unreachable")
        room.lead()
        room.deliver()
        assert set(room.states("hook")) == {"waiting"}
        room.outside.trouble = lambda _: None
        room.tick(minutes=3)
        room.tick(minutes=3)
        assert told(room) == ["lead.created", "lead.assigned"]

    def test_has_the_same_id_at_every_try(self, room: Room):
        room.lead()
        room.deliver()
        first = [one.key for one in room.outside.of(Hook)]
        hooks.put_again(room.desk, since=SINCE)
        room.deliver()
        assert [one.key for one in room.outside.of(Hook)] == first * 2
        assert first[0].startswith("evt_")

    def test_that_fails_at_one_event_gets_those_of_other_leads(self, room: Room):
        broken = room.lead()

        def fails(order: Order) -> DeliveryFailed | None:
            hit = isinstance(order, Hook) and f'"id":{broken.id},'.encode() in order.body
            return DeliveryFailed("hook_500", alone=True) if hit else None

        room.outside.trouble = fails
        other = room.lead(phone="052-234-5679", email="o@example.com")
        room.deliver()
        assert {one["data"]["id"] for one in bodies(room)} == {other.id}

    def test_that_is_gone_is_told_nothing_more_and_managers_hear_of_it(self, room: Room):
        self.trouble(room, "hook_gone")
        lead = room.lead()
        room.deliver()
        room.outside.trouble = lambda _: None
        stages.move(room.desk, lead.id, Stage.SQL, by=MIRI)
        room.tick(minutes=1)
        assert told(room) == []
        assert [gone for _, _, gone in hooks.listed(room.desk)] == [True, False]
        (notice,) = room.outside.dms(MIRI)
        assert "crm: hook_gone" in notice.text

    def test_that_was_gone_is_told_again_when_asked(self, room: Room):
        self.trouble(room, "hook_gone")
        room.lead()
        room.deliver()
        room.outside.trouble = lambda _: None
        assert hooks.put_again(room.desk, since=SINCE, target="crm") == 2
        room.tick(seconds=1)
        assert told(room) == ["lead.created", "lead.assigned"]

    def test_that_left_the_playbook_is_told_nothing(self, room: Room):
        room.lead()
        room.desk.present.playbook = BOOK
        room.deliver()
        assert told(room) == []
        assert set(room.states("hook")) == {"cancelled"}


class TestPutAgain:
    @pytest.mark.parametrize(
        ("asked", "count"),
        [
            ({}, 4),
            ({"event": "lead.created"}, 2),
            ({"lead_id": 1}, 2),
            ({"target": "erp"}, 0),
            ({"target": "nobody"}, 0),
            ({"since": SUNDAY_MORNING + timedelta(hours=1)}, 0),
        ],
        ids=lambda one: str(one)[:30],
    )
    def test_means_those_that_are_asked_for(self, room: Room, asked: dict[str, Any], count: int):
        room.lead()
        room.lead(phone="052-234-5679", email="o@example.com")
        room.deliver()
        assert hooks.put_again(room.desk, **({"since": SINCE} | asked)) == count

    def test_reaches_a_target_that_came_later(self, room: Room):
        room.lead()
        room.deliver()
        late = Webhook("https://late.example.com/", SECRET, name="late")
        room.desk.present.playbook = replace(BOOK, webhooks=(late,))
        assert hooks.put_again(room.desk, since=SINCE) == 2
        room.deliver()
        assert told(room, late.url) == ["lead.created", "lead.assigned"]

    def test_is_not_for_what_happened_long_ago(self, room: Room):
        room.lead()
        room.deliver()
        room.clock.forward(days=91)
        housekeeping.forget(room.desk)
        assert hooks.put_again(room.desk, since=SINCE) == 0


class TestAProgram:
    def test_is_named_where_people_read_who_did_it(self, room: Room):
        lead = room.lead()
        by = Caller("crm", "api:crm")
        change = Change(stage=Stage.DISQUALIFIED, reason="spam")
        api_changes.change_lead(room.desk, lead.id, change, by=by)
        room.deliver()
        said = next(one for one in room.outside.dms(lead.owner) if "spam" in one.text)
        assert "crm" in said.text

    def test_is_named_in_the_audit_with_its_door(self, room: Room):
        lead = room.lead()
        by = Caller("crm", "api:crm")
        with audit.comes_from(by.origin):
            api_changes.change_lead(room.desk, lead.id, Change({"city": "Haifa"}), by=by)
        words = Words("en", room.desk.settings.zone, mrkdwn=False)
        last = views.listed(audit.listed(room.desk, lead.id), words).splitlines()[-1]
        assert "the web (crm)" in last
