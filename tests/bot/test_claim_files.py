"""The file that a vendor gets: each claim with its proof, and no formula (L5.5)."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot import claim_files
from bot.orders import SlackFile
from bot.refund_marks import Batch
from rules.refusals import Refused
from tests.bot.claiming_back import (
    ALL,
    BATCH,
    a_buying_desk,
    claimable,
    words,
)
from tests.desk import MIRI, FakeClock, Room, faults_of


@pytest.fixture
def room(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_buying_desk(tmp_path, clock) as made:
        yield made


class TestTheFile:
    def made(self, room: Room, form: str, locale: str = "en") -> claim_files.ClaimFile:
        return claim_files.to_save(room.desk, BATCH, form, words(room, locale).plain)

    def rows(self, room: Room, locale: str = "en") -> list[list[str]]:
        text = self.made(room, "csv", locale).content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_has_each_claim_with_every_call_and_message(self, room: Room):
        [lead] = claimable(room)
        room.deliver()
        head, row = self.rows(room)
        told = dict(zip(head, row, strict=True))
        assert (told["Claim"], told["Lead"], told["Your id"]) == ("1", str(lead.id), "m-1")
        assert (told["Credit"], told["Currency"], told["Reason"]) == (
            "40.00",
            "ILS",
            "never reached",
        )
        assert told["Phone"] == "+972522345601"
        assert (told["Calls"], told["On days"]) == ("3", "2")
        assert told["First call"] == "2026-11-15 11:00 +0200"
        assert told["Every call"].count("No answer") == 3
        assert "SMS sent" in told["Messages"]

    def test_is_a_workbook_with_a_row_for_each_call(self, room: Room):
        claimable(room, 2)
        book = load_workbook(io.BytesIO(self.made(room, "xlsx").content))
        listed, calls = book.worksheets
        assert [one.max_row for one in (listed, calls)] == [3, 7]
        assert listed["K2"].value == 40

    def test_is_headed_in_the_readers_language(self, room: Room):
        claimable(room)
        [head, row] = self.rows(room, "he")
        assert head[0] == "תביעה"
        assert "לא הושג אף פעם" in row

    def test_runs_no_formula_where_semicolons_part_a_line(self, room: Room):
        claimable(room, name="Dana;=cmd|calc", external_id='x; "+1', campaign="a;b")
        [_, row] = self.rows(room)
        assert (row[5], row[2], row[3]) == ("Dana;'=cmd|calc", "x; \"'+1", "a;b")

    def test_runs_no_formula(self, room: Room):
        claimable(room, name='=HYPERLINK("http://x")', external_id="@cmd")
        [_, row] = self.rows(room)
        assert row[5] == '\'=HYPERLINK("http://x")'
        assert row[2] == "'@cmd"
        book = load_workbook(io.BytesIO(self.made(room, "xlsx").content))
        assert book.worksheets[0]["F2"].data_type == "s"

    @pytest.mark.parametrize(
        ("cell", "kept"),
        [
            ("+972522345678", "+972522345678"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("-5", "'-5"),
            ("\uff1dHYPERLINK(1)", "'\uff1dHYPERLINK(1)"),
            (" =1", "' =1"),
            ("\x01=1", "'=1"),
            ("a\x00b", "ab"),
            (Decimal(-5), Decimal(-5)),
            ("", ""),
        ],
    )
    def test_tames_cells(self, cell: claim_files.Cell, kept: claim_files.Cell):
        assert claim_files.tamed(cell) == kept

    def test_reaches_the_manager_who_asked_alone(self, room: Room):
        claimable(room, 2)
        claim_files.ask(room.desk, BATCH, "xlsx", until=ALL, by=MIRI, asked="t1", key="t1")
        room.deliver()
        [sent] = room.outside.of(SlackFile)
        assert sent.to == MIRI
        assert sent.name == "claims-Meta-ILS-2026-11-16.xlsx"
        assert sent.content.startswith(b"PK")
        assert faults_of(sent.message) == []
        assert "2 claims, ₪80" in sent.message.text
        assert "c@meta.example" in sent.message.text

    def test_is_not_given_to_who_manages_no_more(self, room: Room):
        claimable(room)
        claim_files.ask(room.desk, BATCH, "csv", until=ALL, by=MIRI, asked="t1")
        room.load_team(f'[[rep]]\nslack_id = "{MIRI}"\nname = "Miri"\nrole = "rep"')
        room.deliver()
        assert room.outside.of(SlackFile) == []

    def test_leaves_out_who_was_reached_meanwhile(self, room: Room):
        [lead, _] = claimable(room, 2)
        room.log(lead.id, "lost")
        assert len(self.rows(room)) == 2

    @pytest.mark.parametrize("form", ["pdf", ""])
    def test_of_another_form_is_refused(self, room: Room, form: str):
        with pytest.raises(Refused, match="form"):
            self.made(room, form)

    def test_of_no_vendor_is_refused(self, room: Room):
        claimable(room)
        batch = Batch("", "ILS")
        with pytest.raises(Refused, match="whose"):
            claim_files.to_save(room.desk, batch, "csv", words(room, "en").plain)

    def test_of_nothing_is_refused(self, room: Room):
        with pytest.raises(Refused, match="no_vendor"):
            self.made(room, "csv")
