"""Changes of a lead's stage as they are stored (S1)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.sending import SendEmail, SendSms
from rules.stages import moved
from rules.words import Layer, Stage
from storage import leads, outbox, pastlines, stages
from storage.stages import Cause, Change
from storage.store import Store
from storage.unit import Unit
from tests.storage.making import NOON, add_lead, stage_changes, stored_lead
from tests.storage.plans import plan_of

LATER = NOON + timedelta(hours=3)


def saved(store: Store, to: Stage, *, whole: bool, cause: Cause = stages.RULE) -> list[Change]:
    """Move the one lead and give its changes."""
    with store.unit() as unit:
        lead = leads.load(unit, 1)
        assert lead is not None
        before = None if whole else lead
        leads.save(unit, moved(lead, to, now=LATER), before=before, cause=cause)
        unit.commit()
    with store.view() as view:
        return stage_changes(view, 1)


class TestASaveThatChangesTheStage:
    @pytest.mark.parametrize("whole", [True, False])
    def test_is_written_down_with_its_cause(self, store: Store, whole: bool):
        stored_lead(store)
        cause = Cause("U1", "worth it")
        [change] = saved(store, Stage.SQL, whole=whole, cause=cause)
        assert change == Change(1, 1, LATER, Stage.LEAD, Stage.SQL, "U1", "worth it")

    def test_has_the_moment_of_its_cause_where_that_is_another(self, store: Store):
        stored_lead(store)
        [change] = saved(store, Stage.SQL, whole=False, cause=Cause("", "undone", NOON))
        assert change.at == NOON

    def test_is_found_as_the_newest(self, store: Store):
        stored_lead(store)
        saved(store, Stage.SQL, whole=False)
        saved(store, Stage.SQO, whole=True)
        with store.view() as view:
            newest = stages.newest(view, 1)
        assert newest is not None
        assert (newest.was, newest.stage) == (Stage.SQL, Stage.SQO)


class TestASaveThatDoesNot:
    @pytest.mark.parametrize("whole", [True, False])
    def test_is_not_written_down(self, store: Store, whole: bool):
        lead = stored_lead(store)
        with store.unit() as unit:
            leads.save(unit, replace(lead, attempts=3), before=None if whole else lead)
            unit.commit()
        with store.view() as view:
            assert stage_changes(view, 1) == []
            assert stages.newest(view, 1) is None


class TestTheNewestQuestion:
    def test_of_a_lead_is_found_decided_or_not(self, store: Store):
        stored_lead(store)
        with store.unit() as unit:
            assert stages.newest_asked(unit, 1) is None
            _, line = (
                pastlines.write(
                    unit, 1, at=NOON, actor="U1", what=stages.ASKED, data={"state": one}
                )
                for one in ("rejected", "open")
            )
            leads.add_line(unit, 1, at=NOON, actor="U1", what=stages.MOVED)
            assert stages.newest_asked(unit, 1) == pastlines.Written(
                line, 1, NOON, "U1", {"state": "open"}
            )


class TestAQuestion:
    @pytest.mark.parametrize(
        ("to", "state"),
        [
            (Stage.MQL, "open"),
            (Stage.SQL, "open"),
            (Stage.SQO, "withdrawn"),
            (Stage.LOST, "withdrawn"),
            (Stage.DISQUALIFIED, "withdrawn"),
        ],
    )
    def test_ends_with_its_lead(self, store: Store, to: Stage, state: str):
        with store.unit() as unit:
            lead = add_lead(unit)
            data = {"state": "open", "note": "x"}
            pastlines.write(unit, lead.id, at=NOON, actor="U1", what=stages.ASKED, data=data)
            leads.save(unit, replace(lead, stage=to), before=lead)
            asked = stages.newest_asked(unit, lead.id)
            assert asked
            assert asked.data == {"state": state, "note": "x"}


class TestTheUndecided:
    def ask(self, unit: Unit, lead_id: int, **data: str) -> int:
        asked = {"state": "open"} | data
        return pastlines.write(unit, lead_id, at=NOON, actor="U1", what=stages.ASKED, data=asked)

    def test_are_those_open_of_leads_below_an_sqo_oldest_first(self, store: Store):
        with store.unit() as unit:
            mine, other, closed = add_lead(unit), add_lead(unit), add_lead(unit)
            leads.save(unit, replace(closed, stage=Stage.LOST), before=closed)
            first = self.ask(unit, other.id)
            self.ask(unit, other.id, state="rejected")
            self.ask(unit, closed.id)
            leads.add_line(unit, mine.id, at=NOON, actor="U1", what="note", text="x")
            second = self.ask(unit, mine.id)
            found = stages.undecided(unit, among=10)
        assert [(asked.id, lead.id) for asked, lead in found] == [
            (first, other.id),
            (second, mine.id),
        ]

    def test_are_looked_for_among_the_newest_alone(self, store: Store):
        with store.unit() as unit:
            lead = add_lead(unit)
            lines = [self.ask(unit, lead.id) for _ in range(3)]
            found = stages.undecided(unit, among=2)
        assert [asked.id for asked, _ in found] == lines[1:]

    def test_are_found_by_an_index(self, store: Store):
        assert "ix_history_asked" in plan_of(store, lambda unit: stages.undecided(unit, among=2))


class TestMessagesOfALead:
    def test_are_cancelled_while_they_wait_and_those_of_others_are_not(self, store: Store):
        stored_lead(store)
        mine = (SendSms(1, Layer.SMS_FIRST), SendEmail(1, Layer.MAIL_FIRST))
        with store.unit() as unit:
            outbox.add(unit, (*mine, SendSms(2, Layer.SMS_FIRST)), now=NOON)
            keys = stages.cancel_messages(unit, 1, now=LATER)
            unit.commit()
        assert keys == sorted(one.once_key for one in mine)
        with store.view() as view:
            left = outbox.waiting(view, [*keys, SendSms(2, Layer.SMS_FIRST).once_key])
        assert list(left) == [SendSms(2, Layer.SMS_FIRST).once_key]
