"""Tiers that a manager chooses (L1.3)."""

from dataclasses import replace

import pytest

from bot import learning
from bot.pins import pin_campaign, pin_lead, pinnable
from bot.undoing import undo
from rules.refusals import Refused
from rules.tiers import Basis
from rules.words import Tier
from tests.desk import MIRI, NOA, Room


class TestALeadsOwnTier:
    def test_counts_at_once_and_is_written_down(self, room: Room):
        lead = room.lead()
        done = pin_lead(room.desk, 1, Tier.A, by=MIRI)
        now = room.load(1)
        assert (now.tier, now.tier_pin, now.version) == (Tier.A, "A", lead.version + 1)
        assert now.score >= 2
        assert done.lead == now
        assert done.standing.grade.basis is Basis.PINNED
        assert room.history(1)[-1] == "tier_pinned"
        room.log(1, "noanswer")
        room.clock.forward(minutes=1)
        room.log(1, "busy")
        assert room.load(1).next_at == room.clock.now.replace(minute=1, hour=10)

    def test_stays_when_all_is_measured_again(self, room: Room):
        room.lead()
        pin_lead(room.desk, 1, Tier.D, by=MIRI)
        learning.learn(room.desk)
        assert room.load(1).tier is Tier.D

    def test_is_taken_back(self, room: Room):
        lead = room.lead()
        pin_lead(room.desk, 1, Tier.D, by=MIRI)
        pin_lead(room.desk, 1, None, by=MIRI)
        assert room.load(1) == replace(lead, version=lead.version + 2)
        assert room.history(1)[-1] == "tier_measured"

    def test_is_chosen_once_though_delivered_twice(self, room: Room):
        room.lead()
        for _ in range(2):
            pin_lead(room.desk, 1, Tier.D, by=MIRI, key="t1")
        pin_lead(room.desk, 1, Tier.D, by=MIRI)
        assert room.history(1).count("tier_pinned") == 1

    def test_survives_an_outcome_that_is_taken_back(self, room: Room):
        owner = room.lead().owner
        room.log(1, "noanswer")
        pin_lead(room.desk, 1, Tier.A, by=MIRI)
        undo(room.desk, by=owner)
        assert (room.load(1).tier, room.load(1).tier_pin) == (Tier.A, "A")

    def test_refreshes_its_cards(self, room: Room):
        room.lead()
        room.deliver()
        pin_lead(room.desk, 1, Tier.D, by=MIRI)
        room.deliver()
        assert "tier D" in room.outside.channel()[0].text


class TestACampaignsTier:
    def test_counts_at_once_for_its_leads_and_new_ones(self, room: Room):
        one = room.lead(campaign="March")
        other = room.lead(phone="052-234-5679", email="", campaign="April")
        done = pin_campaign(room.desk, 1, Tier.A, by=MIRI)
        assert done.lead.tier is Tier.A
        assert done.standing.of_campaign
        assert room.load(one.id).version == one.version
        assert room.load(other.id) == other
        new = room.lead(phone="052-234-5670", email="", campaign="March")
        assert new.tier is Tier.A
        assert room.desk.present.version == 1

    def test_counts_for_its_other_leads_by_the_clock(self, room: Room):
        room.lead(campaign="March")
        many = [room.lead(phone=f"052-234-51{n:02}", email="", campaign="March") for n in range(9)]
        pin_campaign(room.desk, 1, Tier.A, by=MIRI)
        assert [room.load(one.id) for one in many] == many
        assert learning.follow_playbook(room.desk)
        assert {room.load(one.id).tier for one in many} == {Tier.A}

    def test_leaves_a_leads_own(self, room: Room):
        room.lead(campaign="March")
        pin_lead(room.desk, 1, Tier.D, by=MIRI)
        done = pin_campaign(room.desk, 1, Tier.A, by=MIRI)
        assert done.lead.tier is Tier.D
        assert not done.standing.of_campaign

    def test_is_taken_back(self, room: Room):
        lead = room.lead(campaign="March")
        pin_campaign(room.desk, 1, Tier.A, by=MIRI)
        pin_campaign(room.desk, 1, None, by=MIRI)
        assert room.load(1) == lead


class TestChoosing:
    @pytest.mark.parametrize("choose", [pin_lead, pin_campaign])
    def test_is_a_managers(self, room: Room, choose):
        room.lead(campaign="March")
        with pytest.raises(Refused, match=r"tier\.managers_only"):
            choose(room.desk, 1, Tier.A, by=NOA)
        assert room.load(1).tier is Tier.B

    def test_is_of_a_lead_that_lives(self, room: Room):
        room.lead()
        assert pinnable(room.desk, 1, by=MIRI).id == 1
        room.log(1, "lost")
        with pytest.raises(Refused, match=r"lead\.closed"):
            pinnable(room.desk, 1, by=MIRI)
