"""What rests after a decision: all that is decided on the same place, either way (L6.8, L6.9)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import deciding, recommending
from bot.deciding import mark
from rules.proposal import About, Advice, Proposal, Sign, subject_of
from rules.words import Tier
from tests.bot.recommending_desk import FACEBOOK, FRIENDS, lived
from tests.bot.test_paying import changed
from tests.desk import MIRI, FakeClock, Room, a_desk

MORE, LESS = Advice.BUY_MORE, Advice.BUY_LESS
BANNER = subject_of(FRIENDS, "blue")
FACTS = {"leads": 100, "profit": 100}


class Told:
    """A desk to which the figures say what a test wants them to."""

    def __init__(self, room: Room, patch: pytest.MonkeyPatch) -> None:
        self.room, self.found = room, tuple[Proposal, ...]()
        patch.setattr(recommending, "propose", lambda *_, **__: self.found)

    def says(self, *about: About) -> set[About]:
        """Let the figures say so, and give what is proposed."""
        self.found = tuple(self._one(kind, subject) for kind, subject in about)
        return {(one.kind, one.subject) for one in recommending.make(self.room.desk).open}

    def accepts(self, kind: Advice, subject: str) -> int:
        """Let a manager accept it; gives its number."""
        assert self.says((kind, subject))
        [one] = recommending.told(self.room.desk, MIRI).open
        deciding.accept(self.room.desk, MIRI, one.id, marked=mark(one))
        return one.id

    def _one(self, kind: Advice, subject: str) -> Proposal:
        change = None
        if kind in {Advice.MORE_ATTEMPTS, Advice.FEWER_ATTEMPTS}:
            slots = [str(one) for one in self.room.desk.playbook.plans[Tier(subject)]]
            change = {f"plan.{subject.lower()}": slots[:-1]}
        rest = (900, 800, 1000, 0.99, 100, Sign.CAMPAIGN_PROFIT)
        return Proposal(kind, subject, change, *rest, facts=FACTS)


@pytest.fixture
def figures(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with a_desk(tmp_path, clock) as room:
        lived(room)
        yield Told(room, monkeypatch)


class TestWhatIsBought:
    @pytest.mark.parametrize(("one", "other"), [(MORE, LESS), (LESS, MORE)])
    @pytest.mark.parametrize(
        ("decided", "rests"),
        [(FRIENDS, FRIENDS), (FRIENDS, BANNER), (BANNER, FRIENDS), (BANNER, BANNER)],
    )
    def test_more_of_last_week_is_not_proposed_for_less_and_the_reverse(
        self, figures: Told, one: Advice, other: Advice, decided: str, rests: str
    ):
        figures.accepts(one, decided)
        figures.room.clock.forward(days=7)
        assert figures.says((other, rests), (other, FACEBOOK)) == {(other, FACEBOOK)}
        figures.room.clock.forward(days=21)
        assert figures.says((other, rests)) == {(other, rests)}

    def test_holds_no_other_banner_back(self, figures: Told):
        figures.accepts(MORE, BANNER)
        other = LESS, subject_of(FRIENDS, "red")
        assert figures.says(other) == {other}

    def test_no_longer_holds_anything_back_once_it_is_taken_back(self, figures: Told):
        number = figures.accepts(MORE, FRIENDS)
        deciding.undo(figures.room.desk, MIRI, number)
        assert figures.says((LESS, FRIENDS), (MORE, FRIENDS)) == {(LESS, FRIENDS)}

    def test_and_does_harm_is_proposed_neither_way_while_it_is_accepted(self, figures: Told):
        figures.accepts(MORE, FRIENDS)
        changed(figures.room, before=50_000, after=0)
        figures.room.clock.forward(days=15)
        both = figures.says((LESS, FRIENDS), (LESS, BANNER), (MORE, FRIENDS), (LESS, FACEBOOK))
        assert both == {(LESS, FACEBOOK)}


class TestWhatWasRejected:
    def test_holds_back_the_same_way_alone(self, figures: Told):
        figures.says((MORE, FRIENDS))
        [one] = recommending.told(figures.room.desk, MIRI).open
        deciding.reject(figures.room.desk, MIRI, one.id)
        about = {(MORE, FRIENDS), (LESS, FRIENDS), (MORE, BANNER)}
        assert figures.says(*about) == about - {(MORE, FRIENDS)}


class TestAttempts:
    def test_of_one_tier_rest_both_ways(self, figures: Told):
        more, fewer = Advice.MORE_ATTEMPTS, Advice.FEWER_ATTEMPTS
        figures.accepts(more, Tier.C)
        figures.room.clock.forward(days=7)
        assert figures.says((fewer, Tier.C), (fewer, Tier.D)) == {(fewer, Tier.D)}
