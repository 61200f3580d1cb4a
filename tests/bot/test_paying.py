"""How accepted recommendations are scored: held against the other leads (L6.8)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot import deciding, paying, playbooks, recommending
from bot.deciding import mark
from bot.recommending import Told
from bot.texts import Words
from bot.views import recommendations as views
from bot.views.recommendation_lines import scored
from bot.views.recommendations import lines
from rules.holdout import is_left_out
from rules.proposal import Advice
from rules.recommending import State
from rules.scoring import Verdict
from rules.words import Kind
from storage.recommendations import Recommendation
from storage.tables import attempts, lead_sources, leads
from tests.bot.recommending_desk import FRIENDS, add, lived
from tests.desk import MIRI, FakeClock, Room, a_desk

BUY, TEXTS = Advice.BUY_MORE, Advice.TEXTS
WORDS = Words("en", ZoneInfo("Asia/Jerusalem"))
OTHERS = "search"


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock) as made:
        lived(made)
        yield made


def look(room: Room) -> Told:
    return recommending.told(room.desk, MIRI)


def accepted(room: Room, kind: Advice = BUY) -> Recommendation:
    one = next(one for one in recommending.make(room.desk).open if one.kind is kind)
    deciding.accept(room.desk, MIRI, one.id, marked=mark(one))
    recommending.make(room.desk)
    [kept] = look(room).accepted
    return kept


def some(room: Room, campaign: str, count: int, *, days: float, sold: int) -> None:
    """Add leads that came over ten days, up to so many days ago."""
    with room.desk.store.unit() as unit:
        for place in range(count):
            amount = sold + 100 * (place % 7) if sold else 0
            add(room, unit, campaign, days=days + 9 * place / count, sold=amount, kind=Kind.WARM)
        unit.commit()


def changed(room: Room, *, before: int, after: int, leads: int = 180) -> Recommendation:
    """Let what a lead buys for change with what was accepted, and how many there are.

    By the others' leads 60 were to be expected.
    """
    some(room, FRIENDS, 60, days=16, sold=before)
    some(room, OTHERS, 200, days=16, sold=20_000)
    room.clock.forward(days=20)
    some(room, FRIENDS, leads, days=10.5, sold=after)
    some(room, OTHERS, 200, days=10.5, sold=20_000)
    recommending.make(room.desk)
    return look(room).accepted[0]


class TestTheScore:
    def test_is_too_early_to_tell_in_the_beginning(self, room: Room):
        assert accepted(room).scored["verdict"] == Verdict.EARLY

    @pytest.mark.parametrize(
        ("before", "after", "verdict"),
        [
            (10_000, 50_000, Verdict.PAYS),
            (50_000, 50_000, Verdict.PAYS),
            (50_000, 1_000, Verdict.HARMS),
            (1_000, 1_000, Verdict.HARMS),
            (9_000, 5_000, Verdict.OPEN),
        ],
    )
    def test_of_buying_goes_by_what_leads_earn_since(
        self, room: Room, before: int, after: int, verdict: str
    ):
        accepted(room)
        one = changed(room, before=before, after=after)
        assert one.scored["verdict"] == verdict
        assert (one.scored["leads"], one.scored["others"]) == (180, 200)
        assert (one.scored["came"], one.scored["weekly"]) == (63, True)

    @pytest.mark.parametrize("after", [1_000, 50_000])
    def test_leaves_leads_that_all_campaigns_got_to_the_market(self, room: Room, after: int):
        accepted(room)
        one = changed(room, before=20_000, after=after, leads=60)
        assert one.scored["verdict"] == Verdict.OPEN
        assert not look(room).harmful

    def test_counts_sales_that_are_still_to_come(self, room: Room):
        one = accepted(room)
        changed(room, before=9_000, after=9_000)
        with room.desk.store.view() as view:
            found = [
                paying.scored(room.desk, view, one, now=room.clock.now, bought_by=part)
                for part in ([0.15] * 10 + [0.2], [0.05] * 10 + [0.2])
            ]
        assert (found[0]["verdict"], found[1]["verdict"]) == (Verdict.PAYS, Verdict.EARLY)
        assert found[0]["more"] > look(room).accepted[0].scored["more"]

    @pytest.mark.parametrize("came", [0, 20])
    def test_of_a_cut_to_few_leads_says_that_they_tell_nothing(self, room: Room, came: int):
        one = replace(accepted(room), kind=Advice.BUY_LESS)
        changed(room, before=9_000, after=0, leads=came)
        with room.desk.store.view() as view:
            known = paying.scored(room.desk, view, one, now=room.clock.now)
        assert (known["verdict"], known["leads"]) == (Verdict.FEW, came)
        said = scored(replace(one, scored=known), WORDS)
        assert f"{came} leads came since, too few to tell" in said

    def test_tells_a_single_lead_a_week_as_one(self, room: Room):
        one = accepted(room)
        said = scored(replace(one, scored={**one.scored, "came": 1.0, "came_before": 1.0}), WORDS)
        assert "one lead a week, 1 before" in said

    def test_has_nothing_to_say_without_other_leads(self, room: Room):
        accepted(room)
        some(room, FRIENDS, 60, days=16, sold=10_000)
        room.clock.forward(days=20)
        some(room, FRIENDS, 60, days=10.5, sold=50_000)
        recommending.make(room.desk)
        assert look(room).accepted[0].scored["verdict"] == Verdict.ALONE
        assert "not to be said" in " ".join(lines(look(room), WORDS))

    def test_is_of_the_profit_with_the_leads_price(self, room: Room):
        """They sell as before, and cost twelve times as much."""
        accepted(room)
        changed(room, before=9_000, after=9_000)
        newest = room.clock.now - timedelta(days=20)
        with room.desk.store.unit() as unit:
            dear = update(lead_sources).where(
                lead_sources.c.at > newest, lead_sources.c.campaign == FRIENDS
            )
            unit.execute(dear.values(cost_minor=60_000))
            unit.commit()
        recommending.make(room.desk)
        assert look(room).accepted[0].scored["verdict"] == Verdict.HARMS

    def test_waits_for_prices_that_come_late(self, room: Room):
        accepted(room)
        changed(room, before=9_000, after=50_000)
        newest = room.clock.now - timedelta(days=20)
        with room.desk.store.unit() as unit:
            late = update(lead_sources).where(lead_sources.c.at > newest)
            unit.execute(late.values(cost_minor=None))
            unit.commit()
        recommending.make(room.desk)
        assert look(room).accepted[0].scored["verdict"] == Verdict.UNKNOWN
        assert "prices of these leads are missing" in " ".join(lines(look(room), WORDS))

    def test_waits_for_the_rate_of_a_currency(self, room: Room):
        accepted(room)
        changed(room, before=9_000, after=50_000)
        with room.desk.store.unit() as unit:
            unit.execute(update(attempts).values(currency="USD"))
            unit.commit()
        recommending.make(room.desk)
        assert look(room).accepted[0].scored["verdict"] == Verdict.UNKNOWN

    def test_of_one_kind_is_held_against_the_other_kinds(self, room: Room):
        one = accepted(room, TEXTS)
        with room.desk.store.unit() as unit:
            unit.execute(update(leads).where(leads.c.campaign == FRIENDS).values(kind="referral"))
            unit.commit()
        asked = replace(one, kind=Advice.STRENGTH, subject="kind=referral")
        some(room, OTHERS, 200, days=40, sold=20_000)
        room.clock.forward(days=60)
        some(room, OTHERS, 200, days=31, sold=20_000)
        with room.desk.store.unit() as unit:
            for place in range(40):
                days, kind = 31 + place / 5, Kind.REFERRAL
                add(room, unit, FRIENDS, days=days, sold=20_000 + place, kind=kind)
            unit.commit()
        with room.desk.store.view() as view:
            found = paying.scored(room.desk, view, asked, now=room.clock.now)
        assert found["verdict"] in {Verdict.OPEN, Verdict.PAYS}
        assert found["others"] >= 200


class TestAHoldout:
    """The playbook leaves three leads of ten under the former rules."""

    @pytest.fixture
    def one(self, room: Room) -> Recommendation:
        book = room.desk.playbook
        asked = replace(book, counting=replace(book.counting, holdout=0.3))
        room.desk.present.base = room.desk.present.playbook = asked
        return accepted(room, TEXTS)

    def grow(self, room: Room, *, left: int, others: int) -> None:
        """Let leads come, of which those left out buy for so much, and the others for so much."""
        room.clock.forward(days=30)
        with room.desk.store.unit() as unit:
            for place in range(300):
                add(room, unit, OTHERS, days=16 + place / 40, sold=1, kind=Kind.WARM)
            theirs = select(leads.c.id).where(leads.c.campaign == OTHERS)
            for lead in unit.execute(theirs).scalars():
                worth = (left if is_left_out(lead, 0.3) else others) + 100 * (lead % 7)
                sold = update(attempts).where(attempts.c.lead_id == lead)
                unit.execute(sold.values(amount_minor=worth))
            unit.commit()
        recommending.make(room.desk)

    def test_is_written_with_the_change(self, room: Room, one: Recommendation):
        assert one.change == {"low_answer.mode": "on", "low_answer.left_out": 0.3}
        low = room.desk.playbook.low_answer
        assert (low.mode, low.left_out) == ("on", 0.3)

    def test_goes_with_the_change_when_that_is_undone(self, room: Room, one: Recommendation):
        deciding.undo(room.desk, MIRI, one.id)
        low = room.desk.playbook.low_answer
        assert (low.mode, low.left_out) == ("auto", 0.0)

    @pytest.mark.parametrize(
        ("left", "others", "verdict"),
        [
            (20_000, 30_000, Verdict.PAYS),
            (30_000, 20_000, Verdict.HARMS),
            (20_000, 20_000, Verdict.OPEN),
        ],
    )
    def test_is_what_it_is_held_against(
        self, room: Room, one: Recommendation, left: int, others: int, verdict: Verdict
    ):
        self.grow(room, left=left, others=others)
        [known] = look(room).accepted
        assert known.id == one.id
        assert (known.scored["verdict"], known.scored["held"]) == (verdict, True)
        assert known.scored["leads"] + known.scored["others"] == 300
        assert "under the former rules" in scored(known, WORDS)

    def test_that_somebody_changed_meanwhile_is_none(self, room: Room, one: Recommendation):
        playbooks.change(room.desk, MIRI, {"low_answer.left_out": 0.1})
        self.grow(room, left=20_000, others=30_000)
        [known] = look(room).accepted
        assert known.id == one.id
        assert not known.scored["held"]

    def test_is_told_before_and_after_it_is_accepted(self, room: Room, one: Recommendation):
        said = views.why(one, WORDS)
        assert "30% of the leads stay under the former rules" in str(said)
        done = deciding.Decision(one, deciding.accept(room.desk, MIRI, one.id, marked="").made)
        assert "30% of the leads stay under the former rules" in views.accepted(done, WORDS).text


class TestWhatHarms:
    def test_stands_first(self, room: Room):
        accepted(room)
        changed(room, before=50_000, after=0)
        assert "it does harm" in lines(look(room), WORDS)[0]

    def test_is_not_proposed_again_while_it_is_accepted(self, room: Room):
        one = accepted(room)
        changed(room, before=50_000, after=0)
        room.clock.forward(days=15)
        told = recommending.make(room.desk)
        assert [harm.id for harm in told.harmful] == [one.id]
        assert not [new for new in told.open if (new.kind, new.subject) == (BUY, FRIENDS)]

    def test_would_be_proposed_again_if_it_did_none(self, room: Room):
        accepted(room)
        changed(room, before=9_000, after=9_000)
        room.clock.forward(days=15)
        told = recommending.make(room.desk)
        assert [new for new in told.open if (new.kind, new.subject) == (BUY, FRIENDS)]


class TestTakenBackInThePlaybook:
    def test_ends_it(self, room: Room):
        accepted(room, TEXTS)
        playbooks.revert(room.desk, MIRI, 0)
        recommending.make(room.desk)
        assert look(room).accepted == []

    def test_is_undone_here(self, room: Room):
        one = accepted(room, TEXTS)
        playbooks.revert(room.desk, MIRI, 0)
        assert deciding.undo(room.desk, MIRI, one.id).one.state is State.UNDONE
