"""A person who is erased: gone everywhere, while the figures and the audit stay (C5)."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import (
    audit,
    drops,
    erasing,
    housekeeping,
    leads,
    letters,
    optout_acts,
    rollups,
    undoing,
)
from bot.orders import Hook
from rules.acts import OptOut
from rules.hooks import Webhook
from rules.money import Money
from rules.refusals import Refused
from rules.retention import Retention
from rules.words import Stage, Step
from storage import crm, inbox, kept, messages, outbox
from storage.erasing import Mark
from storage.tables import attempts, intake, posts
from storage.tables import leads as lead_table
from tests.bot import raw_mails
from tests.bot.erasing_desk import TRACES, left, live, set_aside
from tests.desk import BOOK, DANA, MIRI, Room, payload

DAY = timedelta(days=1)
CRM = Webhook("https://crm.example.com/hooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", name="crm")


def standing(room: Room) -> list[str]:
    """Give which of the person's traces stand in Slack still."""
    shown = "".join(map(payload, room.outside.messages.values())).replace("\u2068", "")
    return [one for one in TRACES if one.casefold() in shown.casefold()]


class TestAnErasedPerson:
    def test_is_in_no_table(self, either_room: Room):
        lead = live(either_room)
        set_aside(either_room)
        with either_room.desk.store.view() as view:
            assert {"Dana", "522345678", "522349999", "call my sister"} <= set(left(view))
        erasing.erase(either_room.desk, lead.id, by=MIRI)
        either_room.deliver()
        with either_room.desk.store.view() as view:
            assert left(view) == []

    def test_is_in_no_byte_of_the_file(self, room: Room, tmp_path: Path):
        lead = live(room)
        set_aside(room)
        erasing.erase(room.desk, lead.id, by=MIRI)
        room.deliver()
        erasing.scrub(room.desk)
        files = b"".join(one.read_bytes() for one in tmp_path.glob("leads.db*")).lower()
        assert files
        assert [one for one in TRACES if one.lower().encode() in files] == []

    def test_is_in_no_message_that_stands_in_slack(self, room: Room):
        lead = live(room)
        assert "Dana" in standing(room)
        done = erasing.erase(room.desk, lead.id, by=MIRI)
        room.deliver()
        assert standing(room) == []
        assert done.posts > 0
        with room.desk.store.view() as view:
            assert view.execute(select(func.count()).select_from(posts)).scalar() == 1, (
                "that the lead was disqualified"
            )

    def test_leaves_calls_costs_and_sales_as_they_were(self, room: Room):
        room.lead(name="Yossi", phone="054-777-8888", email="y@example.com")
        lead = live(room)
        with room.desk.store.view() as view:
            columns = (attempts.c.outcome, attempts.c.by, attempts.c.at, attempts.c.answered)
            calls = view.execute(select(*columns)).all()
            costs = view.execute(select(lead_table.c.campaign, lead_table.c.cost_minor)).all()
        erasing.erase(room.desk, lead.id, by=MIRI)
        with room.desk.store.view() as view:
            assert view.execute(select(*columns)).all() == calls
            query = select(lead_table.c.campaign, lead_table.c.cost_minor)
            assert view.execute(query).all() == costs
        assert rollups.compare(room.desk).unequal == ()

    def test_lives_no_more_and_nothing_waits_for_it(self, room: Room):
        lead = live(room)
        erasing.erase(room.desk, lead.id, by=MIRI)
        after = room.load(lead.id)
        assert (after.stage, after.next_what, after.next_at) == (
            Stage.DISQUALIFIED,
            Step.NONE,
            None,
        )
        assert room.followup(lead.id) is None
        sent = len(room.outside.sms) + len(room.outside.mails)
        for _ in range(40):
            room.tick(days=1)
        assert len(room.outside.sms) + len(room.outside.mails) == sent

    def test_can_be_worked_by_nobody(self, room: Room):
        lead = live(room)
        owner = room.load(lead.id).owner
        erasing.erase(room.desk, lead.id, by=MIRI)
        for act in (
            lambda: leads.add_note(room.desk, lead.id, "more", by=MIRI),
            lambda: leads.show(room.desk, lead.id, by=MIRI),
            lambda: room.log(lead.id, "noanswer", by=MIRI),
            lambda: erasing.erase(room.desk, lead.id, by=MIRI),
        ):
            with pytest.raises(Refused, match=r"lead\.erased"):
                act()
        with pytest.raises(Refused):
            undoing.undo(room.desk, by=owner)

    def test_who_comes_again_is_a_new_lead(self, room: Room):
        lead = live(room)
        erasing.erase(room.desk, lead.id, by=MIRI)
        again = room.lead(external_id="vendor-77")
        assert again.id > lead.id
        assert again.name == "Dana Cohen"

    def test_stays_closed_for_who_asked_not_to_be_called(self, room: Room):
        lead = room.lead()
        optout_acts.opt_out(room.desk, OptOut(lead.id), by=lead.owner)
        erasing.erase(room.desk, lead.id, by=MIRI)
        again = room.lead()
        assert again.id > lead.id
        assert "calls" in again.opted_out
        assert not again.living

    def test_is_told_by_number_alone_in_the_audit(self, room: Room):
        lead = live(room)
        erasing.erase(room.desk, lead.id, by=MIRI)
        line = next(one for one in audit.listed(room.desk, lead.id).lines if one.act == "erase")
        assert (line.actor, line.after["leads"]) == (MIRI, [lead.id, lead.id + 1])
        assert audit.verify(room.desk).holds

    def test_names_where_it_has_to_be_erased_too(self, room: Room):
        lead = room.lead()
        with room.desk.store.unit() as unit:
            crm.keep(unit, crm.Link("hubspot", "901", lead.id, "m"), at=room.clock.now)
            unit.commit()
        done = erasing.erase(room.desk, lead.id, by=MIRI)
        assert done.linked == (("hubspot", "901"),)

    def test_is_told_to_no_other_system_any_more(self, room: Room):
        room.desk.present.playbook = replace(BOOK, webhooks=(CRM,))
        lead = live(room)
        before = len(room.outside.of(Hook))
        assert before
        erasing.erase(room.desk, lead.id, by=MIRI)
        room.deliver()
        with room.desk.store.view() as view:
            assert left(view) == []
        after = b"".join(one.body for one in room.outside.of(Hook)[before:]).decode()
        assert "disqualified" in after
        assert [one for one in TRACES if one.casefold() in after.casefold()] == []

    def test_who_answers_an_old_mail_is_nobody_who_is_known(self, room: Room):
        lead = room.lead()
        room.log(lead.id, "noanswer")
        room.tick(minutes=5)
        with room.desk.store.view() as view:
            [ref] = [one.ref for one in messages.of_lead(view, lead.id) if one.channel == "email"]
        erasing.erase(room.desk, lead.id, by=MIRI)
        lines = room.history(lead.id)
        assert not letters.receive(room.desk, raw_mails.plain("it is me again", answers=ref))
        assert room.history(lead.id) == lines

    def test_leaves_who_shares_its_number_alone(self, room: Room):
        lead = room.lead()
        other = room.lead(name="Yossi Levi", email="yossi@example.com", phone="054-777-8888")
        with room.desk.store.unit() as unit:
            changed = lead_table.update().where(lead_table.c.id == other.id)
            unit.execute(changed.values(phone_e164=lead.phone_e164))
            unit.commit()
        aside = room.receive_raw(b'{"tel": "052-234-5678"', kind="application/json").intake_id
        erasing.erase(room.desk, lead.id, by=MIRI)
        with room.desk.store.view() as view:
            body = view.execute(select(intake.c.body).where(intake.c.id == aside)).scalar()
        assert body
        assert room.load(other.id).name == "Yossi Levi"

    def test_is_refused_to_who_manages_not_and_for_nobody(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused):
            erasing.erase(room.desk, lead.id, by=lead.owner)
        with pytest.raises(Refused, match=r"lead\.missing"):
            erasing.erase(room.desk, 99, by="")
        assert room.load(lead.id).name == "Dana Cohen"

    def test_waits_for_a_message_that_is_leaving_now(self, room: Room):
        lead = room.lead()
        with room.desk.store.unit() as unit:
            held: dict[str, Any] = {"owner": "w", "now": room.clock.now, "lease": DAY, "most": 9}
            assert outbox.claim(unit, **held)
            unit.commit()
        with pytest.raises(Refused, match=r"lead\.in_hand"):
            erasing.erase(room.desk, lead.id, by=MIRI)
        assert room.load(lead.id).name == "Dana Cohen"

    def test_the_same_press_again_changes_nothing(self, room: Room):
        lead = room.lead()
        erasing.erase(room.desk, lead.id, by=MIRI, key="t1")
        with pytest.raises(Refused, match=r"lead\.erased"):
            erasing.erase(room.desk, lead.id, by=MIRI, key="t1")


class TestAListThatWasDropped:
    def test_loses_the_rows_that_name_the_person(self, room: Room):
        lead = room.lead()
        table = b"name,phone\r\nDana,052 234 5678\r\nYossi,12\r\n"
        with room.desk.store.unit() as unit:
            given: dict[str, Any] = {
                "content_type": "text/csv",
                "once_key": "F1",
                "at": room.clock.now,
            }
            number = inbox.keep(unit, source=drops.REJECTS, body=table, **given)
            inbox.settle(unit, number or 0, state="kept", lead_id=None)
            shown = {"file": "F1", "examples": {"phone": "052-234-5678"}}
            kept.put(unit, "drop:F1", shown, at=room.clock.now)
            unit.commit()
        erasing.erase(room.desk, lead.id, by=MIRI)
        with room.desk.store.view() as view:
            arrival = inbox.get(view, number or 0)
            assert kept.get(view, "drop:F1") == {"file": "F1", "examples": {}}
        assert arrival
        assert arrival.body == b"name,phone\r\nYossi,12\r\n"


class TestABackupThatIsRestored:
    def test_is_erased_of_whom_was_erased_since(self, room: Room):
        lead, other = room.lead(), room.lead(name="Yossi", phone="054-777-8888", email="")
        mark = Mark(lead.id, self.came(room, lead.id), room.clock.now, MIRI)
        strangers = Mark(other.id, mark.created_at - DAY, room.clock.now, MIRI)
        gone = Mark(99, mark.created_at, room.clock.now, MIRI)
        assert erasing.replay(room.desk, [mark, strangers, gone]) == 1
        assert (room.load(lead.id).name, room.load(other.id).name) == ("", "Yossi")
        assert erasing.replay(room.desk, erasing.marks(room.desk)) == 0

    def came(self, room: Room, lead_id: int) -> datetime:
        with room.desk.store.view() as view:
            query = select(lead_table.c.created_at).where(lead_table.c.id == lead_id)
            found: datetime = view.execute(query).scalar_one()
        return found


class TestRetention:
    @pytest.fixture(autouse=True)
    def _a_playbook(self, room: Room) -> None:
        room.desk.present.playbook = replace(BOOK, retention=Retention(closed_months=6))

    def night(self, room: Room, days: int) -> int:
        room.clock.set(2026, 11, 16, 1, 0)
        room.clock.forward(days=days)
        return erasing.retire(room.desk)

    def test_erases_whose_lead_was_closed_so_long_ago(self, room: Room):
        lead = room.lead()
        room.log(lead.id, "sold", amount=Money(100, "ILS"))
        living = room.lead(name="Yossi", phone="054-777-8888", email="yossi@example.com")
        assert self.night(room, days=170) == 0
        assert self.night(room, days=190) == 1
        assert (room.load(lead.id).name, room.load(lead.id).stage) == ("", Stage.WON)
        assert room.load(living.id).name == "Yossi"
        assert self.night(room, days=191) == 0
        told = audit.listed(room.desk).lines[-1]
        assert (told.act, told.subject, told.after) == ("retire", "leads", {"erased": 1})

    def test_is_done_at_night_and_only_where_it_is_asked_for(self, room: Room):
        lead = room.lead()
        room.log(lead.id, "sold", amount=Money(100, "ILS"))
        room.clock.set(2027, 8, 1, 12, 0)
        assert erasing.retire(room.desk) == 0
        room.desk.present.playbook = BOOK
        assert self.night(room, days=400) == 0
        assert room.load(lead.id).name == "Dana Cohen"

    def test_writes_the_file_anew_the_night_after(self, room: Room):
        assert not erasing.scrub_at_night(room.desk)
        erasing.erase(room.desk, room.lead().id, by=MIRI)
        assert not erasing.scrub_at_night(room.desk)
        room.clock.set(2026, 11, 17, 1, 0)
        assert erasing.scrub_at_night(room.desk)
        assert not erasing.scrub_at_night(room.desk)

    def test_lets_go_of_what_was_set_aside_where_that_is_asked_for(self, room: Room):
        aside = room.receive(name="nobody").intake_id
        room.desk.present.playbook = replace(BOOK, retention=Retention(aside_days=30, raw_days=0))
        first = room.receive(**DANA).intake_id
        room.clock.forward(days=400)
        housekeeping.forget(room.desk)
        with room.desk.store.view() as view:
            gone, raw = inbox.get(view, aside), inbox.get(view, first)
        assert gone
        assert (gone.state, gone.body) == ("dismissed", b"")
        assert raw
        assert raw.body
