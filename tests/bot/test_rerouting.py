"""Leads that wait for an owner go where the playbook sends them now (C3)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import rerouting
from bot.assign import assign_held
from bot.claiming import claim_lead
from bot.rerouting import reroute_held
from rules.playbook import Playbook
from rules.pools import Pool, Route, Way
from rules.words import Step, Tier
from storage import leads, reps
from storage.tables import leads as table
from tests.desk import AVI, BOOK, NOA, FakeClock, Room, a_desk

HAND, CLAIMS = Pool("hand", way=Way.BY_HAND), Pool("claims", way=Way.CLAIM)
NORTH = Pool("north", (AVI,))


def book(pool: Pool, *when: str) -> Playbook:
    """Give a playbook that sends every lead, or those of which this holds, to a pool."""
    pools = (HAND, CLAIMS, NORTH)
    known = tuple(pool if one.name == pool.name else one for one in pools)
    return replace(BOOK, pools=known, routes=(Route("all", pool.name, when),))


@pytest.fixture
def claimed(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, playbook=book(CLAIMS)) as room:
        yield room


def many(room: Room, count: int) -> list[int]:
    return [room.lead(phone=f"052-234-{5000 + n}", email="").id for n in range(count)]


def pools(room: Room, *ids: int) -> list[str]:
    return [room.load(one).pool for one in ids]


def told(room: Room) -> list[str]:
    return [str(row["payload"]["notice"]) for row in room.rows("tell_managers")]


def away(room: Room, *slack_ids: str) -> None:
    with room.desk.store.unit() as unit:
        reps.set_state(unit, slack_ids, "away")
        unit.commit()


class TestAWaitingLead:
    def test_stays_where_its_route_leads(self, claimed: Room):
        lead = claimed.lead()
        assert reroute_held(claimed.desk) == 0
        assert claimed.load(lead.id) == lead

    def test_goes_by_hand_and_managers_know(self, claimed: Room):
        lead = claimed.lead()
        claimed.desk.present.playbook = book(HAND)
        assert reroute_held(claimed.desk) == 1
        assert (claimed.load(lead.id).pool, claimed.history(lead.id)[-1]) == (
            "hand",
            "held_by_hand",
        )
        assert told(claimed) == ["by_hand"]
        assert reroute_held(claimed.desk) == 0

    def test_is_given_at_once_where_somebody_is_free(self, claimed: Room):
        lead = claimed.lead()
        claimed.desk.present.playbook = book(NORTH)
        assert reroute_held(claimed.desk) == 1
        owned = claimed.load(lead.id)
        assert (owned.owner, owned.next_what, owned.pool) == (AVI, Step.CALL, "")
        claimed.deliver()
        assert len(claimed.outside.dms(AVI)) == 1
        assert f"<@{AVI}>" in claimed.outside.channel()[0].text

    def test_waits_with_a_word_to_managers_where_nobody_is_free(self, claimed: Room):
        lead = claimed.lead()
        away(claimed, AVI)
        claimed.desk.present.playbook = book(NORTH)
        assert reroute_held(claimed.desk) == 1
        assert (claimed.load(lead.id).pool, told(claimed)) == ("north", ["unassigned"])

    def test_is_anybody_s_again_where_no_route_fits(self, claimed: Room):
        lead = claimed.lead()
        away(claimed, AVI, NOA)
        claimed.desk.present.playbook = BOOK
        reroute_held(claimed.desk)
        waits = claimed.load(lead.id)
        assert (waits.pool, waits.next_at) == ("", claimed.clock.now)

    def test_moves_when_its_grade_leads_elsewhere(self, tmp_path: Path, clock: FakeClock):
        with a_desk(tmp_path, clock, playbook=book(HAND, "tier in A, B, C, D")) as room:
            lead = room.lead()
            other = Tier.A if lead.tier is not Tier.A else Tier.B
            room.desk.present.playbook = book(HAND, f"tier = {lead.tier}")
            assert reroute_held(room.desk) == 0
            with room.desk.store.unit() as unit:
                unit.execute(update(table).where(table.c.id == lead.id).values(tier=other))
                unit.commit()
            assert reroute_held(room.desk) == 1
            assert room.load(lead.id).owner != ""

    @pytest.mark.parametrize(("way", "notices"), [(Way.BY_HAND, ["by_hand"]), (Way.ROTATION, [])])
    def test_is_placed_anew_when_its_pool_s_way_changes(
        self, claimed: Room, way: Way, notices: list[str]
    ):
        lead = claimed.lead()
        reroute_held(claimed.desk)
        claimed.desk.present.playbook = book(replace(CLAIMS, way=way))
        assert reroute_held(claimed.desk) == 1
        assert told(claimed) == notices
        assert bool(claimed.load(lead.id).owner) is (way is Way.ROTATION)
        assert reroute_held(claimed.desk) == 0

    def test_of_which_many_move_is_told_in_one_notice(self, claimed: Room):
        ids = many(claimed, rerouting.MANY + 1)
        claimed.desk.present.playbook = book(HAND)
        assert reroute_held(claimed.desk) == len(ids)
        assert told(claimed) == ["rerouted_many"]
        claimed.deliver()
        [notice] = claimed.outside.dms("U01MIRI")
        assert "4 leads wait elsewhere" in notice.text

    def test_is_reached_in_rounds_however_many_wait(
        self, claimed: Room, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(rerouting, "AT_ONCE", 2)
        ids = many(claimed, 5)
        reroute_held(claimed.desk)
        claimed.desk.present.playbook = book(replace(CLAIMS, way=Way.BY_HAND))
        assert [reroute_held(claimed.desk) for _ in range(4)] == [2, 2, 1, 0]
        claimed.desk.present.playbook = book(HAND)
        assert sum(reroute_held(claimed.desk) for _ in range(4)) == 5
        assert pools(claimed, *ids) == ["hand"] * 5

    def test_that_somebody_claims_meanwhile_stays_theirs(
        self, claimed: Room, monkeypatch: pytest.MonkeyPatch
    ):
        lead = claimed.lead()
        found = leads.held

        def claimed_after(*args: object, **more: object) -> object:
            waiting = found(*args, **more)  # type: ignore[arg-type]  # as it is called
            claim_lead(claimed.desk, lead.id, by=NOA)
            return waiting

        monkeypatch.setattr(leads, "held", claimed_after)
        claimed.desk.present.playbook = book(HAND)
        assert reroute_held(claimed.desk) == 0
        assert claimed.load(lead.id).owner == NOA

    def test_and_those_given_out_are_never_moved_twice(self, claimed: Room):
        lead = claimed.lead()
        claimed.desk.present.playbook = book(NORTH)
        reroute_held(claimed.desk)
        assert assign_held(claimed.desk) == 0
        assert claimed.history(lead.id).count("assigned") == 1
