"""Doors that people and files use, on PostgreSQL: what SQLite's one writer would hide (C2)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import adding, api, imports, one_person, parting, quarantine
from bot.api import Asked, Caller
from bot.drops import DONE
from bot.orders import Hook
from rules.fields import Defaults
from rules.hooks import Webhook
from rules.lead import Lead
from rules.playbook import Source
from rules.words import Kind
from storage import leads
from storage.tables import leads as table
from tests.bot.test_drops import Desktop
from tests.databases import only_postgresql
from tests.desk import AVI, BOOK, MIRI, Room

pytestmark = only_postgresql
CRM = Webhook("https://crm.example.com/hooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", name="crm")
ROWS, AT_ONCE = 30, 7


def everybody(room: Room) -> list[Lead]:
    """Give all leads: a dry run takes numbers, so the first is not always 1."""
    with room.desk.store.view() as view:
        ids = view.execute(select(table.c.id).order_by(table.c.id)).scalars().all()
    return [room.load(number) for number in ids]


def told(room: Room) -> dict[int, list[int]]:
    """Give the numbers of the events that the CRM was told of each lead, in that order."""
    found: dict[int, list[int]] = {}
    for order in room.outside.of(Hook):
        lead: Any = json.loads(order.body)["data"]["id"]
        found.setdefault(lead, []).append(int(order.key.split("_")[1]))
    return found


class TestAFile:
    def test_that_was_dropped_is_imported_and_summed_up(self, either_room: Room, tmp_path: Path):
        mine = Desktop(either_room, tmp_path / "files")
        mine.folder.mkdir()
        mine.asked().start()
        mine.work()
        assert (mine.now.state, mine.now.counts) == (DONE, {"created": 2, "rejected": 1})
        assert [one.name for one in everybody(either_room)] == ["Dana", "Yossi"]
        assert "is imported. 3 rows" in mine.shown

    def test_is_told_to_the_crm_each_lead_in_order(self, either_room: Room):
        either_room.desk.present.playbook = replace(BOOK, webhooks=(CRM,))
        rows = [{"phone": f"052-234-{5000 + n}"} for n in range(ROWS)]
        defaults = Defaults(region="IL", currency="ILS", kind=Kind.WARM, campaign="May")
        for at in range(0, ROWS, AT_ONCE):
            some = rows[at : at + AT_ONCE]
            imports.import_rows(
                either_room.desk, some, defaults=defaults, mapping={}, post=False, dry_run=False
            )
        either_room.deliver()
        found = told(either_room)
        assert sorted(found) == [one.id for one in everybody(either_room)]
        assert all(len(events) == 2 and events == sorted(events) for events in found.values())


class TestWhatChanged:
    def test_waits_for_an_act_that_is_being_stored(
        self, either_room: Room, monkeypatch: pytest.MonkeyPatch
    ):
        ours = [either_room.lead(phone=f"052-234-500{n}", email="").id for n in range(2)]
        either_room.clock.forward(minutes=1)
        since, crm = either_room.clock(), Caller("crm", "api:crm")
        store = either_room.desk.store
        with store.unit() as slow:
            leads.add_line(slow, ours[0], at=since, actor=AVI, what="note", text="a")
            with store.unit() as quick:
                leads.add_line(quick, ours[1], at=since, actor=AVI, what="note", text="b")
                quick.commit()
            ends = iter([slow.commit])
            monkeypatch.setattr("storage.changes.time.sleep", lambda _: next(ends)())
            page = api.list_leads(either_room.desk, Asked(updated_since=since), by=crm)
        assert [one["id"] for one in page.items] == ours


class TestByHand:
    def test_a_lead_is_added_once_and_known_again(self, either_room: Room):
        given = {"name": "Dana", "phone": "052-234-5678"}
        first = adding.add(either_room.desk, given, by=AVI, key="t1")
        assert adding.add(either_room.desk, given, by=AVI, key="t1") == first
        known = adding.add(either_room.desk, given | {"note": "blue"}, by=AVI, key="t2")
        assert (known.status, known.lead.id) == (adding.KNOWN, first.lead.id)
        merged = adding.merge(either_room.desk, known.intake_id, by=AVI)
        assert merged.lead.id == first.lead.id

    def test_what_was_set_aside_becomes_a_lead_once(self, either_room: Room):
        aside = either_room.receive(who="Dana", line="052-234-5678").intake_id
        source = Source("website", Kind.WARM, {"who": "name", "line": "phone"})
        either_room.desk.present.playbook = replace(BOOK, sources=(source,))
        for _ in range(2):
            quarantine.retry(either_room.desk, aside, by=MIRI, key="k")
        [lead] = everybody(either_room)
        assert (lead.name, lead.phone_e164) == ("Dana", "+972522345678")

    def test_two_leads_become_one_and_two_again(self, either_room: Room):
        one = either_room.lead()
        other = either_room.lead(name="Dana C", phone="054-234-5678", email="other@example.com")
        one_person.merge(either_room.desk, one.id, other.id, by=MIRI)
        assert either_room.load(other.id).merged_into == one.id
        parting.unmerge(either_room.desk, one.id, by=MIRI)
        assert either_room.load(other.id).merged_into is None
        assert either_room.load(other.id).next_what == other.next_what
