"""The clock of a call: begun, stopped, counted (L6.6)."""

from dataclasses import replace

import pytest

from bot import ladder, talking, undoing
from bot.texts import Words
from bot.views import agreements as views
from rules.refusals import Refused
from storage import calls as stored_calls
from storage import leads as stored_leads
from tests.desk import MIRI, Room, faults_of

ELI = {"name": "Eli", "phone": "052-234-5679", "email": "eli@example.com"}


def talk_of(room: Room, lead_id: int = 1) -> object:
    """Give the talk time of a lead's newest outcome, as the history and the attempt have it."""
    with room.desk.store.view() as view:
        [line, *_] = [one for one in stored_leads.lines(view, lead_id) if one.what == "outcome"]
        last = stored_calls.newest_of_lead(view, lead_id)
    assert last is not None
    assert last["talk_seconds"] == line.data.get("talk")
    return last["talk_seconds"]


class TestStartingACall:
    def test_runs_its_clock_until_the_outcome(self, room: Room):
        owner = room.lead().owner
        began = room.clock.now
        assert talking.start(room.desk, 1, by=owner).lead.talking_at == began
        assert room.load(1).talking_by == owner
        room.clock.forward(minutes=7)
        room.log(1, "lost")
        assert talk_of(room) == 420
        assert room.load(1).talking_by == ""

    def test_gives_way_to_what_the_rep_says(self, room: Room):
        owner = room.lead().owner
        talking.start(room.desk, 1, by=owner)
        room.clock.forward(minutes=7)
        room.log(1, "lost", talk_seconds=60)
        assert talk_of(room) == 60

    def test_counts_nothing_for_another_who_logs(self, room: Room):
        owner = room.lead().owner
        talking.start(room.desk, 1, by=owner)
        room.clock.forward(minutes=7)
        room.log(1, "lost", by=MIRI)
        assert talk_of(room) is None

    def test_counts_nothing_for_a_call_that_nobody_answered(self, room: Room):
        owner = room.lead().owner
        talking.start(room.desk, 1, by=owner)
        room.clock.forward(minutes=1)
        room.log(1, "noanswer")
        assert talk_of(room) is None
        assert room.load(1).talking_by == ""

    def test_again_on_the_same_lead_goes_on(self, room: Room):
        owner = room.lead().owner
        began = room.clock.now
        talking.start(room.desk, 1, by=owner, key="x")
        room.clock.forward(minutes=3)
        for key in ("x", "y"):
            assert talking.start(room.desk, 1, by=owner, key=key).lead.talking_at == began

    def test_keeps_reminders_away_once_and_not_again(self, room: Room):
        room.lead()
        room.lead(**ELI)
        for lead_id in (1, 2, 1, 2):
            talking.start(room.desk, lead_id, by=MIRI)
            room.clock.forward(minutes=1)
        talking.start(room.desk, 1, by=MIRI)
        room.clock.forward(minutes=1)
        ladder.climb_due(room.desk)
        assert sorted(row["payload"]["lead_id"] for row in room.rows("nudge_call")) == [1, 2]

    def test_begins_anew_after_one_that_was_forgotten(self, room: Room):
        owner = room.lead().owner
        talking.start(room.desk, 1, by=owner)
        room.clock.forward(hours=5)
        assert talking.start(room.desk, 1, by=owner).lead.talking_at == room.clock.now

    def test_on_another_lead_stops_the_first(self, room: Room):
        room.lead()
        room.lead(**ELI)
        talking.start(room.desk, 1, by=MIRI)
        room.clock.forward(minutes=2)
        done = talking.start(room.desk, 2, by=MIRI)
        assert done.stopped is not None
        assert done.stopped.id == 1
        assert [room.load(one).talking_by for one in (1, 2)] == ["", MIRI]
        back = talking.start(room.desk, 1, by=MIRI)
        assert back.stopped is not None
        assert back.stopped.id == 2

    def test_after_an_outcome_stops_nothing(self, room: Room):
        room.lead()
        room.lead(**ELI)
        talking.start(room.desk, 1, by=MIRI)
        room.log(1, "lost", by=MIRI)
        assert talking.start(room.desk, 2, by=MIRI).stopped is None

    def test_does_not_stop_a_colleagues(self, room: Room):
        owner = room.lead().owner
        room.lead(**ELI)
        talking.start(room.desk, 1, by=owner)
        talking.start(room.desk, 2, by=MIRI)
        assert room.load(1).talking_by == owner

    def test_is_refused_for_a_closed_lead(self, room: Room):
        owner = room.lead().owner
        room.log(1, "lost")
        with pytest.raises(Refused, match=r"lead\.closed"):
            talking.start(room.desk, 1, by=owner)

    def test_is_refused_for_anothers_lead(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused, match=r"lead\.of_another"):
            talking.start(room.desk, 1, by=room.other(lead))

    def test_leaves_an_outcome_to_be_undone(self, room: Room):
        owner = room.lead().owner
        room.log(1, "unavailable")
        talking.start(room.desk, 1, by=owner)
        assert undoing.undo(room.desk, by=owner).outcome == "unavailable"

    def test_runs_again_when_its_outcome_is_undone(self, room: Room):
        owner = room.lead().owner
        begun = talking.start(room.desk, 1, by=owner).lead
        room.clock.forward(minutes=1)
        room.log(1, "lost")
        undoing.undo(room.desk, by=owner)
        assert replace(room.load(1), version=0) == replace(begun, version=0)


class TestTheAnswer:
    @pytest.mark.parametrize("locale", ["en", "he"])
    def test_gives_the_number_and_what_may_come_of_it(self, room: Room, locale: str):
        room.lead()
        room.lead(**ELI)
        talking.start(room.desk, 2, by=MIRI)
        done = talking.start(room.desk, 1, by=MIRI)
        said = views.started(done, Words(locale, room.desk.settings.zone), home="IL")
        assert faults_of(said) == []
        assert "052-234-5678" in said.text
        assert "Dana Cohen" in said.text
        assert "Eli" in said.text
        assert [one["value"] for one in said.blocks[-1]["elements"]] == ["1", "1", "1"]
