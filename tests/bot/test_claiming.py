"""Claiming a lead that waits: one winner, however fast, and the others hear who (C3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from bot import assign, leavers
from bot.claiming import claim_lead, tell_unclaimed
from bot.desk import Desk
from bot.optout_acts import opt_out
from bot.views.blocks import ActionId, Message
from rules.acts import OptOut
from rules.lead import Lead
from rules.pools import Pool, Route, Way
from rules.refusals import Refused
from rules.words import Step
from storage import reps
from storage.engine import make_engine
from storage.store import Store
from tests.desk import AVI, BOOK, DANA, MIRI, NOA, FakeClock, Room, a_desk

CLAIMED_FIRST = replace(
    BOOK,
    pools=(Pool("first", (NOA, AVI), Way.CLAIM), Pool("alone", (AVI,), Way.CLAIM)),
    routes=(
        Route("alone", "alone", ("campaign = solo",)),
        Route("all", "first"),
    ),
)


@pytest.fixture
def open_room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    """A desk where every lead is for the first who claims it."""
    with a_desk(tmp_path, clock, playbook=CLAIMED_FIRST) as made:
        yield made


def buttons(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row["elements"]]


def refused(room: Room, who: str, lead_id: int = 1, key: str = "") -> Refused:
    with pytest.raises(Refused) as caught:
        claim_lead(room.desk, lead_id, by=who, key=key)
    return caught.value


@contextmanager
def beside(room: Room, url: str) -> Iterator[Desk]:
    """Open the same database once more, as another process would."""
    store = Store(make_engine(url))
    try:
        yield replace(room.desk, store=store)
    finally:
        store.close()


def race(desks: list[Desk], lead_id: int = 1) -> list[Lead | Refused]:
    """Let the reps claim a lead at the same moment, each through a desk of their own."""
    start, found = Barrier(len(desks)), list[Any]()

    def press(desk: Desk, who: str) -> None:
        start.wait()
        try:
            found.append(claim_lead(desk, lead_id, by=who, key=f"press-{who}"))
        except Refused as lost:
            found.append(lost)

    both = [Thread(target=press, args=one) for one in zip(desks, (NOA, AVI), strict=True)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    return found


class TestALeadForTheFirstWhoClaimsIt:
    def test_waits_with_a_button_and_calls_its_pool(self, open_room: Room):
        lead = open_room.lead()
        assert (lead.owner, lead.next_what, lead.pool) == ("", Step.ASSIGN, "first")
        open_room.deliver()
        [card] = open_room.outside.channel()
        assert f"Waits for the first who claims it: <@{NOA}> <@{AVI}>" in card.text
        assert ActionId.CLAIM in buttons(card)
        assert "5678" not in card.text

    def test_is_the_claimers_with_its_card_and_called_now(self, open_room: Room):
        open_room.lead()
        open_room.clock.forward(minutes=3)
        claim_lead(open_room.desk, 1, by=AVI)
        lead = open_room.load(1)
        assert (lead.owner, lead.next_what, lead.next_at) == (AVI, Step.CALL, open_room.clock.now)
        assert (lead.pool, lead.clocked_at) == ("", open_room.clock.now)
        assert open_room.history(1)[-1] == "claimed"
        open_room.deliver()
        [card] = open_room.outside.dms(AVI)
        assert "052-234-5678" in card.text
        [post] = open_room.outside.channel()
        assert ActionId.CLAIM not in buttons(post)
        assert f"<@{AVI}>" in post.text

    def test_waits_on_where_nobody_claims_it(self, open_room: Room):
        open_room.lead()
        assert assign.assign_held(open_room.desk) == 0
        assert open_room.load(1).owner == ""

    def test_is_told_to_the_second_with_who_has_it_and_since_when(self, open_room: Room):
        open_room.lead()
        claim_lead(open_room.desk, 1, by=AVI)
        lost = refused(open_room, NOA)
        assert lost.key == "claim.lost"
        assert (lost.params["owner"], lost.params["when"]) == (AVI, open_room.clock.now)

    def test_is_claimed_once_though_its_winner_presses_twice(self, open_room: Room):
        open_room.lead()
        first = claim_lead(open_room.desk, 1, by=AVI, key="t1")
        assert claim_lead(open_room.desk, 1, by=AVI, key="t1") == first
        assert claim_lead(open_room.desk, 1, by=AVI, key="t2") == first
        assert open_room.history(1).count("claimed") == 1

    def test_is_only_for_its_pool_and_managers(self, open_room: Room):
        open_room.lead(campaign="solo")
        lost = refused(open_room, NOA)
        assert (lost.key, lost.params["pool"]) == ("claim.outsider", "alone")
        assert claim_lead(open_room.desk, 1, by=MIRI).owner == MIRI

    def test_is_not_for_who_left_slack(self, open_room: Room):
        open_room.lead()
        leavers.leave(open_room.desk, [AVI])
        assert refused(open_room, AVI).key == "team.outsider"
        assert claim_lead(open_room.desk, 1, by=NOA).owner == NOA

    def test_that_came_again_meanwhile_is_claimed_all_the_same(self, open_room: Room):
        open_room.lead()
        open_room.clock.forward(minutes=1)
        open_room.receive(**(DANA | {"note": "call me soon"}))
        assert claim_lead(open_room.desk, 1, by=NOA).owner == NOA
        assert "call me soon" in open_room.load(1).note

    def test_that_a_manager_gave_away_meanwhile_says_to_whom(self, open_room: Room):
        open_room.lead()
        assign.assign_lead(open_room.desk, 1, to=AVI, by=MIRI)
        assert refused(open_room, NOA).params["owner"] == AVI

    def test_that_was_closed_meanwhile_says_so(self, open_room: Room):
        open_room.lead()
        opt_out(open_room.desk, OptOut(1), by=MIRI)
        assert refused(open_room, NOA).key == "lead.closed"

    def test_of_an_old_click_that_slack_sends_again_is_not_taken_back(self, open_room: Room):
        open_room.lead()
        claim_lead(open_room.desk, 1, by=AVI, key="t1")
        assign.assign_lead(open_room.desk, 1, to=NOA, by=AVI)
        assert refused(open_room, AVI, key="t1").params["owner"] == NOA
        assert open_room.load(1).owner == NOA


class TestALeadThatNobodyClaims:
    """Claim mode hides nobody's waiting from the managers (C1)."""

    def test_is_told_to_the_managers_once_past_the_limit(self, open_room: Room):
        open_room.lead()
        open_room.clock.forward(minutes=29)
        assert tell_unclaimed(open_room.desk) == 0
        open_room.clock.forward(minutes=1)
        assert [tell_unclaimed(open_room.desk) for _ in range(3)] == [1, 0, 0]
        open_room.deliver()
        [told] = open_room.outside.dms(MIRI)
        assert "waits for somebody to claim it" in told.text
        assert buttons(told) == [ActionId.ASSIGN]

    def test_is_told_of_in_one_notice_among_many(self, open_room: Room):
        for n in range(5):
            open_room.lead(phone=f"052-234-{5000 + n}", email="")
        open_room.clock.forward(minutes=30)
        assert tell_unclaimed(open_room.desk) == 5
        open_room.deliver()
        [told] = open_room.outside.dms(MIRI)
        assert "5 leads wait" in told.text

    def test_is_nobodys_news_once_it_is_claimed(self, open_room: Room):
        open_room.lead()
        claim_lead(open_room.desk, 1, by=AVI)
        open_room.clock.forward(minutes=30)
        assert tell_unclaimed(open_room.desk) == 0

    def test_that_came_at_night_counts_from_calling_hours(self, open_room: Room):
        open_room.clock.set(2026, 11, 15, 22, 0)
        open_room.lead()
        open_room.clock.forward(hours=2)
        assert tell_unclaimed(open_room.desk) == 0
        open_room.clock.set(2026, 11, 16, 7, 30)  # half an hour into calling hours
        assert tell_unclaimed(open_room.desk) == 1

    def test_of_a_desk_without_such_a_pool_is_nothing(self, room: Room):
        assert tell_unclaimed(room.desk) == 0


class TestALeadThatWasHeld:
    def held(self, room: Room) -> None:
        with room.desk.store.unit() as unit:
            reps.set_state(unit, [NOA, AVI], "away")
            unit.commit()
        room.lead()

    def test_may_be_claimed_by_who_is_away(self, room: Room):
        self.held(room)
        assert claim_lead(room.desk, 1, by=NOA).owner == NOA

    def test_of_a_lead_in_the_queue_is_refused(self, room: Room):
        room.receive(**DANA)
        owner = room.load(1).owner
        assert refused(room, room.other(room.load(1))).params["owner"] == owner

    def test_is_refused_who_has_as_many_as_they_take(self, tmp_path: Path, clock: FakeClock):
        full = f'[[rep]]\nslack_id = "{NOA}"\nname = "Noa"\ncapacity = 0\n'
        with a_desk(tmp_path, clock, team=full) as room:
            room.lead()
            lost = refused(room, NOA)
            assert (lost.key, lost.params["n"]) == ("claim.full", 0)


class TestTwoWhoClickWithinMilliseconds:
    @pytest.mark.parametrize("turn", range(3))
    def test_have_exactly_one_winner(self, either_room: Room, database_url: str, turn: int):
        room = either_room
        room.desk.present.playbook = CLAIMED_FIRST
        room.lead()
        with beside(room, database_url) as other:
            desks = [room.desk, other]
            found = race(desks[:: -1 if turn % 2 else 1])
        [won] = [one for one in found if isinstance(one, Lead)]
        [lost] = [one for one in found if isinstance(one, Refused)]
        assert room.load(1).owner == won.owner
        assert (lost.key, lost.params["owner"]) == ("claim.lost", won.owner)
        assert room.history(1).count("claimed") == 1
        assert len(room.rows("post_owner_card")) == 1
