"""Claiming a lead that waits: one winner, however fast, and the others hear who (C3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from bot import assign, claiming, leavers
from bot.claiming import claim_lead, claim_next, tell_unclaimed
from bot.delivery import FLOOD
from bot.desk import Desk
from bot.optout_acts import opt_out
from bot.passing import pass_lead
from bot.views.blocks import ActionId, Message
from rules.acts import OptOut
from rules.lead import Lead
from rules.pools import Pool, Route, Way
from rules.refusals import Refused
from rules.words import CALLS, Step
from storage import leads, reps
from storage.engine import make_engine
from storage.store import Store
from tests.desk import AVI, BOOK, DANA, MIRI, NOA, TEAM, FakeClock, Room, a_desk

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

    def test_is_not_claimed_again_by_a_click_that_comes_late(self, open_room: Room):
        open_room.lead()
        claim_lead(open_room.desk, 1, by=MIRI, key="t1")
        pass_lead(open_room.desk, 1, by=MIRI)
        assert refused(open_room, MIRI, key="t1").key == "button.stale"
        assert open_room.load(1).owner == ""

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


class TestWhatWaitsLongest:
    """Leads that have no card of their own are claimed one after the other (C3)."""

    def many(self, room: Room, count: int, **fields: str) -> None:
        for n in range(count):
            room.lead(phone=f"052-234-{5000 + n}", email="", **fields)

    def test_is_claimed_first(self, open_room: Room):
        self.many(open_room, 2)
        found = [claim_next(open_room.desk, by=who).id for who in (AVI, NOA)]
        assert found == [1, 2]
        assert [open_room.load(one).owner for one in (1, 2)] == [AVI, NOA]

    def test_is_of_the_persons_own_pools_and_of_all_for_a_manager(self, open_room: Room):
        open_room.lead(campaign="solo")
        with pytest.raises(Refused, match=r"claim\.none"):
            claim_next(open_room.desk, by=NOA)
        assert claim_next(open_room.desk, by=MIRI).owner == MIRI

    def test_that_others_claim_meanwhile_is_passed_by(
        self, open_room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        self.many(open_room, 2)

        def late(desk: Desk, lead_id: int, **asked: Any) -> Lead:
            claim_lead(desk, 1, by=AVI)
            return claim_lead(desk, lead_id, **asked)

        monkeypatch.setattr(claiming, "claim_lead", late)
        assert claim_next(open_room.desk, by=NOA).id == 2

    def test_of_one_click_that_slack_sends_twice_is_one(self, open_room: Room):
        self.many(open_room, 2)
        claim_next(open_room.desk, by=AVI, key="t1")
        with pytest.raises(Refused, match=r"button\.stale"):
            claim_next(open_room.desk, by=AVI, key="t1")
        assert open_room.load(2).owner == ""

    def test_is_none_where_nothing_waits_to_be_claimed(self, room: Room):
        room.lead()
        with pytest.raises(Refused, match=r"claim\.none"):
            claim_next(room.desk, by=NOA)

    def test_is_led_to_by_the_line_that_many_cards_become(self, open_room: Room):
        self.many(open_room, FLOOD + 1)
        open_room.deliver()
        [line] = open_room.outside.channel()
        assert "`/lead claim` takes the one that waits longest" in line.text
        assert buttons(line) == [ActionId.NEXT, ActionId.CLAIM]

    def test_is_not_spoken_of_where_no_pool_has_such_leads(self, room: Room):
        self.many(room, FLOOD + 1)
        room.deliver()
        [line] = room.outside.channel()
        assert "claim" not in line.text
        assert buttons(line) == [ActionId.NEXT]


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

    def test_keeps_no_button_in_the_notice_once_it_is_claimed(self, open_room: Room):
        open_room.lead()
        open_room.clock.forward(minutes=30)
        tell_unclaimed(open_room.desk)
        open_room.deliver()
        claim_lead(open_room.desk, 1, by=AVI)
        open_room.deliver()
        [told] = open_room.outside.dms(MIRI)
        assert buttons(told) == []
        assert f"<@{AVI}>" in told.text

    def test_that_was_passed_on_waits_from_then_on(self, open_room: Room):
        open_room.lead()
        claim_lead(open_room.desk, 1, by=AVI)
        open_room.clock.forward(minutes=40)
        pass_lead(open_room.desk, 1, by=AVI)
        open_room.clock.forward(minutes=29)
        assert tell_unclaimed(open_room.desk) == 0
        open_room.clock.forward(minutes=1)
        assert tell_unclaimed(open_room.desk) == 1

    def test_and_no_manager_assigns_is_told_to_them_again(self, room: Room):
        pools, routes = (Pool("vip", way=Way.BY_HAND),), (Route("all", "vip"),)
        room.desk.present.playbook = replace(BOOK, pools=pools, routes=routes)
        room.lead()
        room.clock.forward(minutes=30)
        assert [tell_unclaimed(room.desk) for _ in range(2)] == [1, 0]
        room.deliver()
        told = room.outside.dms(MIRI)[-1]
        assert "waits for a manager to choose its rep, longer than it should" in told.text
        assert buttons(told) == [ActionId.ASSIGN]
        for n in range(4):
            room.lead(phone=f"052-234-{5000 + n}", email="")
        room.clock.forward(minutes=30)
        tell_unclaimed(room.desk)
        room.deliver()
        assert "4 leads wait for a manager" in room.outside.dms(MIRI)[-1].text

    def test_is_told_of_in_one_notice_among_many(self, open_room: Room):
        for n in range(5):
            open_room.lead(phone=f"052-234-{5000 + n}", email="")
        open_room.clock.forward(minutes=30)
        assert tell_unclaimed(open_room.desk) == 5
        open_room.deliver()
        [told] = open_room.outside.dms(MIRI)
        assert "5 leads wait" in told.text

    def test_is_told_of_once_though_others_come_later(self, open_room: Room):
        open_room.lead()
        open_room.clock.forward(minutes=30)
        assert tell_unclaimed(open_room.desk) == 1
        open_room.lead(phone="052-234-5999", email="")
        open_room.clock.forward(minutes=30)
        assert tell_unclaimed(open_room.desk) == 1
        assert len(open_room.rows("tell_managers")) == 2

    def test_is_found_behind_however_many_that_wait_elsewhere(
        self, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(claiming, "AT_ONCE", 2)
        hand = Pool("hand", ("U01DAN",))
        route = Route("old", "hand", ("campaign = old",))
        book = replace(
            CLAIMED_FIRST,
            pools=(*CLAIMED_FIRST.pools, hand),
            routes=(route, *CLAIMED_FIRST.routes),
        )
        with a_desk(tmp_path, clock, playbook=book) as room:
            for n in range(8):
                campaign = "old" if n < 3 else ""
                room.lead(phone=f"052-234-{5000 + n}", email="", campaign=campaign)
            clock.forward(minutes=30)
            assert tell_unclaimed(room.desk) == 5

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


class TestALeadThatAManagerClaims:
    def test_of_the_mailing_list_is_called_now_and_gets_no_mail(self, room: Room):
        room.lead()
        with room.desk.store.unit() as unit:
            lead = leads.load(unit, 1)
            assert lead is not None
            later = room.clock.now + timedelta(days=9)
            parked = replace(lead, owner="", next_what=Step.MAILING_LIST, next_at=later)
            leads.save(unit, parked)
            unit.commit()
        taken = claim_lead(room.desk, 1, by=MIRI)
        assert (taken.next_what, taken.next_at) == (Step.CALL, room.clock.now)

    def test_and_that_asked_for_no_calls_keeps_its_place_on_the_list(self, room: Room):
        room.lead()
        later = room.clock.now + timedelta(days=9)
        with room.desk.store.unit() as unit:
            lead = leads.load(unit, 1)
            assert lead is not None
            listed = replace(lead, owner="", next_what=Step.MAILING_LIST, next_at=later)
            leads.save(unit, replace(listed, opted_out=(CALLS,)))
            unit.commit()
        taken = claim_lead(room.desk, 1, by=MIRI)
        assert (taken.next_what, taken.next_at) == (Step.MAILING_LIST, later)

    def test_of_its_own_that_is_closed_says_so(self, room: Room):
        owner = room.lead().owner
        room.log(1, "lost")
        assert refused(room, owner).key == "lead.closed"


class TestALeadThatWasHeld:
    def held(self, room: Room) -> None:
        with room.desk.store.unit() as unit:
            reps.set_state(unit, [NOA, AVI], "away")
            unit.commit()
        room.lead()

    def test_may_be_claimed_by_who_is_away(self, room: Room):
        self.held(room)
        assert claim_lead(room.desk, 1, by=NOA).owner == NOA

    def test_may_not_be_claimed_by_who_speaks_another_language(
        self, tmp_path: Path, clock: FakeClock
    ):
        hebrew = TEAM.replace('name = "Avi"', 'name = "Avi"\nlanguages = ["he"]')
        with a_desk(tmp_path, clock, team=hebrew, playbook=CLAIMED_FIRST) as room:
            room.lead(language="fr")
            room.lead(phone="052-234-5001", email="", language="he")
            assert refused(room, AVI).key == "claim.language"
            assert claim_next(room.desk, by=AVI).id == 2
            assert claim_lead(room.desk, 1, by=NOA).owner == NOA

    def test_may_not_be_claimed_back_by_who_passed_it_on(self, open_room: Room):
        open_room.lead()
        claim_lead(open_room.desk, 1, by=AVI)
        pass_lead(open_room.desk, 1, by=AVI)
        assert refused(open_room, AVI).key == "claim.had_it"
        with pytest.raises(Refused, match=r"claim\.none"):
            claim_next(open_room.desk, by=AVI)
        assert claim_lead(open_room.desk, 1, by=NOA).owner == NOA

    def test_may_not_be_claimed_past_the_pools_caps(self, open_room: Room):
        capped = replace(CLAIMED_FIRST.pools[0], per_hour=1)
        open_room.desk.present.playbook = replace(CLAIMED_FIRST, pools=(capped,))
        open_room.lead(campaign="x")
        open_room.lead(phone="052-234-5001", email="", campaign="x")
        claim_lead(open_room.desk, 1, by=AVI)
        lost = refused(open_room, AVI, 2)
        assert (lost.key, lost.params["n"]) == ("claim.cap_hour", 1)

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
