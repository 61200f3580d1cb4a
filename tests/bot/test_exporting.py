"""All that is held on one person, as a file (C5)."""

import json
from typing import Any

import pytest

from bot import audit, erasing, exporting, optout_acts
from bot.orders import SlackFile
from rules.acts import OptOut
from rules.refusals import Refused
from storage.erasing_sorts import SORTS
from tests.bot.erasing_desk import SAID, WORDS, live, set_aside
from tests.desk import AVI, MIRI, NOA, Room


def held(content: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(content)
    return found


class TestWhatIsHeld:
    def test_is_everything_that_stands_anywhere(self, either_room: Room):
        lead = live(either_room)
        set_aside(either_room)
        text = exporting.to_save(either_room.desk, lead.id).content.decode()
        assert [one for one in (*WORDS, *SAID) if one not in text] == []
        found = json.loads(text)
        assert (found["lead"], found["leads"]) == (lead.id, [lead.id, lead.id + 1])
        assert len(found["held"]["leads"]) == 2
        assert len(found["held"]["set_aside"]) == 3
        assert {"intake", "lead_sources", "attempts", "followups", "history", "messages"} < set(
            found["held"]
        )
        assert {"posts", "outbox", "merges", "given", "audit"} < set(found["held"])

    def test_has_an_opt_out_by_its_number(self, room: Room):
        lead = room.lead()
        optout_acts.opt_out(room.desk, OptOut(lead.id), by=lead.owner)
        found = held(exporting.to_save(room.desk, lead.id).content)["held"]["optouts"]
        assert {one["address"] for one in found} == {"+972522345678", "dana@example.com"}

    def test_is_of_nobody_else(self, room: Room):
        lead = room.lead()
        room.lead(name="Yossi Levi", phone="054-777-8888", email="yossi@example.com")
        text = exporting.to_save(room.desk, lead.id).content.decode()
        assert "Yossi" not in text
        assert "777" not in text

    def test_looks_into_every_table_that_has_rows_of_a_lead(self, room: Room):
        lead = live(room)
        names = set(held(exporting.to_save(room.desk, lead.id).content)["held"])
        assert names <= {one.name for one in SORTS} | {"audit", "set_aside", "shared_phones"}

    def test_keeps_bytes_that_are_no_text(self, room: Room):
        lead = room.lead()
        room.receive_raw(b"\xff\xfe 052-234-5678")
        found = held(exporting.to_save(room.desk, lead.id).content)["held"]["set_aside"]
        assert found[0]["body"] == {"base64": "//4gMDUyLTIzNC01Njc4"}

    def test_is_refused_for_nobody_and_for_who_was_erased(self, room: Room):
        lead = room.lead()
        with pytest.raises(Refused, match=r"lead\.missing"):
            exporting.to_save(room.desk, 99)
        erasing.erase(room.desk, lead.id, by="")
        with pytest.raises(Refused, match=r"lead\.erased"):
            exporting.to_save(room.desk, lead.id)


class TestAManagerWhoAsks:
    def test_gets_the_file_alone_and_it_is_written_down(self, room: Room):
        lead = room.lead()
        exporting.ask(room.desk, lead.id, by=MIRI, asked="1", key="t1")
        exporting.ask(room.desk, lead.id, by=MIRI, asked="1", key="t1")
        room.deliver()
        [file] = room.outside.of(SlackFile)
        assert (file.to, file.name) == (MIRI, f"lead-{lead.id}.json")
        assert held(file.content)["held"]["leads"][0]["name"] == "Dana Cohen"
        acts = [one for one in audit.listed(room.desk, lead.id).lines if one.act == "export"]
        assert [one.actor for one in acts] == [MIRI]

    @pytest.mark.parametrize("who", [AVI, NOA, "U01GUEST"])
    def test_is_no_rep(self, room: Room, who: str):
        lead = room.lead()
        with pytest.raises(Refused):
            exporting.ask(room.desk, lead.id, by=who, asked="1")
        room.deliver()
        assert room.outside.of(SlackFile) == []

    def test_gets_nothing_of_who_was_erased_meanwhile(self, room: Room):
        lead = room.lead()
        room.deliver()
        exporting.ask(room.desk, lead.id, by=MIRI, asked="1")
        erasing.erase(room.desk, lead.id, by="")
        room.deliver()
        assert room.outside.of(SlackFile) == []
