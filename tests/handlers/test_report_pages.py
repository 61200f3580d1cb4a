"""The report by a link and as a file: for managers, for a week, and for nobody else (L6)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from bot import links
from bot.links import ReportTarget
from bot.texts import LOCALES
from handlers import report_terminal
from handlers.pages import PER_READER, PER_REPORT
from handlers.web import make_web
from rules.money import Money
from rules.words import Role
from storage import reps
from tests.desk import AVI, DANA, MIRI, FakeClock, Room, a_desk

PUBLIC = "https://leads.example.com"
WEEK = (datetime(2026, 11, 14, 22, tzinfo=UTC), datetime(2026, 11, 21, 22, tzinfo=UTC))
TARGET = ReportTarget(MIRI, *WEEK)


@pytest.fixture
def public(tmp_path: Path, clock: FakeClock) -> Iterator[Room]:
    with a_desk(tmp_path, clock, PUBLIC_URL=PUBLIC) as made:
        made.lead(campaign="March", note="wants the blue one")
        made.clock.forward(minutes=4)
        made.log(1, "sold", amount=Money(129000, "ILS"))
        made.clock.set(2026, 11, 22, 8)
        yield made


@pytest.fixture
def web(public: Room) -> Iterator[TestClient]:
    with TestClient(make_web(public.desk, slack=None, reaches_slack=lambda: True)) as client:
        yield client


def link(room: Room, target: ReportTarget = TARGET) -> str:
    with room.desk.store.view() as view:
        made = links.report_link(room.desk, view, target, now=room.clock.now)
    return made.removeprefix(PUBLIC)


def opened(room: Room, web: TestClient, target: ReportTarget = TARGET) -> Response:
    return web.get(link(room, target))


class TestALink:
    @pytest.mark.parametrize("language", LOCALES)
    def test_shows_the_report(self, public: Room, web: TestClient, language: str):
        shown = web.get(link(public), params={"lang": language})
        assert shown.status_code == 200
        assert f'<html lang="{language}"' in shown.text
        assert "March" in shown.text

    def test_tells_nothing_of_a_person(self, public: Room, web: TestClient):
        page = opened(public, web).text
        for personal in (*DANA.values(), "Dana", "Cohen", "2345678", "blue one"):
            assert personal not in page

    def test_is_kept_and_found_by_nobody(self, public: Room, web: TestClient):
        headers = opened(public, web).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]

    def test_holds_for_seven_days(self, public: Room, web: TestClient):
        made = link(public)
        public.clock.forward(timedelta(days=7))
        assert web.get(made).status_code == 200
        public.clock.forward(seconds=1)
        assert web.get(made).status_code == 404

    def test_holds_while_its_manager_is_one(self, public: Room, web: TestClient):
        made = link(public)
        with public.desk.store.unit() as unit:
            known = reps.get(unit, MIRI)
            assert known is not None
            reps.put(unit, [replace(known, role=Role.REP)])
            unit.commit()
        assert web.get(made).status_code == 404

    @pytest.mark.parametrize("who", [AVI, "U01NOBODY"])
    def test_of_who_is_no_manager_shows_nothing(self, public: Room, web: TestClient, who: str):
        assert opened(public, web, replace(TARGET, manager=who)).status_code == 404

    def test_that_was_changed_shows_nothing(self, public: Room, web: TestClient):
        made = link(public)
        for wrong in (made[:-1], f"{made}A", "/r/x", made.replace("/r/", "/r/A")):
            assert web.get(wrong).status_code == 404

    def test_to_a_customers_page_shows_no_report(self, public: Room, web: TestClient):
        with public.desk.store.view() as view:
            theirs = links.page_link(public.desk, view, 1, DANA["email"], now=public.clock.now)
        token = theirs.rsplit("/", 1)[1]
        assert web.get(f"/r/{token}").status_code == 404
        assert web.get(link(public).replace("/r/", "/p/")).status_code == 404

    def test_takes_nothing(self, public: Room, web: TestClient):
        assert web.post(link(public)).status_code == 405

    def test_is_of_one_campaign_where_it_says_so(self, public: Room, web: TestClient):
        assert "Only leads of March" in opened(public, web, replace(TARGET, campaign="March")).text

    def test_is_opened_so_often_a_minute(self, public: Room, web: TestClient):
        made = link(public)
        answers = [web.get(made).status_code for _ in range(PER_REPORT + 1)]
        assert answers == [200] * PER_REPORT + [429]
        public.clock.forward(minutes=1)
        assert web.get(made).status_code == 200

    def test_is_guessed_so_often_a_minute(self, web: TestClient):
        answers = [web.get(f"/r/{number}").status_code for number in range(PER_READER + 1)]
        assert answers == [404] * PER_READER + [429]

    def test_is_none_without_a_public_address(self, room: Room):
        assert link(room) == ""


class TestAFile:
    def test_is_the_same_report(
        self, public: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ):
        file = tmp_path / "report.html"
        report_terminal.write_report(public.desk, WEEK, file, campaign="", rep="")
        assert file.read_text("utf-8").startswith("<!doctype html>")
        assert "March" in file.read_text("utf-8")
        assert str(file) in capsys.readouterr().out
