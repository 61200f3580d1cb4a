"""One person out of every table and every column, and nothing of it in the file (C5)."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from storage import erasing, newcomers, optouts, people, person
from storage.erasing_sorts import SORTS, STAY
from storage.person import Person
from storage.store import Store
from storage.tables import leads, messages, metadata, outbox
from storage.unit import Unit
from tests.databases import only_sqlite
from tests.storage.making import MINUTE, NOON, add_lead, phone, stored_lead
from tests.storage.planting import PLANTED, everything, goes, plant, words_of

NUMBER, ADDRESS = "+972522345678", "dana@example.com"


def person_of(unit: Unit, lead_id: int) -> Person:
    found = person.find(unit, lead_id)
    assert found
    return found


def erased(store: Store, lead_id: int) -> Person:
    with store.unit() as unit:
        found = person_of(unit, lead_id)
        erasing.clear(unit, found, at=NOON)
        erasing.remember(unit, found, at=NOON, by="U1")
        unit.commit()
    return found


class TestEveryTable:
    @pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda one: one.name)
    def test_is_sorted_with_every_word_that_it_may_hold(self, table: Table):
        """A new table or column says here whether it goes with a person, or why it stays."""
        if table not in SORTS:
            assert table.name in STAY, f"say in storage/erasing_sorts.py what {table.name} keeps"
            assert not {"lead_id", "gone_id"} & set(table.columns.keys())
            return
        assert table.name not in STAY
        sort = SORTS[table]
        said = set(sort.keeps) | {name for name in words_of(table) if goes(sort, name)}
        assert said >= words_of(table), f"say what becomes of {words_of(table) - said}"
        assert not set(sort.keeps) - words_of(table)
        assert not set(sort.keeps) & {name for name in words_of(table) if goes(sort, name)}

    def test_that_is_said_to_stay_is_there(self):
        assert set(STAY) <= set(metadata.tables)


class TestAPersonWhoIsErased:
    def test_is_in_no_column_any_more(self, store: Store):
        lead = stored_lead(store)
        with store.unit() as unit:
            plant(unit, lead.id)
            unit.commit()
        with store.view() as view:
            before = everything(view)
        wanted = sum(goes(sort, name) for table, sort in SORTS.items() for name in words_of(table))
        assert before.count(PLANTED) >= wanted - len(words_of(outbox))
        erased(store, lead.id)
        with store.view() as view:
            assert PLANTED not in everything(view)

    @only_sqlite
    def test_is_in_no_byte_of_the_file_nor_beside_it(self, store: Store, tmp_path: Path):
        lead = stored_lead(store)
        with store.unit() as unit:
            plant(unit, lead.id)
            unit.commit()
        assert any(PLANTED.encode() in one.read_bytes() for one in tmp_path.glob("leads.db*"))
        erased(store, lead.id)
        erasing.scrub(store)
        files = list(tmp_path.glob("leads.db*"))
        assert files
        assert [one for one in files if PLANTED.encode() in one.read_bytes()] == []

    @only_sqlite
    def test_stays_noted_for_the_night_while_the_database_is_in_use(
        self, store: Store, tmp_path: Path
    ):
        erased(store, stored_lead(store).id)
        busy = sqlite3.connect(tmp_path / "leads.db", isolation_level=None)
        busy.execute("BEGIN IMMEDIATE")
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
        assert not erasing.scrub(store)
        busy.execute("ROLLBACK")
        busy.close()
        with store.view() as view:
            assert erasing.unscrubbed(view)
        assert erasing.scrub(store)
        with store.view() as view:
            assert not erasing.unscrubbed(view)

    def test_leaves_others_as_they_are(self, store: Store):
        lead, other = (
            stored_lead(store),
            stored_lead(store, name="Yossi", phone=phone("054-1234567")),
        )
        with store.unit() as unit:
            plant(unit, other.id)
            unit.commit()
        with store.view() as view:
            before = everything(view).count(PLANTED)
        erased(store, lead.id)
        with store.view() as view:
            assert everything(view).count(PLANTED) == before

    def test_takes_the_leads_along_that_became_this_one(self, store: Store):
        lead, gone, further = (stored_lead(store, name=one) for one in ("Dana", "Danna", "D."))
        with store.unit() as unit:
            for one, into in ((gone, lead), (further, gone)):
                changed = leads.update().where(leads.c.id == one.id)
                unit.execute(changed.values(merged_into=into.id))
            unit.commit()
        assert erased(store, further.id).ids == (lead.id, gone.id, further.id)
        with store.view() as view:
            assert set(view.execute(select(leads.c.name)).scalars()) == {""}

    def test_is_known_as_erased_by_its_lead_alone(self, store: Store):
        lead, other = stored_lead(store), stored_lead(store)
        erased(store, lead.id)
        with store.view() as view:
            mark = erasing.mark_of(view, lead.id)
            assert mark
            assert (mark.lead_id, mark.at, mark.by) == (lead.id, NOON, "U1")
            assert erasing.mark_of(view, other.id) is None
            assert erasing.all_marks(view) == [mark]
            assert not erasing.still_there(view, mark)


class TestAnOptOut:
    def asked(self, unit: Unit, lead_id: int | None = None) -> None:
        for address, channel in ((NUMBER, "calls"), (ADDRESS, "email")):
            given: dict[str, Any] = {"actor": "", "how": "page", "lead_id": lead_id}
            optouts.add(unit, address, [channel], at=NOON, **given)

    def test_holds_after_the_person_is_erased_without_number_or_address(self, store: Store):
        lead = stored_lead(store, phone=phone(NUMBER), email=ADDRESS)
        with store.unit() as unit:
            self.asked(unit, lead.id)
            unit.commit()
        erased(store, lead.id)
        with store.unit() as unit:
            assert optouts.of(unit, NUMBER) == {"calls"}
            assert optouts.has(unit, ADDRESS, channel="email")
            assert not optouts.has(unit, "+972522345679", channel="calls")
            assert optouts.is_anothers(unit, NUMBER, channel="calls", lead_id=lead.id + 1)
            text = everything(unit)
        assert NUMBER not in text
        assert ADDRESS not in text

    def test_is_known_to_a_file_of_many_too(self, store: Store):
        lead = stored_lead(store, phone=phone(NUMBER), email=ADDRESS)
        with store.unit() as unit:
            self.asked(unit, lead.id)
            unit.commit()
        erased(store, lead.id)
        with store.view() as view:
            asked = newcomers.known(view, [NUMBER, "+972522345679"], [ADDRESS, "y@example.com"])
        assert asked == {NUMBER, ADDRESS}

    def test_that_is_asked_again_is_no_second_one(self, store: Store):
        lead = stored_lead(store, phone=phone(NUMBER), email=ADDRESS)
        with store.unit() as unit:
            self.asked(unit, lead.id)
            unit.commit()
        erased(store, lead.id)
        with store.unit() as unit:
            asked: dict[str, Any] = {
                "at": NOON + MINUTE,
                "actor": "",
                "how": "sms",
                "lead_id": None,
            }
            assert optouts.add(unit, NUMBER, ["calls", "sms"], **asked) == ("sms",)
            optouts.reopen(unit, NUMBER, ["calls", "sms"])
            assert optouts.of(unit, NUMBER) == frozenset()

    def test_of_a_number_that_another_has_too_stays_as_it_is(self, store: Store):
        lead = stored_lead(store, phone=phone(NUMBER))
        stored_lead(store, name="Yossi", phone=phone(NUMBER))
        with store.unit() as unit:
            people.share(unit, NUMBER, actor="U1", at=NOON)
            self.asked(unit, lead.id)
            unit.commit()
        assert erased(store, lead.id).phones == frozenset()
        with store.view() as view:
            assert optouts.of(view, NUMBER) == {"calls"}
            assert people.is_shared(view, NUMBER)

    def test_is_still_what_came_of_a_message(self, store: Store):
        lead = stored_lead(store, phone=phone(NUMBER))
        with store.unit() as unit:
            self.asked(unit, lead.id)
            row = {"lead_id": lead.id, "outbox_id": 1, "channel": "sms", "address": NUMBER}
            unit.execute(messages.insert(), row | {"at": NOON, "changed_at": NOON})
            unit.commit()
        erased(store, lead.id)
        with store.view() as view:
            [address] = view.execute(select(messages.c.address)).scalars()
        assert address.startswith("hmac:")


class TestALeadThatIsOver:
    def over(self, store: Store, **values: object) -> bool:
        with store.unit() as unit:
            lead = add_lead(unit)
            ended = {"stage": "lost", "closed_at": NOON, "next_what": "none", "working": False}
            changed = leads.update().where(leads.c.id == lead.id)
            unit.execute(changed.values({**ended, "fresh_at": NOON, **values}))
            unit.commit()
        with store.view() as view:
            found = erasing.over(view, before=NOON + MINUTE, most=9)
            assert erasing.is_over(view, lead.id, before=NOON + MINUTE) == (lead.id in found)
        return lead.id in found

    def test_was_closed_long_ago(self, store: Store):
        assert self.over(store)

    @pytest.mark.parametrize(
        "still",
        [
            {"closed_at": NOON + MINUTE},
            {"stage": "sql"},
            {"next_what": "mailing_list"},
            {"working": True},
            {"replied_at": NOON + MINUTE},
            {"last_at": NOON + MINUTE},
            {"fresh_at": NOON + MINUTE},
            {"name": "", "phone_raw": "", "phone_e164": "", "email": ""},
        ],
        ids=lambda one: next(iter(one)),
    )
    def test_has_nothing_left_to_be_done(self, store: Store, still: dict[str, object]):
        assert not self.over(store, **still)
