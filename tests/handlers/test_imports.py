"""`import FILE` (contract: Import)."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from handlers.imports import Options, import_file
from rules.refusals import Refused
from rules.words import Kind, Step
from tests.desk import Room

HEAD = "name,phone,email,kind"
TWO = f"{HEAD}\nDana,052-234-5678,dana@example.com,warm\nYossi,054-234-5678,,cold\n"


PLAIN: dict[str, Any] = {
    "campaign": "",
    "vendor": "",
    "kind": None,
    "cost": "",
    "mapping": (),
    "post": False,
    "dry_run": False,
    "rejects": None,
}


def run(room: Room, content: str | bytes, tmp_path: Path, **given: Any) -> str:
    """Import a file with this content; gives the closing line."""
    file = tmp_path / "leads.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return import_file(room.desk, file, Options(**PLAIN | given), Console(file=io.StringIO()))


def rejected(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


class TestAFile:
    def test_fills_the_queues_with_one_summary_post(self, room: Room, tmp_path: Path):
        done = run(room, TWO, tmp_path, campaign="List", vendor="V", cost="12.50")
        assert done == "rows 2 = created 2 + merged 0 + rejected 0"
        assert (room.load(1).kind, room.load(2).kind) == (Kind.WARM, Kind.COLD)
        assert {room.load(1).owner, room.load(2).owner} != {""}
        [source] = room.sources(1)
        assert (source["campaign"], source["vendor"], source["cost_minor"]) == ("List", "V", 1250)
        room.deliver()
        [summary] = room.outside.channel()
        assert "leads.csv" in summary.text
        assert len(room.outside.orders) == 1

    def test_posts_each_card_when_asked(self, room: Room, tmp_path: Path):
        run(room, TWO, tmp_path, post=True)
        room.deliver()
        assert len(room.outside.channel()) == 2

    def test_twice_is_merged_and_changes_nothing(self, room: Room, tmp_path: Path):
        run(room, TWO, tmp_path)
        room.log(1, "lost")
        before = [room.load(1), room.load(2), room.rows(), room.history(1)]
        assert run(room, TWO, tmp_path) == "rows 2 = created 0 + merged 2 + rejected 0"
        assert [room.load(1), room.load(2), room.rows(), room.history(1)] == before

    def test_with_the_same_person_twice_has_one_lead(self, room: Room, tmp_path: Path):
        rows = f"{HEAD}\nDana,052-234-5678,,warm\nDana C,+972522345678,,warm\n"
        assert run(room, rows, tmp_path) == "rows 2 = created 1 + merged 1 + rejected 0"

    def test_of_many_rows_goes_in_batches(self, room: Room, tmp_path: Path):
        rows = "\n".join(f"L{n},052-2{n:06}" for n in range(450))
        done = run(room, f"name,phone\n{rows}", tmp_path, kind="cold")
        assert done == "rows 450 = created 450 + merged 0 + rejected 0"


class TestADryRun:
    def test_keeps_nothing(self, room: Room, tmp_path: Path):
        done = run(room, TWO, tmp_path, dry_run=True)
        assert done == "rows 2 = created 2 + merged 0 + rejected 0"
        assert room.rows() == []
        assert run(room, TWO, tmp_path) == done


class TestHowItIsWritten:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1255", "utf-16", "utf-16-le"])
    @pytest.mark.parametrize("between", [",", ";", "\t", "|"])
    def test_is_found_out(self, room: Room, tmp_path: Path, encoding: str, between: str):
        text = between.join(("שם מלא", "טלפון", "עיר")) + "\r\n"
        text += between.join(("דנה כהן", "052-234-5678", "חיפה")) + "\r\n"
        content = text.encode(encoding)
        run(
            room,
            (b"\xff\xfe" if encoding == "utf-16-le" else b"") + content,
            tmp_path,
            kind="warm",
        )
        lead = room.load(1)
        assert (lead.name, lead.phone_e164, lead.city) == ("דנה כהן", "+972522345678", "חיפה")

    def test_may_quote_and_break_lines_in_cells(self, room: Room, tmp_path: Path):
        run(room, 'name,phone,note\n"Cohen, Dana",052-234-5678,"a\nb"\n', tmp_path, kind="warm")
        assert (room.load(1).name, room.load(1).note) == ("Cohen, Dana", "a b")

    def test_may_be_ragged(self, room: Room, tmp_path: Path):
        rows = "name,phone,city\nDana,052-234-5678\nYossi,054-234-5678,Haifa,more,even more\n"
        done = run(room, rows, tmp_path, kind="warm")
        assert done == "rows 2 = created 2 + merged 0 + rejected 0"
        [source] = room.sources(2)
        assert source["extra"] == {"": "more, even more"}

    def test_may_have_nul_bytes_and_blank_lines(self, room: Room, tmp_path: Path):
        rows = "name,phone\n\nDa\0na,052-234-5678\n , \n\0\n"
        done = run(room, rows, tmp_path, kind="warm")
        assert done == "rows 1 = created 1 + merged 0 + rejected 0"
        assert room.load(1).name == "Dana"

    def test_may_name_its_columns_oddly(self, room: Room, tmp_path: Path):
        rows = "Who,Nummer,Typ\nDana,052-234-5678,referral\n"
        run(room, rows, tmp_path, mapping=("Who=name", "Nummer=phone", "Typ=kind"))
        assert (room.load(1).name, room.load(1).kind) == ("Dana", Kind.REFERRAL)

    def test_may_have_equal_signs_in_a_column(self, room: Room, tmp_path: Path):
        run(room, "a=b,phone\nDana,052-234-5678\n", tmp_path, kind="warm", mapping=("a=b=name",))
        assert room.load(1).name == "Dana"


class TestRows:
    def test_with_a_broken_phone_are_made_for_repair(self, room: Room, tmp_path: Path):
        rows = "name,phone\nDana,123\n,4567\nYossi,\n"
        done = run(room, rows, tmp_path, kind="warm")
        assert done == "rows 3 = created 2 + merged 0 + rejected 1"
        assert room.load(1).next_what is Step.WAIT_FOR_PHONE

    def test_that_are_rejected_are_written_with_a_reason(self, room: Room, tmp_path: Path):
        out = tmp_path / "rejects.csv"
        rows = "name,phone,city\nDana,052-234-5678,Haifa\n=1+1,,-5\nיוסי,,@x\n"
        run(room, rows, tmp_path, kind="warm", rejects=out)
        assert rejected(out) == [
            ["name", "phone", "city", "reason"],
            ["'=1+1", "", "'-5", "no phone and no email"],
            ["יוסי", "", "'@x", "no phone and no email"],
        ]

    def test_that_are_all_fine_leave_only_the_head_or_nothing(self, room: Room, tmp_path: Path):
        out = tmp_path / "rejects.csv"
        run(room, TWO, tmp_path, rejects=out)
        assert len(rejected(out)) <= 1

    def test_of_an_unknown_kind_are_cold(self, room: Room, tmp_path: Path):
        run(room, f"{HEAD}\nDana,052-234-5678,,hot\n", tmp_path)
        assert room.load(1).kind is Kind.COLD


class TestAFileThatCantBeUsed:
    @pytest.mark.parametrize(
        ("content", "key"),
        [
            ("", "empty"),
            ("\n\n  \n", "empty"),
            ("name,phone\n", "empty"),
            ("name,phone\n\n,\n", "empty"),
            (b"\xef\xbb\xbf", "empty"),
            (b"\xff\xfe", "empty"),
            (b"PK\x03\x04whatever", "not_text"),
            ('name,phone\n"' + "x" * 200_000, "too_wide"),
        ],
        ids=str,
    )
    def test_is_refused(self, room: Room, tmp_path: Path, content: str | bytes, key: str):
        with pytest.raises(Refused, match=rf"import\.{key}$"):
            run(room, content, tmp_path, kind="warm")
        assert room.rows() == []

    def test_is_one_that_is_not_there(self, room: Room, tmp_path: Path):
        options = Options("", "", "warm", "", (), post=False, dry_run=False, rejects=None)
        with pytest.raises(Refused, match=r"import\.no_file"):
            import_file(room.desk, tmp_path / "none.csv", options, Console(file=io.StringIO()))

    def test_is_one_that_says_no_kind(self, room: Room, tmp_path: Path):
        with pytest.raises(Refused, match=r"import\.needs_kind"):
            run(room, "name,phone\nDana,052-234-5678\n", tmp_path)

    @pytest.mark.parametrize(
        ("given", "key"),
        [
            ({"kind": "hot"}, "bad_kind"),
            ({"kind": ""}, "bad_kind"),
            ({"cost": "much"}, "bad_cost"),
            ({"cost": "-5"}, "bad_cost"),
            ({"mapping": ("Who",)}, "bad_map"),
            ({"mapping": ("Who=shoe",)}, "bad_map"),
            ({"mapping": ("=name",)}, "bad_map"),
        ],
        ids=str,
    )
    def test_is_refused_for_its_options(
        self, room: Room, tmp_path: Path, given: dict[str, object], key: str
    ):
        with pytest.raises(Refused, match=rf"import\.{key}"):
            run(room, TWO, tmp_path, **given)
