"""Leads as other systems ask for them (C2)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from rules.refusals import Refused
from rules.sending import SendEmail, SendSms
from rules.words import Layer
from storage import changes, crm, leads, outbox
from storage.crm import Link
from storage.store import Store
from storage.unit import Unit
from tests.databases import only_postgresql
from tests.storage.making import MINUTE, NOON, add_attempt, add_lead, phone, stored_lead


def note(unit: Unit, lead_id: int, minute: int) -> None:
    leads.add_line(unit, lead_id, at=NOON + minute * MINUTE, actor="U1", what="note", text="x")


def noted(store: Store, *lead_ids: int) -> None:
    """Write a line for each of these, a minute apart."""
    with store.unit() as unit:
        for minute, lead_id in enumerate(lead_ids):
            note(unit, lead_id, minute)
        unit.commit()


class TestFinding:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"phone": "+972522345678"}, [1]),
            ({"email": "DANA@example.com"}, [1, 2]),
            ({"email": "dana@example.com", "phone": "+972522345678"}, [1]),
            ({"external_id": "C-2"}, [2]),
            ({"external_id": "fb-1"}, [1]),
            ({"external_id": "fb-1", "email": "nobody@example.com"}, []),
        ],
        ids=str,
    )
    def test_takes_all_that_is_asked(self, store: Store, asked: dict[str, str], found: list[int]):
        stored_lead(store, phone=phone("+972522345678"), email="Dana@example.com")
        stored_lead(store, email="dana@example.com")
        with store.unit() as unit:
            sent = {"lead_id": 1, "at": NOON, "source": "fb", "external_id": "fb-1", "extra": {}}
            leads.add_source(unit, sent)
            crm.keep(unit, Link("crm", "C-2", 2, ""), at=NOON)
            unit.commit()
        given = {"phone": "", "email": "", "external_id": ""} | asked
        with store.view() as view:
            rows = changes.find(view, **given, after=0, most=9)
        assert [one.id for one in rows] == found

    def test_goes_on_after_a_number(self, store: Store):
        for _ in range(3):
            stored_lead(store, email="dana@example.com")
        with store.view() as view:
            asked = {"phone": "", "email": "dana@example.com", "external_id": ""}
            rows = changes.find(view, **asked, after=1, most=1)
            assert [one.id for one in rows] == [2]
            assert [one.id for one in changes.numbered(view, after=1, most=9)] == [2, 3]

    def test_gives_what_others_call_a_lead(self, store: Store):
        lead = stored_lead(store)
        with store.unit() as unit:
            crm.keep(unit, Link("crm", "C-1", lead.id, "old"), at=NOON)
            crm.keep(unit, Link("crm", "C-1", lead.id, "new"), at=NOON)
            unit.commit()
        with store.view() as view:
            assert changes.external_ids(view, lead.id) == [("crm", "C-1")]
            assert crm.of_lead(view, "crm", lead.id) == Link("crm", "C-1", lead.id, "new")
            assert crm.of_remote(view, "crm", "C-2") is None
            assert changes.created(view, lead.id) == NOON


class TestWhatChanged:
    def test_comes_once_by_its_last_change(self, store: Store):
        for _ in range(3):
            stored_lead(store)
        noted(store, 1, 2, 3, 1)
        with store.view() as view:
            scan = changes.changed(view, after=0, upto=99, most=9)
            assert ([one.id for one in scan.leads], scan.after) == ([2, 3, 1], None)

    def test_comes_in_pages(self, store: Store):
        for _ in range(3):
            stored_lead(store)
        noted(store, 1, 2, 3)
        with store.view() as view:
            first = changes.changed(view, after=0, upto=99, most=2)
            assert [one.id for one in first.leads] == [1, 2]
            assert first.after is not None
            rest = changes.changed(view, after=first.after, upto=99, most=2)
            assert ([one.id for one in rest.leads], rest.after) == ([3], None)

    def test_is_looked_for_in_so_many_lines(self, store: Store, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(changes, "SCANNED", 2)
        for _ in range(2):
            stored_lead(store)
        noted(store, 1, 1, 1, 2)
        with store.view() as view:
            first = changes.changed(view, after=0, upto=99, most=9)
            assert first.leads == ()
            rest = changes.changed(view, after=first.after or 0, upto=99, most=9)
            assert [one.id for one in rest.leads] == [1, 2]

    @pytest.mark.parametrize("minutes", range(-1, 7))
    def test_begins_with_the_first_line_at_a_moment(self, store: Store, minutes: int):
        stored_lead(store)
        noted(store, *[1] * 5)
        with store.view() as view:
            before = changes.line_before(view, NOON + minutes * MINUTE)
        assert before == min(max(minutes, 0), 5)

    def test_begins_before_a_line_that_is_dated_before_its_number(self, store: Store):
        stored_lead(store)
        with store.unit() as unit:
            for seconds in (0, 120, 61, 122):
                at = NOON + timedelta(seconds=seconds)
                leads.add_line(unit, 1, at=at, actor="U1", what="note", text="x")
            unit.commit()
        with store.view() as view:
            assert changes.line_before(view, NOON + timedelta(seconds=119)) == 1
            assert changes.line_before(view, NOON + timedelta(seconds=121)) == 3

    def test_is_told_as_it_stands_at_a_line(self, store: Store):
        for _ in range(2):
            stored_lead(store)
        noted(store, 1, 2, 1)
        with store.view() as view:
            told = [
                [one.id for one in changes.changed(view, after=0, upto=upto, most=9).leads]
                for upto in range(4)
            ]
        assert told == [[], [1], [1, 2], [2, 1]]

    def test_is_dated_by_its_last_line(self, store: Store):
        lead = stored_lead(store)
        noted(store, lead.id, lead.id)
        with store.view() as view:
            assert changes.last_change(view, [lead.id]) == {lead.id: NOON + MINUTE}


class TestWhoWritesMeanwhile:
    """Two connections: one has a line and its number, and has not committed yet."""

    @only_postgresql
    def test_is_waited_for(self, store: Store, monkeypatch: pytest.MonkeyPatch):
        for _ in range(2):
            stored_lead(store)
        with store.unit() as slow:
            note(slow, 1, 0)
            noted(store, 2)
            with store.view() as view:
                seen = changes.changed(view, after=0, upto=99, most=9)
                assert [one.id for one in seen.leads] == [2]
            monkeypatch.setattr("storage.changes.time.sleep", _once(slow.commit))
            with store.view() as view:
                upto = changes.settled(view)
        with store.view() as view:
            told = changes.changed(view, after=0, upto=upto, most=9)
        assert (upto, [one.id for one in told.leads]) == (2, [1, 2])

    @only_postgresql
    def test_is_waited_for_alone(self, store: Store, monkeypatch: pytest.MonkeyPatch):
        stored_lead(store)
        with store.unit() as slow, store.unit() as later:
            note(slow, 1, 0)

            def goes_on() -> None:
                note(later, 1, 1)
                slow.commit()

            monkeypatch.setattr("storage.changes.time.sleep", _once(goes_on))
            with store.view() as view:
                assert changes.settled(view) == 1

    @only_postgresql
    def test_and_does_not_end_is_told_apart(self, store: Store, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(changes, "PATIENCE", 0.0)
        stored_lead(store)
        with store.unit() as slow, store.view() as view:
            note(slow, 1, 0)
            with pytest.raises(Refused, match=r"desk\.busy"):
                changes.settled(view)

    def test_where_nobody_does_all_lines_count(self, store: Store):
        stored_lead(store)
        with store.view() as view:
            assert changes.settled(view) == 0
        noted(store, 1, 1)
        with store.view() as view:
            assert changes.settled(view) == 2


def _once(act: Callable[[], None]) -> Callable[[float], None]:
    """Do this in place of the first sleep."""
    acts = iter([act])

    def sleep(_seconds: float) -> None:
        for one in acts:
            one()

    return sleep


class TestMessages:
    def test_that_did_not_leave_are_told_with_why(self, store: Store):
        with store.unit() as unit:
            lead, other = add_lead(unit), add_lead(unit)
            attempt = add_attempt(unit, lead)
            later = NOON + timedelta(seconds=30)
            sms, mail = SendSms(lead.id, Layer.SMS_FIRST), SendEmail(lead.id, Layer.MAIL_FIRST)
            outbox.add(unit, (sms, mail), now=NOON, due_at=later, attempt_id=attempt)
            outbox.cancel(unit, [mail.once_key], why="closed", now=NOON)
            alone = SendEmail(lead.id, Layer.MAILING_LIST, about="1")
            outbox.add(unit, (alone, SendSms(other.id, Layer.SMS_FIRST)), now=NOON)
            unit.commit()
        with store.view() as view:
            found = changes.held_back(view, lead.id)
        assert [(one.layer, one.channel, one.state, one.at) for one in found] == [
            ("sms_first", "sms", "waiting", later),
            ("mail_first", "email", "cancelled", NOON),
            ("mailing_list", "email", "waiting", NOON),
        ]
