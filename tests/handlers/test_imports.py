"""`import FILE` (contract: Import)."""

import csv
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bot.imports import AT_ONCE
from handlers.imports import Options, import_file
from rules.refusals import Refused
from rules.words import Kind, Step
from tests.bot import messy
from tests.desk import FakeClock, Room, a_desk

HEAD = "name,phone,email,kind"
TWO = f"{HEAD}\nDana,052-234-5678,dana@example.com,warm\nYossi,054-234-5678,,cold\n"
ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=9) | (
    st.sampled_from(["052-234-5678", "0522345678", "a@example.com", "A@example.com", "Dana", "-"])
)

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
    with path.open(encoding="utf-8-sig", newline="") as opened:
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

    @pytest.mark.parametrize(
        ("name", "shown"),
        [("[draft] March.csv", "[draft] March.csv"), ("a\x1b]0;b\x07.csv", "a]0;b.csv")],
    )
    def test_is_named_as_it_is_and_commands_no_terminal(
        self, room: Room, tmp_path: Path, name: str, shown: str
    ):
        (tmp_path / name).write_text(TWO, "utf-8")
        told = io.StringIO()
        console = Console(file=told, force_terminal=True, width=200)
        import_file(room.desk, tmp_path / name, Options(**PLAIN), console)
        assert shown in told.getvalue()

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
        rows = "\n".join(f"L{n},052-2{n:06}" for n in range(AT_ONCE * 2 + 50))
        done = run(room, f"name,phone\n{rows}", tmp_path, kind="cold")
        assert done == "rows 1050 = created 1050 + merged 0 + rejected 0"


class TestADryRun:
    def test_keeps_nothing(self, room: Room, tmp_path: Path):
        done = run(room, TWO, tmp_path, dry_run=True)
        assert done == "rows 2 = created 2 + merged 0 + rejected 0"
        assert room.rows() == []
        assert run(room, TWO, tmp_path) == done

    def test_counts_who_comes_again_in_another_batch(
        self, room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("bot.imports.AT_ONCE", 100)
        many = [f"L{n},052-2{n:06},l{n}@example.com" for n in range(150)]
        again = ["L3,052-2000003,", "X,,L4@example.com", "Y,054-2345678,l5@example.com"]
        rows = "\n".join(["name,phone,email", *many, *again, many[0], "Z,054-2345678,"])
        dry = run(room, rows, tmp_path, kind="cold", dry_run=True)
        assert dry == "rows 155 = created 151 + merged 4 + rejected 0"
        assert room.rows() == []
        assert run(room, rows, tmp_path, kind="cold") == dry


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

    def test_that_are_rejected_open_in_a_spreadsheet_as_they_are(self, room: Room, tmp_path: Path):
        out = tmp_path / "rejects.csv"
        run(room, "name,phone\nיוסי,\n\uff1d1+1,\n", tmp_path, kind="warm", rejects=out)
        assert out.read_bytes().startswith(b"\xef\xbb\xbfname")
        assert [row[0] for row in rejected(out)] == ["name", "יוסי", "'\uff1d1+1"]

    def test_that_are_all_fine_leave_only_the_head_or_nothing(self, room: Room, tmp_path: Path):
        out = tmp_path / "rejects.csv"
        run(room, TWO, tmp_path, rejects=out)
        assert len(rejected(out)) <= 1

    def test_of_an_unknown_kind_are_cold(self, room: Room, tmp_path: Path):
        run(room, f"{HEAD}\nDana,052-234-5678,,hot\n", tmp_path)
        assert room.load(1).kind is Kind.COLD

    def test_of_a_vendors_test_are_rejected(self, room: Room, tmp_path: Path):
        out = tmp_path / "rejects.csv"
        done = run(room, messy.META.encode("utf-16"), tmp_path, kind="warm", rejects=out)
        assert done == "rows 3 = created 2 + merged 0 + rejected 1"
        assert rejected(out)[1][-1] == "a test by the vendor, nobody real"
        lead = room.load(2)
        assert (lead.name, lead.phone_e164) == ("Yossi", "+972542345678")
        assert lead.received_at == datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
        [source] = room.sources(2)
        assert source["banner"] == "Blue car"
        assert source["external_id"] == "102"
        assert source["extra"] == {"ad_id": "9", "form_id": "7", "platform": "ig"}

    def test_that_were_rejected_are_mended_and_imported_again(self, room: Room, tmp_path: Path):
        out = tmp_path / "rejects.csv"
        rows = "name,phone,email\n=1+1,,,more\nDana,052-234-5678,\n"
        run(room, rows, tmp_path, kind="warm", rejects=out)
        assert rejected(out)[1] == ["'=1+1", "", "", "no phone and no email", "more"]
        mended = out.read_text("utf-8").replace(",,no", ",avi@example.com,no")
        done = run(room, mended, tmp_path, kind="warm")
        assert done == "rows 1 = created 1 + merged 0 + rejected 0"
        assert room.load(2).name == "=1+1"
        assert room.sources(2)[0]["extra"] == {"": "more"}

    def test_keep_what_two_columns_say_of_one_field(self, room: Room, tmp_path: Path):
        run(room, "phone,phone,name\n,052-234-5678,A\n1,2,B\n", tmp_path, kind="warm")
        assert room.load(1).phone_e164 == "+972522345678"
        assert room.load(2).phone_raw == "1"
        assert room.sources(2)[0]["extra"] == {"phone (2)": "2"}

    def test_may_be_of_a_workbook(self, room: Room, tmp_path: Path):
        sheet: messy.Cells = [["שם", "טלפון", "received_at"], ["דנה", 522345678.0, 46082.4375]]
        run(room, messy.workbook(sheet), tmp_path, kind="warm")
        lead = room.load(1)
        assert (lead.name, lead.phone_e164) == ("דנה", "+972522345678")
        assert lead.received_at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)

    def test_of_a_broken_end_are_taken_in_until_there(self, room: Room, tmp_path: Path):
        rows = "\n".join(f"L{n},052-2{n:06}" for n in range(AT_ONCE + 50))
        shown = io.StringIO()
        file = messy.put(tmp_path, f'name,phone\n{rows}\n"open,1\n2\n')
        with pytest.raises(Refused, match=r"import\.open_quote"):
            import_file(room.desk, file, Options(**PLAIN | {"kind": "cold"}), Console(file=shown))
        done = f"rows {AT_ONCE} = created {AT_ONCE} + merged 0 + rejected 0"
        assert done in shown.getvalue()
        assert room.load(AT_ONCE).name == f"L{AT_ONCE - 1}"

    @given(rows=st.lists(st.tuples(ANY, ANY, ANY), max_size=8))
    @settings(max_examples=25, deadline=None)
    def test_are_each_created_merged_or_rejected(self, rows: list[tuple[str, ...]]):
        out = io.StringIO(newline="")
        csv.writer(out).writerows([("name", "phone", "email"), *rows])
        filled = [row for row in rows if any(cell.strip() for cell in row)]
        with tempfile.TemporaryDirectory() as made, a_desk(Path(made), FakeClock()) as room:
            if filled:
                done = run(room, out.getvalue(), Path(made), kind="warm")
                assert done.startswith(f"rows {len(filled)} = ")


class TestStopping:
    def test_says_how_far_it_came_and_goes_on_later(
        self, room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("bot.imports.AT_ONCE", 100)
        rows = "\n".join(f"L{n},052-2{n:06}" for n in range(250))
        pauses = iter([None, KeyboardInterrupt])

        def pause(_: float) -> None:
            if stop := next(pauses):
                raise stop

        with monkeypatch.context() as patched:
            patched.setattr("handlers.imports.time.sleep", pause)
            with pytest.raises(Refused, match=r"import\.stopped") as stopped:
                run(room, f"name,phone\n{rows}", tmp_path, kind="cold")
        assert stopped.value.params["done"] == "rows 200 = created 200 + merged 0 + rejected 0"
        done = run(room, f"name,phone\n{rows}", tmp_path, kind="cold")
        assert done == "rows 250 = created 50 + merged 200 + rejected 0"


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
        ("options", "key"),
        [
            ({"kind": "hot"}, "bad_kind"),
            ({"kind": ""}, "bad_kind"),
            ({"cost": "much"}, "bad_cost"),
            ({"cost": "-5"}, "bad_cost"),
            ({"mapping": ("Who",)}, "bad_map"),
            ({"mapping": ("Who=shoe",)}, "bad_map"),
            ({"mapping": ("=name",)}, "bad_map"),
            ({"mapping": ("Who=name",)}, "no_column"),
            ({"rejects": "leads.csv"}, "same_file"),
        ],
        ids=str,
    )
    def test_is_refused_for_its_options(
        self, room: Room, tmp_path: Path, options: dict[str, Any], key: str
    ):
        if "rejects" in options:
            options = {"rejects": tmp_path / options["rejects"]}
        with pytest.raises(Refused, match=rf"import\.{key}"):
            run(room, TWO, tmp_path, **options)
