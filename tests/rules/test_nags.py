"""Reminders of a high-importance follow-up (L4.3)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.effects import NudgeRep, RetireNudge, TellManagers
from rules.nags import nag, reopened, snooze
from rules.playbook import Playbook
from rules.words import Importance
from tests.rules.builders import NOW, PLAYBOOK, followup

ROUNDS = st.lists(st.integers(0, 300), min_size=2, max_size=7, unique=True).map(sorted)


def minutes(count):
    return timedelta(minutes=count)


def ignored(agreed, playbook, *, late=timedelta(0)):
    """Give what happens at each nag of a follow-up that nobody looks at, and when."""
    story: list[object] = []
    while agreed.nag_at is not None and len(story) < 20:
        now = agreed.nag_at + late
        step = nag(agreed, now=now, playbook=playbook)
        story.append((now - agreed.due_at, step.effects))
        agreed = step.followup
    return story


class TestAFollowUpThatIsIgnoredL43:
    def test_nags_at_due_and_after_ten_minutes_and_tells_the_manager_after_twenty(self):
        due = NOW.isoformat()
        assert ignored(followup(), PLAYBOOK) == [
            (minutes(0), (NudgeRep(3, 7, "UDANA", due, 1),)),
            (minutes(10), (RetireNudge(3, 7), NudgeRep(3, 7, "UDANA", due, 2))),
            (minutes(20), (TellManagers("followup_ignored", 7, about=f"3:{due}"),)),
        ]

    @given(rounds=ROUNDS)
    def test_is_nagged_at_the_minutes_of_the_playbook_whatever_they_are(self, rounds):
        *to_rep, to_manager = rounds
        playbook = Playbook(nag_rep=tuple(to_rep), nag_manager=to_manager)
        story = ignored(followup(nag_at=NOW + minutes(to_rep[0])), playbook)
        assert [at for at, _ in story] == [minutes(one) for one in rounds]
        assert [type(effects[-1]) for _, effects in story] == [
            *[NudgeRep] * len(to_rep),
            TellManagers,
        ]

    @given(rounds=ROUNDS)
    def test_gets_a_message_of_its_own_each_round_and_the_older_loses_its_buttons(self, rounds):
        playbook = Playbook(nag_rep=tuple(rounds[:-1]), nag_manager=rounds[-1])
        nudges = [effects for _, effects in ignored(followup(), playbook)[:-1]]
        assert len({effects[-1].once_key for effects in nudges}) == len(nudges)
        assert [len(effects) for effects in nudges] == [1, *[2] * (len(nudges) - 1)]

    def test_keeps_its_gaps_when_the_bot_was_late(self):
        story = ignored(followup(), PLAYBOOK, late=minutes(60))
        assert [at for at, _ in story] == [minutes(60), minutes(130), minutes(200)]

    def test_ends_with_the_managers(self):
        last = nag(followup(nags=2), now=NOW, playbook=PLAYBOOK).followup
        assert (last.nag_at, last.nags) == (None, 3)


class TestASnooze:
    @pytest.mark.parametrize("nags", [0, 1, 2, 3])
    def test_begins_the_rounds_again_later(self, nags):
        step = snooze(followup(nags=nags, nag_at=None), now=NOW, minutes=15)
        later = NOW + minutes(15)
        assert (step.followup.nags, step.followup.nag_at) == (0, later)
        assert step.followup.due_at == later
        assert len(ignored(step.followup, PLAYBOOK)) == 3

    def test_takes_the_buttons_off_the_reminders(self):
        assert snooze(followup(nags=1), now=NOW, minutes=15).effects == (RetireNudge(3, 7),)

    def test_makes_new_messages_not_the_same_once_more(self):
        before = ignored(followup(), PLAYBOOK)
        again = ignored(snooze(followup(), now=NOW, minutes=15).followup, PLAYBOOK)
        keys = [effects[-1].once_key for _, effects in [*before, *again]]
        assert len(set(keys)) == 6


class TestAFollowUpWhoseEndWasTakenBack:
    @pytest.mark.parametrize(
        ("nags", "next_nag"),
        [(0, NOW), (1, NOW + minutes(15)), (2, NOW + minutes(15)), (3, None)],
    )
    def test_goes_on_with_its_rounds_where_they_stood(self, nags, next_nag):
        ended = followup(state="ended", nags=nags, nag_at=None)
        again = reopened(ended, now=NOW + minutes(5), playbook=PLAYBOOK)
        assert (again.state, again.nags, again.nag_at) == ("open", nags, next_nag)

    def test_is_never_nagged_when_it_is_low_l4_4(self):
        ended = followup(state="ended", importance=Importance.LOW, nag_at=None)
        again = reopened(ended, now=NOW, playbook=PLAYBOOK)
        assert (again.state, again.nag_at) == ("open", None)
