"""A lead comes in: kept raw, read, merged or created, given an owner (C2)."""

import json
import threading
from typing import Any

import pytest
from sqlalchemy import event

from bot import intake, taking
from rules.words import Step
from storage import inbox
from tests.databases import only_postgresql
from tests.desk import AVI, DANA, NOA, FakeClock, Room, a_desk
from tests.storage.making import PATIENCE


def arrival(room: Room, intake_id: int) -> inbox.Arrival:
    with room.desk.store.view() as view:
        found = inbox.get(view, intake_id)
    assert found is not None
    return found


def count_leads(room: Room) -> int:
    with room.desk.store.view() as view:
        return int(view.connection.exec_driver_sql("SELECT count(*) FROM leads").scalar() or 0)


class TestANewPerson:
    def test_becomes_a_lead_with_an_owner_and_a_first_call_now(self, room: Room):
        made = room.receive(**DANA, campaign="March", shoe_size=38)
        assert (made.status, made.lead_id) == ("created", 1)
        lead = room.load(1)
        assert lead.phone_e164 == "+972522345678"
        assert lead.owner in {NOA, AVI}
        assert (lead.next_what, lead.next_at) == (Step.CALL, room.clock.now)
        [source] = room.sources(1)
        assert (source["campaign"], source["extra"]) == ("March", {"shoe_size": 38})
        assert room.history(1) == ["created", "assigned"]

    def test_of_night_is_first_called_when_calling_hours_begin(self, room: Room):
        room.clock.set(2026, 11, 15, 23, 0)
        lead = room.lead()
        assert lead.next_at is not None
        assert lead.next_at.isoformat() == "2026-11-16T07:00:00+00:00"

    def test_is_posted_once_and_given_to_its_owner(self, room: Room):
        lead = room.lead()
        room.deliver()
        assert len(room.outside.channel()) == 1
        assert len(room.outside.dms(lead.owner)) == 1
        assert room.outside.dms(room.other(lead)) == []

    @pytest.mark.parametrize("kind", ["cold", "warm", "incoming", "referral"])
    def test_may_say_its_kind(self, room: Room, kind: str):
        assert room.lead(kind=kind).kind == kind


class TestWhatCameIsKeptFirst:
    def test_byte_for_byte(self, room: Room):
        body = b'{"phone": "052-234-5678",  "odd":"\xd7\x93"}'
        made = room.receive_raw(body)
        assert arrival(room, made.intake_id).body == body

    def test_also_when_nobody_can_read_it(self, room: Room):
        made = room.receive_raw(b'{"phone": ')
        assert (made.status, made.malformed, made.lead_id) == ("quarantined", True, None)
        assert arrival(room, made.intake_id).body == b'{"phone": '

    def test_and_read_later_when_the_process_died_between(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        with monkeypatch.context() as patched:
            patched.setattr(intake, "settle", _die)
            with pytest.raises(KeyboardInterrupt):
                room.receive(**DANA)
        assert count_leads(room) == 0
        assert intake.resume(room.desk) == 0
        room.clock.forward(minutes=2)
        assert intake.resume(room.desk) == 1
        assert intake.resume(room.desk) == 0
        assert room.load(1).name == "Dana Cohen"

    def test_and_settled_by_a_second_delivery_of_the_same_key(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        with monkeypatch.context() as patched:
            patched.setattr(intake, "settle", _die)
            with pytest.raises(KeyboardInterrupt):
                room.receive(key="k", **DANA)
        again = room.receive(key="k", **DANA)
        assert (again.status, again.intake_id) == ("created", 1)
        room.clock.forward(minutes=2)
        assert intake.resume(room.desk) == 0


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


class TestTheSamePerson:
    def test_by_phone_written_otherwise_is_merged_with_its_new_source(self, room: Room):
        first = room.receive(**DANA, campaign="A")
        room.deliver()
        again = room.receive(source="partner", phone="+972 52 234 5678", campaign="B")
        assert (again.status, again.lead_id) == ("merged", first.lead_id)
        assert [one["campaign"] for one in room.sources(1)] == ["A", "B"]
        room.deliver()
        assert len(room.outside.channel()) == 1
        assert "merged" in room.history(1)

    def test_by_email_in_other_case_is_merged(self, room: Room):
        room.receive(**DANA)
        again = room.receive(email="DANA@Example.com", phone="03-555-1234")
        assert (again.status, again.lead_id) == ("merged", 1)

    def test_fills_what_was_not_known(self, room: Room):
        lead = room.lead(phone="", name="")
        assert lead.next_what is Step.WAIT_FOR_PHONE
        room.receive(email=DANA["email"], phone=DANA["phone"], name="Dana")
        filled = room.load(lead.id)
        assert (filled.name, filled.phone_valid, filled.next_what) == ("Dana", True, Step.CALL)
        assert filled.next_at == room.clock.now

    def test_keeps_what_was_known(self, room: Room):
        lead = room.lead()
        room.receive(phone=DANA["phone"], name="Somebody Else", email="other@example.com")
        kept = room.load(lead.id)
        assert (kept.name, kept.email) == (lead.name, lead.email)

    def test_comes_back_to_its_rep_as_fresh_when_it_was_closed_l3_3(self, room: Room):
        lead = room.lead()
        room.log(lead.id, "lost")
        room.tick(seconds=5)
        cards = len(room.outside.dms(lead.owner))
        room.receive(**DANA, campaign="again")
        room.tick(seconds=5)
        back = room.load(lead.id)
        assert (back.living, back.next_what, back.owner) == (True, Step.CALL, lead.owner)
        assert len(room.outside.dms(lead.owner)) == cards + 1

    def test_sent_twice_the_same_leaves_no_second_source(self, room: Room):
        room.receive(**DANA)
        room.receive(**DANA)
        assert len(room.sources(1)) == 1


class TestTheSameDelivery:
    def test_with_its_key_is_answered_as_before(self, room: Room):
        first = room.receive(key="abc", **DANA)
        assert room.receive(key="abc", **DANA) == first
        assert room.receive(key="abc", name="whoever") == first
        assert count_leads(room) == 1

    def test_with_its_vendors_id_is_answered_as_before(self, room: Room):
        first = room.receive(external_id="77", **DANA)
        assert room.receive(external_id="77", **DANA) == first
        assert room.receive(external_id="77", **DANA) == first
        assert len(room.sources(1)) == 1

    def test_of_another_source_is_another(self, room: Room):
        first = room.receive(key="abc", external_id="77", **DANA)
        other = room.receive("partner", key="abc", external_id="77", **DANA)
        assert other.status == "merged"
        assert other.intake_id != first.intake_id

    def test_that_was_refused_is_refused_again(self, room: Room):
        first = room.receive_raw(b"{", key="abc")
        assert room.receive_raw(b"{", key="abc") == first


class TestADryRun:
    def preview(self, room: Room, **fields: object) -> str:
        body = json.dumps(fields).encode()
        found = intake.preview(room.desk, "website", body, content_type="application/json")
        assert found.intake_id == 0
        return found.status

    def test_says_what_would_happen_and_stores_nothing(self, room: Room):
        assert self.preview(room, **DANA) == "created"
        assert self.preview(room, name="Dana") == "quarantined"
        assert count_leads(room) == 0
        assert room.rows() == []

    def test_knows_who_is_known(self, room: Room):
        room.lead()
        assert self.preview(room, phone="+972522345678") == "merged"

    def test_says_that_a_body_is_malformed(self, room: Room):
        found = intake.preview(room.desk, "website", b"{", content_type="application/json")
        assert (found.status, found.malformed) == ("quarantined", True)


class TestSomethingToReachAPersonBy:
    def test_is_needed(self, room: Room):
        made = room.receive(name="Dana Cohen", city="Haifa")
        assert (made.status, made.lead_id, made.malformed) == ("quarantined", None, False)
        assert [row["payload"]["notice"] for row in room.rows()] == ["set_aside"]

    def test_may_be_an_email_alone(self, room: Room):
        lead = room.lead(phone="")
        assert (lead.next_what, lead.next_at) == (Step.WAIT_FOR_PHONE, None)
        assert lead.owner

    @pytest.mark.parametrize("phone", ["052", "052-23456", "0000000", "12 34 56 78 90 12 34 56"])
    def test_may_be_a_broken_phone(self, room: Room, phone: str):
        lead = room.lead(phone=phone, email="")
        assert (lead.phone_valid, lead.phone_raw) == (False, phone)
        assert lead.next_what is Step.WAIT_FOR_PHONE
        room.deliver()

    def test_is_not_a_phone_without_digits(self, room: Room):
        assert room.receive(name="x", phone="call me").status == "quarantined"


DEEP = b'{"phone": "0522345678", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
HUGE = b'{"phone": "0522345678", "age": ' + b"9" * 5000 + b"}"


class TestAnyBody:
    @pytest.mark.parametrize("body", [DEEP, HUGE, b"", b"{", b"\xff\xfe", b"{'a': 1}"])
    def test_that_cant_be_read_is_quarantined(self, room: Room, body: bytes):
        made = room.receive_raw(body)
        assert (made.status, made.malformed) == ("quarantined", True)

    @pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null"])
    def test_that_holds_no_fields_is_quarantined(self, room: Room, body: bytes):
        made = room.receive_raw(body)
        assert (made.status, made.malformed) == ("quarantined", False)

    @pytest.mark.parametrize(
        "name",
        [
            "Da\x00na",
            "Da\ud800na",
            "Da\u0007na",
            "\u202eDana",
            "D" * 1000,
            "👩‍👧 Dana",
            "ז'קלין",
            'צה"ל',
        ],
    )
    def test_with_odd_letters_becomes_a_lead_that_can_be_shown(self, room: Room, name: str):
        made = room.receive(name=name, phone=DANA["phone"], note=name, campaign=name)
        assert made.status == "created"
        shown = room.load(1).name
        assert 0 < len(shown) <= 300
        assert "\x00" not in shown
        room.deliver()

    @pytest.mark.parametrize(
        "extra",
        [
            {"x": float("nan")},
            {"x": float("inf")},
            {"x": 10**400},
            {"x": {"y": {"z": [1, None, True, "\ud800\x00"]}}},
            {"\ud800\x00": "v"},
            {"age": 10**30},
            {"age": -1},
            {"cost": "1e999"},
            {"cost": {"a": 1}},
            {"name": ["a", ["b"]]},
            {"received_at": "9999-99-99"},
            {"received_at": "0001-01-01T00:00:00+23:59"},
            {"consent": 5},
            {"interests": {"a": 1}},
            {"extra": {"a": float("nan")}},
            {"extra": "text"},
            {f"k{n}": n for n in range(500)},
        ],
        ids=repr,
    )
    def test_with_odd_values_becomes_a_lead(self, room: Room, extra: dict[str, object]):
        made = room.receive_raw(json.dumps({"phone": DANA["phone"], **extra}).encode())
        assert made.status == "created"
        room.deliver()

    def test_may_be_a_form(self, room: Room):
        body = b"phone=052-234-5678&name=%D7%93%D7%A0%D7%94&interests=a&interests=b"
        made = room.receive_raw(body, kind="application/x-www-form-urlencoded; charset=utf-8")
        assert made.status == "created"
        assert room.load(1).name == "דנה"

    def test_may_be_json_that_calls_itself_a_form(self, room: Room):
        body = json.dumps(DANA).encode()
        assert room.receive_raw(body, kind="application/x-www-form-urlencoded").lead_id == 1

    def test_may_be_json_with_a_byte_order_mark(self, room: Room):
        assert room.receive_raw(b"\xef\xbb\xbf" + json.dumps(DANA).encode()).lead_id == 1

    def test_may_be_multipart(self, room: Room):
        part = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        fields = {"phone": "052-234-5678", "name": "דנה"}
        body = "".join(f"--b\r\n{part.format(*one)}" for one in fields.items()) + "--b--\r\n"
        made = room.receive_raw(body.encode(), kind="multipart/form-data; boundary=b")
        assert made.status == "created"
        assert room.load(1).name == "דנה"

    @pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=b"])
    def test_that_is_broken_multipart_is_quarantined(self, room: Room, kind: str):
        assert room.receive_raw(b"--x\r\nnothing", kind=kind).status == "quarantined"

    def test_with_thousands_of_fields_is_quarantined(self, room: Room):
        body = "&".join(f"a{n}=1" for n in range(5000)).encode()
        made = room.receive_raw(body, kind="application/x-www-form-urlencoded")
        assert made.malformed

    def test_under_a_vendors_names_is_understood(self, room: Room):
        fields = {"Full Name": "דנה כהן", "טלפון": "052-234-5678", "utm_campaign": "M"}
        made = room.receive_raw(json.dumps(fields).encode())
        lead = room.load(made.lead_id or 0)
        assert (lead.name, lead.campaign, lead.phone_valid) == ("דנה כהן", "M", True)


class TestTheSameTwiceAtOnce:
    @only_postgresql
    def test_by_its_sources_own_id_gets_the_same_answer(
        self, either_room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        inside, waits = threading.Event(), threading.Event()
        answers: dict[str, intake.Receipt] = {}
        take_in = taking.take_in

        def receive(name: str) -> None:
            answers[name] = either_room.receive(external_id="77", **DANA)

        def hold(*given: Any, **named: Any) -> Any:
            if threading.current_thread() is first:
                inside.set()
                assert waits.wait(PATIENCE)
            return take_in(*given, **named)

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if threading.current_thread() is not first and "advisory" in statement:
                waits.set()

        monkeypatch.setattr(intake, "take_in", hold)
        event.listen(either_room.desk.store.engine, "before_cursor_execute", note)
        first = threading.Thread(target=receive, args=("first",), daemon=True)
        first.start()
        assert inside.wait(PATIENCE)
        receive("second")
        first.join(PATIENCE)
        assert answers["second"] == answers["first"]


class TestAClosedDesk:
    def test_opened_again_has_everything(self, tmp_path, clock: FakeClock):
        with a_desk(tmp_path, clock) as room:
            room.receive(key="k", **DANA)
        with a_desk(tmp_path, clock) as room:
            assert room.receive(key="k", **DANA).lead_id == 1
            room.deliver()
            assert len(room.outside.channel()) == 1
