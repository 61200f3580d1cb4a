"""Changes of a lead's stage as they are stored (S1)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.sending import SendEmail, SendSms
from rules.stages import moved
from rules.words import Layer, Stage
from storage import leads, outbox, stages
from storage.stages import Cause, Change
from storage.store import Store
from tests.storage.making import NOON, stored_lead

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
        return stages.of_lead(view, 1)


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
            assert stages.of_lead(view, 1) == []
            assert stages.newest(view, 1) is None


class TestALineAboutAStage:
    def test_is_found_by_its_kind_alone(self, store: Store):
        stored_lead(store)
        with store.unit() as unit:
            data = {"state": "open"}
            line = stages.write(unit, 1, at=NOON, actor="U1", what=stages.ASKED, data=data)
            unit.commit()
        with store.view() as view:
            found = stages.written(view, line, what=stages.ASKED)
            assert found == stages.newest_asked(view, 1)
            assert found is not None
            assert (found.actor, found.data) == ("U1", data)
            assert stages.written(view, line, what=stages.MOVED) is None

    def test_is_rewritten_in_place(self, store: Store):
        stored_lead(store)
        with store.unit() as unit:
            line = stages.write(unit, 1, at=NOON, actor="", what=stages.MOVED, data={"undo": 1})
            stages.rewrite(unit, line, {"undo": None})
            unit.commit()
        with store.view() as view:
            found = stages.written(view, line, what=stages.MOVED)
        assert found is not None
        assert found.data == {"undo": None}


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
