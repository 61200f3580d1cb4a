"""Files that somebody drops or restores: their names, columns and cells are text (C2, C5)."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from bot import drop_work, drops, figures
from bot.drops import Wanted
from bot.orders import SlackFile
from bot.readers import reader
from bot.texts import Words
from bot.views import drops as views
from handlers.drops import hear
from handlers.report_terminal import write_report
from sandbox.blockkit import check_view
from tests.desk import MIRI, Room, live_tokens
from tests.security.test_injection import PAYLOADS, runs, tokens_of_home

EACH = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)


def dropped(room: Room, name: str) -> None:
    """Drop a file of this name on the bot."""
    files = [{"id": "F1", "name": name, "size": 10}]
    who = reader(room.desk, MIRI)
    assert live_tokens(hear(room.desk, {"channel": "D1", "ts": "1.1", "files": files}, who)) == []


def of(payload: str) -> str:
    """Make a file with columns and cells of a stranger: one row that can be read, one not."""
    out = io.StringIO()
    rows = [payload, "052-234-5678", payload, ""], ["x", "", payload, payload]
    csv.writer(out).writerows([["name", "phone", payload, f"{payload} 2"], *rows])
    return out.getvalue()


class TestADroppedFile:
    @EACH
    def test_is_text_from_its_name_to_its_rejects(self, room: Room, tmp_path: Path, payload: str):
        def fetch(_file: str, path: Path, _most: int) -> None:
            path.write_text(of(payload), "utf-8")

        folder = tmp_path / "drops"
        folder.mkdir()
        dropped(room, f"{payload}.csv")
        drop_work.work(room.desk, fetch, folder)
        assert [one.parent for one in tmp_path.rglob("F1*")] == [folder]
        [asks] = drops.living(room.desk)
        form = views.columns_modal(asks, reader(room.desk, MIRI).words)
        assert check_view(view=form, surface="modal") == []
        wanted = asks.mapping | {"name": "name", "phone": "phone"}
        chosen = Wanted(wanted, kind="cold", campaign=payload[:200], vendor=payload[:200])
        drops.start(room.desk, "F1", chosen, by=MIRI)
        drop_work.work(room.desk, fetch, folder)
        room.deliver()
        assert list(folder.iterdir()) == []
        [rejects] = room.outside.of(SlackFile)
        assert live_tokens(rejects.message) == []
        assert rejects.name.isprintable()
        assert "/" not in rejects.name
        assert tokens_of_home(room, MIRI) == []

    def test_of_a_name_with_commands_is_fetched(self, room: Room):
        dropped(room, "a.\x00x")
        assert [one.name for one in drops.living(room.desk)] == ["a.x"]


class TestAReport:
    @EACH
    def test_is_text_with_any_campaign(self, room: Room, tmp_path: Path, payload: str):
        bought = dict.fromkeys(("campaign", "vendor", "banner", "product"), payload[:500])
        for number in range(6):
            lead = room.lead(phone=f"052-234-56{number:02}", email="", cost=5, **bought)
            room.log(lead.id, "noanswer")
        room.clock.forward(days=8)
        days = room.clock.now - timedelta(days=9), room.clock.now
        page = tmp_path / "report.html"
        write_report(room.desk, days, page, campaign="", rep="")
        assert set(runs(page.read_text("utf-8"))) <= {"img", "script"}
        assert page.read_text("utf-8").count("<script") == 1
        figures.post_digest(room.desk, since=days[0], until=days[1], asked="x")
        room.deliver()


class TestATerminal:
    @pytest.mark.parametrize("locale", ["en", "he"])
    @EACH
    def test_obeys_no_value_of_a_text(self, room: Room, locale: str, payload: str):
        words = Words(locale, room.desk.settings.zone, mrkdwn=False)
        said = words.say("refusal.backup.no_version", version=f"{payload}\x9b31m")
        assert not {"\x1b", "\x9b", "\x07", "\x08", "\r"} & set(said)
